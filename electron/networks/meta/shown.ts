import { z } from 'zod';
import type { Draft } from '../adapter.ts';
import { type FileKind, kindOf, type Likeness } from '../differences.ts';

const kind = z.string().optional().catch(undefined);
const inner = z.object({ data: z.array(z.object({ media_type: kind })) });

/** What a Page's post shows besides its words (Graph API: `attachments{media_type,subattachments{media_type}}`). */
export const attachmentsSchema = z.object({
  data: z.array(z.object({ media_type: kind, subattachments: inner.optional().catch(undefined) })),
});
export const attachmentFields = 'attachments{media_type,subattachments{media_type}}';

/** The files of a Page's post; undefined when the answer does not tell all of them. A preview of a link is none. */
export function pageFiles(
  attachments: z.infer<typeof attachmentsSchema> | undefined,
): FileKind[] | undefined {
  const each = (attachments?.data ?? []).flatMap((one) => one.subattachments?.data ?? [one]);
  const files = each.map(({ media_type: type }) => kinds[type ?? '']);
  if (each.some(({ media_type: type }) => type === undefined || type === 'album')) return undefined;
  return files.filter((file) => file !== undefined);
}

/** What a post on Instagram shows (IG Media: `media_type,media_product_type,children{media_type}`). */
export const mediaTypes = {
  media_type: kind,
  media_product_type: kind,
  children: inner.optional().catch(undefined),
};
export const mediaTypeFields = 'media_type,media_product_type,children{media_type}';

/** The files of a post on Instagram; undefined when the answer does not tell all of them. */
export function instagramFiles(shown: {
  media_type?: string | undefined;
  children?: z.infer<typeof inner> | undefined;
}): FileKind[] | undefined {
  const each = shown.media_type === 'CAROUSEL_ALBUM' ? shown.children?.data : [shown];
  const files = each?.map(({ media_type: type }) => kinds[type?.toLowerCase() ?? '']);
  const known = files?.filter((file) => file !== undefined);
  return known?.length === files?.length ? known : undefined;
}

const kinds: Partial<Record<string, FileKind>> = { photo: 'picture', image: 'picture', video: 'film' };

/**
 * How alike a post and one that is shown are, by its words and files (undefined where they are not known). Without words
 * nothing tells two posts of the same files apart; with them, fewer files are what a network that drops some makes of it.
 */
export function postAlike(
  { text, media, format }: Pick<Draft, 'text' | 'media' | 'format'>,
  words: string,
  files: readonly FileKind[] | undefined,
): Likeness {
  const meant = format === 'story' ? '' : text.trim();
  if (words.trim() !== meant) return 'different';
  if (meant === '') return isOfKinds(media, files) ? 'unclear' : 'different';
  if (files === undefined || files.length === media.length) return 'same';
  return files.length < media.length ? 'unclear' : 'different';
}

function isOfKinds(media: Draft['media'], files: readonly FileKind[] | undefined): boolean {
  if (files === undefined) return media.length > 0;
  return media.length === files.length && media.every((one, index) => kindOf(one) === files[index]);
}
