import {
  type Account,
  type AccountView,
  type BelfryError,
  type Log,
  type MetaApp,
  type Millis,
  type Network,
  type SignInView,
  toInstant,
} from '../../../shared/index.ts';
import type { Candidate, HttpDeps, SignInProvider, StartedSignIn } from '../../networks/index.ts';
import type { App, Apps } from '../apps.ts';
import { declined, notAmong, notNow, otherSession, tooLate, withoutCode } from './errors.ts';
import { listenFor } from './listen.ts';
import type { Outcome } from './loopback.ts';
import { type Returned, readPasted, returned } from './pasted.ts';
import { createProof, createSecret, isSame } from './proof.ts';
import { appFrom, asError, fitting, outcomeOf } from './session-words.ts';

/** What a sign-in is about. */
export type SignInRequest = {
  network: Network;
  /** Origin. */
  server: string;
  door: SignInProvider;
  /** How a new account is to be called. */
  id: string | undefined;
  /** The account that is signed in again. */
  expected: Account | undefined;
  /** The browser must not use its session silently. */
  another: boolean;
  /** No listener: a person brings the code. */
  code: boolean;
  app: MetaApp | undefined;
};

export type SessionNeeds = HttpDeps & {
  log: Log;
  apps: Apps;
  /** Keeps an account with its credential. */
  keep(request: SignInRequest, id: string | undefined, candidate: Candidate): Promise<AccountView>;
  /** Id here of an account that is there already; null for a new one. */
  known(request: SignInRequest, remoteId: string): string | null;
  changed(): void;
};

/** One sign-in, from the link for the browser to the kept account. */
export type Session = {
  readonly id: string;
  readonly endsAt: Millis;
  view(): SignInView;
  /** A code or an address from the person. Throws BAD_INPUT, CONFLICT, and what the network says; then it still waits, but for the last. */
  bring(text: string): Promise<SignInView>;
  choose(remoteIds: readonly string[]): Promise<SignInView>;
  /** Ends it; does nothing to one that is over. */
  end(error: BelfryError | null): void;
};

/** Begins a sign-in that is over after `lifeMs`. Throws BAD_INPUT, PORT_IN_USE, VAULT_UNAVAILABLE, NETWORK_*; nothing is left open then. */
export async function openSession(
  needs: SessionNeeds,
  request: SignInRequest,
  lifeMs: number,
): Promise<Session> {
  const { server, network, door, expected } = request;
  const id = createSecret();
  const state = createSecret();
  const abort = new AbortController();
  const endsAt = needs.clock.now() + lifeMs;
  let status: SignInView['status'] = 'waiting';
  let error: BelfryError | null = null;
  let candidates: Candidate[] = [];
  const accounts: AccountView[] = [];

  const become = (next: SignInView['status'], why: BelfryError | null = null) => {
    status = next;
    error = why;
    if (next === 'done' || next === 'failed') {
      cancelTimer();
      if (visited) listener?.closeSoon();
      else listener?.close();
    }
    // A registration that led nowhere may be one that the server has forgotten: the next sign-in makes a new one.
    if (next === 'failed' && door.login === undefined && stored === begun.app) needs.apps.forget(server);
    needs.changed();
  };
  const keep = async (chosen: readonly Candidate[]) => {
    become('checking');
    try {
      for (const candidate of chosen) {
        const wanted = chosen.length === 1 ? request.id : undefined;
        accounts.push(await needs.keep(request, wanted, candidate));
      }
    } catch (thrown) {
      become('failed', asError(thrown));
      throw thrown;
    }
    become('done');
  };
  /** The browser's answer becomes accounts; `patient` when a mistake may be put right by bringing another answer. */
  const receive = async (answer: Returned, patient: boolean) => {
    become('checking');
    try {
      if ('refusal' in answer) throw declined(server, answer.refusal);
      candidates = fitting(expected, await begun.exchange(answer.code, abort.signal), server);
      if (abort.signal.aborted) return;
      await remember(needs, stored, begun.app);
    } catch (thrown) {
      if (abort.signal.aborted) return;
      const why = asError(thrown);
      const mayTryAgain = patient && why.code !== 'CONFLICT' && !('refusal' in answer);
      become(mayTryAgain ? 'waiting' : 'failed', why);
      throw thrown;
    }
    if (candidates.length === 1) await keep(candidates);
    else become('choose');
  };
  let visited = false;
  let taken: Promise<Outcome> | undefined;
  const take = async (query: URLSearchParams): Promise<Outcome | undefined> => {
    const answer = returned(query);
    if (!answer) return undefined;
    // Some servers send a refusal without its state. To end this sign-in that is enough, to accept one it never is.
    const isBareRefusal = 'refusal' in answer && answer.state === null;
    if (!isBareRefusal && !isSame(answer.state ?? '', state)) return undefined;
    // Browsers ask twice now and then; the code is used once, and both see how it ended.
    if (taken === undefined && status !== 'waiting') return undefined;
    visited = true;
    taken ??= receive(answer, false).then(
      () => outcomeOf(view()),
      () => outcomeOf(view()),
    );
    return taken;
  };
  const view = (): SignInView => ({
    session: id,
    network,
    server,
    account: expected?.id ?? null,
    url: begun.url,
    mode: begun.mode,
    status,
    choices: candidates.map(({ owner: { remoteId, handle } }) => ({
      remoteId,
      handle,
      known: needs.known(request, remoteId),
    })),
    accounts: [...accounts],
    error: error?.toWire() ?? null,
    endsAt: toInstant(endsAt),
  });

  const stored = await needs.apps.read(server);
  const app = request.app ? appFrom(request.app, server) : stored;
  const listener = request.code ? undefined : await listenFor(door.wanted(app), take, needs);
  let begun: StartedSignIn;
  try {
    const listening = listener?.address ?? null;
    const { another } = request;
    begun = await door.begin(needs, {
      proof: createProof(),
      network,
      server,
      app,
      listening,
      state,
      another,
      signal: abort.signal,
    });
  } catch (thrown) {
    listener?.close();
    throw thrown;
  }
  if (begun.mode === 'code') listener?.close();

  const end = (why: BelfryError | null) => {
    if (status === 'done' || status === 'failed') return;
    abort.abort();
    visited = false;
    become('failed', why);
  };
  const cancelTimer = needs.clock.setTimer(lifeMs, () => end(tooLate(server)));

  return {
    id,
    endsAt,
    view,
    end,
    async bring(text) {
      if (status !== 'waiting') throw notNow(status);
      const answer = readPasted(text);
      if (!answer) throw withoutCode();
      if (answer.state !== null && !isSame(answer.state, state)) throw otherSession();
      await receive(answer, true);
      return view();
    },
    async choose(remoteIds) {
      if (status !== 'choose') throw notNow(status);
      const unknown = remoteIds.filter((one) => !candidates.some(({ owner }) => owner.remoteId === one));
      if (unknown.length > 0) throw notAmong(unknown);
      await keep(candidates.filter(({ owner }) => remoteIds.includes(owner.remoteId)));
      return view();
    },
  };
}

async function remember(needs: SessionNeeds, stored: App | undefined, app: App): Promise<void> {
  if (stored !== app) await needs.apps.write(app);
}
