import { BelfryError, type ErrorCode, type Millis } from '../../shared/index.ts';
import { type Adapter, type Http, type Session, spentUntil } from '../networks/index.ts';
import { nextKey } from './draft.ts';
import { type Effect, lateAfterMs, type Step, sendingNote } from './next-action.ts';
import type { Around } from './outcome.ts';
import type { Attempt, PublisherAccount, PublisherNeeds, Work } from './ports.ts';

/** What a pass did, for its summary. */
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

export type SenderNeeds = PublisherNeeds & {
  http: Http;
  adapterOf(account: PublisherAccount): Adapter;
  /** Something a person may want to follow. */
  say(text: string): void;
  signal: AbortSignal;
  /** Until when each account has to keep still, by the rate headers of its server. */
  spent: Map<string, Millis>;
  presence: Presence;
};

/** What the steps of one account share. */
export type SendContext = {
  needs: SenderNeeds;
  account: PublisherAccount;
  adapter: Adapter;
  tally: Tally;
  /** The remote post published last in this session: nothing published later is older. */
  newest: string | null;
  /** Posts in a row that failed at their first try. */
  failures: number;
};

/** One account about to be worked on. */
export function sendContext(needs: SenderNeeds, account: PublisherAccount): SendContext {
  return {
    needs,
    account,
    adapter: needs.adapterOf(account),
    tally: { ...emptyTally },
    newest: null,
    failures: 0,
  };
}

/** What to do after a step: the next target, nothing more for now, or the call that it prepared. */
export type Go = Step['go'];

/** Stores a step, then tells whoever must know. `next` when the target has moved on meanwhile: the head is read anew. */
export async function apply(scene: SendContext, work: Work, given: Step): Promise<Go> {
  const { needs, tally } = scene;
  const step = countFailure(scene, given);
  if (!(await needs.ledger.record([step.change], needs.clock.now()))) return 'next';
  needs.changed();
  const status = step.change.target?.status;
  if (status === 'published') tally.published += 1;
  if (status === 'failed' || status === 'missed' || status === 'unconfirmed') tally.failed += 1;
  if (step.go === 'stop' || step.go === 'held') tally.waiting += 1;
  if (step.change.note !== null)
    needs.say(`${scene.account.handle}, post ${work.post.id}: ${step.change.note}`);
  for (const effect of step.effects) await tell(scene, effect);
  return step.go;
}

/** So many posts in a row that fail at their first try say more about the server than about the posts. */
const mostFailures = 3;

/**
 * The step, or where it is one failure too many, one that holds the whole account for as long. Only first tries count:
 * a few posts that fail again and again must not hold those behind them.
 */
function countFailure(scene: SendContext, step: Step): Step {
  const { target } = step.change;
  if (target?.status === 'published') scene.failures = 0;
  if (step.go !== 'held' || !target?.error || target.tries !== 1) return step;
  scene.failures += 1;
  if (scene.failures < mostFailures) return step;
  return { ...step, change: { ...step.change, target: { ...target, hold: 'server' } }, go: 'stop' };
}

async function tell({ needs, account }: SendContext, effect: Effect): Promise<void> {
  if (effect.kind === 'sign-in') await needs.signInNeeded(account.id, effect.reason);
  else needs.needsPerson(effect.matter);
}

/** Stores an attempt, and that its target is being sent; false when the target has moved on meanwhile. */
export function store(
  scene: SendContext,
  work: Work,
  what: { attempt: Attempt; target?: { status: 'sending'; notBefore: null } },
): Promise<boolean> {
  const { post, target } = work;
  const now = scene.needs.clock.now();
  const note = what.target ? sendingNote(work, now, lateAfterMs) : null;
  const { account, status: from, revision } = target;
  const change = { post: post.id, account, from, revision, note, ...what };
  return scene.needs.ledger.record([change], now);
}

/** Why an account may have no token now: its owner is needed, or its server, which renews it, or the disk. */
const withoutToken: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'SIGN_IN_NEEDED',
  'VAULT_UNAVAILABLE',
  'NETWORK_UNREACHABLE',
  'NETWORK_REFUSED',
  'HOME_UNUSABLE',
]);

/** undefined when there is no token to be had: the accounts room has said why, and the queue waits. */
export async function openSession({
  needs,
  account,
}: Pick<SendContext, 'needs' | 'account'>): Promise<Session | undefined> {
  try {
    const token = await needs.token(account.id);
    // The token is that of the server that config.json names by now, which may not be the one of this session.
    if (needs.account(account.id)?.server !== account.server) return undefined;
    const http: Http = async (request) => {
      const result = await needs.http(request);
      const until = spentUntil(result, needs.clock.now());
      if (until !== null) needs.spent.set(account.id, until);
      return result;
    };
    return { account, token, http, clock: needs.clock, log: needs.log, signal: needs.signal };
  } catch (error) {
    if (!(error instanceof BelfryError) || !withoutToken.has(error.code)) throw error;
    needs.log('warn', error.message, { account: account.id });
    return undefined;
  }
}

/** The instant, and the luck that decisions need. */
export function around(needs: SenderNeeds): Around {
  const settleMs: Millis = needs.settings().settleSeconds * 1000;
  return { now: needs.clock.now(), settleMs, luck: needs.random.next(), nextKey };
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
