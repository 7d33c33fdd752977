import { z } from 'zod';
import type { Draft, DraftMedia, ReadBack, Refusal, Session } from '../adapter.ts';
import { altDifference, filesDifference, textDifference } from '../differences.ts';
import { okJson } from '../http.ts';
import { commentNames, readComment } from '../meta/comments.ts';
import { refusalOf } from '../meta/errors.ts';
import { graph } from '../meta/graph.ts';
import {
  attachmentFields,
  attachmentsSchema,
  type PageAttachments,
  pageFiles,
  pagePhotos,
} from '../meta/shown.ts';

const shownSchema = z.object({
  id: z.string(),
  message: z.string().optional(),
  description: z.string().optional(),
  permalink_url: z.string().optional().catch(undefined),
  attachments: attachmentsSchema.optional().catch(undefined),
});

/** What a Page shows of a post, or of a film, which has an id of its own kind. */
export async function readBack(session: Session, draft: Draft, remoteId: string): Promise<ReadBack> {
  if (draft.comment) return readComment(session, draft, remoteId, commentNames.facebook.text);
  // Of a story only its file is shown, which no answer describes.
  if (draft.format === 'story') return { kind: 'shown', url: null, differs: [] };
  const isPost = remoteId.includes('_');
  const fields = isPost ? `message,permalink_url,${attachmentFields}` : 'description,permalink_url';
  const answer = await graph(session, 'GET', remoteId, { query: { fields } });
  const shown = shownSchema.safeParse(okJson(answer)).data;
  if (!shown) return { kind: 'unreadable', refusal: refusalOf(answer, session.clock.now()) };
  const { permalink_url: link, attachments } = shown;
  // Nothing but an id: the token may not see the rest.
  const isWhole = Object.keys(shown).length > 1;
  if (!isWhole) return { kind: 'unreadable', refusal: onlyAnId };
  const text = (isPost ? shown.message : shown.description) ?? '';
  const files = isPost ? pageFiles(attachments) : undefined;
  const missing = files === undefined ? null : filesDifference(draft.media.length, files.length);
  const alts =
    missing === null && isPost
      ? await readAlts(session, draft.media, attachments)
      : { kind: 'unknown' as const };
  if (alts.kind === 'refused') return { kind: 'unreadable', refusal: alts.refusal };
  const differs = [
    textDifference(draft.text, text),
    missing,
    alts.kind === 'alts' ? altDifference(draft.media, alts.shown) : null,
  ].filter((difference) => difference !== null);
  return { kind: 'shown', url: link !== undefined && /^https?:/.test(link) ? link : null, differs };
}

const onlyAnId: Refusal = {
  class: 'retry',
  code: 'NETWORK_REFUSED',
  why: 'The network shows nothing of it but its id',
  notBefore: null,
};

const photosSchema = z.record(
  z.string(),
  z.object({ id: z.string(), alt_text_custom: z.string().nullish().catch(null) }),
);

type Alts =
  | { kind: 'alts'; shown: (string | null)[] }
  /** The post does not say which photos it shows. */
  | { kind: 'unknown' }
  | { kind: 'refused'; refusal: Refusal };

/** The descriptions of the photos of a post (Graph API, Photo: `alt_text_custom`), asked for only where one was given. */
async function readAlts(
  session: Session,
  media: readonly DraftMedia[],
  attachments: PageAttachments | undefined,
): Promise<Alts> {
  const ids = pagePhotos(attachments);
  if (media.every(({ alt }) => alt === '') || ids?.length !== media.length) return { kind: 'unknown' };
  const query = { ids: ids.join(','), fields: 'alt_text_custom' };
  const answer = await graph(session, 'GET', '', { query });
  const photos = photosSchema.safeParse(okJson(answer)).data;
  if (!photos) return { kind: 'refused', refusal: refusalOf(answer, session.clock.now()) };
  return { kind: 'alts', shown: ids.map((id) => photos[id]?.alt_text_custom ?? null) };
}
