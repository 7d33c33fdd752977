import { z } from 'zod';
import type { Draft, DraftMedia, Refusal, Session, Upload } from '../adapter.ts';
import { pause } from '../http.ts';
import { refusalOf } from '../meta/errors.ts';
import { graph, sendBytes } from '../meta/graph.ts';

const madeSchema = z.object({ id: z.string().min(1), uri: z.string().optional().catch(undefined) });
const statusSchema = z.object({ status_code: z.string(), status: z.string().optional().catch(undefined) });

/** networks.md §3.3: seconds between looks at a container; afterwards the post goes back to the queue for a minute. */
const looks = [1, 2, 4, 8, 16, 30];
/** Containers live 24 h. */
const containerForMs = 20 * 3_600_000;

export type Built =
  | { kind: 'ready' }
  | { kind: 'later'; why: string }
  | { kind: 'refused'; refusal: Refusal };
export type ContainerState =
  | { kind: 'state'; code: string; why: string }
  | { kind: 'refused'; refusal: Refusal };

/**
 * Makes the containers of a post: one, or one per file and one around them, each stored before the next request, and waits until they are finished.
 * Containers are invisible. What certainly doubles a post is a second container that gets published, so this is never called while an outcome is unknown.
 */
export async function buildContainers(
  session: Session,
  draft: Draft,
  known: readonly Upload[],
  save: (uploads: readonly Upload[]) => Promise<void>,
): Promise<Built> {
  const fresh = known.every(({ at }) => session.clock.now() - at < containerForMs);
  const shelf = createShelf(session, fresh ? known : [], save);
  const [only] = draft.media;
  if (only && draft.media.length === 1) {
    const refusal = await shelf.fill('container', 0, only, containerOf(draft, only));
    return refusal ? { kind: 'refused', refusal } : waitForAll(session, shelf.of('container'));
  }
  for (const [index, media] of draft.media.entries()) {
    const refusal = await shelf.fill('media', index, media, childOf(media));
    if (refusal) return { kind: 'refused', refusal };
  }
  const children = shelf.of('media');
  const ready = await waitForAll(session, children);
  if (ready.kind !== 'ready') return ready;
  const around = {
    media_type: 'CAROUSEL',
    children: children.map(({ id }) => id).join(','),
    caption: draft.text,
  };
  const refusal = await shelf.make('container', 0, around);
  return refusal ? { kind: 'refused', refusal } : waitForAll(session, shelf.of('container'));
}

/** The containers that are there, and how more come to it. */
function createShelf(
  session: Session,
  known: readonly Upload[],
  save: (uploads: readonly Upload[]) => Promise<void>,
) {
  const { clock, account } = session;
  let uploads = [...known];
  const of = (kind: Upload['kind']) => uploads.filter((upload) => upload.kind === kind);
  const keep = async (changed: Upload[]) => {
    uploads = changed;
    await save([...uploads]);
  };
  const make = async (kind: Upload['kind'], index: number, fields: Record<string, unknown>) => {
    if (of(kind)[index]) return undefined;
    const answer = await graph(session, 'POST', `${account.remoteId}/media`, { json: fields });
    const made = madeSchema.safeParse(
      answer.kind === 'answer' && answer.status === 200 ? answer.json : undefined,
    ).data;
    if (!made) return refusalOf(answer, clock.now());
    const { id, uri } = made;
    await keep([...uploads, { kind, id, at: clock.now(), ...(uri === undefined ? {} : { to: uri }) }]);
    return undefined;
  };
  return {
    of,
    make,
    /** Makes a container, and brings it the bytes of its film where Instagram does not fetch them. */
    async fill(kind: Upload['kind'], index: number, media: DraftMedia, fields: Record<string, unknown>) {
      const refusal = await make(kind, index, fields);
      const upload = of(kind)[index];
      if (refusal || upload?.to === undefined) return refusal;
      const failed = await sendBytes(session, upload.to, media);
      if (failed) return failed;
      const { to: _, ...filled } = upload;
      await keep(uploads.map((one) => (one === upload ? filled : one)));
      return undefined;
    },
  };
}

/** The fields of a post of one file: a film by itself is always a reel (networks.md §3.2). */
function containerOf({ format, text }: Draft, media: DraftMedia): Record<string, unknown> {
  if (format === 'story') return { media_type: 'STORIES', ...fileOf(media) };
  if (isFilm(media)) return { media_type: 'REELS', ...fileOf(media), caption: text };
  return { ...fileOf(media), ...altOf(media), caption: text };
}

function childOf(media: DraftMedia): Record<string, unknown> {
  const kind = isFilm(media) ? { media_type: 'VIDEO' } : altOf(media);
  return { ...kind, ...fileOf(media), is_carousel_item: true };
}

function fileOf(media: DraftMedia): Record<string, unknown> {
  if (!isFilm(media)) return { image_url: media.publicUrl };
  return media.publicUrl === null ? { upload_type: 'resumable' } : { video_url: media.publicUrl };
}

function altOf({ alt }: DraftMedia): Record<string, unknown> {
  return alt === '' ? {} : { alt_text: alt };
}

function isFilm({ mime }: DraftMedia): boolean {
  return mime.startsWith('video/');
}

async function waitForAll(session: Session, uploads: readonly Upload[]): Promise<Built> {
  for (const { id } of uploads) {
    const built = await waitUntilFinished(session, id);
    if (built.kind !== 'ready') return built;
  }
  return { kind: 'ready' };
}

async function waitUntilFinished(session: Session, id: string): Promise<Built> {
  for (const seconds of looks) {
    const state = await containerState(session, id);
    if (state.kind === 'refused') return state;
    if (state.code === 'FINISHED') return { kind: 'ready' };
    if (state.code !== 'IN_PROGRESS') return { kind: 'refused', refusal: brokenContainer(state) };
    if (!(await pause(session.clock, seconds * 1000, session.signal))) break;
  }
  return { kind: 'later', why: 'Instagram is still processing the media' };
}

function brokenContainer({ code, why }: { code: string; why: string }): Refusal {
  const refusal = { code: 'NETWORK_REFUSED' as const, why, notBefore: null };
  // Someone published this very container: making another one would be the double.
  if (code === 'PUBLISHED') return { ...refusal, class: 'edit' };
  return { ...refusal, class: 'retry', dropUploads: true, mostTries: 3 };
}

/** Where a container stands: FINISHED, IN_PROGRESS, PUBLISHED, ERROR or EXPIRED. */
export async function containerState(session: Session, id: string): Promise<ContainerState> {
  const answer = await graph(session, 'GET', id, { query: { fields: 'status_code,status' } });
  const parsed = statusSchema.safeParse(
    answer.kind === 'answer' && answer.status === 200 ? answer.json : undefined,
  );
  if (!parsed.success) return { kind: 'refused', refusal: refusalOf(answer, session.clock.now()) };
  const { status_code: code, status } = parsed.data;
  return {
    kind: 'state',
    code,
    why: `Instagram says of the container: ${code}${status === undefined ? '' : `, ${status}`}`,
  };
}
