import { z } from 'zod';
import type { Upload } from '../../ports.ts';
import type { Draft, DraftMedia, Refusal, Session } from '../adapter.ts';
import { refusalOf } from '../meta/errors.ts';
import { graph } from '../meta/graph.ts';
import { pause } from '../pause.ts';

const idSchema = z.object({ id: z.string().min(1) });
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
 * Makes the containers of a post: one, or one per picture and one around them, each stored before the next request, and waits until they are finished.
 * Containers are invisible. What certainly doubles a post is a second container that gets published, so this is never called while an outcome is unknown.
 */
export async function buildContainers(
  session: Session,
  draft: Draft,
  known: readonly Upload[],
  save: (uploads: readonly Upload[]) => Promise<void>,
): Promise<Built> {
  const { clock } = session;
  const fresh = known.every(({ at }) => clock.now() - at < containerForMs);
  const uploads = fresh ? [...known] : [];
  const add = async (kind: Upload['kind'], fields: Record<string, unknown>): Promise<Refusal | undefined> => {
    const made = await graph(session, 'POST', `${session.account.remoteId}/media`, { json: fields });
    const id = idSchema.safeParse(made.kind === 'answer' && made.status === 200 ? made.json : undefined).data
      ?.id;
    if (id === undefined) return refusalOf(made, clock.now());
    uploads.push({ kind, id, at: clock.now() });
    await save([...uploads]);
    return undefined;
  };
  const [only] = draft.media;
  if (only && draft.media.length === 1) {
    const refusal =
      uploads.length > 0 ? undefined : await add('container', { ...singleFields(only), caption: draft.text });
    return refusal ? { kind: 'refused', refusal } : waitForAll(session, uploads);
  }
  for (const media of draft.media.slice(uploads.filter(({ kind }) => kind === 'media').length)) {
    const refusal = await add('media', { ...childFields(media), is_carousel_item: true });
    if (refusal) return { kind: 'refused', refusal };
  }
  const children = uploads.filter(({ kind }) => kind === 'media');
  const ready = await waitForAll(session, children);
  if (ready.kind !== 'ready') return ready;
  if (!uploads.some(({ kind }) => kind === 'container')) {
    const fields = {
      media_type: 'CAROUSEL',
      children: children.map(({ id }) => id).join(','),
      caption: draft.text,
    };
    const refusal = await add('container', fields);
    if (refusal) return { kind: 'refused', refusal };
  }
  return waitForAll(
    session,
    uploads.filter(({ kind }) => kind === 'container'),
  );
}

function singleFields(media: DraftMedia): Record<string, unknown> {
  return media.mime.startsWith('video/')
    ? { media_type: 'REELS', video_url: media.publicUrl }
    : { image_url: media.publicUrl, ...(media.alt === '' ? {} : { alt_text: media.alt }) };
}

function childFields(media: DraftMedia): Record<string, unknown> {
  return media.mime.startsWith('video/')
    ? { media_type: 'VIDEO', video_url: media.publicUrl }
    : singleFields(media);
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
  // Somebody published this very container: making another one would be the double.
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
