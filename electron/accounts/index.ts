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
  type Log,
  waitsForOwner,
} from '../../shared/index.ts';
import {
  type Candidate,
  type Credential,
  endingSoon,
  type HttpDeps,
  providerOf,
  renewalUrgent,
  ServerMoved,
} from '../networks/index.ts';
import { createApps } from './apps.ts';
import { createCredentials, createRenewals, type Refreshed, refreshAll } from './credentials.ts';
import type { AccountGate, AccountsDeps } from './deps.ts';
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
import { type AccountTarget, findKnownAccount, saveAccount } from './identity.ts';
import { createBucketKeys, createMediaChoice } from './media-hosting.ts';
import { createRecords } from './records.ts';
import { serverOrigin } from './server.ts';
import { createSignInService, resolveServer, type SignInService } from './sign-in.ts';
import { createStates } from './states.ts';

export type { AccountState, AccountStates, SealedSecret, SecretsFile, Vault } from './deps.ts';
export { openKeyVault } from './key-vault.ts';

/** Accounts with their sign-ins, tokens and states. */
export type Accounts = AccountGate &
  SignInService & {
    /** Opens every token once, so that `knownSecrets` is whole before a command runs. Never throws for a locked vault. */
    start(): Promise<void>;
    /** config.json has changed: alerts about accounts that stopped working, or work again, by that. */
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
    /** Changes the choices of the user about an account. Throws NOT_FOUND. */
    set(patch: AccountPatch): Promise<AccountView>;
    /** Forgets account and token, which is revoked at its server if possible. Throws CONFLICT while a post of it is being sent. */
    remove(id: string): Promise<void>;
    /** The built-in step `refresh_tokens`. */
    refreshTokens(context: { signal: AbortSignal; say(text: string): void }): Promise<Refreshed>;

    /** What is done with the pictures and films of an account. Throws NOT_FOUND. */
    media(id: string): Promise<AccountMediaView>;
    /** Changes that, and stores the key of its bucket when one is given. Throws BAD_INPUT, VAULT_UNAVAILABLE. */
    setMedia(input: AccountMediaInput): Promise<AccountMediaView>;
    /** Throws NOT_FOUND, VAULT_UNAVAILABLE. */
    bucketKey(id: string): Promise<BucketKey>;
  };

