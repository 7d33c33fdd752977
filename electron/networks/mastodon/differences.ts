import { z } from 'zod';
import type { Draft } from '../adapter.ts';
import {
  altDifference,
  filesDifference,
  kindOf,
  type Likeness,
  likeness,
  textDifference,
} from '../differences.ts';

const text = z.string().nullish().catch(undefined);
/** A Status as far as it tells what was published (networks.md §1.6); every member may be missing. */
const shownSchema = z.object({
  content: text,
  visibility: text,
  spoiler_text: text,
  sensitive: z.boolean().nullish().catch(undefined),
  language: text,
  in_reply_to_id: z.union([z.string(), z.number()]).nullish().catch(undefined),
  poll: z.object({}).nullish().catch(undefined),
  media_attachments: z
    .array(z.object({ description: text }))
    .nullish()
    .catch(undefined),
});

export const pollMissing = 'poll missing';

/** What a server left out or changed without a word, in the order in which people would miss it: `poll missing`. */
export function differencesOf(draft: Draft, status: unknown): string[] {
  const shown = shownSchema.safeParse(status).data;
  // An answer of an id alone tells nothing of what was made of the post.
  if (!shown || (shown.content === undefined && shown.visibility === undefined)) return [];
  return [
    textDifference(draft.text, shown.content === undefined ? undefined : textOfHtml(shown.content ?? '')),
    draft.poll !== null && !shown.poll ? pollMissing : null,
    ...mediaDifferences(draft, shown.media_attachments ?? []),
    shown.visibility && shown.visibility !== draft.visibility
      ? `visibility ${shown.visibility} instead of ${draft.visibility}`
      : null,
    draft.contentWarning && shown.spoiler_text === '' ? 'content warning missing' : null,
    draft.sensitive && shown.sensitive === false ? 'not marked as sensitive' : null,
    draft.replyTo !== null && !shown.in_reply_to_id ? 'not in the thread' : null,
    draft.language && shown.language && primary(shown.language) !== primary(draft.language)
      ? `language ${shown.language} instead of ${draft.language}`
      : null,
  ].filter((difference) => difference !== null);
}

function mediaDifferences({ media }: Draft, shown: readonly { description?: string | null | undefined }[]) {
  const missing = filesDifference(media.length, shown.length);
  if (missing !== null) return [missing];
  const described = shown.map(({ description }) => description);
  return [altDifference(media, described)];
}

/** `de` of `de-AT`: servers keep the language and drop the region. */
function primary(language: string): string {
  return language.toLowerCase().split(/[-_]/)[0] ?? '';
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** The text of a status: paragraphs and `<br>` as line breaks, tags gone, entities resolved. */
export function textOfHtml(html: string): string {
  return html
    .replace(/<br\s*\/?>|<\/p>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]+);/gi, (whole, name: string) => entity(name) ?? whole);
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return entities[name.toLowerCase()];
  const code = name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** A file as a status shows it. */
type ShownFile = { type?: string | null | undefined; description?: string | null | undefined };

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
