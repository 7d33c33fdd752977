import { BelfryError, type ErrorCode, type Millis, toInstant } from '../../shared/index.ts';
import type { Refusal, Remote } from '../networks/index.ts';
import { isComment, onlyCommentLeft } from './parts.ts';
import type { Attempt, StoredError, Work } from './ports.ts';

type Parts = { what: string; why: string; remedy: string };

/** An error with which the way of a target ends; where its post is out and only the first comment is not, it says so. */
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

/** A target that is later than the person allows. */
export function missedError(work: Work, now: Millis, limitHours: number): StoredError {
  const dueAt = work.target.dueAt ?? now;
  const late = Math.floor((now - dueAt) / 3_600_000);
  return targetError('NEEDS_PERSON', work, {
    what: 'The post was missed',
    why: `It was due at ${toInstant(dueAt)}, ${late} h ago; posts may be ${limitHours} h late`,
    remedy: 'Retry it to publish it now, or cancel it',
  });
}

/** Why a person is asked about a post that this ledger never sent. */
export function doubtedError(work: Work, remotes: readonly Remote[]): StoredError {
  const links = remotes.map((one) => one.url ?? one.remoteId).join(', ');
  return endError('NEEDS_PERSON', work, {
    what: 'Nobody can tell whether the post was published',
    why: `It came due while this Belfry was not running, and what is on the account since then may be it: ${links}`,
    remedy: 'Look at the account, then say whether the post is there',
  });
}

/** The evidence for a person who has to decide: what was sent when, and what was seen since. */
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
    what: 'Nobody can tell whether the post was published',
    why: `${part}sent ${sent}, looked for ${attempt.lookups} times. ${why}${links ? `. Candidates: ${links}` : ''}`,
    remedy: 'Look at the account, then say whether the post is there',
  });
}
