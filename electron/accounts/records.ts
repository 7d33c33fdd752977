import type { z } from 'zod';
import { BelfryError } from '../../shared/index.ts';
import type { AccountsDeps, SealedSecret, Vault } from './deps.ts';

/** Sealed records of the secrets file, opened when they are asked for. */
export type Records = {
  /** What `schema` finds in the record; undefined when there is none. Throws VAULT_UNAVAILABLE when it cannot be opened here. */
  read<T extends { account: string }>(name: string, schema: z.ZodType<T>): Promise<T | undefined>;
  /** Seals and stores; durable when resolved. Throws VAULT_UNAVAILABLE, HOME_UNUSABLE. */
  write(name: string, content: { account: string }): Promise<void>;
  remove(name: string): Promise<void>;
  /**
   * Origin that a record was given for: the one noted in it, and for a record without such a note the one that it was
   * first used for since this engine started.
   */
  givenFor(name: string, noted: string | null, now: string): string;
  /** Throws VAULT_UNAVAILABLE when nothing could be stored now. */
  assertWritable(): void;
};

/** Keeps records in the secrets file through the vaults; opened ones stay in memory while their record is unchanged. */
export function createRecords(deps: Pick<AccountsDeps, 'secrets' | 'vaults' | 'backend'>): Records {
  const opened = new Map<string, { sealed: string; content: unknown }>();
  const firstUse = new Map<string, string>();

  const vaultForNew = (): Vault => {
    const vault = vaultOf(deps.vaults, deps.backend(), 'new secrets');
    const status = vault.status();
    if (!status.ok) throw status.error;
    return vault;
  };
  const open = async (name: string, record: SealedSecret): Promise<unknown> => {
    const known = opened.get(name);
    if (known?.sealed === record.sealed) return known.content;
    const vault = vaultOf(deps.vaults, record.backend, `the secret of "${name}"`);
    const content = asJson(await decrypt(vault, record.sealed));
    opened.set(name, { sealed: record.sealed, content });
    return content;
  };
  return {
    async read(name, schema) {
      const record = await deps.secrets.get(name);
      if (!record) return undefined;
      const content = schema.safeParse(await open(name, record));
      // The name is sealed together with the secret, so that records cannot be swapped in the file.
      if (content.success && content.data.account === name) return content.data;
      throw unusable(
        name,
        content.success ? 'The record was made for another account' : 'Its content is not what Belfry seals',
      );
    },
    async write(name, content) {
      const vault = vaultForNew();
      const sealed = await vault.encrypt(JSON.stringify({ ...content, account: name }));
      await deps.secrets.put(name, { backend: vault.backend, sealed });
    },
    async remove(name) {
      opened.delete(name);
      await deps.secrets.remove(name);
    },
    givenFor(name, noted, now) {
      if (noted !== null) return noted;
      const first = firstUse.get(name) ?? now;
      firstUse.set(name, first);
      return first;
    },
    assertWritable: () => void vaultForNew(),
  };
}

async function decrypt(vault: Vault, sealed: string): Promise<string> {
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
      remedy: 'Unlock the key store of the system, or sign in again',
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
    remedy: 'Start the host that stored it, or set "secrets" to "key-file" in the settings and sign in again',
  });
}

function unusable(name: string, why: string): BelfryError {
  return new BelfryError({
    code: 'VAULT_UNAVAILABLE',
    what: `The secret of "${name}" cannot be used`,
    where: 'in secrets.json',
    why,
    remedy: 'Sign in again',
  });
}
