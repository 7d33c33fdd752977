import { type Hold, type Millis, toInstant } from '../../shared/index.ts';
import type { Prepared, Refusal, Remote, Sent } from '../networks/index.ts';
import { commentOf, isComment, nextPart, onlyCommentLeft, threadOf, withAttempt } from './draft.ts';
import { doubtedError, giveUp, putOff, refusedError, type Step, step, targetError } from './next-action.ts';
import type { Attempt, Work } from './ports.ts';

export type DecisionContext = {
  now: Millis;
  reconcileDelayMs: Millis;
  /** In [0, 1): spreads waits, so that accounts do not retry together. */
  jitter: number;
  /** The key after one that the server has used up. */
  nextKey(key: string): string;
};

const hour = 3_600_000;

/** What follows from preparing that did not end in `ready`; nothing was visible yet. */
export function afterPrepare(
  work: Work,
  attempt: Attempt,
  prepared: Exclude<Prepared, { kind: 'ready' }>,
  context: DecisionContext,
): Step {
  if (prepared.kind === 'refused') return refused(work, attempt, prepared.refusal, context);
  const { target, next } = putOff(prepared.notBefore, prepared.holds ?? 'media');
  return { change: step(work, target, prepared.why), effects: [], next };
}

/**
 * What follows from the visible call. `doubt`: an earlier call for this part has no known outcome,
 * so a refusal of this one does not mean that nothing is visible.
 */
export function afterSend(
  work: Work,
  attempt: Attempt,
  sent: Sent,
  doubt: boolean,
  context: DecisionContext,
): Step {
  if (sent.kind === 'published') return published(work, attempt, sent.remote);
  if (sent.kind === 'unknown') return unknown(work, attempt, sent, doubt, context);
  return doubt
    ? refusedInDoubt(work, attempt, sent.refusal, context)
    : refused(work, attempt, sent.refusal, context, sent.burntKey);
}

/** The part is out. With parts left the target queues again, and what comes next continues the thread. */
export function published(work: Work, attempt: Attempt, remote: Remote): Step {
  const { remoteId: id, url: address, differs = [] } = remote;
  const done: Attempt = { ...attempt, remoteId: id, url: address, state: 'published' };
  const isLast = nextPart(withAttempt(work, done)) === undefined;
  const named = differs.map((difference) => differenceIn(work, attempt.part, difference));
  // What a comparison of an earlier part stores meanwhile stays.
  const target = {
    ...(attempt.part === 0 ? { remoteId: id, url: address } : {}),
    error: null,
    notBefore: null,
    tries: 0,
    ...(named.length === 0 ? {} : { differs: [...work.target.differs, ...named] }),
  };
  const note = publishedNote(work, attempt.part);
  const change = step(
    work,
    { ...target, status: isLast ? 'published' : 'queued' },
    differs.length === 0 ? note : `${note}, differs: ${differs.join(', ')}`,
  );
  return { change: { ...change, attempt: done }, effects: [], next: 'continue' };
}

/** In a thread it says which part it is about. */
export function differenceIn(work: Work, part: number, difference: string): string {
  if (isComment(work, part)) return `first comment: ${difference}`;
  return threadOf(work).length === 0 ? difference : `part ${part + 1}: ${difference}`;
}

/** The post is there already, though this ledger never sent it. */
export function adopted(work: Work, attempt: Attempt, remote: Remote): Step {
  const { change, ...rest } = published(work, attempt, remote);
  const why = 'it came due while this Belfry was not running, and the same post is on the account since then';
  return { ...rest, change: { ...change, note: `${change.note}: ${why}. It is not sent again` } };
}

/** What may be the post is there already, and that cannot be decided here: the user is asked, and nothing is sent. */
export function doubted(work: Work, attempt: Attempt, remotes: readonly Remote[]): Step {
  const asking = giveUp(work, 'unconfirmed', doubtedError(work, remotes));
  return { ...asking, change: { ...asking.change, attempt: { ...attempt, state: 'unknown' } } };
}

function publishedNote(work: Work, part: number): string {
  if (isComment(work, part)) return 'Its first comment is published';
  const parts = 1 + threadOf(work).length;
  if (parts > 1) return `Part ${part + 1} of ${parts} published`;
  return commentOf(work) === null ? 'Published' : 'Published; its first comment comes next';
}

function unknown(
  work: Work,
  attempt: Attempt,
  sent: Extract<Sent, { kind: 'unknown' }>,
  doubt: boolean,
  context: DecisionContext,
): Step {
  const error = targetError('NETWORK_UNREACHABLE', work, {
    what: 'The network gave no usable answer',
    why: sent.why,
    remedy: `Nothing to do: Belfry looks whether the post is there at ${toInstant(context.now + context.reconcileDelayMs)}`,
  });
  const tries = doubt ? work.target.tries + 1 : 1;
  const change = step(
    work,
    { error, tries, notBefore: context.now + context.reconcileDelayMs, hold: 'look-up' },
    `${sent.why}; it will be looked up`,
  );
  const key = sent.burntKey ? context.nextKey(attempt.key) : attempt.key;
  return {
    change: {
      ...change,
      attempt: {
        ...attempt,
        ...(sent.isOlder ? { newestSeen: '', firstSentAt: olderThan(work, attempt) } : {}),
        state: sent.noRepeat ? 'contradicted' : 'unknown',
        key,
        lookups: 0,
      },
    },
    effects: [],
    next: 'stop',
  };
}

