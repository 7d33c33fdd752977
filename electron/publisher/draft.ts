import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Draft } from '../networks/index.ts';
import { noDetails } from './media/facts.ts';
import { commentOf, isComment, replyTo, threadOf } from './parts.ts';
import type { Work } from './ports.ts';

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

/** SHA-256 of what people would see: equal for two parts that a look-up could take for each other. */
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
