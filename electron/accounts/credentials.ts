import { z } from 'zod';
import { type Account, BelfryError, type Clock, type Log, type Turns } from '../../shared/index.ts';
import {
  type Credential,
  credentialSchema,
  type HttpDeps,
  providerOf,
  renewalDue,
  secretsOf,
  Unreachable,
} from '../networks/index.ts';
import { otherServer, reasonOf, stillRenewing } from './errors.ts';
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

/** What `refresh_tokens` did. */
export type Refreshed = { ok: boolean; summary: string };

const outcomes = [
  'renewed',
  'works',
  'ending',
  'needs sign-in',
  'locked',
  'not stored',
  'not checked',
] as const;
type Outcome = (typeof outcomes)[number];

/** What refreshing does with one account. */
type RefreshSteps = {
  renew(account: Account, signal: AbortSignal): Promise<Renewed>;
  check(account: Account, signal: AbortSignal): Promise<void>;
  /** A sentence when the account works and will stop for want of its owner, who is alerted; else null. */
  ending(account: Account): Promise<string | null>;
};

/**
 * Renews what is due, then asks every account's server whether its token works, one after the other. Tokens of Mastodon
 * and of Facebook Pages have no date of expiry, so there is nothing to renew (networks.md §1.2, §3.7).
 * Not `ok` only for what no alert has reported: a secret that cannot be read or stored. Being off line is no failure.
 */
export async function refreshAll(
  accounts: readonly Account[],
  steps: RefreshSteps,
  context: { signal: AbortSignal; say(text: string): void },
): Promise<Refreshed> {
  if (accounts.length === 0) return { ok: true, summary: 'No accounts' };
  const found: Outcome[] = [];
  for (const account of accounts) {
    if (context.signal.aborted) return { ok: false, summary: 'Called off' };
    const { outcome, remark } = await outcomeOf(account, steps, context.signal);
    found.push(outcome);
    context.say(`${account.id}: ${outcome}${remark ? `. ${remark}` : ''}`);
  }
  const count = (wanted: Outcome) => found.filter((outcome) => outcome === wanted).length;
  const parts = outcomes
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => `${count(outcome)} ${outcome === 'works' ? 'checked, nothing to renew' : outcome}`);
  return {
    ok: count('locked') + count('not stored') === 0,
    summary: `Accounts: ${parts.join(', ')}`,
  };
}

async function outcomeOf(
  account: Account,
  { renew, check, ending }: RefreshSteps,
  signal: AbortSignal,
): Promise<{ outcome: Outcome; remark: string }> {
  try {
    const renewed = await renew(account, signal);
    await check(account, signal);
    if (renewed === 'renewed') return { outcome: 'renewed', remark: '' };
    const remark = await ending(account);
    return remark === null ? { outcome: 'works', remark: '' } : { outcome: 'ending', remark };
  } catch (error) {
    if (!(error instanceof BelfryError)) throw error;
    const remark = reasonOf(error);
    if (error.code === 'SIGN_IN_NEEDED') return { outcome: 'needs sign-in', remark };
    if (error.code === 'VAULT_UNAVAILABLE') return { outcome: 'locked', remark };
    return { outcome: error.code === 'HOME_UNUSABLE' ? 'not stored' : 'not checked', remark };
  }
}

type Renewed = 'renewed' | 'not due' | 'refused';

/** Renews tokens, one renewal per account at a time. */
type Renewals = {
  /**
   * Renews the account's token when it is due. The old token stays in force until the new one is stored.
   * `refused` when the network will not (the old one may live on); throws NETWORK_*, VAULT_UNAVAILABLE, HOME_UNUSABLE.
   */
  renew(account: Account, signal?: AbortSignal): Promise<Renewed>;
};

export function createRenewals(
  deps: HttpDeps & { clock: Clock; log: Log },
  credentials: Credentials,
  inTurn: Turns,
): Renewals {
  const working = new Map<string, Promise<Renewed>>();

  const renewNow = async (account: Account, signal: AbortSignal | undefined): Promise<Renewed> => {
    const old = await inTurn(() => announce(account));
    const ask = old && providerOf(old.kind).renew;
    if (!ask) return 'not due';
    let fresh: Credential;
    try {
      fresh = await ask(deps, serverOrigin(account.server), old, signal);
    } catch (error) {
      // Its request never left, so no answer can have been lost.
      if (error instanceof Unreachable && error.sent === 'no')
        await inTurn(() => keepUnlessReplaced(account, old, old));
      if (!(error instanceof BelfryError) || error.code !== 'SIGN_IN_NEEDED') throw error;
      const refused = { ...old, renewalRefused: refusalOf(old, error) };
      await inTurn(() => keepUnlessReplaced(account, old, refused));
      return 'refused';
    }
    return (await inTurn(() => keepUnlessReplaced(account, old, fresh))) ? 'renewed' : 'not due';
  };

  /**
   * Writes that a renewal is about to be asked for, and gives the credential as it was; undefined when none is due.
   * A disk that takes nothing is found out while the old token still works, and a crash before the answer is stored leaves its trace.
   */
  const announce = async (account: Account): Promise<Credential | undefined> => {
    const old = await credentials.read(account);
    const now = deps.clock.now();
    const { renew, renewal } = providerOf(old.kind);
    if (!renew || !renewalDue(old, renewal, now)) return undefined;
    await credentials.write(account, { ...old, renewingSince: now });
    return old;
  };
  /** False when the user signed in meanwhile: that token is newer. */
  const keepUnlessReplaced = async (
    account: Account,
    old: Credential,
    next: Credential,
  ): Promise<boolean> => {
    const current = await credentials.read(account).catch((error: unknown) => {
      if (error instanceof BelfryError) return undefined; // Removed meanwhile, or locked: nothing of ours to replace.
      throw error;
    });
    if (current?.token !== old.token) return false;
    try {
      await credentials.replace(account, next);
    } catch (error) {
      deps.log('error', `The renewed token of ${account.id} could not be stored`, { error: String(error) });
      throw stillRenewing(error);
    }
    return true;
  };

  return {
    renew(account, signal) {
      const known = working.get(account.id);
      if (known) return known;
      const work = renewNow(account, signal).finally(() => working.delete(account.id));
      working.set(account.id, work);
      return work;
    },
  };
}

/** Why, and what may explain it: a server that changes refresh tokens knows the old one no more once its answer was lost. */
function refusalOf(old: Credential, error: BelfryError): string {
  const lost = old.renewingSince === null ? '' : ' The answer to an earlier renewal was lost.';
  return `${reasonOf(error)}${lost}`;
}
