import { z } from 'zod';
import type { Upload } from '../../ports.ts';
import type { Draft, DraftMedia, Refusal, Session } from '../adapter.ts';
import { fileProblem } from '../file-problem.ts';
import { refusalOf } from '../meta/errors.ts';
import { graph } from '../meta/graph.ts';
import { extensionOf, multipart } from '../multipart.ts';

const idSchema = z.object({ id: z.string().min(1) });

/** Unattached photos vanish after about a day. */
const uploadForMs = 20 * 3_600_000;

export type Drafted = { kind: 'ready' } | { kind: 'refused'; refusal: Refusal };

/**
 * Uploads the photos unpublished, then makes an unpublished post of them (networks.md §4.3), each id stored before the next request.
 * All of it is invisible and may be made again; a lost answer leaves a draft that nobody sees.
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
  if (uploads.some(({ kind }) => kind === 'draft')) return { kind: 'ready' };
  const photos = uploads.map(({ id }) => ({ media_fbid: id }));
  const answer = await graph(session, 'POST', `${session.account.remoteId}/feed`, {
    json: {
      ...(draft.text === '' ? {} : { message: draft.text }),
      ...(photos.length === 0 ? {} : { attached_media: photos }),
      published: false,
    },
  });
  const id = idSchema.safeParse(answer.kind === 'answer' && answer.status === 200 ? answer.json : undefined)
    .data?.id;
  if (id === undefined) return { kind: 'refused', refusal: refusalOf(answer, clock.now()) };
  await keep('draft', id);
  return { kind: 'ready' };
}

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
  const id = idSchema.safeParse(answer.kind === 'answer' && answer.status === 200 ? answer.json : undefined)
    .data?.id;
  return id ?? { ...refusalOf(answer, session.clock.now()), mostTries: 5 };
}
