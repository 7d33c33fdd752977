import { createHash, timingSafeEqual } from 'node:crypto';
import { generateRandomState } from 'oauth4webapi';
import {
  type Account,
  type AccountView,
  BelfryError,
  type Log,
  type MetaApp,
  type Millis,
  type Network,
  type SignInView,
  toInstant,
  toWireError,
} from '../../shared/index.ts';
import type { App, Candidate, HttpDeps, SignInProvider, StartedSignIn } from '../networks/index.ts';
import type { Apps } from './apps.ts';
import {
  declined,
  notAmong,
  notNow,
  otherSession,
  otherUser,
  reasonOf,
  tooLate,
  withoutCode,
} from './errors.ts';
import { listenFor, type Outcome } from './loopback.ts';

/** What a sign-in is about. */
export type SignInRequest = {
  network: Network;
  /** Origin. */
  server: string;
  provider: SignInProvider;
  /** How a new account is to be called. */
  id: string | undefined;
  /** The account that is signed in again. */
  expected: Account | undefined;
  /** The browser must not use its session silently. */
  another: boolean;
  /** No listener: the user pastes the code. */
  code: boolean;
  app: MetaApp | undefined;
};

export type SessionDeps = HttpDeps & {
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
  /** A code or an address that the user pasted. Throws BAD_INPUT, CONFLICT, and what the network says; then it still waits, but for the last. */
  submit(text: string): Promise<SignInView>;
  choose(remoteIds: readonly string[]): Promise<SignInView>;
  /** Ends it; does nothing to one that is over. */
  end(error: BelfryError | null): void;
};

