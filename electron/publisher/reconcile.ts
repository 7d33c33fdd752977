import type { Millis } from '../../shared/index.ts';
import type { LookUp, Refusal, Remote, RepeatRule } from '../networks/index.ts';
import { endError, giveUp, lateAfterMs, putOff, type Step, step, unconfirmedError } from './next-action.ts';
import { type DecisionContext, published } from './outcome.ts';
import type { Attempt, PublisherSettings, Work } from './ports.ts';

/** What Belfry itself knows about what a look-up saw. */
export type Knowledge = {
  /** Remote ids that belong to other posts of ours. */
  known: ReadonlySet<string>;
  /** Other posts with the same content whose outcome is unknown too: a find could be any of them. */
  rivals: number;
  rule: RepeatRule;
  settings: PublisherSettings;
};

/** Visible calls for one part before the user is asked. */
const mostSends = 5;
const minute = 60_000;
const day = 24 * 60 * minute;

/** What follows from a look-up of a call of unknown outcome; pure. Never guesses towards sending. */
export function afterLookUp(
  work: Work,
  attempt: Attempt,
  seen: LookUp,
  knowledge: Knowledge,
  context: DecisionContext,
): Step {
  if (seen.kind === 'unreadable') return unreadable(work, attempt, seen.refusal, knowledge, context);
  const ours = (remote: Remote) => !knowledge.known.has(remote.remoteId);
  const matches = seen.matches.filter(ours);
  const unclear = seen.unclear.filter(ours);
  const looked: Attempt = { ...attempt, lookups: attempt.lookups + 1 };
  const [match] = matches;
  if (match && matches.length === 1 && knowledge.rivals === 0) return published(work, looked, match);
  if (match || unclear.length > 0) {
    const why = match ? 'Several posts could be it' : 'A similar post is there, but not the very same';
    return asked(work, looked, why, [...matches, ...unclear], null);
  }
  return notFound(work, looked, seen, knowledge, context);
}

function notFound(
  work: Work,
  looked: Attempt,
  seen: Extract<LookUp, { kind: 'seen' }>,
  knowledge: Knowledge,
  context: DecisionContext,
): Step {
  const { rule, settings } = knowledge;
  const later = nextSlowLook(looked, context.now);
  const enough = looked.lookups >= rule.lookups;
  if (seen.exists === 'certain' && enough) return publishedSomewhere(work, looked);
  if (work.target.status === 'unconfirmed') return heldStill(work, looked, later);
  if (seen.hopeless !== undefined && enough) return asked(work, looked, seen.hopeless, [], later);
  // Lists can lag: a find that the list does not show yet gets one look more.
  if (seen.exists === 'likely' && looked.lookups > rule.lookups)
    return asked(
      work,
      looked,
      'Its upload is in use, so it was very likely published, but it is not in the list',
      [],
      later,
    );
  if (!enough || seen.exists === 'likely')
    return heldStill(
      work,
      looked,
      context.now + context.reconcileDelayMs * 2 ** Math.min(looked.lookups - 1, 6),
    );
  if (looked.state === 'contradicted')
    return asked(work, looked, 'A repeat was refused, and it is not in the list', [], later);
  if (work.target.tries >= mostSends)
    return asked(work, looked, `It was sent ${work.target.tries} times without a usable answer`, [], later);
  // A negative age stems from a clock that was set back, and says nothing.
  const age = context.now - (looked.firstSentAt ?? Number.NEGATIVE_INFINITY);
  const safe = age >= 0 && age < rule.safeForMs;
  if (!seen.complete && !safe)
    return asked(work, looked, seen.gap ?? 'The list does not reach back far enough', [], later);
  if (isTooLate(work, settings, context.now)) return notSentInTime(work, looked, settings);
  return sendAgain(work, looked, rule, context);
}

/** The network says that it is out and does not say where (networks.md §3.6): published, link unknown. */
function publishedSomewhere(work: Work, attempt: Attempt): Step {
  const { change, ...rest } = published(work, attempt, { remoteId: '', url: null });
  const note = 'Published; its address is unknown';
  const target = { ...change.target, remoteId: null };
  return { ...rest, change: { ...change, target, note, attempt: { ...attempt, state: 'published' } } };
}

