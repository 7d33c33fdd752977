import {
  type AccountStatus,
  BelfryError,
  type ErrorCode,
  type Hold,
  holdsAccount,
  type Millis,
  toInstant,
} from '../../shared/index.ts';
import type { Refusal, Remote } from '../networks/index.ts';
import { isComment, nextPart, onlyCommentLeft, partsOf, replyTo } from './draft.ts';
import type {
  Attempt,
  AttentionNeeded,
  Change,
  Moment,
  PublisherSettings,
  StoredError,
  Work,
} from './ports.ts';

/** A step that needs no network: it is stored, its effects are reported, and `next` says how the account goes on. */
export type Step = { change: Change; effects: readonly Effect[]; next: NextAction };

/**
 * `continue`: with the next target. `held`: this target waits, and the others go on unless the account keeps the order.
 * `stop`: nothing more for this account now. `send`: the call that the step prepared.
 */
export type NextAction = 'continue' | 'held' | 'stop' | 'send';
export type Effect = { kind: 'sign-in'; reason: string } | { kind: 'attention'; matter: AttentionNeeded };

/** What to do with the first open target of an account. */
type Decision =
  | { do: 'step'; step: Step }
  | { do: 'wait' }
  | { do: 'publish'; part: number }
  | { do: 'look-up'; part: number };

export type Facts = {
  now: Millis;
  settings: PublisherSettings;
  /** The account can publish: not waiting for a sign-in. */
  ready: boolean;
  /** Something that another post found out holds all of the account. */
  held: boolean;
  /** Until when the account's server wants no requests; null when it takes them. */
  rateLimitedUntil: Millis | null;
  /** When the account last published; only asked for when the target is late. */
  lastPublished: Millis | null;
};

/** A little lateness is normal, as after a try that failed; more than this is a gap (sleep, outage, pause). */
export const lateAfterMs: Millis = 5 * 60_000;

/** Whether the network of an account may be asked now: not while its owner is needed. */
export function canCall(status: AccountStatus): boolean {
  return status === 'ready' || status === 'unknown';
}

/** How late a queued target may be. */
export function lateLimit({ lateLimitHours }: Pick<PublisherSettings, 'lateLimitHours'>): Millis {
  return Math.max(lateLimitHours * 3_600_000, lateAfterMs);
}

/** Whether a target comes so late that it counts as late. */
export function isLate(work: Work, now: Millis): boolean {
  return work.target.dueAt !== null && now - work.target.dueAt > lateAfterMs;
}

/** The next step for the head of an account's queue; pure. */
export function decide(work: Work, facts: Facts): Decision {
  return work.target.status === 'sending' ? decideSending(work, facts) : decideQueued(work, facts);
}

function decideSending(work: Work, facts: Facts): Decision {
  const { now, settings } = facts;
  const attempt = work.attempts.find(({ state }) => state !== 'published' && state !== 'prepared');
  if (!attempt) return { do: 'publish', part: nextPart(work) ?? 0 };
  if (attempt.state === 'sending') {
    // Belfry ended during the call. The server may still be at work on it, so even looking has to wait.
    const change = step(
      work,
      { notBefore: now + settings.settleSeconds * 1000, hold: 'look-up' },
      'Belfry ended while this was being sent; it will be looked up',
    );
    return {
      do: 'step',
      step: {
        change: { ...change, attempt: { ...attempt, state: 'unknown', lookups: 0 } },
        effects: [],
        next: 'stop',
      },
    };
  }
  if (!facts.ready || facts.held || isPutOff(work.target, now)) return { do: 'wait' };
  return waitForRateLimit(work, facts) ?? { do: 'look-up', part: attempt.part };
}

function decideQueued(work: Work, facts: Facts): Decision {
  const { now, settings, ready, held, lastPublished } = facts;
  const part = nextPart(work);
  // An edit removed what was left of it.
  if (part === undefined) return { do: 'step', step: complete(work) };
  const dueAt = work.target.dueAt ?? now;
  if (now - dueAt > lateLimit(settings))
    return { do: 'step', step: tooLate(work, now, settings.lateLimitHours) };
  if (!ready || held || isPutOff(work.target, now)) return { do: 'wait' };
  const still = waitForRateLimit(work, facts);
  if (still) return still;
  if (part > 0 && replyTo(work, part) === null)
    return { do: 'step', step: giveUp(work, 'failed', brokenThread(work, part)) };
  const free = (lastPublished ?? 0) + settings.spacingSeconds * 1000;
  if (part === 0 && isLate(work, now) && lastPublished !== null && lastPublished <= now && free > now) {
    const change = step(
      work,
      { notBefore: free, hold: 'spacing' },
      `Late posts go out ${settings.spacingSeconds} s apart; this one waits`,
    );
    return { do: 'step', step: { change, effects: [], next: 'stop' } };
  }
  return { do: 'publish', part };
}

