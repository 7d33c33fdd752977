import { z } from 'zod';
import { firstAddress } from '../../../shared/index.ts';
import type { Draft, DraftMedia, Hosted, Refusal, Session, Upload } from '../adapter.ts';
import { extensionOf, fileProblem, multipart } from '../files.ts';
import { type HttpResult, okJson } from '../http.ts';
import { metaError, refusalOf } from '../meta/errors.ts';
import { graph } from '../meta/graph.ts';

const idSchema = z.object({ id: z.string().min(1) });

/** Unattached photos vanish after about a day. */
const uploadForMs = 20 * 3_600_000;
/** networks.md §4.4: the page behind the link cannot be read. */
const unreadableLink = 1609005;

export type Drafted = { kind: 'ready' } | { kind: 'refused'; refusal: Refusal };

/**
 * Uploads the photos unpublished, then makes an unpublished post of them (networks.md §4.3), each id stored before the next request.
 * All of it is invisible and may be made again; a lost answer leaves a draft that is not visible.
 */
export async function buildDraft(
  session: Session,
  draft: Draft,
  known: readonly Upload[],
  save: (uploads: readonly Upload[]) => Promise<void>,
): Promise<Drafted> {
  const { clock } = session;
  const fresh = known.every(({ at }) => clock.now() - at < uploadForMs);
  const uploads = fresh ? [...known] : [];
  const keep = async (kind: Upload['kind'], id: string) => {
    uploads.push({ kind, id, at: clock.now() });
    await save([...uploads]);
  };
  for (const media of draft.media.slice(uploads.filter(({ kind }) => kind === 'media').length)) {
    const photo = await uploadPhoto(session, media);
    if (typeof photo !== 'string') return { kind: 'refused', refusal: photo };
    await keep('media', photo);
  }
  // A story is made of the photo itself.
  if (draft.format === 'story' || uploads.some(({ kind }) => kind === 'draft')) return { kind: 'ready' };
  const photos = uploads.map(({ id }) => ({ media_fbid: id }));
  const make = (link: string | undefined) =>
    graph(session, 'POST', `${session.account.remoteId}/feed`, {
      json: {
        ...(draft.text === '' ? {} : { message: draft.text }),
        ...(photos.length === 0 ? {} : { attached_media: photos }),
        ...(link === undefined ? {} : { link }),
        published: false,
      },
    });
  const link = photos.length === 0 ? linkIn(draft.text) : undefined;
  const first = await make(link);
  // A page that Facebook cannot read gets no preview; the post is worth more than that.
  const answer = link !== undefined && isUnreadableLink(first) ? await make(undefined) : first;
  const id = idSchema.safeParse(okJson(answer)).data?.id;
  if (id === undefined) return { kind: 'refused', refusal: refusalOf(answer, clock.now()) };
  await keep('draft', id);
  return { kind: 'ready' };
}

/** The first address in a text: Facebook shows a preview of what `link` names. */
function linkIn(text: string): string | undefined {
  const found = firstAddress(text);
  return found !== undefined && URL.canParse(found) ? found : undefined;
}

function isUnreadableLink(answer: HttpResult): boolean {
  return answer.kind === 'answer' && metaError(answer)?.error_subcode === unreadableLink;
}

/** Uploads a photo that is not visible yet; its id. */
async function uploadPhoto(session: Session, media: DraftMedia): Promise<string | Refusal> {
  const missing = await fileProblem(media);
  if (missing) return missing;
  const file = {
    field: 'source',
    path: media.path,
    name: `${media.id}.${extensionOf(media.mime)}`,
    mime: media.mime,
    bytes: media.bytes,
  };
  const fields: Record<string, string> = {
    published: 'false',
    ...(media.alt === '' ? {} : { alt_text_custom: media.alt }),
  };
  const answer = await graph(session, 'POST', `${session.account.remoteId}/photos`, {
    body: multipart(file, fields, `belfry-${media.id}`),
  });
  const id = idSchema.safeParse(okJson(answer)).data?.id;
  return id ?? { ...refusalOf(answer, session.clock.now()), mostTries: 5 };
}

/** The sizes of a photo, largest first (Graph API, Photo: `images`). */
const photoSchema = z.object({
  images: z.array(z.object({ source: z.url({ protocol: /^https?$/ }) })).min(1),
});

/** An unattached photo vanishes after about a day. */
const standsForMs = 20 * 3_600_000;

/** Lends a picture an address: a photo of the Page that is never published (networks.md §4.2). */
export async function hostPhoto(session: Session, media: DraftMedia): Promise<Hosted> {
  const id = await uploadPhoto(session, media);
  if (typeof id !== 'string') return { kind: 'refused', refusal: id };
  const answer = await graph(session, 'GET', id, { query: { fields: 'images' } });
  const parsed = photoSchema.safeParse(okJson(answer));
  const url = parsed.data?.images[0]?.source;
  if (url === undefined) return { kind: 'refused', refusal: refusalOf(answer, session.clock.now()) };
  return { kind: 'hosted', url, until: session.clock.now() + standsForMs };
}
