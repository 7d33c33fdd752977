import type { Attempt, Work } from './ports.ts';

type Words = Pick<Work, 'post' | 'target'>;

/** Texts of the further parts of a thread, as this target is to show them. */
export function threadOf({ post, target }: Words): readonly string[] {
  return target.override.thread ?? post.thread;
}

/** What the account itself says below its post; null for nothing. */
export function commentOf({ post, target }: Words): string | null {
  return target.override.firstComment === undefined ? post.firstComment : target.override.firstComment;
}

/** How many parts a post has: itself, the rest of its thread, and its first comment. */
export function partsOf(work: Words): number {
  return 1 + threadOf(work).length + (commentOf(work) === null ? 0 : 1);
}

/** Whether this part is the first comment: the last one, and never a reason to take the post for failed. */
export function isComment(work: Words, part: number): boolean {
  return commentOf(work) !== null && part === partsOf(work) - 1;
}

/** The part that this one answers: the one before, or for the comment the post itself; undefined for the post. */
export function answeredBy(work: Words, part: number): number | undefined {
  if (part === 0) return undefined;
  return isComment(work, part) ? 0 : part - 1;
}

/** Remote id of the part that this one answers; null when it is not known, or there is none. */
export function replyTo(work: Work, part: number): string | null {
  const answered = answeredBy(work, part);
  return work.attempts.find((attempt) => attempt.part === answered)?.remoteId ?? null;
}

/** The first part that is not out; undefined when all are. */
export function nextPart(work: Work): number | undefined {
  const done = new Set(work.attempts.filter(({ state }) => state === 'published').map(({ part }) => part));
  return Array.from({ length: partsOf(work) }, (_, part) => part).find((part) => !done.has(part));
}

/** The post is out whole, and nothing but its first comment is left. */
export function onlyCommentLeft(work: Work): boolean {
  const next = nextPart(work);
  return next !== undefined && isComment(work, next);
}

/** The same target after this attempt. */
export function withAttempt(work: Work, attempt: Attempt): Work {
  return { ...work, attempts: [...work.attempts.filter(({ part }) => part !== attempt.part), attempt] };
}
