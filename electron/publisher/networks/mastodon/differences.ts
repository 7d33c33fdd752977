import { z } from 'zod';
import type { Draft } from '../adapter.ts';
import { filesDifference, textDifference } from '../differences.ts';
import { textOfHtml } from './html.ts';

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
  const without = media.filter(({ alt }, index) => {
    const description = shown[index]?.description;
    return alt !== '' && (description === null || description === '');
  });
  return [without.length === 0 ? null : 'alt text missing'];
}

/** `de` of `de-AT`: servers keep the language and drop the region. */
function primary(language: string): string {
  return language.toLowerCase().split(/[-_]/)[0] ?? '';
}
