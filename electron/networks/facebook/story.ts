import { z } from 'zod';
import type { Millis } from '../../../shared/index.ts';
import type { Draft, LookUp, PostShape, SendRecord, Sent, Session, Since } from '../adapter.ts';
import { clockOffset } from '../http.ts';
import { refusalOf, sentOf } from '../meta/errors.ts';
import { graph } from '../meta/graph.ts';

const publishedSchema = z.object({ success: z.literal(true), post_id: z.union([z.string(), z.number()]) });
const storiesSchema = z.object({
  data: z.array(
    z.object({
      post_id: z.union([z.string(), z.number()]).transform(String),
      /** Seconds. */
      creation_time: z.union([z.string(), z.number()]).transform(Number),
      media_type: z.string().optional().catch(undefined),
      media_id: z.union([z.string(), z.number()]).transform(String),
      url: z.url().optional().catch(undefined),
    }),
  ),
});

/**
 * Stories of one picture: `POST /{page}/photo_stories` shows an unpublished photo
 * (developers.facebook.com/docs/page-stories-api, November 2026). Those of a film are uploads like reels (film.ts).
 */
export async function publishStory(session: Session, attempt: SendRecord): Promise<Sent> {
  const json = { photo_id: photoOf(attempt) };
  const answer = await graph(session, 'POST', `${session.account.remoteId}/photo_stories`, {
    json,
    visible: true,
  });
  if (answer.kind === 'none' || answer.status !== 200) return sentOf(answer, session.clock.now());
  const published = publishedSchema.safeParse(answer.json).data;
  if (!published) return { kind: 'unknown', why: 'Facebook answered 200, but without the story' };
  return { kind: 'published', remote: { remoteId: String(published.post_id), url: null } };
}

export const withoutArchive = 'the stories of the Page show it only while its story archive is on';

/** One picture; the upload of a film tells by itself whether it became a story. */
export function isPictureStory({ format, media }: PostShape): boolean {
  return format === 'story' && media.every(({ mime }) => mime.startsWith('image/'));
}

/**
 * Looks for the story by its photo. Lists show stories while the Page keeps an archive of them only (“you must turn your
 * Facebook story archive on”), so what they do not show proves nothing, and nobody says what a second call would do.
 */
export async function lookForStory(session: Session, attempt: SendRecord): Promise<LookUp> {
  const stories = await readStories(session);
  if (stories.kind === 'refused') return { kind: 'unreadable', refusal: stories.refusal };
  const matches = stories.data
    .filter(({ media_id: photo }) => photo === photoOf(attempt))
    .map(({ post_id: id, url }) => ({ remoteId: id, url: url ?? null }));
  const seen = { kind: 'seen' as const, matches, unclear: [], complete: false };
  if (matches.length > 0) return { ...seen, exists: 'certain' };
  return {
    ...seen,
    exists: 'unknown',
    hopeless: `It was not found, and ${withoutArchive}`,
  };
}

/** Stories since then that may be this one: nothing but the kind of file tells. */
export async function storiesSince(session: Session, draft: Draft, since: Millis): Promise<Since> {
  const stories = await readStories(session);
  if (stories.kind === 'refused') return stories;
  const kind = draft.media.some(({ mime }) => mime.startsWith('video/')) ? 'video' : 'photo';
  const unclear = stories.data
    .filter(({ creation_time: at, media_type: type }) => {
      return at * 1000 >= since + stories.clockOffset && (type ?? kind) === kind;
    })
    .map(({ post_id: id, url }) => ({ remoteId: id, url: url ?? null }));
  return { kind: 'found', matches: [], unclear };
}

async function readStories(session: Session) {
  const query = { fields: 'post_id,creation_time,media_type,media_id,url' };
  const answer = await graph(session, 'GET', `${session.account.remoteId}/stories`, { query });
  const now = session.clock.now();
  const parsed = storiesSchema.safeParse(answer.kind === 'answer' ? answer.json : undefined);
  if (!parsed.success || answer.kind === 'none')
    return { kind: 'refused' as const, refusal: refusalOf(answer, now) };
  const { data } = parsed.data;
  return { kind: 'list' as const, data, clockOffset: clockOffset(answer.headers, now) };
}

function photoOf({ uploads }: SendRecord): string {
  return uploads.find(({ kind }) => kind === 'media')?.id ?? '';
}
