import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Draft } from './networks/adapter.ts';
import type { Work } from './ports.ts';

/** How many parts a post has: itself and the rest of its thread. */
export function partsOf(work: Work): number {
  return 1 + work.post.thread.length;
}

/** One part as this target is to show it: the post's own words, or the target's instead. */
export function draftOf({ post, target, attempts }: Work, part: number, mediaFolder: string): Draft {
  const { override } = target;
  return {
    part,
    text: part === 0 ? (override.text ?? post.text) : (post.thread[part - 1] ?? ''),
    contentWarning: override.contentWarning ?? post.contentWarning,
    visibility: override.visibility ?? post.visibility ?? 'public',
    language: override.language ?? post.language,
    sensitive: override.sensitive ?? post.sensitive ?? false,
    media: post.media
      .filter((media) => media.part === part)
      .sort((a, b) => a.position - b.position)
      .map((media) => ({ ...media, path: join(mediaFolder, media.file) })),
    replyTo: part === 0 ? null : (attempts.find((attempt) => attempt.part === part - 1)?.remoteId ?? null),
  };
}

/** SHA-256 of what people would see: equal for two parts that a look-up could take for each other. */
export function bodyHash(work: Work, draft: Draft): string {
  const media = draft.media.map(({ id, alt, focus }) => [
    work.post.media.find((stored) => stored.id === id)?.sha256,
    alt,
    focus,
  ]);
  const { text, contentWarning, visibility, language, sensitive, replyTo } = draft;
  return createHash('sha256')
    .update(JSON.stringify([text, contentWarning, visibility, language, sensitive, replyTo, media]))
    .digest('hex');
}
