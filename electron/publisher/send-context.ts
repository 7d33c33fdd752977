import { BelfryError, type ErrorCode, type Millis } from '../../shared/index.ts';
import type { Adapter, Http, Session } from '../networks/index.ts';
import { nextKey } from './draft.ts';
import { type Effect, lateAfterMs, type NextAction, type Step, sendingNote } from './next-action.ts';
import type { DecisionContext } from './outcome.ts';
import type { Attempt, PublisherAccount, PublisherDeps, Work } from './ports.ts';

/** What a cycle did, for its summary. */
export type Tally = { published: number; failed: number; waiting: number; looked: number };

export const emptyTally: Tally = { published: 0, failed: 0, waiting: 0, looked: 0 };

/** Two tallies together. */
export function sum(a: Tally, b: Tally): Tally {
  return {
    published: a.published + b.published,
    failed: a.failed + b.failed,
    waiting: a.waiting + b.waiting,
    looked: a.looked + b.looked,
  };
}

export type SenderDeps = PublisherDeps & {
  http: Http;
  adapterOf(account: PublisherAccount): Adapter;
  /** A line for the output of the run. */
  say(text: string): void;
  signal: AbortSignal;
  /** Until when each account has to keep still, by the rate headers of its server. */
  rateLimitedUntil: Map<string, Millis>;
  presence: Presence;
};

/** What the steps of one account share. */
export type SendContext = {
  deps: SenderDeps;
  account: PublisherAccount;
  adapter: Adapter;
  tally: Tally;
  /** The remote post published last in this session: nothing published later is older. */
  newest: string | null;
  /** Posts in a row that failed at their first try. */
  failures: number;
};

/** One account about to be worked on. */
export function sendContext(deps: SenderDeps, account: PublisherAccount): SendContext {
  return {
    deps,
    account,
    adapter: deps.adapterOf(account),
    tally: { ...emptyTally },
    newest: null,
    failures: 0,
  };
}

/** Stores a step and reports its effects; `continue` when the target changed meanwhile, so that it is read anew. */
export async function apply(context: SendContext, work: Work, given: Step): Promise<NextAction> {
  const { deps, tally } = context;
  const step = owing(context, countFailure(context, given));
  if (!(await deps.ledger.record([step.change], deps.clock.now()))) return 'continue';
  deps.changed();
  const status = step.change.target?.status;
  if (status === 'published') tally.published += 1;
  if (status === 'failed' || status === 'missed' || status === 'unconfirmed') tally.failed += 1;
  if (step.next === 'stop' || step.next === 'held') tally.waiting += 1;
  if (step.change.note !== null)
    deps.say(`${context.account.handle}, post ${work.post.id}: ${step.change.note}`);
  for (const effect of step.effects) await tell(context, effect);
  return step.next;
}

/** What is out is still to be compared where the answer did not say what was made of it: stored with the step, a crash forgets it not. */
function owing({ adapter, deps }: SendContext, step: Step): Step {
  const { attempt } = step.change;
  if (!adapter.readBack || attempt?.state !== 'published' || attempt.remoteId === null) return step;
  const comparison = { at: deps.clock.now(), tries: 0 };
  return { ...step, change: { ...step.change, attempt: { ...attempt, comparison } } };
}

/** After so many first tries in a row that failed, the server is the likely cause, and not the posts. */
const mostFailures = 3;

/**
 * The step, or where it is one failure too many, one that holds the whole account for as long. Only first tries count:
 * a few posts that fail again and again must not hold those behind them.
 */
function countFailure(context: SendContext, step: Step): Step {
  const { target } = step.change;
  if (target?.status === 'published') context.failures = 0;
  if (step.next !== 'held' || !target?.error || target.tries !== 1) return step;
  context.failures += 1;
  if (context.failures < mostFailures) return step;
  return { ...step, change: { ...step.change, target: { ...target, hold: 'server' } }, next: 'stop' };
}

async function tell({ deps, account }: SendContext, effect: Effect): Promise<void> {
  if (effect.kind === 'sign-in') await deps.signInNeeded(account.id, effect.reason);
  else deps.needsAttention(effect.matter);
}

/** Stores an attempt, and that its target is being sent; false when the target has moved on meanwhile. */
export function store(
  context: SendContext,
  work: Work,
  what: { attempt: Attempt; target?: { status: 'sending'; notBefore: null } },
): Promise<boolean> {
  const { post, target } = work;
  const now = context.deps.clock.now();
  const note = what.target ? sendingNote(work, now, lateAfterMs) : null;
  const { account, status: from, revision } = target;
  const change = { post: post.id, account, from, revision, note, ...what };
  return context.deps.ledger.record([change], now);
}

/** Why an account may have no token now: its owner is needed, or its server, which renews it, or the disk. */
const withoutToken: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'SIGN_IN_NEEDED',
  'VAULT_UNAVAILABLE',
  'NETWORK_UNREACHABLE',
  'NETWORK_REFUSED',
  'HOME_UNUSABLE',
]);

/** undefined when there is no usable token: accounts have reported why, and the queue waits. */
export async function openSession({
  deps,
  account,
}: Pick<SendContext, 'deps' | 'account'>): Promise<Session | undefined> {
  try {
    const token = await deps.token(account.id);
    // The token is that of the server that config.json names by now, which may not be the one of this session.
    if (deps.account(account.id)?.server !== account.server) return undefined;
    const { restUntil } = deps.adapterOf(account);
    const http: Http = async (request) => {
      const result = await deps.http(request);
      const until = result.kind === 'none' ? null : restUntil(result.headers, deps.clock.now());
      if (until !== null) deps.rateLimitedUntil.set(account.id, until);
      return result;
    };
    return { account, token, http, clock: deps.clock, log: deps.log, signal: deps.signal };
  } catch (error) {
    if (!(error instanceof BelfryError) || !withoutToken.has(error.code)) throw error;
    deps.log('warn', error.message, { account: account.id });
    return undefined;
  }
}

/** The time and the random numbers that decisions need. */
export function decisionContext(deps: SenderDeps): DecisionContext {
  const reconcileDelayMs: Millis = deps.settings().settleSeconds * 1000;
  return { now: deps.clock.now(), reconcileDelayMs, jitter: deps.random.next(), nextKey };
}

/**
 * Since when this ledger is at work without a gap. A clock that jumps while time as the machine counts it does not
 * means that the machine slept, or that it was put back to an earlier state of itself.
 */
type Presence = {
  since(): Millis;
  /** Notes that it is at work now. */
  note(): void;
  /** Whether this part was looked for since then; true from the second call on. */
  hasLooked(part: string): boolean;
};

const jumpMs: Millis = 60_000;

export function createPresence(clock: { now(): Millis; monotonic(): Millis }): Presence {
  let since = clock.now();
  let last = { now: since, monotonic: clock.monotonic() };
  let looked = new Set<string>();
  return {
    since: () => since,
    note() {
      const next = { now: clock.now(), monotonic: clock.monotonic() };
      if (next.now - last.now - (next.monotonic - last.monotonic) > jumpMs) {
        since = next.now;
        looked = new Set();
      }
      last = next;
    },
    hasLooked(part) {
      if (looked.has(part)) return true;
      looked.add(part);
      return false;
    },
  };
}
