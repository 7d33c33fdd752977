import {
  type Account,
  type AccountInput,
  type AccountMediaInput,
  type AccountMediaView,
  type AccountMove,
  type AccountPatch,
  type AccountView,
  BelfryError,
  type BucketKey,
  inTurn,
  waitsForOwner,
} from '../../shared/index.ts';
import { type Candidate, endingSoon, providerOf, renewalUrgent, ServerMoved } from '../networks/index.ts';
import { createApps } from './apps.ts';
import { createBucketKeys } from './bucket-keys.ts';
import { createCredentials } from './credentials.ts';
import {
  chooseOne,
  notMoved,
  otherOwner,
  reasonOf,
  sameAccount,
  signInFirst,
  stillSending,
  unknownAccount,
} from './errors.ts';
import { giveBack } from './give-back.ts';
import { keepAccount, knownAs, type Wish } from './keep.ts';
import { createMediaChoice } from './media-choice.ts';
import type { AccountGate, AccountsNeeds } from './ports.ts';
import { createRecords } from './records.ts';
import { type Refreshed, refreshAll } from './refresh.ts';
import { createRenewals } from './renew.ts';
import { serverOrigin } from './server.ts';
import { createSignInDoor, placeOf, type SignInDoor } from './sign-in-door.ts';
import { createStates } from './states.ts';

/** The door of this room. */
export type Accounts = AccountGate &
  SignInDoor & {
    /** Opens every token once, so that `secrets()` is whole before a command runs. Never throws for a locked vault. */
    start(): Promise<void>;
    /** config.json has changed: tells of accounts that stopped working, or work again, by that. */
    look(): Promise<void>;
    list(): Promise<AccountView[]>;
    /**
     * Asks the server whose token it is, stores the token, then the account. The same account again renews its token;
     * under another id it throws ALREADY_EXISTS. BAD_INPUT when the token opens several accounts and none is named.
     */
    add(input: AccountInput): Promise<AccountView>;
    /** Asks the server again. Throws SIGN_IN_NEEDED, VAULT_UNAVAILABLE or what kept the answer away; the state is stored first. */
    verify(id: string): Promise<AccountView>;
    /**
     * Takes another address for an account, left out the one that its server names; its token is sent there, which is the
     * caller's wish. Throws SIGN_IN_NEEDED when it is refused or another's there, ALREADY_EXISTS, BAD_INPUT, NETWORK_*.
     */
    setServer(move: AccountMove): Promise<AccountView>;
    /** Changes what a person may choose of an account. Throws NOT_FOUND. */
    set(patch: AccountPatch): Promise<AccountView>;
    /** Forgets account and token, which is given back to its server as well as may be. Throws CONFLICT while a post of it is being sent. */
    remove(id: string): Promise<void>;
    /** Texts that must never be shown or stored in the clear. */
    secrets(): readonly string[];
    /** The built-in step `refresh_tokens`. */
    refreshTokens(context: { signal: AbortSignal; say(text: string): void }): Promise<Refreshed>;

    /** What is done with the pictures and films of an account. Throws NOT_FOUND. */
    media(id: string): Promise<AccountMediaView>;
    /** Changes that, and stores the key of its bucket when one is given. Throws BAD_INPUT, VAULT_UNAVAILABLE. */
    setMedia(input: AccountMediaInput): Promise<AccountMediaView>;
    /** Throws NOT_FOUND, VAULT_UNAVAILABLE. */
    bucketKey(id: string): Promise<BucketKey>;
  };

