import { BelfryError, type Millis, type TargetStatus, toInstant } from '../../shared/index.ts';
import { nextPart, onlyCommentLeft, replyTo, withAttempt } from './draft.ts';
import { brokenThread, giveUp, step } from './next-action.ts';
import type { Times } from './past.ts';
import type { Change, Work } from './ports.ts';

/** What a command does to the targets of one post; none when it can do nothing for it. */
export type Command = {
  /** In the words of a sentence: "cannot be …". */
  done: string;
  /** Why it can do nothing for a post. */
  why: string;
  changes(works: readonly Work[]): Change[];
};

/** Cancels what has not begun to be sent; published, sending and unconfirmed targets stay as they are. */
export const cancelling: Command = {
  done: 'cancelled',
  why: 'What is being sent, published or unconfirmed cannot be taken back by Belfry',
  changes: (works) =>
    withStatus(works, ['draft', 'queued', 'failed', 'missed']).map((work) =>
      onlyCommentLeft(work)
        ? step(
            work,
            { status: 'published', error: null, notBefore: null, tries: 0 },
            'Its first comment was cancelled; the post is out',
          )
        : step(work, { status: 'cancelled', notBefore: null }, 'Cancelled'),
    ),
};

/** Puts failed and missed targets back into the queue, due now. */
export function retrying(now: Millis): Command {
  return {
    done: 'retried',
    why: 'Only failed and missed posts can; an unconfirmed one needs your word first',
    changes: (works) =>
      withStatus(works, ['failed', 'missed']).map((work) => requeued(work, now, 'Retried by hand')),
  };
}

/** Makes drafts, queued, missed and cancelled targets due now. */
export function publishingNow(now: Millis): Command {
  return {
    done: 'published now',
    why: 'Only drafts, queued, missed and cancelled posts can',
    changes: (works) =>
      withStatus(works, ['draft', 'queued', 'missed', 'cancelled'])
        .map((work) => requeued(work, now, 'Made due now by hand'))
        .map((change) => ({ ...change, publishAt: now })),
  };
}

/** Gives what has not begun to be sent another time, each target its own; the post's is the first of them. */
export function movingEach(to: Times): Command {
  return {
    done: 'moved',
    why: 'What is being sent, published or unconfirmed has its time behind it, and only what waits becomes a draft',
    changes(works) {
      const changes = movable(works).flatMap((work) => movedTo(work, to) ?? []);
      const times = changes.flatMap(({ publishAt }) => publishAt ?? []);
      if (times.length === 0) return changes;
      const publishAt = Math.min(...times);
      return changes.map((change) => ({ ...change, publishAt }));
    },
  };
}

/** What was cancelled stays so beside something that was not: moving brings back only posts that were cancelled whole. */
export function movable(works: readonly Work[]): Work[] {
  const open = withStatus(works, ['draft', 'queued', 'failed', 'missed']);
  return open.length > 0 ? open : withStatus(works, ['cancelled']);
}

function movedTo(work: Work, to: Times): Change | undefined {
  const publishAt = to.of(work);
  if (publishAt === undefined) return undefined;
  if (publishAt !== null) {
    const change = requeued(work, publishAt, `Moved by hand to ${toInstant(publishAt)}`);
    return { ...change, publishAt, alone: to.inSlot(work) };
  }
  const { status, revision } = work.target;
  if (status !== 'draft' && status !== 'queued') return undefined;
  const target = { status: 'draft' as const, dueAt: null, notBefore: null, revision: revision + 1 };
  return { ...step(work, target, 'Made a draft by hand'), publishAt };
}

/** The user's answer for an unconfirmed target: it is out, or it is not and may be sent again. Throws CONFLICT for any other. */
export function resolvingDoubt(
  work: Work,
  isPublished: boolean,
  now: Millis,
  nextKey: (key: string) => string,
): Change[] {
  const attempt = work.attempts.find(({ state }) => state !== 'published' && state !== 'prepared');
  if (work.target.status !== 'unconfirmed')
    throw impossible([work], { done: 'settled', why: 'Only unconfirmed posts need this' });
  if (!isPublished) {
    const change = requeued(work, now, 'Marked by hand as not published; it is sent again');
    const clean = { state: 'prepared' as const, uploads: [], firstSentAt: null, lookups: 0 };
    // With the old key the server would only give its old answer again.
    return [attempt ? { ...change, attempt: { ...attempt, ...clean, key: nextKey(attempt.key) } } : change];
  }
  if (!attempt) return [resolved(work, undefined)];
  const done = { ...attempt, state: 'published' as const };
  const after = withAttempt(work, done);
  return [{ ...resolved(after, nextPart(after)), attempt: done }];
}

/** What follows when the user says that the part in doubt is out, and `next` is not. */
function resolved(work: Work, next: number | undefined): Change {
  const note = 'Marked by hand as published';
  if (next === undefined)
    return step(work, { status: 'published', error: null, notBefore: null, tries: 0 }, note);
  if (replyTo(work, next) !== null)
    return step(work, { status: 'queued', error: null, notBefore: null, tries: 0 }, note);
  return giveUp(work, 'failed', brokenThread(work, next)).change;
}

function withStatus(works: readonly Work[], open: readonly TargetStatus[]): Work[] {
  return works.filter(({ target }) => open.includes(target.status));
}

function requeued(work: Work, dueAt: Millis, note: string): Change {
  const revision = work.target.revision + 1;
  return step(work, { status: 'queued', dueAt, notBefore: null, tries: 0, error: null, revision }, note);
}

/** CONFLICT for a post for which a command can do nothing. */
export function impossible(
  works: readonly Work[],
  { done, why }: Pick<Command, 'done' | 'why'>,
): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: `The post cannot be ${done}`,
    where: `post ${statesOf(works)}`,
    why,
    remedy: 'Nothing was changed',
  });
}

/** `ID (account status, …)`, for the reader of an error. */
export function statesOf(works: readonly Work[]): string {
  const states = works.map(({ target }) => `${target.account} ${target.status}`).join(', ');
  return `${works[0]?.post.id ?? ''} (${states})`;
}
