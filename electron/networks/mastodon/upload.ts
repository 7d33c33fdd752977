import { z } from 'zod';
import { pause } from '../../../shared/index.ts';
import type { Draft, DraftMedia, Hosted, Refusal, Session, Upload } from '../adapter.ts';
import { extensionOf, fileProblem, multipart } from '../files.ts';
import type { HttpAnswer } from '../http.ts';
import { refusal, refusalOfRead } from './errors.ts';
import type { Profile } from './instance.ts';

const mediaSchema = z.object({
  id: z.union([z.string().min(1), z.number().transform(String)]),
  url: z.string().nullish().catch(null),
});

/** Seconds between looks at an upload that is being processed; after the last one the post goes back to the queue. */
const looks = [1, 2, 4, 8, 15];
const mostTries = 5;

type Uploaded = { kind: 'ready' } | { kind: 'later'; why: string } | { kind: 'refused'; refusal: Refusal };

/**
 * Uploads what is missing, in the order of the draft's media, storing each id before the next request, and waits until the server has processed all.
 * Uploading twice leaves an invisible orphan at worst, so this may be repeated at will.
 */
export async function upload(
  session: Session,
  draft: Draft,
  known: readonly Upload[],
  profile: Profile,
  save: (uploads: readonly Upload[]) => Promise<void>,
): Promise<Uploaded> {
  const { clock } = session;
  const fresh = known.every((one) => clock.now() - one.at < profile.quirks.uploadForMs);
  const uploads = fresh ? known.slice(0, draft.media.length) : [];
  const unsure = uploads.map((one) => one.id);
  for (const media of draft.media.slice(uploads.length)) {
    const result = await uploadOne(session, media, profile);
    if (result.kind === 'refused') return result;
    uploads.push({ kind: 'media', id: result.id, at: clock.now() });
    if (!result.processed) unsure.push(result.id);
    await save([...uploads]);
  }
  for (const id of unsure) {
    const result = await waitUntilProcessed(session, id, profile);
    if (result.kind !== 'ready') return result;
  }
  return { kind: 'ready' };
}

/** Uploads one file; `url` is where the server shows it, when it says so at once. */
async function uploadOne(
  session: Session,
  media: DraftMedia,
  profile: Profile,
): Promise<
  | { kind: 'uploaded'; id: string; url: string | null; processed: boolean }
  | { kind: 'refused'; refusal: Refusal }
> {
  const { http, account, token, clock, signal } = session;
  const missing = await fileProblem(media);
  if (missing) return { kind: 'refused', refusal: missing };
  const fields: Record<string, string> = {
    ...(media.alt === '' ? {} : { description: media.alt }),
    ...(media.focus === null ? {} : { focus: media.focus.join(',') }),
  };
  const file = {
    field: 'file',
    path: media.path,
    name: `${media.id}.${extensionOf(media.mime)}`,
    mime: media.mime,
    bytes: media.bytes,
  };
  const request = (path: string) =>
    http({
      method: 'POST',
      url: `${account.server}${path}`,
      token,
      body: multipart(file, fields, `belfry-${media.id}`),
      signal,
    });
  const two = await request('/api/v2/media');
  const answer = two.kind === 'answer' && two.status === 404 ? await request('/api/v1/media') : two;
  if (answer.kind === 'answer' && answer.status >= 200 && answer.status < 300) {
    const parsed = mediaSchema.safeParse(answer.json);
    if (parsed.success) {
      const { id, url = null } = parsed.data;
      return { kind: 'uploaded', id, url, processed: answer.status === 200 && Boolean(url) };
    }
    return { kind: 'refused', refusal: { ...refusal('retry', answer), mostTries } };
  }
  const refused = refusalOfRead(answer, clock.now(), profile.quirks.forbidden);
  // 500 is usually the file and not the server (networks.md §1.5): tried again, but not for ever.
  const suspect = answer.kind === 'answer' && answer.status === 500;
  return { kind: 'refused', refusal: suspect ? { ...refused, mostTries } : refused };
}

async function waitUntilProcessed(session: Session, id: string, profile: Profile): Promise<Uploaded> {
  for (const seconds of profile.quirks.tells206 ? looks : looks.slice(0, 3)) {
    const answer = await look(session, id);
    if (answer.kind === 'none')
      return { kind: 'refused', refusal: refusalOfRead(answer, session.clock.now()) };
    if (answer.status === 422)
      return { kind: 'refused', refusal: { ...refusal('edit', answer), dropUploads: true } };
    if (answer.status === 404)
      return { kind: 'refused', refusal: { ...refusal('retry', answer), dropUploads: true } };
    if (answer.status === 401) return { kind: 'refused', refusal: refusal('reauthorize', answer) };
    if (answer.status !== 206 && isProcessed(answer, profile)) return { kind: 'ready' };
    await pause(session.clock, seconds * 1000, session.signal);
    if (session.signal.aborted) break;
  }
  // Pixelfed never says that it is done: after these looks the post is tried (networks.md §2.1).
  if (!profile.quirks.tells206) return { kind: 'ready' };
  return { kind: 'later', why: 'The server is still processing the media' };
}

function isProcessed(answer: HttpAnswer, profile: Profile): boolean {
  if (answer.status !== 200) return false;
  return profile.quirks.tells206 || Boolean(mediaSchema.safeParse(answer.json).data?.url);
}

function look({ http, account, token, signal }: Session, id: string) {
  return http({
    method: 'GET',
    url: `${account.server}/api/v1/media/${encodeURIComponent(id)}`,
    token,
    signal,
  });
}

/** Where the server shows an upload; null when it does not tell (yet). */
async function addressOfUpload(session: Session, id: string): Promise<string | null> {
  const answer = await look(session, id);
  return (answer.kind === 'answer' && mediaSchema.safeParse(answer.json).data?.url) || null;
}

/** Where each upload stands, as the server reports; `gone` may also mean attached to a post. */
export async function stateOfUploads(
  session: Session,
  uploads: readonly Upload[],
): Promise<('there' | 'processing' | 'gone' | 'unknown')[]> {
  return Promise.all(
    uploads.map(async (one) => {
      const answer = await look(session, one.id);
      if (answer.kind === 'none') return 'unknown';
      if (answer.status === 200) return 'there';
      if (answer.status === 206) return 'processing';
      return answer.status === 404 ? 'gone' : 'unknown';
    }),
  );
}

/** Seconds between looks for the address, where the answer to the upload had none. */
const addressLooks = [1, 2, 4, 8];

/** Lends a file an address: an upload that no post will have, which the server forgets by itself (networks.md §1.5). */
export async function hostUpload(session: Session, media: DraftMedia, profile: Profile): Promise<Hosted> {
  const uploaded = await uploadOne(session, media, profile);
  if (uploaded.kind === 'refused') return uploaded;
  const until = session.clock.now() + profile.quirks.uploadForMs;
  if (uploaded.url !== null) return { kind: 'hosted', url: uploaded.url, until };
  for (const seconds of addressLooks) {
    await pause(session.clock, seconds * 1000, session.signal);
    if (session.signal.aborted) break;
    const url = await addressOfUpload(session, uploaded.id);
    if (url !== null) return { kind: 'hosted', url, until };
  }
  return {
    kind: 'later',
    why: `${new URL(session.account.server).host} has not given the file an address yet`,
  };
}