/** Nothing is left of the account's rate limit: its queue keeps still until the server counts anew. */
function waitForRateLimit(work: Work, { now, rateLimitedUntil }: Facts): Decision | undefined {
  if (rateLimitedUntil === null || rateLimitedUntil <= now) return undefined;
  const change = step(
    work,
    { notBefore: rateLimitedUntil, hold: 'rate-limit' },
    'The server takes no more requests of this account for now',
  );
  return { do: 'step', step: { change, effects: [], next: 'stop' } };
}

/** The rest of a thread would have to reply to a part whose id is unknown. */
export function brokenThread(work: Work, part: number): StoredError {
  const answered = isComment(work, part) || part === 1 ? 'The post' : `Part ${part}`;
  return endError('NEEDS_PERSON', work, {
    what: 'The thread cannot be continued',
    why: `${answered} was published, but its address on the network is unknown`,
    remedy: 'Publish the rest of the thread by hand, then cancel this',
  });
}

/** Later than allowed: missed, or failed when the network kept refusing it or a part of it is out already. */
function tooLate(work: Work, now: Millis, limitHours: number): Step {
  const begun = work.attempts.some(({ state }) => state === 'published');
  if (work.target.error === null && !begun) {
    const error = missedError(work, now, limitHours);
    return giveUp(work, 'missed', error);
  }
  const done = work.attempts.filter(({ state }) => state === 'published').length;
  const error =
    work.target.error ??
    endError('NEEDS_PERSON', work, {
      what: 'The thread is incomplete',
      why: `${done} of ${partsOf(work)} parts are published, and the rest is more than ${limitHours} h late`,
      remedy: 'Retry it to publish the rest now, or cancel it',
    });
  return giveUp(work, 'failed', error);
}

/** A target that needs the user. A post that is out stays published, whatever became of its first comment. */
export function giveUp(work: Work, status: 'failed' | 'unconfirmed' | 'missed', error: StoredError): Step {
  const isOut = onlyCommentLeft(work);
  const kind: AttentionNeeded['kind'] = isOut ? 'comment' : status;
  const matter = { kind, post: work.post.id, account: work.target.account, reason: error.message };
  const target = isOut ? { status: 'published' as const, tries: 0 } : { status };
  const change = step(work, { ...target, error, notBefore: null }, error.message);
  return { change, effects: [{ kind: 'attention', matter }], next: 'continue' };
}

/** A change of this target, decided from the status that it has. */
export function step(work: Work, target: Change['target'], note: string | null): Change {
  const { account, status: from, revision } = work.target;
  const change = { post: work.post.id, account, from, revision, note };
  return target === undefined ? change : { ...change, target };
}

function complete(work: Work): Step {
  const target = { status: 'published' as const, error: null, notBefore: null, tries: 0 };
  return {
    change: step(work, target, 'Everything that is left of it is out'),
    effects: [],
    next: 'continue',
  };
}

/** No wait is longer than this; a later instant stems from a clock that was wrong, and must not hold a post for ever. */
const longestHoldMs: Millis = 26 * 3_600_000;

/** Whether a wait is so long that only a clock that was wrong can have made it. */
function isWrongHold(notBefore: Millis, now: Millis): boolean {
  return notBefore - now > longestHoldMs;
}

/** The same for a query. */
export function momentOf(now: Millis): Moment {
  return { at: now, sane: now + longestHoldMs };
}

/** Whether a target is put off at this instant. */
export function isPutOff({ notBefore }: { notBefore: Millis | null }, now: Millis): boolean {
  return notBefore !== null && notBefore > now && !isWrongHold(notBefore, now);
}

/** Puts a target off until an instant: others of the account go on, unless what it waits for holds them too. */
export function putOff(notBefore: Millis, hold: Hold) {
  return { target: { notBefore, hold }, next: holdsAccount(hold) ? ('stop' as const) : ('held' as const) };
}

type Parts = { what: string; why: string; remedy: string };

/** The final error of a target; where its post is out and only the first comment is not, it says so. */
export function endError(code: ErrorCode, work: Work, parts: Parts): StoredError {
  if (!onlyCommentLeft(work)) return targetError(code, work, parts);
  const what = 'The post is published, but its first comment is not known to be';
  const remedy = 'Look at the post, and add the comment by hand if it is missing';
  return targetError(code, work, { what, why: parts.why, remedy });
}

