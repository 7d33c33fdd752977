import {
  type Account,
  type AccountStatus,
  type AccountView,
  BelfryError,
  type Config,
  type Turns,
  toInstant,
  waitsForOwner,
} from '../../shared/index.ts';
import { type Credential, endingSoon, providerOf } from '../networks/index.ts';
import type { Credentials } from './credentials.ts';
import type { AccountState, AccountsDeps } from './deps.ts';
import { reasonOf } from './errors.ts';

type Standing = { status: AccountStatus; reason: string | null; expiresAt: number | null };

/** What is known of accounts: stored states, and whether their secrets can be opened now. */
export type States = ReturnType<typeof createStates>;

export function createStates(
  deps: Pick<AccountsDeps, 'states' | 'clock' | 'changed' | 'alert'> & { config: { current(): Config } },
  credentials: Pick<Credentials, 'read'>,
  inTurn: Turns,
) {
  const exists = (id: string) => deps.config.current().accounts.some((account) => account.id === id);

  /** Stores what was learned, announces changes, and alerts the owner once when they are needed. */
  const recordState = (
    account: Account,
    status: 'ready' | 'sign-in-needed' | 'moved',
    reason: string | null,
    movedTo: string | null = null,
  ) =>
    inTurn(async () => {
      if (!exists(account.id)) return; // Removed while its server was asked.
      const before = await deps.states.get(account.id);
      const tokenExpiresAt = (await opened(account))?.expiresAt ?? before?.tokenExpiresAt ?? null;
      const checkedAt = deps.clock.now();
      await deps.states.save({ accountId: account.id, status, reason, tokenExpiresAt, checkedAt, movedTo });
      if (before?.status === status && before.reason === reason && before.tokenExpiresAt === tokenExpiresAt)
        return;
      deps.changed();
      const { id, handle } = account;
      if (status === 'ready' && before && waitsForOwner(before.status))
        deps.alert({ kind: 'account-ready', accountId: account.id });
      if (status === 'ready' || before?.status === status) return;
      const kind = status === 'moved' ? 'account-moved' : 'account';
      deps.alert({ kind, accountId: id, handle, reason: reason ?? '' });
    });

  /** The credential, when it can be opened; `standing` says why not. */
  const opened = async (account: Account): Promise<Credential | undefined> => {
    try {
      return await credentials.read(account);
    } catch (error) {
      if (error instanceof BelfryError) return undefined;
      throw error;
    }
  };
  const standing = async (account: Account, state: AccountState | undefined): Promise<Standing> => {
    try {
      const credential = await credentials.read(account);
      const status = state?.status ?? 'unknown';
      const ending = waitsForOwner(status)
        ? null
        : endingSoon(credential, providerOf(credential.kind).renewal, deps.clock.now());
      return { status, reason: state?.reason ?? ending, expiresAt: credential.expiresAt };
    } catch (error) {
      if (!(error instanceof BelfryError)) throw error;
      const status = error.code === 'SIGN_IN_NEEDED' ? 'sign-in-needed' : 'locked';
      return { status, reason: reasonOf(error), expiresAt: state?.tokenExpiresAt ?? null };
    }
  };
  return {
    recordState,
    standing,
    /** How the account signed in; undefined when its secret cannot be opened. */
    kindOf: async (account: Account) => (await opened(account))?.kind,
    async view(account: Account, state: AccountState | undefined): Promise<AccountView> {
      const { id, network, server, handle, order = 'independent' } = account;
      const { status, reason, expiresAt } = await standing(account, state);
      const tokenExpiresAt = expiresAt === null ? null : toInstant(expiresAt);
      const movedTo = status === 'moved' ? (state?.movedTo ?? null) : null;
      return { id, network, server, handle, status, reason, tokenExpiresAt, movedTo, order };
    },
  };
}
