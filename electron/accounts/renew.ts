import { type Account, BelfryError, type Clock, type Log, type Turns } from '../../shared/index.ts';
import { type Credential, type HttpDeps, providerOf, renewalDue, Unreachable } from '../networks/index.ts';
import type { Credentials } from './credentials.ts';
import { reasonOf, stillRenewing } from './errors.ts';
import { serverOrigin } from './server.ts';

export type Renewed = 'renewed' | 'not due' | 'refused';

/** Renews tokens, one renewal per account at a time. */
export type Renewals = {
  /**
   * Renews the account's token when it is due. The old token stays in force until the new one is stored.
   * `refused` when the network will not (the old one may live on); throws NETWORK_*, VAULT_UNAVAILABLE, HOME_UNUSABLE.
   */
  renew(account: Account, signal?: AbortSignal): Promise<Renewed>;
};

export function createRenewals(
  needs: HttpDeps & { clock: Clock; log: Log },
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
      fresh = await ask(needs, serverOrigin(account.server), old, signal);
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
    const now = needs.clock.now();
    const { renew, renewal } = providerOf(old.kind);
    if (!renew || !renewalDue(old, renewal, now)) return undefined;
    await credentials.write(account, { ...old, renewingSince: now });
    return old;
  };
  /** False when somebody signed in meanwhile: theirs is newer. */
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
      needs.log('error', `The renewed token of ${account.id} could not be stored`, { error: String(error) });
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
