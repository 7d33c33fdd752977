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
import { idTaken } from './errors.ts';
import { knownAs, type Wish } from './keep.ts';
import type { AccountsNeeds } from './ports.ts';
import type { Records } from './records.ts';
import { serverOrigin } from './server.ts';
import { createSignIns } from './sign-in/sessions.ts';
import type { States } from './states.ts';

/** Signing in with the person's browser. */
export type SignInDoor = {
  /** Begins a sign-in. Throws BAD_INPUT, ALREADY_EXISTS, PORT_IN_USE, VAULT_UNAVAILABLE, NETWORK_*. */
  signIn(input: SignInInput): Promise<SignInView>;
  /** The same for an account that is there. */
  reconnect(input: ReconnectInput): Promise<SignInView>;
  /** The rest throws NOT_FOUND for a sign-in that is gone. */
  signInState(session: string): SignInView;
  finishSignIn(session: string, code: string): Promise<SignInView>;
  choose(session: string, remoteIds: readonly string[]): Promise<SignInView>;
  cancelSignIn(session: string): void;
  /** The person's apps at Meta that are kept here. */
  apps(): Promise<MetaAppView[]>;
  /** Ends sign-ins that are under way, and their listeners. */
  stop(): void;
};

export function createSignInDoor(
  needs: AccountsNeeds,
  apps: Apps,
  room: {
    records: Pick<Records, 'assertWritable'>;
    states: Pick<States, 'kindOf'>;
    demand(id: string): Account;
    keep(wish: Wish, candidate: Candidate): Promise<AccountView>;
  },
): SignInDoor {
  const { records, states, demand, keep } = room;
  const all = () => needs.config.current().accounts;
  /** Somebody else is signed in there: the browser must not use that session silently. */
  const othersAt = (server: string, expected?: Account) =>
    all().some(({ id, server: known }) => id !== expected?.id && serverOrigin(known) === server);

  const signIns = createSignIns({
    ...needs,
    apps,
    keep: ({ network, server, expected }, id, candidate) =>
      keep({ id: expected?.id ?? id, network: expected?.network ?? network, server }, candidate),
    known: ({ network, server }, remoteId) => knownAs(all(), { network, server }, remoteId)?.id ?? null,
  });
  return {
    async signIn(input) {
      const { server, door } = placeOf(input);
      records.assertWritable();
      const { network, id, code, app } = input;
      const taken = id === undefined ? undefined : all().find((account) => account.id === id);
      if (taken) throw idTaken(taken.id, taken);
      const another = othersAt(server);
      return signIns.begin({ network, server, door, id, expected: undefined, another, code, app });
    },
    async reconnect({ id, code, app }) {
      const expected = demand(id);
      const { network } = expected;
      const server = serverOrigin(expected.server);
      records.assertWritable();
      const kind = await states.kindOf(expected);
      const door = kind === undefined ? providerFor(network, server) : providerOf(kind);
      const another = othersAt(server, expected);
      return signIns.begin({ network, server, door, id, expected, another, code, app });
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
export function placeOf(input: Pick<AccountInput, 'network' | 'server' | 'login'>): {
  server: string;
  door: SignInProvider;
} {
  const server = serverOrigin(input.server ?? usualServer(input.network, input.login) ?? '');
  return { server, door: providerFor(input.network, server, input.login) };
}
