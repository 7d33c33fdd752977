import { type Account, type Network, networkFacts, usualServer } from '../../shared/index.ts';
import type { Candidate, Owner } from '../networks/index.ts';
import type { Credentials } from './credentials.ts';
import type { AccountsDeps } from './deps.ts';
import { idTaken, sameAccount } from './errors.ts';
import { serverOrigin } from './server.ts';

/** Where an account is, and how it is to be called if it is new. */
export type AccountTarget = { id?: string | undefined; network: Network; server: string };

/**
 * Keeps a checked account: its credential first, then the account, so that no crash leaves an account without its token.
 * One that is there already gets the new credential. Throws ALREADY_EXISTS for a taken id or a second id of one account.
 */
export async function saveAccount(
  deps: Pick<AccountsDeps, 'config'>,
  credentials: Pick<Credentials, 'write' | 'remove'>,
  { id: wanted, network, server }: AccountTarget,
  { owner, credential }: Candidate,
): Promise<Account> {
  const accounts = deps.config.current().accounts;
  const known = findKnownAccount(accounts, { id: wanted, network, server }, owner.remoteId);
  if (known) {
    if (wanted !== undefined && wanted !== known.id) throw sameAccount(known, wanted);
    await credentials.write(known, credential);
    // Older versions took the name of the server for the domain of its handles.
    const wasGuessed =
      known.handle === `@${owner.username}@${new URL(server).host}` && known.handle !== owner.handle;
    return known.remoteId === '' || wasGuessed ? complete(deps, known, owner) : known;
  }
  const taken = accounts.find((account) => account.id === wanted);
  if (taken) throw idTaken(taken.id, taken);

  const ids = new Set(accounts.map((account) => account.id));
  const id = wanted ?? accountId(owner.username, network, server, ids);
  const account = { id, network, server, handle: owner.handle, remoteId: owner.remoteId };
  await credentials.write(account, credential);
  try {
    await deps.config.change((raw) => ({ ...raw, accounts: [...(raw.accounts ?? []), account] }));
  } catch (error) {
    await credentials.remove(id);
    throw error;
  }
  return account;
}

/** The account that is this one. One written into config.json by hand, without the id on its server, is recognised by its own id. */
export function findKnownAccount(
  accounts: readonly Account[],
  { id, network, server }: AccountTarget,
  remoteId: string,
): Account | undefined {
  return accounts.find((account) => {
    if (
      serverOrigin(account.server) !== server ||
      networkFacts[account.network].family !== networkFacts[network].family
    )
      return false;
    return account.remoteId === '' ? account.id === id : account.remoteId === remoteId;
  });
}

async function complete(
  deps: Pick<AccountsDeps, 'config'>,
  account: Account,
  owner: Owner,
): Promise<Account> {
  const whole = { ...account, handle: owner.handle, remoteId: owner.remoteId };
  await deps.config.change((raw) => ({
    ...raw,
    accounts: (raw.accounts ?? []).map((other) => (other.id === account.id ? whole : other)),
  }));
  return whole;
}

/**
 * An account id from its handle and server: `ada` at `https://mastodon.example` -> `ada-mastodon-example`, numbered when
 * taken. Where a network has one server, its name says more: `ada-instagram`.
 */
function accountId(username: string, network: Network, server: string, taken: ReadonlySet<string>): string {
  const slug = `${username}-${usualServer(network) === undefined ? new URL(server).host : network}`
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, 58);
  const base = slug || 'account';
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}
