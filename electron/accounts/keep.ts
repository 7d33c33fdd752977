import type { Account, AccountInput } from '../../shared/index.ts';
import { idTaken, sameAccount } from './errors.ts';
import type { Owner } from './mastodon.ts';
import type { AccountsNeeds } from './ports.ts';
import { accountId } from './server.ts';
import type { Tokens } from './tokens.ts';

/**
 * Keeps a checked account: its token first, then the account, so that no crash leaves an account without its token.
 * One that is there already gets the new token. Throws ALREADY_EXISTS for a taken id or a second id of one account.
 */
export async function keepAccount(
  needs: Pick<AccountsNeeds, 'config'>,
  tokens: Pick<Tokens, 'write' | 'remove'>,
  input: AccountInput,
  server: string,
  owner: Owner,
): Promise<Account> {
  const accounts = needs.config.current().accounts;
  const known = accounts.find((account) => isSame(account, input.id, server, owner));
  if (known) {
    if (input.id !== undefined && input.id !== known.id) throw sameAccount(known, input.id);
    await tokens.write(known.id, input.token);
    return known.remoteId === '' ? complete(needs, known, owner) : known;
  }
  const taken = accounts.find((account) => account.id === input.id);
  if (taken) throw idTaken(taken.id, taken);

  const ids = new Set(accounts.map((account) => account.id));
  const id = input.id ?? accountId(owner.username, server, ids);
  const account = { id, network: input.network, server, handle: owner.handle, remoteId: owner.remoteId };
  await tokens.write(id, input.token);
  try {
    await needs.config.change((raw) => ({ ...raw, accounts: [...(raw.accounts ?? []), account] }));
  } catch (error) {
    await tokens.remove(id);
    throw error;
  }
  return account;
}

/** An account written into config.json by hand, without the id on its server, is recognised by its own id. */
function isSame(account: Account, wanted: string | undefined, server: string, owner: Owner): boolean {
  if (new URL(account.server).origin !== server) return false;
  return account.remoteId === '' ? account.id === wanted : account.remoteId === owner.remoteId;
}

async function complete(
  needs: Pick<AccountsNeeds, 'config'>,
  account: Account,
  owner: Owner,
): Promise<Account> {
  const whole = { ...account, handle: owner.handle, remoteId: owner.remoteId };
  await needs.config.change((raw) => ({
    ...raw,
    accounts: (raw.accounts ?? []).map((other) => (other.id === account.id ? whole : other)),
  }));
  return whole;
}
