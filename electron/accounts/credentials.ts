import { z } from 'zod';
import { type Account, BelfryError, type Log } from '../../shared/index.ts';
import { type Credential, credentialSchema, secretsOf } from '../networks/index.ts';
import { otherServer } from './errors.ts';
import type { Records } from './records.ts';
import { serverOrigin } from './server.ts';

/** Whose credential it is, and where it is to be sent. */
type CredentialOwner = Pick<Account, 'id' | 'server'>;

/** Credentials in the vault, one per account, each bound to the server that it was given for. */
export type Credentials = {
  /**
   * Throws SIGN_IN_NEEDED when none is stored, or when it was given for another server than the account names now;
   * VAULT_UNAVAILABLE when it cannot be opened here.
   */
  read(account: CredentialOwner): Promise<Credential>;
  /** The same wherever the account is now: not to be sent to `account.server`, but to its own `origin`. */
  stored(account: CredentialOwner): Promise<Credential & { origin: string }>;
  /** Notes the server in a record of an older version; durable when resolved. Throws as `read`, HOME_UNUSABLE. */
  bind(account: CredentialOwner): Promise<void>;
  /** Binds it to the server of the account. Durable when resolved. */
  write(account: CredentialOwner, credential: Credential): Promise<void>;
  /**
   * The same for a renewed credential, whose predecessor may be dead already: when it cannot be stored it is held in
   * memory, used, and stored by a later `read`; this throws all the same.
   */
  replace(account: CredentialOwner, credential: Credential): Promise<void>;
  remove(accountId: string): Promise<void>;
};

const contentSchema = credentialSchema.extend({ account: z.string() });

export function createCredentials(records: Records, knownSecrets: Set<string>, log: Log): Credentials {
  /** Renewed credentials that could not be stored yet. */
  const held = new Map<string, Credential>();
  const note = (credential: Credential) => {
    for (const secret of secretsOf(credential)) knownSecrets.add(secret);
  };
  const put = async (accountId: string, credential: Credential) => {
    note(credential);
    await records.write(accountId, { ...credential, account: accountId });
    held.delete(accountId);
  };
  const boundTo = ({ server }: CredentialOwner, credential: Credential) => ({
    ...credential,
    origin: serverOrigin(server),
  });
  const storeHeld = async (accountId: string, credential: Credential) => {
    try {
      await put(accountId, credential);
    } catch (error) {
      log('error', `The renewed token of ${accountId} is not stored yet`, { error: String(error) });
    }
  };
  const find = async (accountId: string): Promise<Credential> => {
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
  };
  const stored = async (account: CredentialOwner) => {
    const credential = await find(account.id);
    const now = serverOrigin(account.server);
    return { ...credential, origin: records.givenFor(account.id, credential.origin, now) };
  };
  return {
    stored,
    async read(account) {
      const credential = await stored(account);
      if (credential.origin !== serverOrigin(account.server)) throw otherServer(account, credential.origin);
      return credential;
    },
    async bind(account) {
      records.givenFor(account.id, null, serverOrigin(account.server)); // Also for a record that is locked now.
      const { origin } = await find(account.id);
      if (origin === null) await put(account.id, await stored(account));
    },
    write: (account, credential) => put(account.id, boundTo(account, credential)),
    async replace(account, credential) {
      const bound = boundTo(account, credential);
      held.set(account.id, bound);
      await put(account.id, bound);
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
