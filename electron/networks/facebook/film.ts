import { z } from 'zod';
import type { Draft, DraftMedia, LookUp, Refusal, Remote, Sent, Session, Upload } from '../adapter.ts';
import { extensionOf, fileProblem, multipart } from '../files.ts';
import { okJson } from '../http.ts';
import { refusalOf, sentOf } from '../meta/errors.ts';
import { graph, sendBytes } from '../meta/graph.ts';
import type { Drafted } from './draft.ts';

const offset = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);
const startedSchema = z.object({
  video_id: z.string().min(1),
  upload_session_id: z.string().min(1),
  start_offset: offset,
  end_offset: offset,
});
const nextSchema = z.object({ start_offset: offset, end_offset: offset });
const reelSchema = z.object({ video_id: z.string().min(1), upload_url: z.string().min(1) });
const successSchema = z.object({ success: z.literal(true) });
const phase = z
  .object({ status: z.string().optional().catch(undefined) })
  .optional()
  .catch(undefined);
const stateSchema = z.object({
  published: z.boolean().optional().catch(undefined),
  status: z
    .object({ video_status: z.string().optional().catch(undefined), publishing_phase: phase })
    .optional()
    .catch(undefined),
});

/** A film that was begun may be forgotten after about a day. */
const uploadForMs = 20 * 3_600_000;
const mostTries = 5;

/**
 * Brings a film to Facebook, as a video or a reel. It is not visible before the call that ends its upload (networks.md §4.2),
 * so this may be done again at will; what is there whole is stored.
 */
export async function uploadFilm(
  session: Session,
  draft: Draft,
  known: readonly Upload[],
  save: (uploads: readonly Upload[]) => Promise<void>,
): Promise<Drafted> {
  const { clock } = session;
  if (known.some(({ kind, at }) => kind === 'film' && clock.now() - at < uploadForMs))
    return { kind: 'ready' };
  const [media] = draft.media;
  const missing = media === undefined ? gone : await fileProblem(media);
  if (media === undefined || missing) return { kind: 'refused', refusal: missing ?? gone };
  const edge = edges[draft.format];
  const film = edge === null ? await uploadVideo(session, media) : await uploadWhole(session, media, edge);
  if ('class' in film) return { kind: 'refused', refusal: { ...film, mostTries } };
  await save([{ kind: 'film', at: clock.now(), ...film }]);
  return { kind: 'ready' };
}

/** Reels and stories are brought whole, and shown by a call of their own. */
const edges = { post: null, reel: 'video_reels', story: 'video_stories' } as const;

async function uploadWhole(
  session: Session,
  media: DraftMedia,
  edge: string,
): Promise<Refusal | { id: string }> {
  const path = `${session.account.remoteId}/${edge}`;
  const answer = await graph(session, 'POST', path, { json: { upload_phase: 'start' } });
  const started = reelSchema.safeParse(okJson(answer)).data;
  if (!started) return refusalOf(answer, session.clock.now());
  return (await sendBytes(session, started.upload_url, media)) ?? { id: started.video_id };
}

/** Piece by piece, each of the size that Facebook asks for. */
async function uploadVideo(
  session: Session,
  media: DraftMedia,
): Promise<Refusal | { id: string; session: string }> {
  const begin = { upload_phase: 'start', file_size: media.bytes };
  const answer = await graph(session, 'POST', videos(session), { json: begin, films: true });
  const started = startedSchema.safeParse(okJson(answer)).data;
  if (!started) return refusalOf(answer, session.clock.now());
  const { video_id: id, upload_session_id: name } = started;
  let { start_offset: from, end_offset: to } = started;
  while (from < to) {
    const file = {
      field: 'video_file_chunk',
      path: media.path,
      name: `${media.id}.${extensionOf(media.mime)}`,
      mime: media.mime,
      bytes: Math.min(to, media.bytes) - from,
      from,
    };
    const fields = { upload_phase: 'transfer', upload_session_id: name, start_offset: String(from) };
    const body = multipart(file, fields, `belfry-${media.id}`);
    const sent = await graph(session, 'POST', videos(session), { body, films: true });
    const next = nextSchema.safeParse(okJson(sent)).data;
    if (!next) return refusalOf(sent, session.clock.now());
    if (next.start_offset <= from) return stuck; // Or it would go on for ever.
    from = next.start_offset;
    to = next.end_offset;
  }
  return { id, session: name };
}

/** The call that ends an upload, which makes the film visible. */
export async function publishFilm(session: Session, draft: Draft, film: Upload): Promise<Sent> {
  const isStory = draft.format === 'story';
  const description = draft.text === '' || isStory ? {} : { description: draft.text };
  const state = isStory ? {} : { video_state: 'PUBLISHED' };
  const edge = edges[draft.format] ?? edges.reel;
  const answer =
    film.session === undefined
      ? await graph(session, 'POST', `${session.account.remoteId}/${edge}`, {
          json: { upload_phase: 'finish', video_id: film.id, ...state, ...description },
          visible: true,
        })
      : await graph(session, 'POST', videos(session), {
          json: { upload_phase: 'finish', upload_session_id: film.session, ...description },
          visible: true,
          films: true,
        });
  if (answer.kind === 'none' || answer.status !== 200) return sentOf(answer, session.clock.now());
  if (!successSchema.safeParse(answer.json).success)
    return { kind: 'unknown', why: 'Facebook answered 200, but not with success' };
  return { kind: 'published', remote: remoteOf(session, draft, film) };
}

/** Asks the film itself how far it is: its upload was ended, or it still waits for that. */
export async function lookForFilm(session: Session, draft: Draft, film: Upload): Promise<LookUp> {
  const answer = await graph(session, 'GET', film.id, { query: { fields: 'status,published' } });
  const parsed = stateSchema.safeParse(okJson(answer));
  if (!parsed.success) return { kind: 'unreadable', refusal: refusalOf(answer, session.clock.now()) };
  const { published, status } = parsed.data;
  const publishing = status?.publishing_phase?.status;
  const seen = { kind: 'seen' as const, unclear: [], complete: true };
  if (published === true || publishing === 'complete')
    return { ...seen, matches: [remoteOf(session, draft, film)], exists: 'certain' };
  const state = status?.video_status ?? publishing ?? 'nothing';
  if (state === 'processing' || publishing === 'in_progress')
    return {
      kind: 'unreadable',
      refusal: {
        class: 'retry',
        code: 'NETWORK_REFUSED',
        why: 'Facebook is still at work on the film',
        notBefore: null,
      },
    };
  if (published === false || publishing === 'not_started' || state === 'uploading')
    return { ...seen, matches: [], exists: 'no' };
  return { ...seen, matches: [], exists: 'unknown', hopeless: `Facebook says of the film: ${state}` };
}

function remoteOf({ account }: Session, { format }: Draft, { id, session }: Upload): Remote {
  // A story has no address before its archive gives it one.
  if (format === 'story') return { remoteId: id, url: null };
  const path = session === undefined ? `reel/${id}` : `${account.remoteId}/videos/${id}`;
  return { remoteId: id, url: `https://www.facebook.com/${path}` };
}

function videos({ account }: Session): string {
  return `${account.remoteId}/videos`;
}

const stuck: Refusal = {
  class: 'retry',
  code: 'NETWORK_REFUSED',
  why: 'Facebook asked for the same piece of the film again',
  notBefore: null,
};

const gone: Refusal = { class: 'edit', code: 'NOT_FOUND', why: 'The film is gone', notBefore: null };
