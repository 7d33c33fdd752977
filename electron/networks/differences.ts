import type { DraftMedia } from './adapter.ts';

/** How alike a sent text and one found on a server are. */
export type Likeness = 'same' | 'unclear' | 'different';

/**
 * Compares two texts as far as servers leave them alone: they change white space, shorten mentions and links, and add mark-up.
 * `unclear` when one may be the other after such a change; it is never taken for absence.
 */
export function likeness(sent: string, found: string): Likeness {
  if (spaced(sent) === spaced(found)) return 'same';
  const [a, b] = [letters(sent), letters(found)];
  if (a === b) return 'same';
  if (a === '' || b === '') return 'different';
  if (a.includes(b) || b.includes(a)) return 'unclear';
  return commonPrefix(a, b) >= Math.min(a.length, b.length) / 2 ? 'unclear' : 'different';
}

function spaced(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

/** Letters, digits and symbols that carry meaning; the server part of mentions is left out, as servers hide it. */
function letters(text: string): string {
  return text
    .normalize('NFC')
    .replace(/(@[\w.-]+)@[\w.-]+/gu, '$1')
    .replace(/[^\p{L}\p{N}\p{Emoji_Presentation}]/gu, '');
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

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

/**
 * What a network made of the descriptions of files, null where it shows none, undefined where it does not tell. Null when
 * they are all there.
 */
export function altDifference(
  media: readonly Pick<DraftMedia, 'alt'>[],
  shown: readonly (string | null | undefined)[],
): string | null {
  const found = media.flatMap(({ alt }, index): Likeness[] => {
    const text = shown[index];
    return alt === '' || text === undefined || text === null || text === '' ? [] : [likeness(alt, text)];
  });
  const isMissing = media.some(({ alt }, index) => {
    const text = shown[index];
    return alt !== '' && (text === null || text === '');
  });
  if (isMissing) return 'alt text missing';
  return found.includes('different') ? 'alt text changed' : null;
}

/** What a file is to those who look at it. */
export type FileKind = 'picture' | 'film' | 'sound';

export function kindOf({ mime }: Pick<DraftMedia, 'mime'>): FileKind {
  if (mime.startsWith('video/')) return 'film';
  return mime.startsWith('audio/') ? 'sound' : 'picture';
}
