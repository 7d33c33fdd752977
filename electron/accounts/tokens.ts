import { z } from 'zod';
import { BelfryError } from '../../shared/index.ts';
import type { AccountsNeeds, SealedSecret, Vault } from './ports.ts';

/** Tokens in the vault, one per account. */
export type Tokens = {
  /** Throws SIGN_IN_NEEDED when none is stored, VAULT_UNAVAILABLE when it cannot be opened here. */
  read(accountId: string): Promise<string>;
  /** Seals and stores a token; durable when resolved. Throws VAULT_UNAVAILABLE. */
  write(accountId: string, token: string): Promise<void>;
  remove(accountId: string): Promise<void>;
  /** Throws VAULT_UNAVAILABLE when no token could be stored now. */
  assertWritable(): void;
  /** Every token seen since the start, removed and replaced ones included: texts to hide in output. */
  seen(): readonly string[];
};

/** The account's id is sealed together with its token, so that records cannot be swapped in the file. */
const contentSchema = z.strictObject({ account: z.string(), token: z.string().min(1) });

/** Keeps tokens in the secrets file through the vaults; opened ones stay in memory while their record is unchanged. */
export function createTokens(needs: Pick<AccountsNeeds, 'secrets' | 'vaults' | 'backend'>): Tokens {
  const opened = new Map<string, { sealed: string; token: string }>();
  const seen = new Set<string>();

  const vaultForNew = (): Vault => {
    const vault = vaultOf(needs.vaults, needs.backend(), 'new secrets');
    const status = vault.status();
    if (!status.ok) throw status.error;
    return vault;
  };
  return {
    async read(accountId) {
      const record = await needs.secrets.get(accountId);
      if (!record) throw missing(accountId);
      const known = opened.get(accountId);
      if (known?.sealed === record.sealed) return known.token;
      const token = await unseal(needs.vaults, accountId, record);
      opened.set(accountId, { sealed: record.sealed, token });
      seen.add(token);
      return token;
    },
    async write(accountId, token) {
      seen.add(token);
      const vault = vaultForNew();
      const sealed = await vault.encrypt(JSON.stringify({ account: accountId, token }));
      await needs.secrets.put(accountId, { backend: vault.backend, sealed });
    },
    async remove(accountId) {
      opened.delete(accountId);
      await needs.secrets.remove(accountId);
    },
    assertWritable: () => void vaultForNew(),
    seen: () => [...seen],
  };
}

async function unseal(vaults: readonly Vault[], accountId: string, record: SealedSecret): Promise<string> {
  const vault = vaultOf(vaults, record.backend, `the secret of "${accountId}"`);
  const content = contentSchema.safeParse(asJson(await open(vault, record.sealed)));
  if (content.success && content.data.account === accountId) return content.data.token;
  const why = content.success
    ? 'The record was made for another account'
    : 'Its content is not what Belfry seals';
  throw locked(accountId, why, 'Add the account again');
}

async function open(vault: Vault, sealed: string): Promise<string> {
  try {
    return await vault.decrypt(sealed);
  } catch (error) {
    if (error instanceof BelfryError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new BelfryError({
      code: 'VAULT_UNAVAILABLE',
      what: 'A secret cannot be read',
      where: `from the key store "${vault.backend}"`,
      why,
      remedy: 'Unlock the key store of the system, or add the account again',
      cause: error,
    });
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Reported as content that Belfry did not seal.
  }
}

function vaultOf(vaults: readonly Vault[], backend: string, what: string): Vault {
  const vault = vaults.find((candidate) => candidate.backend === backend);
  if (vault) return vault;
  throw new BelfryError({
    code: 'VAULT_UNAVAILABLE',
    what: `There is no key store "${backend}" for ${what}`,
    where: 'in this host',
    why:
      backend === 'os'
        ? "The system's key store works in the desktop application only"
        : 'This host does not have it',
    remedy:
      'Start the host that stored it, or set "secrets" to "key-file" in the settings and add the account again',
  });
}

function missing(accountId: string): BelfryError {
  return new BelfryError({
    code: 'SIGN_IN_NEEDED',
    what: `There is no access token for "${accountId}"`,
    where: 'on this machine',
    why: 'config.json names the account, but its token was never stored here or was lost',
    remedy: 'Add the account again with a token',
  });
}

function locked(accountId: string, why: string, remedy: string): BelfryError {
  return new BelfryError({
    code: 'VAULT_UNAVAILABLE',
    what: `The token of "${accountId}" cannot be used`,
    where: 'in secrets.json',
    why,
    remedy,
  });
}