/** Begins a sign-in that is over after `lifeMs`. Throws BAD_INPUT, PORT_IN_USE, VAULT_UNAVAILABLE, NETWORK_*; nothing is left open then. */
export async function openSession(
  deps: SessionDeps,
  request: SignInRequest,
  lifeMs: number,
): Promise<Session> {
  const { server, network, provider, expected } = request;
  const id = generateRandomState();
  const state = generateRandomState();
  const abort = new AbortController();
  const endsAt = deps.clock.now() + lifeMs;
  let status: SignInView['status'] = 'waiting';
  let error: BelfryError | null = null;
  let candidates: Candidate[] = [];
  const accounts: AccountView[] = [];

  const setStatus = (next: SignInView['status'], why: BelfryError | null = null) => {
    status = next;
    error = why;
    if (next === 'done' || next === 'failed') {
      cancelTimer();
      if (visited) listener?.closeSoon();
      else listener?.close();
    }
    // A registration that led nowhere may be one that the server has forgotten: the next sign-in makes a new one.
    if (next === 'failed' && provider.login === undefined && stored === begun.app) deps.apps.forget(server);
    deps.changed();
  };
  const keep = async (chosen: readonly Candidate[]) => {
    setStatus('checking');
    try {
      for (const candidate of chosen) {
        const wanted = chosen.length === 1 ? request.id : undefined;
        accounts.push(await deps.keep(request, wanted, candidate));
      }
    } catch (thrown) {
      setStatus('failed', asError(thrown));
      throw thrown;
    }
    setStatus('done');
  };
  /** The browser's answer becomes accounts; `patient` when a mistake may be put right by bringing another answer. */
  const receive = async (answer: BrowserAnswer, patient: boolean) => {
    setStatus('checking');
    try {
      if ('refusal' in answer) throw declined(server, answer.refusal);
      candidates = fitting(expected, await begun.exchange(answer.code, abort.signal), server);
      if (abort.signal.aborted) return;
      await remember(deps, stored, begun.app);
    } catch (thrown) {
      if (abort.signal.aborted) return;
      const why = asError(thrown);
      const mayTryAgain = patient && why.code !== 'CONFLICT' && !('refusal' in answer);
      setStatus(mayTryAgain ? 'waiting' : 'failed', why);
      throw thrown;
    }
    if (candidates.length === 1) await keep(candidates);
    else setStatus('choose');
  };
  let visited = false;
  let redirectOutcome: Promise<Outcome> | undefined;
  const handleRedirect = async (query: URLSearchParams): Promise<Outcome | undefined> => {
    const answer = readRedirect(query);
    if (!answer) return undefined;
    // Some servers send a refusal without its state. To end this sign-in that is enough, to accept one it never is.
    const isBareRefusal = 'refusal' in answer && answer.state === null;
    if (!isBareRefusal && !isSame(answer.state ?? '', state)) return undefined;
    // Browsers ask twice now and then; the code is used once, and both see how it ended.
    if (redirectOutcome === undefined && status !== 'waiting') return undefined;
    visited = true;
    redirectOutcome ??= receive(answer, false).then(
      () => outcomeOf(view()),
      () => outcomeOf(view()),
    );
    return redirectOutcome;
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
      known: deps.known(request, remoteId),
    })),
    accounts: [...accounts],
    error: error?.toWire() ?? null,
    endsAt: toInstant(endsAt),
  });

  const stored = await deps.apps.read(server);
  const app = request.app ? appFrom(request.app, server) : stored;
  const listener = request.code ? undefined : await listenFor(provider.wanted(app), handleRedirect, deps);
  let begun: StartedSignIn;
  try {
    const listening = listener?.address ?? null;
    const { another } = request;
    begun = await provider.begin(deps, {
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
    setStatus('failed', why);
  };
  const cancelTimer = deps.clock.setTimer(lifeMs, () => end(tooLate(server)));

  return {
    id,
    endsAt,
    view,
    end,
    async submit(text) {
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

async function remember(deps: SessionDeps, stored: App | undefined, app: App): Promise<void> {
  if (stored !== app) await deps.apps.write(app);
}

/** Of an account that is signed in again, that one only. Throws CONFLICT for another user. */
function fitting(expected: Account | undefined, found: Candidate[], server: string): Candidate[] {
  // One written into config.json by hand does not say yet who it is.
  if (expected === undefined || expected.remoteId === '') return found;
  const same = found.filter(({ owner }) => owner.remoteId === expected.remoteId);
  if (same.length > 0) return same;
  const who = found.map(({ owner }) => owner.handle);
  throw otherUser(expected.handle, who, server);
}

/** The user's own app as Belfry keeps it. */
function appFrom({ id, secret, redirectUri }: MetaApp, origin: string): App {
  return { origin, id, secret, redirectUris: [redirectUri], scopes: '' };
}

/** Anything that was thrown, as an error that users can read. */
function asError(thrown: unknown): BelfryError {
  if (thrown instanceof BelfryError) return thrown;
  return new BelfryError({
    code: 'INTERNAL',
    what: 'The sign-in could not be finished',
    where: 'in Belfry',
    why: toWireError(thrown).message,
    remedy: 'Begin again',
    cause: thrown,
  });
}

/** How a sign-in stands, for the page in the browser. */
function outcomeOf({ status, error, accounts }: SignInView): Outcome {
  const [first] = accounts;
  if (status === 'done' && first)
    return { ok: true, title: `Signed in as ${first.handle}`, text: 'Belfry can publish there now.' };
  if (status === 'choose')
    return { ok: true, title: 'Nearly done', text: 'Choose in Belfry which of your accounts it may use.' };
  const text = error === null ? 'Begin again in Belfry.' : reasonOf(error);
  return { ok: false, title: 'Not signed in', text };
}

/** Whether two texts are the same, in a time that does not show how much of them is. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** What the browser came back with: a code, or the network's word for why there is none. */
type BrowserAnswer = { code: string; state: string | null } | { refusal: string; state: string | null };

/** The parameters of a redirect (RFC 6749 §4.1.2); undefined when it is none. */
function readRedirect(query: URLSearchParams): BrowserAnswer | undefined {
  const state = query.get('state');
  const error = query.get('error');
  if (error !== null) {
    // Meta says more in `error_description`, some servers in nothing else.
    const more = query.get('error_description') ?? query.get('error_reason');
    return { refusal: more ? `${error}: ${more}` : error, state };
  }
  const code = withoutTail(query.get('code') ?? '');
  return code === '' ? undefined : { code, state };
}

/** What the user pasted: the code itself, or the whole address where the browser ended. undefined when there is no code in it. */
export function readPasted(text: string): BrowserAnswer | undefined {
  const trimmed = text.trim();
  const query = /^[^\s?#]*\?(\S+)$/.exec(trimmed)?.[1];
  if (query !== undefined) return readRedirect(new URLSearchParams(withoutTail(query)));
  if (/^https?:/i.test(trimmed) || /\s/.test(trimmed)) return undefined;
  const code = withoutTail(trimmed);
  return code === '' ? undefined : { code, state: null };
}

/** Meta puts `#_` or `#_=_` behind the code (networks.md §3.7). */
function withoutTail(text: string): string {
  return text.replace(/#.*$/s, '');
}