/** Builds the module; it does nothing before its first call. */
export function createAccounts(deps: AccountsDeps): Accounts {
  const { knownSecrets } = deps;
  const records = createRecords(deps);
  const credentials = createCredentials(records, knownSecrets, deps.log);
  const appStore = createApps(records, knownSecrets, deps.log);
  const bucketKeys = createBucketKeys(records, knownSecrets);
  const turn = inTurn();
  const states = createStates(deps, credentials, turn);
  const renewals = createRenewals(deps, credentials, turn);
  const all = () => deps.config.current().accounts;
  const find = (id: string) => all().find((account) => account.id === id);
  const requireAccount = (id: string): Account => {
    const account = find(id);
    if (!account) throw unknownAccount(id, all());
    return account;
  };
  const viewOf = async (id: string) => states.view(requireAccount(id), await deps.states.get(id));

  /** Keeps an account that its network has confirmed just now. */
  const keep = async (target: AccountTarget, candidate: Candidate) => {
    const account = await turn(() => saveAccount(deps, credentials, target, candidate));
    await states.recordState(account, 'ready', null);
    deps.changed();
    return viewOf(account.id);
  };

  /** One question to the server; what it says about the token is stored before this returns or throws. */
  const check = async (account: Account, rights: boolean, signal?: AbortSignal): Promise<void> => {
    const credential = await credentials.read(account);
    try {
      const at = { ...account, server: serverOrigin(account.server) };
      const provider = providerOf(credential.kind);
      const owner = await provider.owner(deps, at, credential, signal);
      if (account.remoteId !== '' && owner.remoteId !== account.remoteId) throw otherOwner(account, owner);
      if (rights) await provider.rights(deps, { ...at, remoteId: owner.remoteId }, credential, signal);
      await states.recordState(account, 'ready', null);
    } catch (error) {
      if (error instanceof ServerMoved)
        await states.recordState(account, 'moved', movedReason(account, error), error.to);
      if (!(error instanceof BelfryError) || error.code !== 'SIGN_IN_NEEDED') throw error;
      // A token that was renewed, or removed, meanwhile must not pay for the old one.
      const now = await credentials.read(account).catch(() => undefined);
      if (now?.token === credential.token)
        await states.recordState(account, 'sign-in-needed', reasonOf(error));
      throw error;
    }
  };
  /** What a server that sends requests elsewhere says; undefined for every other answer. */
  const findMove = async (account: Account): Promise<ServerMoved | undefined> => {
    try {
      const credential = await credentials.read(account);
      const at = { ...account, server: serverOrigin(account.server) };
      await providerOf(credential.kind).owner(deps, at, credential);
      return undefined;
    } catch (error) {
      if (!(error instanceof BelfryError)) throw error;
      return error instanceof ServerMoved ? error : undefined;
    }
  };
  /** Rights do not change by themselves, so those of an account that works are not asked for again. */
  const checkAgain = async (account: Account, signal: AbortSignal): Promise<void> => {
    const state = await deps.states.get(account.id);
    await check(account, state?.status !== 'ready', signal);
  };
  const ending = async (account: Account): Promise<string | null> => {
    const credential = await credentials.read(account);
    const reason = endingSoon(credential, providerOf(credential.kind).renewal, deps.clock.now());
    if (reason !== null)
      deps.alert({ kind: 'account-ending', accountId: account.id, handle: account.handle, reason });
    return reason;
  };

  /** Records of older versions do not say yet which server they were given for. */
  const bind = async (account: Account): Promise<void> => {
    for (const kept of [credentials, bucketKeys]) {
      try {
        await kept.bind(account);
      } catch (error) {
        if (!(error instanceof BelfryError)) throw error;
        // The account's status shows that there is none.
        if (error.code !== 'SIGN_IN_NEEDED')
          deps.log('warn', `The server of ${account.id} is kept in memory only`, { error: error.message });
      }
    }
  };

  /** Accounts whose secret is missing, locked or for another server, as reported last. */
  const troubled = new Set<string>();
  const look = async (): Promise<void> => {
    for (const account of all()) {
      const state = await deps.states.get(account.id);
      const { status, reason } = await states.standing(account, state);
      const { id, handle } = account;
      const isNew = waitsForOwner(status) && state?.status !== status;
      if (isNew && !troubled.has(id)) {
        troubled.add(id);
        deps.log('warn', `The account ${id} cannot be used`, { reason });
        deps.alert({ kind: 'account', accountId: id, handle, reason: reason ?? '' });
      }
      if (!isNew && troubled.delete(id)) deps.alert({ kind: 'account-ready', accountId: id });
    }
  };

  const signIns = createSignInService(deps, appStore, { records, states, requireAccount, keep });

  return {
    async start() {
      for (const account of all()) await turn(() => bind(account));
      await look();
    },
    look,
    async list() {
      const known = new Map((await deps.states.all()).map((state) => [state.accountId, state]));
      return Promise.all(all().map((account) => states.view(account, known.get(account.id))));
    },
    async add(input) {
      const { network, remoteId } = input;
      const { server, provider } = resolveServer(input);
      records.assertWritable();
      knownSecrets.add(input.token);
      const app = provider.login === undefined ? undefined : await appStore.read(server);
      const opened = await provider.open(deps, { network, server, app }, input.token);
      const fitting = opened.filter(({ owner }) => remoteId === undefined || owner.remoteId === remoteId);
      const [candidate] = fitting;
      if (!candidate || fitting.length > 1) throw chooseOne(opened, remoteId);
      return keep({ id: input.id, network, server }, candidate);
    },
    async verify(id) {
      await check(requireAccount(id), true);
      return viewOf(id);
    },
    async setServer({ id, server: wanted }) {
      const account = requireAccount(id);
      const server = wanted ?? (await deps.states.get(id))?.movedTo;
      if (!server) throw notMoved(id);
      const moved = { ...account, server: serverOrigin(server) };
      const credential = await credentials.stored(account);
      const owner = await providerOf(credential.kind).owner(deps, moved, credential);
      if (account.remoteId !== '' && owner.remoteId !== account.remoteId) throw otherOwner(moved, owner);
      await turn(async () => {
        requireAccount(id);
        const known = findKnownAccount(all(), moved, owner.remoteId);
        if (known && known.id !== id) throw sameAccount(known, id);
        // The token first: a crash in between leaves an account that says what happened, and takes the same call again.
        await credentials.write(moved, credential);
        await deps.config.change((raw) => ({
          ...raw,
          accounts: (raw.accounts ?? []).map((other) =>
            other.id === id ? { ...other, server: moved.server } : other,
          ),
        }));
      });
      await states.recordState(moved, 'ready', null);
      deps.changed();
      return viewOf(id);
    },
    set: ({ id, order }) =>
      turn(async () => {
        requireAccount(id);
        await deps.config.change((raw) => ({
          ...raw,
          accounts: (raw.accounts ?? []).map((other) =>
            other.id === id && order !== undefined ? { ...other, order } : other,
          ),
        }));
        deps.changed();
        return viewOf(id);
      }),
    remove: (id) =>
      turn(async () => {
        const account = requireAccount(id);
        if (await deps.sending(id)) throw stillSending(id);
        const last = await credentials.stored(account).catch(() => undefined); // One that cannot be opened cannot be given back.
        // The secret first: a crash in between leaves an account that asks for sign-in, not a hidden secret.
        await credentials.remove(id);
        await bucketKeys.remove(id);
        await deps.config.change((raw) => ({
          ...raw,
          accounts: (raw.accounts ?? []).filter((other) => other.id !== id),
        }));
        await deps.states.forget(id);
        deps.changed();
        if (last) void revokeToken(deps, account, last);
      }),
    account(id) {
      const account = find(id);
      // Written by hand it may carry a final slash or capitals.
      return account && { ...account, server: serverOrigin(account.server) };
    },
    async accountStatus(id) {
      const account = find(id);
      return account ? (await states.standing(account, await deps.states.get(id))).status : 'unknown';
    },
    async token(id) {
      const account = requireAccount(id);
      const state = await deps.states.get(id);
      if (state?.status === 'sign-in-needed' || state?.status === 'moved')
        throw signInFirst(account, state.reason);
      const credential = await credentials.read(account);
      if (!renewalUrgent(credential, providerOf(credential.kind).renewal, deps.clock.now()))
        return credential.token;
      const failed = await renewals.renew(account).then(
        () => null,
        (error: unknown) => ({ error }),
      );
      const now = await credentials.read(account);
      // The old token is good until its end, and a new one that could not be stored is good as well.
      if (failed && now.expiresAt !== null && now.expiresAt <= deps.clock.now()) throw failed.error;
      return now.token;
    },
    async signInNeeded(id, reason) {
      const account = find(id);
      if (!account) return;
      const moved = await findMove(account);
      if (moved) await states.recordState(account, 'moved', movedReason(account, moved), moved.to);
      else await states.recordState(account, 'sign-in-needed', reason);
    },
    async ready(id) {
      const account = find(id);
      if (account) await states.recordState(account, 'ready', null);
    },
    refreshTokens: (context) =>
      refreshAll(all(), { renew: renewals.renew, check: checkAgain, ending }, context),

    ...signIns,
    ...createMediaChoice(
      { config: deps.config, changed: deps.changed, requireAccount, inTurn: turn },
      bucketKeys,
    ),
    bucketKey: async (id) => bucketKeys.read(requireAccount(id)),
  };
}

/** Why an account has moved, with the command that takes the new address. */
function movedReason({ id }: Account, { to }: ServerMoved): string {
  return `Its server sends requests to ${to}, where nothing was sent. If that is its new address, take it: belfry accounts set-server ${id} ${to}`;
}

/** Makes the token of a removed account worthless on its server; when that fails, a token remains that is stored nowhere. */
async function revokeToken(
  deps: HttpDeps & { log: Log },
  account: Account,
  credential: Credential & { origin: string },
): Promise<void> {
  try {
    await providerOf(credential.kind).revoke?.(deps, credential.origin, credential);
  } catch (error) {
    deps.log('info', `The token of ${account.id} could not be given back`, { error: String(error) });
  }
}