/** The look-ups show that nothing is visible: the same call again, by the rule of this network. */
function sendAgain(work: Work, attempt: Attempt, rule: RepeatRule, context: DecisionContext): Step {
  const key = rule.key === 'fresh' ? context.nextKey(attempt.key) : attempt.key;
  const change = step(
    work,
    { notBefore: null },
    `Looked for ${attempt.lookups} times and not found; it is sent again`,
  );
  return {
    change: {
      ...change,
      attempt: { ...attempt, key, state: 'sending', lastSentAt: context.now, lookups: 0 },
    },
    effects: [],
    next: 'send',
  };
}

function notSentInTime(work: Work, attempt: Attempt, { lateLimitHours }: PublisherSettings): Step {
  const error = endError('NETWORK_UNREACHABLE', work, {
    what: 'The post was not published',
    why: `The network gave no usable answer, the post is not there, and it is more than ${lateLimitHours} h late`,
    remedy: 'Retry it to publish it now, or cancel it',
  });
  const step = giveUp(work, 'failed', error);
  return {
    ...step,
    change: { ...step.change, attempt: { ...attempt, state: 'prepared', firstSentAt: null, lookups: 0 } },
  };
}

/** The look-up itself failed: the outcome stays unknown. */
function unreadable(
  work: Work,
  attempt: Attempt,
  refusal: Refusal,
  { settings }: Knowledge,
  context: DecisionContext,
): Step {
  const effects: Step['effects'] =
    refusal.class === 'reauthorize' || refusal.class === 'person'
      ? [{ kind: 'sign-in', reason: refusal.why }]
      : [];
  const since = context.now - (attempt.lastSentAt ?? context.now);
  const later = nextSlowLook(attempt, context.now);
  const hopeless =
    refusal.class === 'edit' || since > Math.max(settings.lateLimitHours * 60 * minute, lateAfterMs);
  if (work.target.status === 'unconfirmed') return { ...heldStill(work, attempt, later), effects };
  if (effects.length === 0 && hopeless)
    return asked(work, attempt, `It cannot be looked up: ${refusal.why}`, [], later);
  const wait = Math.min(Math.max(since / 2, context.reconcileDelayMs), 15 * minute);
  const notBefore = Math.max(refusal.notBefore ?? 0, context.now + wait);
  const held = putOff(notBefore, refusal.holds ?? 'back-off');
  const target = effects.length > 0 ? { notBefore: null } : held.target;
  const change = step(work, target, `It cannot be looked up yet: ${refusal.why}`);
  return { change: { ...change, attempt }, effects, next: effects.length > 0 ? 'stop' : held.next };
}

/** The user is asked, with the evidence; Belfry itself goes on looking now and then until `lookAgain` is null. */
function asked(
  work: Work,
  attempt: Attempt,
  why: string,
  candidates: readonly Remote[],
  lookAgain: Millis | null,
): Step {
  const error = unconfirmedError(work, attempt, why, candidates);
  if (work.target.status === 'unconfirmed') {
    return {
      change: { ...step(work, { error, notBefore: lookAgain }, null), attempt },
      effects: [],
      next: 'continue',
    };
  }
  const asking = giveUp(work, 'unconfirmed', error);
  // A post that is out and whose first comment is in doubt counts as published, and is not looked up again.
  const isOpen = asking.change.target?.status === 'unconfirmed';
  const target = { ...asking.change.target, notBefore: isOpen ? lookAgain : null };
  return { ...asking, change: { ...asking.change, target, attempt } };
}

function heldStill(work: Work, attempt: Attempt, notBefore: Millis | null): Step {
  const note = work.target.status === 'unconfirmed' ? null : `Not found yet (look ${attempt.lookups})`;
  const change = step(work, { notBefore, hold: 'look-up' }, note);
  return { change: { ...change, attempt }, effects: [], next: 'stop' };
}

/** Looks grow rarer with the age of the call, and end after three days. */
function nextSlowLook(attempt: Attempt, now: Millis): Millis | null {
  const age = now - (attempt.lastSentAt ?? now);
  if (age > 3 * day) return null;
  return now + Math.min(Math.max(age / 2, 10 * minute), 6 * 60 * minute);
}

function isTooLate(work: Work, settings: PublisherSettings, now: Millis): boolean {
  const limit = Math.max(settings.lateLimitHours * 60 * minute, lateAfterMs);
  return now - (work.target.dueAt ?? now) > limit;
}