/** Another copy of the home sends a part at its due time at the earliest. */
function olderThan(work: Work, { firstSentAt }: Attempt): Millis | null {
  return firstSentAt === null ? null : Math.min(firstSentAt, work.target.dueAt ?? firstSentAt);
}

/** Nothing is visible, for certain: the next try is a new one, with a new key where the server has used up the old one. */
function refused(
  work: Work,
  attempt: Attempt,
  refusal: Refusal,
  context: DecisionContext,
  burntKey = false,
): Step {
  const next: Attempt = {
    ...attempt,
    state: 'prepared',
    key: burntKey ? context.nextKey(attempt.key) : attempt.key,
    uploads: refusal.dropUploads ? [] : attempt.uploads,
    firstSentAt: null,
    lookups: 0,
  };
  const tries = triesSoFar(work, refusal) + 1;
  const most = isOffLine(refusal) ? undefined : (refusal.mostTries ?? mostCommentTries(work, refusal));
  const isFinal = refusal.class === 'edit' || (most !== undefined && tries >= most);
  const again = isFinal ? null : heldUntil(refusal, tries, context);
  const error = refusedError(work, refusal, { final: isFinal, again });
  if (isFinal) {
    const last = giveUp(work, 'failed', error);
    return { ...last, change: { ...last.change, attempt: next } };
  }
  const held = putOff(again ?? 0, holdOf(refusal, 'back-off'));
  const target = { status: 'queued' as const, error, tries, ...held.target, notBefore: again };
  return {
    change: { ...step(work, target, error.message), attempt: next },
    effects: accountEffects(refusal),
    // Trouble of the account is no wait of this post.
    next: again === null ? 'stop' : held.next,
  };
}

/** Being off line is no post's fault: however long it lasts, it ends none. */
function isOffLine({ code }: Pick<Refusal, 'code'>): boolean {
  return code === 'NETWORK_UNREACHABLE';
}

/** Failures in a row that count: those of the time off line are over with it. */
function triesSoFar({ target }: Work, refusal: Refusal): number {
  const wasOffLine = target.error !== null && isOffLine(target.error);
  return wasOffLine && !isOffLine(refusal) ? 0 : target.tries;
}

/** A comment must not hold up the posts behind it for long. */
function mostCommentTries(work: Work, refusal: Refusal): number | undefined {
  return refusal.class === 'retry' && onlyCommentLeft(work) ? 5 : undefined;
}

/** The repeat was refused, and the first call may have worked all the same. */
function refusedInDoubt(work: Work, attempt: Attempt, refusal: Refusal, context: DecisionContext): Step {
  // "Already attached", "duplicate key", "not found": all may mean that the post exists, so it is never sent again by itself.
  const state = refusal.class === 'edit' || refusal.dropUploads ? 'contradicted' : 'unknown';
  const wait = heldUntil(refusal, work.target.tries, context) ?? context.now + context.reconcileDelayMs;
  const held =
    state === 'contradicted'
      ? putOff(context.now + context.reconcileDelayMs, 'look-up')
      : putOff(wait, holdOf(refusal, 'look-up'));
  const error = refusedError(work, refusal, { final: false, again: held.target.notBefore });
  const change = step(work, { error, ...held.target }, error.message);
  const effects = accountEffects(refusal);
  return {
    change: {
      ...change,
      attempt: { ...attempt, state, lookups: state === 'contradicted' ? 0 : attempt.lookups },
    },
    effects,
    next: effects.length > 0 ? 'stop' : held.next,
  };
}

/** Why a refusal puts its post off: for the reason that it has itself, or `other`. */
function holdOf(refusal: Refusal, other: Hold): Hold {
  return refusal.holds ?? (refusal.class === 'wait' ? 'rate-limit' : other);
}

/** Trouble of the account holds all its posts, so the account is paused and no single post is held. */
function accountEffects(refusal: Refusal): Step['effects'] {
  return refusal.class === 'reauthorize' || refusal.class === 'person'
    ? [{ kind: 'sign-in', reason: refusal.why }]
    : [];
}

function heldUntil(refusal: Refusal, tries: number, { now, jitter }: DecisionContext): Millis | null {
  if (refusal.class === 'reauthorize' || refusal.class === 'person') return null;
  const least = refusal.notBefore ?? 0;
  if (refusal.class === 'wait') return Math.max(least, now + hour);
  return Math.max(least, now + backOff(tries, jitter, isOffLine(refusal)));
}

const minute = 60_000;
/** networks.md §5: waits after the first, second … failure in a row; the last one holds from then on. */
const waits = [30_000, minute, 2 * minute, 5 * minute, 15 * minute, 30 * minute, 60 * minute];
const longestOffline = 3;
const spread = 0.2;

/**
 * Milliseconds to wait after failure number `tries` (from 1), give or take a fifth by `jitter` in [0, 1).
 * A server that cannot be reached is asked again every few minutes at least: being off line ends suddenly.
 */
export function backOff(tries: number, jitter: number, offline: boolean): Millis {
  const index = Math.min(Math.max(tries, 1) - 1, offline ? longestOffline : waits.length - 1);
  return Math.round((waits[index] ?? minute) * (1 - spread + 2 * spread * jitter));
}
