import type { Draft } from '../adapter.ts';
import { type Likeness, likeness } from '../compare.ts';
import { kindOf } from '../differences.ts';

/** A file as a status shows it. */
export type ShownFile = { type?: string | null | undefined; description?: string | null | undefined };

/**
 * How alike the files of a post and of a status are, by all that a list shows of them: how many, of what kind, and how
 * they are described. Without a description nothing tells two pictures apart.
 */
export function filesAlike({ media }: Pick<Draft, 'media'>, shown: readonly ShownFile[]): Likeness {
  if (media.length !== shown.length) return 'different';
  const each = media.map((one, index): Likeness => {
    const { type, description } = shown[index] ?? {};
    const kinds = kindsOf[type ?? ''];
    if (kinds && !kinds.includes(kindOf(one))) return 'different';
    const [meant, found] = [one.alt.trim(), (description ?? '').trim()];
    // A server may drop a description, and writes none of its own.
    if (found === '') return 'unclear';
    return meant === '' ? 'different' : likeness(meant, found);
  });
  if (each.includes('different')) return 'different';
  // Of several files those without a description do not take away what the others say.
  const isTold = media.every(({ alt }, index) => alt.trim() === '' || each[index] === 'same');
  return isTold && each.includes('same') ? 'same' : 'unclear';
}

/** What Mastodon calls them; a film without sound, or a moving picture, is `gifv`. */
const kindsOf: Partial<Record<string, readonly ReturnType<typeof kindOf>[]>> = {
  image: ['picture'],
  gifv: ['picture', 'film'],
  video: ['film'],
  audio: ['sound'],
};