/** Builds the room; it does nothing before its first call. */
export function createAccounts(needs: AccountsNeeds): Accounts {
  const seen = new Set<string>();
  const records = createRecords(needs);
  const credentials = createCredentials(records, seen, needs.log);
  const appStore = createApps(records, seen, needs.log);
  const bucketKeys = createBucketKeys(records, seen);
  const turn = inTurn();
  const states = createStates(needs, credentials, turn);
  const renewals = createRenewals(needs, credentials, turn);
  const all = () => needs.config.current().accounts;
  const find = (id: string) => all().find((account) => account.id === id);
  const demand = (id: string): Account => {
    const account = find(id);
    if (!account) throw unknownAccount(id, all());
    return account;
  };
  const viewOf = async (id: string) => states.view(demand(id), await needs.states.get(id));

  /** Keeps an account that its network has confirmed just now. */
  const keep = async (wish: Wish, candidate: Candidate) => {
    const account = await turn(() => keepAccount(needs, credentials, wish, candidate));
    await states.learn(account, 'ready', null);
    needs.changed();
    return viewOf(account.id);
  };

  /** One question to the server; what it says about the token is stored before this returns or throws. */
  const check = async (account: Account, rights: boolean, signal?: AbortSignal): Promise<void> => {
    const credential = await credentials.read(account);
    try {
      const at = { ...account, server: serverOrigin(account.server) };
      const door = providerOf(credential.kind);
      const owner = await door.owner(needs, at, credential, signal);
      if (account.remoteId !== '' && owner.remoteId !== account.remoteId) throw otherOwner(account, owner);
      if (rights) await door.rights(needs, { ...at, remoteId: owner.remoteId }, credential, signal);
      await states.learn(account, 'ready', null);
    } catch (error) {
      if (error instanceof ServerMoved)
        await states.learn(account, 'moved', movedWords(account, error), error.to);
      if (!(error instanceof BelfryError) || error.code !== 'SIGN_IN_NEEDED') throw error;
      // A token that was renewed, or removed, meanwhile must not pay for the old one.
      const now = await credentials.read(account).catch(() => undefined);
      if (now?.token === credential.token) await states.learn(account, 'sign-in-needed', reasonOf(error));
      throw error;
    }
  };
  /** What a server that sends requests elsewhere says; undefined for every other answer. */
  const whereTo = async (account: Account): Promise<ServerMoved | undefined> => {
    try {
      const credential = await credentials.read(account);
      const at = { ...account, server: serverOrigin(account.server) };
      await providerOf(credential.kind).owner(needs, at, credential);
      return undefined;
    } catch (error) {
      if (!(error instanceof BelfryError)) throw error;
      return error instanceof ServerMoved ? error : undefined;
    }
  };
  /** Rights do not change by themselves, so those of an account that works are not asked for again. */
  const checkAgain = async (account: Account, signal: AbortSignal): Promise<void> => {
    const state = await needs.states.get(account.id);
    await check(account, state?.status !== 'ready', signal);
  };
  const ending = async (account: Account): Promise<string | null> => {
    const credential = await credentials.read(account);
    const reason = endingSoon(credential, providerOf(credential.kind).renewal, needs.clock.now());
    if (reason !== null)
      needs.alert({ kind: 'account-ending', accountId: account.id, handle: account.handle, reason });
    return reason;
  };

  /** Records of older versions do not say yet which server they were given for. */
  const bind = async (account: Account): Promise<void> => {
    for (const kept of [credentials, bucketKeys]) {
      try {
        await kept.bind(account);
      } catch (error) {
        if (!(error instanceof BelfryError)) throw error;
        // That there is none is told by the account's standing.
        if (error.code !== 'SIGN_IN_NEEDED')
          needs.log('warn', `The server of ${account.id} is kept in memory only`, { error: error.message });
      }
    }
  };

  /** Accounts whose secret is missing, locked or for another server, as it was told last. */
  const troubled = new Set<string>();
  const look = async (): Promise<void> => {
    for (const account of all()) {
      const state = await needs.states.get(account.id);
      const { status, reason } = await states.standing(account, state);
      const { id, handle } = account;
      const isNew = waitsForOwner(status) && state?.status !== status;
      if (isNew && !troubled.has(id)) {
        troubled.add(id);
        needs.log('warn', `The account ${id} cannot be used`, { reason });
        needs.alert({ kind: 'account', accountId: id, handle, reason: reason ?? '' });
      }
      if (!isNew && troubled.delete(id)) needs.alert({ kind: 'account-ready', accountId: id });
    }
  };

  const signIns = createSignInDoor(needs, appStore, { records, states, demand, keep });

  return {
    async start() {
      for (const account of all()) await turn(() => bind(account));
      await look();
    },
    look,
    async list() {
      const known = new Map((await needs.states.all()).map((state) => [state.accountId, state]));
      return Promise.all(all().map((account) => states.view(account, known.get(account.id))));
    },
    async add(input) {
      const { network, remoteId } = input;
      const { server, door } = placeOf(input);
      records.assertWritable();
      seen.add(input.token);
      const app = door.login === undefined ? undefined : await appStore.read(server);
      const opened = await door.open(needs, { network, server, app }, input.token);
      const fitting = opened.filter(({ owner }) => remoteId === undefined || owner.remoteId === remoteId);
      const [candidate] = fitting;
      if (!candidate || fitting.length > 1) throw chooseOne(opened, remoteId);
      return keep({ id: input.id, network, server }, candidate);
    },
    async verify(id) {
      await check(demand(id), true);
      return viewOf(id);
    },
    async setServer({ id, server: wanted }) {
      const account = demand(id);
      const server = wanted ?? (await needs.states.get(id))?.movedTo;
      if (!server) throw notMoved(id);
      const moved = { ...account, server: serverOrigin(server) };
      const credential = await credentials.stored(account);
      const owner = await providerOf(credential.kind).owner(needs, moved, credential);
      if (account.remoteId !== '' && owner.remoteId !== account.remoteId) throw otherOwner(moved, owner);
      await turn(async () => {
        demand(id);
        const known = knownAs(all(), moved, owner.remoteId);
        if (known && known.id !== id) throw sameAccount(known, id);
        // The token first: a crash in between leaves an account that says what happened, and takes the same call again.
        await credentials.write(moved, credential);
        await needs.config.change((raw) => ({
          ...raw,
          accounts: (raw.accounts ?? []).map((other) =>
            other.id === id ? { ...other, server: moved.server } : other,
          ),
        }));
      });
      await states.learn(moved, 'ready', null);
      needs.changed();
      return viewOf(id);
    },
    set: ({ id, order }) =>
      turn(async () => {
        demand(id);
        await needs.config.change((raw) => ({
          ...raw,
          accounts: (raw.accounts ?? []).map((other) =>
            other.id === id && order !== undefined ? { ...other, order } : other,
          ),
        }));
        needs.changed();
        return viewOf(id);
      }),
    remove: (id) =>
      turn(async () => {
        const account = demand(id);
        if (await needs.sending(id)) throw stillSending(id);
        const last = await credentials.stored(account).catch(() => undefined); // One that cannot be opened cannot be given back.
        // The secret first: a crash in between leaves an account that asks for sign-in, not a secret that nobody sees.
        await credentials.remove(id);
        await bucketKeys.remove(id);
        await needs.config.change((raw) => ({
          ...raw,
          accounts: (raw.accounts ?? []).filter((other) => other.id !== id),
        }));
        await needs.states.forget(id);
        needs.changed();
        if (last) void giveBack(needs, account, last);
      }),
    account(id) {
      const account = find(id);
      // Written by hand it may carry a final slash or capitals.
      return account && { ...account, server: serverOrigin(account.server) };
    },
    async accountStatus(id) {
      const account = find(id);
      return account ? (await states.standing(account, await needs.states.get(id))).status : 'unknown';
    },
    async token(id) {
      const account = demand(id);
      const state = await needs.states.get(id);
      if (state?.status === 'sign-in-needed' || state?.status === 'moved')
        throw signInFirst(account, state.reason);
      const credential = await credentials.read(account);
      if (!renewalUrgent(credential, providerOf(credential.kind).renewal, needs.clock.now()))
        return credential.token;
      const failed = await renewals.renew(account).then(
        () => null,
        (error: unknown) => ({ error }),
      );
      const now = await credentials.read(account);
      // The old token is good until its end, and a new one that could not be stored is good as well.
      if (failed && now.expiresAt !== null && now.expiresAt <= needs.clock.now()) throw failed.error;
      return now.token;
    },
    async signInNeeded(id, reason) {
      const account = find(id);
      if (!account) return;
      const moved = await whereTo(account);
      if (moved) await states.learn(account, 'moved', movedWords(account, moved), moved.to);
      else await states.learn(account, 'sign-in-needed', reason);
    },
    async ready(id) {
      const account = find(id);
      if (account) await states.learn(account, 'ready', null);
    },
    secrets: () => [...seen],
    refreshTokens: (context) =>
      refreshAll(all(), { renew: renewals.renew, check: checkAgain, ending }, context),

    ...signIns,
    ...createMediaChoice({ config: needs.config, changed: needs.changed, demand, inTurn: turn }, bucketKeys),
    bucketKey: async (id) => bucketKeys.read(demand(id)),
  };
}

/** Why an account has moved, with the command that takes the new address. */
function movedWords({ id }: Account, { to }: ServerMoved): string {
  return `Its server sends requests to ${to}, where nothing was sent. If that is its new address, take it: belfry accounts set-server ${id} ${to}`;
}
