import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Draft } from '../networks/index.ts';
import { noDetails } from './media/facts.ts';
import type { Attempt, Work } from './ports.ts';

/** One part as this target is to show it: the post's own words, or the target's instead. */
export function draftOf(work: Work, part: number, mediaFolder: string): Draft {
  const { post, target } = work;
  const { override } = target;
  const comment = isComment(work, part);
  return {
    part,
    comment,
    text: comment
      ? (commentOf(work) ?? '')
      : part === 0
        ? (override.text ?? post.text)
        : (threadOf(work)[part - 1] ?? ''),
    poll: part > 0 ? null : override.poll === undefined ? post.poll : override.poll,
    contentWarning: override.contentWarning ?? post.contentWarning,
    visibility: override.visibility ?? post.visibility ?? 'public',
    language: override.language ?? post.language,
    sensitive: override.sensitive ?? post.sensitive ?? false,
    media: post.media
      .filter((media) => media.part === part && !comment)
      .sort((a, b) => a.position - b.position)
      .map((media) => ({
        ...media,
        details: media.details ?? noDetails,
        path: join(mediaFolder, media.file),
      })),
    format: override.format ?? 'post',
    replyTo: replyTo(work, part),
  };
}

/** SHA-256 of what is visible: equal for two parts that a look-up could take for each other. */
export function bodyHash(work: Work, draft: Draft): string {
  const media = draft.media.map(({ id, alt, focus }) => [
    work.post.media.find((stored) => stored.id === id)?.sha256,
    alt,
    focus,
  ]);
  const { text, contentWarning, visibility, language, sensitive, replyTo, poll } = draft;
  const seen = [text, contentWarning, visibility, language, sensitive, replyTo, media];
  return createHash('sha256')
    .update(JSON.stringify(poll === null ? seen : [...seen, poll]))
    .digest('hex');
}

/**
 * The Idempotency-Key of one part of a post for one account. It follows from what is sent, so that another copy of this
 * home, which sends the same part at the same time, meets the server's own memory; other content is another post.
 */
export function keyFor(of: { post: string; account: string; part: number; bodyHash: string }): string {
  return uuidOf(JSON.stringify([of.post, of.account, of.part, of.bodyHash]));
}

/** The key after one that the server has used up (networks.md §2): the same in every copy of the home. */
export function nextKey(key: string): string {
  return uuidOf(JSON.stringify([key]));
}

/** A UUID of our own making: version 8 (RFC 9562 §5.8). */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

type Words = Pick<Work, 'post' | 'target'>;

/** Texts of the further parts of a thread, as this target is to show them. */
export function threadOf({ post, target }: Words): readonly string[] {
  return target.override.thread ?? post.thread;
}

/** The first comment, which the account adds to its own post; null for none. */
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
function answeredBy(work: Words, part: number): number | undefined {
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