/** An error as it is kept with a target, in Belfry's form. */
export function targetError(code: ErrorCode, work: Work, parts: Parts): StoredError {
  const where = `post ${work.post.id} for account "${work.target.account}"`;
  return { code, message: new BelfryError({ code, where, ...parts }).message };
}

const remedies: Record<Exclude<Refusal['class'], 'retry' | 'wait'>, string> = {
  reauthorize: 'Sign in to this account again; its posts wait until then',
  edit: 'Correct the post and add it again, or retry it when the cause is gone',
  person:
    "Look at this account on the network's own site, then verify it in Belfry; its posts wait until then",
};

function remedyOf({ class: kind }: Refusal, again: Millis | null): string {
  if (kind !== 'retry' && kind !== 'wait') return remedies[kind];
  return again === null
    ? 'Retry it when the cause is gone'
    : `Nothing to do: Belfry tries again at ${toInstant(again)}`;
}

/** A refusal of the network, with what to do about it; `again` is when Belfry tries again, null when it does not by itself. */
export function refusedError(
  work: Work,
  refusal: Refusal,
  { final, again }: { final: boolean; again: Millis | null },
): StoredError {
  const make = final ? endError : targetError;
  if (refusal.code === 'BAD_INPUT')
    return make('BAD_INPUT', work, {
      what: 'The post does not fit',
      why: refusal.why,
      remedy: remedies.edit,
    });
  // NOT_FOUND is about a file of ours: the network was not asked.
  if (refusal.code === 'NOT_FOUND')
    return make('NOT_FOUND', work, {
      what: 'A file of the post is missing',
      why: refusal.why,
      remedy: 'Put the file back, or edit the post and add it again',
    });
  const what =
    refusal.code === 'NETWORK_UNREACHABLE' ? 'The network did not answer' : 'The network refused the post';
  return make(refusal.code, work, { what, why: refusal.why, remedy: remedyOf(refusal, again) });
}

/** The line of history for the visible call; for a late post it says so, and what kept it when no earlier line does. */
export function sendingNote(work: Work, now: Millis, lateAfterMs: Millis): string {
  const late = now - (work.target.dueAt ?? now);
  if (late <= lateAfterMs) return 'Being sent';
  const minutes = Math.round(late / 60_000);
  const long = minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const why =
    'Belfry was closed, asleep or paused, the account waited for a sign-in, or the posts before it took so long';
  return `Being sent, ${long} late${work.target.error === null ? `: ${why}` : ''}`;
}

/** A target that is later than the user allows. */
function missedError(work: Work, now: Millis, limitHours: number): StoredError {
  const dueAt = work.target.dueAt ?? now;
  const late = Math.floor((now - dueAt) / 3_600_000);
  return targetError('NEEDS_PERSON', work, {
    what: 'The post was missed',
    why: `It was due at ${toInstant(dueAt)}, ${late} h ago; posts may be ${limitHours} h late`,
    remedy: 'Retry it to publish it now, or cancel it',
  });
}

/** Why the user is asked about a post that this database never sent. */
export function doubtedError(work: Work, remotes: readonly Remote[]): StoredError {
  const links = remotes.map((one) => one.url ?? one.remoteId).join(', ');
  return endError('NEEDS_PERSON', work, {
    what: 'It is not known whether the post was published',
    why: `It came due while this Belfry was not running, and what is on the account since then may be it: ${links}`,
    remedy: 'Look at the account, then say whether the post is there',
  });
}

/** The evidence for the user, who has to decide: what was sent when, and what was seen since. */
export function unconfirmedError(
  work: Work,
  attempt: Attempt,
  why: string,
  candidates: readonly Remote[],
): StoredError {
  const sent = attempt.lastSentAt === null ? 'at an unknown time' : `at ${toInstant(attempt.lastSentAt)}`;
  const inThread = attempt.part > 0 && !isComment(work, attempt.part);
  const part = inThread ? `Part ${attempt.part + 1} of the thread: ` : '';
  const links = candidates.map((one) => one.url ?? one.remoteId).join(', ');
  return endError('NEEDS_PERSON', work, {
    what: 'It is not known whether the post was published',
    why: `${part}sent ${sent}, looked for ${attempt.lookups} times. ${why}${links ? `. Candidates: ${links}` : ''}`,
    remedy: 'Look at the account, then say whether the post is there',
  });
}
