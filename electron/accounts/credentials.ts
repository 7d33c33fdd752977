import { z } from 'zod';
import { BelfryError, type Log } from '../../shared/index.ts';
import { type Credential, credentialSchema, secretsOf } from './credential.ts';
import type { Records } from './records.ts';

/** Credentials in the vault, one per account. */
export type Credentials = {
  /** Throws SIGN_IN_NEEDED when none is stored, VAULT_UNAVAILABLE when it cannot be opened here. */
  read(accountId: string): Promise<Credential>;
  /** Durable when resolved. */
  write(accountId: string, credential: Credential): Promise<void>;
  /**
   * The same for a renewed credential, whose predecessor may be dead already: when it cannot be stored it is held in
   * memory, used, and stored by a later `read`; this throws all the same.
   */
  replace(accountId: string, credential: Credential): Promise<void>;
  remove(accountId: string): Promise<void>;
};

const contentSchema = credentialSchema.extend({ account: z.string() });

export function createCredentials(records: Records, seen: Set<string>, log: Log): Credentials {
  /** Renewed credentials that could not be stored yet. */
  const held = new Map<string, Credential>();
  const note = (credential: Credential) => {
    for (const secret of secretsOf(credential)) seen.add(secret);
  };
  const write = async (accountId: string, credential: Credential) => {
    note(credential);
    await records.write(accountId, { ...credential, account: accountId });
    held.delete(accountId);
  };
  const storeHeld = async (accountId: string, credential: Credential) => {
    try {
      await write(accountId, credential);
    } catch (error) {
      log('error', `The renewed token of ${accountId} is not stored yet`, { error: String(error) });
    }
  };
  return {
    write,
    async read(accountId) {
      const waiting = held.get(accountId);
      if (waiting) {
        await storeHeld(accountId, waiting);
        return waiting;
      }
      const content = await records.read(accountId, contentSchema);
      if (!content) throw missing(accountId);
      const { account: _, ...credential } = content;
      note(credential);
      return credential;
    },
    async replace(accountId, credential) {
      held.set(accountId, credential);
      await write(accountId, credential);
    },
    async remove(accountId) {
      held.delete(accountId);
      await records.remove(accountId);
    },
  };
}

function missing(accountId: string): BelfryError {
  return new BelfryError({
    code: 'SIGN_IN_NEEDED',
    what: `There is no access token for "${accountId}"`,
    where: 'on this machine',
    why: 'config.json names the account, but its token was never stored here or was lost',
    remedy: 'Sign in again',
  });
}
