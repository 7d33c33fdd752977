import { BelfryError, type Millis, type TargetStatus, toInstant } from '../../shared/index.ts';
import { brokenThread, step } from './decide.ts';
import { partsOf } from './draft.ts';
import type { Change, Work } from './ports.ts';

/** Cancels what has not begun to be sent; published, sending and unconfirmed targets stay as they are. Throws CONFLICT when there is nothing to cancel. */
export function cancelling(works: readonly Work[]): Change[] {
  const open: readonly TargetStatus[] = ['draft', 'queued', 'failed', 'missed'];
  const changes = works
    .filter(({ target }) => open.includes(target.status))
    .map((work) => step(work, { status: 'cancelled', notBefore: null }, 'Cancelled'));
  return orConflict(
    changes,
    works,
    'cancelled',
    'What is being sent, published or unconfirmed cannot be taken back by Belfry',
  );
}

/** Puts failed and missed targets back into the queue, due now. Throws CONFLICT when there are none. */
export function retrying(works: readonly Work[], now: Millis): Change[] {
  const changes = works
    .filter(({ target }) => target.status === 'failed' || target.status === 'missed')
    .map((work) => requeued(work, now, 'Retried by hand'));
  return orConflict(
    changes,
    works,
    'retried',
    'Only failed and missed posts can; an unconfirmed one needs your word first',
  );
}

/** Makes drafts, queued, missed and cancelled targets due now. Throws CONFLICT when there are none. */
export function publishingNow(works: readonly Work[], now: Millis): Change[] {
  const open: readonly TargetStatus[] = ['draft', 'queued', 'missed', 'cancelled'];
  const changes = works
    .filter(({ target }) => open.includes(target.status))
    .map((work) => requeued(work, now, 'Made due now by hand'));
  return orConflict(changes, works, 'published now', 'Only drafts, queued, missed and cancelled posts can');
}

/** Gives what has not begun to be sent another time; null makes drafts of it. Throws CONFLICT when there is nothing to move. */
export function moving(works: readonly Work[], publishAt: Millis | null): Change[] {
  const open: readonly TargetStatus[] =
    publishAt === null ? ['draft', 'queued'] : ['draft', 'queued', 'failed', 'missed', 'cancelled'];
  const changes = works
    .filter(({ target }) => open.includes(target.status))
    .map((work) =>
      publishAt === null
        ? step(work, { status: 'draft', dueAt: null, notBefore: null }, 'Made a draft by hand')
        : requeued(work, publishAt, `Moved by hand to ${toInstant(publishAt)}`),
    );
  return orConflict(
    changes,
    works,
    'moved',
    'What is being sent, published or unconfirmed has its time behind it',
  );
}

/** A person's word on an unconfirmed target: it is out, or it is not and may be sent again. Throws CONFLICT for any other. */
export function settling(work: Work, isPublished: boolean, now: Millis, freshKey: string): Change[] {
  const attempt = work.attempts.find(({ state }) => state !== 'published' && state !== 'prepared');
  if (work.target.status !== 'unconfirmed')
    return orConflict([], [work], 'settled', 'Only unconfirmed posts need this');
  if (!isPublished) {
    const change = requeued(work, now, 'A person says that it was not published; it is sent again');
    const clean = { state: 'prepared' as const, key: freshKey, uploads: [], firstSentAt: null, lookups: 0 };
    return [attempt ? { ...change, attempt: { ...attempt, ...clean } } : change];
  }
  const done = { ...(attempt ? { attempt: { ...attempt, state: 'published' as const } } : {}) };
  if (!attempt || attempt.part === partsOf(work) - 1) {
    const target = { status: 'published' as const, error: null, notBefore: null, tries: 0 };
    return [{ ...step(work, target, 'A person says that it was published'), ...done }];
  }
  const error = brokenThread(work, attempt.part + 1);
  return [{ ...step(work, { status: 'failed', error, notBefore: null }, error.message), ...done }];
}

function requeued(work: Work, now: Millis, note: string): Change {
  return step(work, { status: 'queued', dueAt: now, notBefore: null, tries: 0, error: null }, note);
}

function orConflict(changes: Change[], works: readonly Work[], done: string, why: string): Change[] {
  if (changes.length > 0) return changes;
  const states = works.map(({ target }) => `${target.account} ${target.status}`).join(', ');
  throw new BelfryError({
    code: 'CONFLICT',
    what: `The post cannot be ${done}`,
    where: `post ${works[0]?.post.id ?? ''} (${states})`,
    why,
    remedy: 'Nothing was changed',
  });
}
