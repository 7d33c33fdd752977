import {
  type Account,
  type AccountInput,
  type AccountView,
  type MetaAppView,
  type ReconnectInput,
  type SignInInput,
  type SignInView,
  usualServer,
} from '../../shared/index.ts';
import { type Candidate, providerFor, providerOf, type SignInProvider } from '../networks/index.ts';
import { type Apps, metaApps } from './apps.ts';
import type { AccountsDeps } from './deps.ts';
import { idTaken, signInMinutes, unknownSession } from './errors.ts';
import { type AccountTarget, findKnownAccount } from './identity.ts';
import type { Records } from './records.ts';
import { serverOrigin } from './server.ts';
import { openSession, type Session, type SessionDeps, type SignInRequest } from './sign-in-session.ts';
import type { States } from './states.ts';

/** Signing in with the user's browser. */
export type SignInService = {
  /** Begins a sign-in. Throws BAD_INPUT, ALREADY_EXISTS, PORT_IN_USE, VAULT_UNAVAILABLE, NETWORK_*. */
  signIn(input: SignInInput): Promise<SignInView>;
  /** The same for an account that is there. */
  reconnect(input: ReconnectInput): Promise<SignInView>;
  /** The rest throws NOT_FOUND for a sign-in that is gone. */
  signInState(session: string): SignInView;
  finishSignIn(session: string, code: string): Promise<SignInView>;
  choose(session: string, remoteIds: readonly string[]): Promise<SignInView>;
  cancelSignIn(session: string): void;
  /** The user's apps at Meta that are kept here. */
  apps(): Promise<MetaAppView[]>;
  /** Ends sign-ins that are under way, and their listeners. */
  stop(): void;
};

export function createSignInService(
  deps: AccountsDeps,
  apps: Apps,
  service: {
    records: Pick<Records, 'assertWritable'>;
    states: Pick<States, 'kindOf'>;
    requireAccount(id: string): Account;
    keep(wish: AccountTarget, candidate: Candidate): Promise<AccountView>;
  },
): SignInService {
  const { records, states, requireAccount, keep } = service;
  const all = () => deps.config.current().accounts;
  /** Someone else is signed in there: the browser must not use that session silently. */
  const othersAt = (server: string, expected?: Account) =>
    all().some(({ id, server: known }) => id !== expected?.id && serverOrigin(known) === server);

  const signIns = createSignIns({
    ...deps,
    apps,
    keep: ({ network, server, expected }, id, candidate) =>
      keep({ id: expected?.id ?? id, network: expected?.network ?? network, server }, candidate),
    known: ({ network, server }, remoteId) =>
      findKnownAccount(all(), { network, server }, remoteId)?.id ?? null,
  });
  return {
    async signIn(input) {
      const { server, provider } = resolveServer(input);
      records.assertWritable();
      const { network, id, code, app } = input;
      const taken = id === undefined ? undefined : all().find((account) => account.id === id);
      if (taken) throw idTaken(taken.id, taken);
      const another = othersAt(server);
      return signIns.begin({ network, server, provider, id, expected: undefined, another, code, app });
    },
    async reconnect({ id, code, app }) {
      const expected = requireAccount(id);
      const { network } = expected;
      const server = serverOrigin(expected.server);
      records.assertWritable();
      const kind = await states.kindOf(expected);
      const provider = kind === undefined ? providerFor(network, server) : providerOf(kind);
      const another = othersAt(server, expected);
      return signIns.begin({ network, server, provider, id, expected, another, code, app });
    },
    signInState: signIns.state,
    finishSignIn: signIns.finish,
    choose: signIns.choose,
    cancelSignIn: signIns.cancel,
    apps: () => metaApps(apps, all()),
    stop: signIns.stop,
  };
}

/** The server that is meant, and the way to sign in there. Throws BAD_INPUT for an address that cannot be used. */
export function resolveServer(input: Pick<AccountInput, 'network' | 'server' | 'login'>): {
  server: string;
  provider: SignInProvider;
} {
  const server = serverOrigin(input.server ?? usualServer(input.network, input.login) ?? '');
  return { server, provider: providerFor(input.network, server, input.login) };
}

const lifeMs = signInMinutes * 60_000;
/** More at once is a mistake; the oldest ends. */
const maxSessions = 20;

/** Sign-ins on their way; they live in memory, and end with the engine. */
type SignIns = {
  begin(request: SignInRequest): Promise<SignInView>;
  /** These throw NOT_FOUND for a sign-in that is over and gone. */
  state(session: string): SignInView;
  finish(session: string, text: string): Promise<SignInView>;
  choose(session: string, remoteIds: readonly string[]): Promise<SignInView>;
  cancel(session: string): void;
  /** Ends all; their listeners close. */
  stop(): void;
};

function createSignIns(deps: SessionDeps): SignIns {
  const sessions = new Map<string, Session>();
  const find = (id: string): Session => {
    const session = sessions.get(id);
    if (!session) throw unknownSession();
    return session;
  };
  const drop = (session: Session) => {
    session.end(null);
    sessions.delete(session.id);
  };
  const tidy = () => {
    const now = deps.clock.now();
    // How one ended can be asked for as long again as it could last.
    for (const session of sessions.values()) if (now > session.endsAt + lifeMs) drop(session);
    const [oldest] = sessions.values();
    if (oldest && sessions.size >= maxSessions) drop(oldest);
  };
  return {
    async begin(request) {
      tidy();
      const session = await openSession(deps, request, lifeMs);
      sessions.set(session.id, session);
      return session.view();
    },
    state: (id) => find(id).view(),
    finish: (id, text) => find(id).submit(text),
    choose: (id, remoteIds) => find(id).choose(remoteIds),
    cancel: (id) => drop(find(id)),
    stop() {
      for (const session of sessions.values()) drop(session);
    },
  };
}
