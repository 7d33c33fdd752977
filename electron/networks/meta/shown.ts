import { z } from 'zod';
import type { Draft } from '../adapter.ts';
import { type FileKind, kindOf, type Likeness } from '../differences.ts';

const kind = z.string().optional().catch(undefined);
const target = z
  .object({ id: z.string().min(1) })
  .optional()
  .catch(undefined);
const attached = z.object({ media_type: kind, target });

/** What a Page's post shows besides its words (Graph API, Story Attachment). */
export const attachmentsSchema = z.object({
  data: z.array(
    attached.extend({
      subattachments: z
        .object({ data: z.array(attached) })
        .optional()
        .catch(undefined),
    }),
  ),
});
export type PageAttachments = z.infer<typeof attachmentsSchema>;
export const attachmentFields = 'attachments{media_type,target{id},subattachments{media_type,target{id}}}';

/** The files of a Page's post; undefined when the answer does not tell all of them. A preview of a link is none. */
export function pageFiles(attachments: PageAttachments | undefined): FileKind[] | undefined {
  const each = attachedTo(attachments);
  const files = each.map(({ media_type: type }) => kinds[type ?? '']);
  if (each.some(({ media_type: type }) => type === undefined || type === 'album')) return undefined;
  return files.filter((file) => file !== undefined);
}

/** The ids of the photos that a Page's post shows, in order; undefined when it does not name all of them. */
export function pagePhotos(attachments: PageAttachments | undefined): string[] | undefined {
  const photos = attachedTo(attachments).filter(({ media_type: type }) => type === 'photo');
  const ids = photos.flatMap((photo) => photo.target?.id ?? []);
  return ids.length === photos.length ? ids : undefined;
}

function attachedTo(attachments: PageAttachments | undefined) {
  return (attachments?.data ?? []).flatMap((one) => one.subattachments?.data ?? [one]);
}

const alt = z.string().nullish().catch(undefined);
const children = z
  .object({ data: z.array(z.object({ media_type: kind, alt_text: alt })) })
  .optional()
  .catch(undefined);

/** What a post on Instagram shows (IG Media). */
export const mediaTypes = { media_type: kind, media_product_type: kind, alt_text: alt, children };
export const mediaTypeFields = 'media_type,media_product_type,children{media_type}';
/** The same with the descriptions of its pictures (IG Media: `alt_text`, since March 2025). */
export const describedFields = 'media_type,media_product_type,alt_text,children{media_type,alt_text}';

type InstagramMedia = z.infer<z.ZodObject<typeof mediaTypes>>;

/** The files of a post on Instagram; undefined when the answer does not tell all of them. */
export function instagramFiles(
  shown: Pick<InstagramMedia, 'media_type' | 'children'>,
): FileKind[] | undefined {
  const each = shown.media_type === 'CAROUSEL_ALBUM' ? shown.children?.data : [shown];
  const files = each?.map(({ media_type: type }) => kinds[type?.toLowerCase() ?? '']);
  const known = files?.filter((file) => file !== undefined);
  return known?.length === files?.length ? known : undefined;
}

/** The descriptions of its files, null where one has none. */
export function instagramAlts(shown: InstagramMedia): (string | null)[] {
  const each = shown.media_type === 'CAROUSEL_ALBUM' ? (shown.children?.data ?? []) : [shown];
  return each.map(({ alt_text: text }) => text ?? null);
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
