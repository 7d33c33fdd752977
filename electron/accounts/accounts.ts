import {
  type Account,
  type AccountInput,
  type AccountView,
  BelfryError,
  toInstant,
} from '../../shared/index.ts';
import { otherOwner, reasonOf, signInFirst, stillSending, unknownAccount } from './errors.ts';
import { keepAccount } from './keep.ts';
import { askOwner, refuseUnready } from './networks.ts';
import type { AccountGate, AccountState, AccountsNeeds } from './ports.ts';
import { type Refreshed, refreshAll } from './refresh.ts';
import { serverOrigin } from './server.ts';
import { createTokens } from './tokens.ts';
import { createTurns } from './turns.ts';

/** The door of this room. */
export type Accounts = AccountGate & {
  /** Opens every token once, so that `secrets()` is whole before a command runs. Never throws for a locked vault. */
  start(): Promise<void>;
  list(): Promise<AccountView[]>;
  /**
   * Asks the server whose token it is, stores the token, then the account. The same account again renews its token;
   * under another id it throws ALREADY_EXISTS. Instagram and Facebook: NOT_ALLOWED for now.
   */
  add(input: AccountInput): Promise<AccountView>;
  /** Asks the server again. Throws SIGN_IN_NEEDED, VAULT_UNAVAILABLE or what kept the answer away; the state is stored first. */
  verify(id: string): Promise<AccountView>;
  /** Forgets account and token. Throws CONFLICT while a post of it is being sent. */
  remove(id: string): Promise<void>;
  /** Texts that must never be shown or stored in the clear. */
  secrets(): readonly string[];
  /** The built-in step `refresh_tokens`. */
  refreshTokens(context: { signal: AbortSignal; say(text: string): void }): Promise<Refreshed>;
};

/** Builds the room; it does nothing before its first call. */
export function createAccounts(needs: AccountsNeeds): Accounts {
  const tokens = createTokens(needs);
  const inTurn = createTurns();
  const all = () => needs.config.current().accounts;
  const find = (id: string) => all().find((account) => account.id === id);
  const demand = (id: string): Account => {
    const account = find(id);
    if (!account) throw unknownAccount(id, all());
    return account;
  };

  /** Stores what was learned, tells clients when it is news, and the owner once when it needs them. */
  const learn = (account: Account, status: 'ready' | 'sign-in-needed', reason: string | null) =>
    inTurn(async () => {
      if (!find(account.id)) return; // Removed while its server was asked.
      const before = await needs.states.get(account.id);
      const tokenExpiresAt = before?.tokenExpiresAt ?? null;
      const checkedAt = needs.clock.now();
      await needs.states.save({ accountId: account.id, status, reason, tokenExpiresAt, checkedAt });
      if (before?.status === status && before.reason === reason) return;
      needs.changed();
      if (status === 'ready' && before?.status === 'sign-in-needed')
        needs.alert({ kind: 'account-ready', accountId: account.id });
      if (status === 'sign-in-needed' && before?.status !== 'sign-in-needed') {
        const { id, handle } = account;
        needs.alert({ kind: 'account', accountId: id, handle, reason: reason ?? '' });
      }
    });

  /** One question to the server; what it says about the token is stored before this returns or throws. */
  const check = async (account: Account, signal?: AbortSignal): Promise<void> => {
    const token = await tokens.read(account.id);
    try {
      const owner = await askOwner(needs, account.network, serverOrigin(account.server), token, signal);
      if (account.remoteId !== '' && owner.remoteId !== account.remoteId) throw otherOwner(account, owner);
      await learn(account, 'ready', null);
    } catch (error) {
      if (!(error instanceof BelfryError) || error.code !== 'SIGN_IN_NEEDED') throw error;
      // A token that was renewed meanwhile must not pay for the old one.
      if ((await tokens.read(account.id)) === token) await learn(account, 'sign-in-needed', reasonOf(error));
      throw error;
    }
  };

  const view = async (account: Account, state: AccountState | undefined): Promise<AccountView> => {
    const { id, network, server, handle } = account;
    const { status, reason } = await statusOf(account, state);
    const expires = state?.tokenExpiresAt ?? null;
    const tokenExpiresAt = expires === null ? null : toInstant(expires);
    return { id, network, server, handle, status, reason, tokenExpiresAt };
  };
  const statusOf = async (
    account: Account,
    state: AccountState | undefined,
  ): Promise<Pick<AccountView, 'status' | 'reason'>> => {
    try {
      await tokens.read(account.id);
    } catch (error) {
      if (!(error instanceof BelfryError)) throw error;
      const status = error.code === 'SIGN_IN_NEEDED' ? 'sign-in-needed' : 'locked';
      return { status, reason: reasonOf(error) };
    }
    return { status: state?.status ?? 'unknown', reason: state?.reason ?? null };
  };
  const viewOf = async (id: string) => view(demand(id), await needs.states.get(id));

  return {
    async start() {
      for (const account of all()) {
        const { status, reason } = await statusOf(account, undefined);
        if (status === 'locked') needs.log('warn', `The account ${account.id} cannot be used`, { reason });
      }
    },
    async list() {
      const states = new Map((await needs.states.all()).map((state) => [state.accountId, state]));
      return Promise.all(all().map((account) => view(account, states.get(account.id))));
    },
    async add(input) {
      refuseUnready(input.network);
      const server = serverOrigin(input.server);
      tokens.assertWritable();
      const owner = await askOwner(needs, input.network, server, input.token);
      const account = await inTurn(() => keepAccount(needs, tokens, input, server, owner));
      await learn(account, 'ready', null);
      needs.changed();
      return viewOf(account.id);
    },
    async verify(id) {
      await check(demand(id));
      return viewOf(id);
    },
    remove: (id) =>
      inTurn(async () => {
        demand(id);
        if (await needs.sending(id)) throw stillSending(id);
        // The secret first: a crash in between leaves an account that asks for sign-in, not a secret that nobody sees.
        await tokens.remove(id);
        await needs.config.change((raw) => ({
          ...raw,
          accounts: (raw.accounts ?? []).filter((account) => account.id !== id),
        }));
        await needs.states.forget(id);
        needs.changed();
      }),
    account(id) {
      const account = find(id);
      // Written by hand it may carry a path or a final slash.
      return account && { ...account, server: new URL(account.server).origin };
    },
    async accountStatus(id) {
      const account = find(id);
      return account ? (await statusOf(account, await needs.states.get(id))).status : 'unknown';
    },
    async token(id) {
      const account = demand(id);
      const state = await needs.states.get(id);
      if (state?.status === 'sign-in-needed') throw signInFirst(account, state.reason);
      serverOrigin(account.server); // Throws for one that the token must not be sent to.
      return tokens.read(id);
    },
    async signInNeeded(id, reason) {
      const account = find(id);
      if (account) await learn(account, 'sign-in-needed', reason);
    },
    async ready(id) {
      const account = find(id);
      if (account) await learn(account, 'ready', null);
    },
    secrets: tokens.seen,
    refreshTokens: (context) => refreshAll(all(), check, context),
  };
}
