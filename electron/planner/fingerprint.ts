import { createHash } from 'node:crypto';
import type { PostView } from '../../shared/index.ts';

/** SHA-256 of what a person could change about a post; equal to the one taken when it was made while nobody did. */
export function fingerprint(post: PostView): string {
  const { text, thread, media, targets, publishAt, note } = post;
  const { visibility, contentWarning, language, sensitive } = post;
  const parts = [
    text,
    thread.map((part) => part.text),
    media.map(({ name, alt }) => [name, alt]),
    targets.map(({ account, status }) => [account, status]),
    [publishAt, note, visibility, contentWarning, language, sensitive],
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
