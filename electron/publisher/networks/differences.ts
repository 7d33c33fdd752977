import type { DraftMedia } from './adapter.ts';
import { likeness } from './compare.ts';

export const filesMissing = 'files missing';

/** What a network made of the words of a post; null when it shows them, or does not say what it shows. */
export function textDifference(meant: string, shown: string | undefined): string | null {
  if (meant === '' || shown === undefined) return null;
  if (shown.trim() === '') return 'text missing';
  return likeness(meant, shown.trim()) === 'different' ? 'text changed' : null;
}

/** How many of the files of a post a network shows; null when they are all there. */
export function filesDifference(meant: number, shown: number): string | null {
  if (shown >= meant) return null;
  return shown === 0 ? filesMissing : `${shown} of ${meant} files`;
}

/** What a file is to those who look at it. */
export type FileKind = 'picture' | 'film' | 'sound';

export function kindOf({ mime }: Pick<DraftMedia, 'mime'>): FileKind {
  if (mime.startsWith('video/')) return 'film';
  return mime.startsWith('audio/') ? 'sound' : 'picture';
}
