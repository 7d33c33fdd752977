import { z } from 'zod';
import { countCharacters, type Millis, networkFacts } from '../../../shared/index.ts';
import type {
  Adapter,
  Draft,
  LookUp,
  NetworkDescriptor,
  PostShape,
  Refusal,
  RepeatRule,
  SendRecord,
  Sent,
  Session,
  Since,
  Upload,
} from '../adapter.ts';
import type { Likeness } from '../differences.ts';
import { clockOffset, okJson } from '../http.ts';
import { anyFile, type FormatLimits, type Limits, tall } from '../limits.ts';
import { commentNames, commentSince, lookUpComment, sendComment, timeOf } from '../meta/comments.ts';
import { refusalOf, sentOf, usageUntil } from '../meta/errors.ts';
import { facebookLogin } from '../meta/facebook-login.ts';
import { graph } from '../meta/graph.ts';
import { attachmentFields, attachmentsSchema, pageFiles, postAlike } from '../meta/shown.ts';
import { buildDraft, hostPhoto } from './draft.ts';
import { lookForFilm, publishFilm, uploadFilm } from './film.ts';
import { readBack } from './read-back.ts';

const successSchema = z.object({ success: z.literal(true) });
const draftSchema = z.object({ is_published: z.boolean(), permalink_url: z.string().nullish().catch(null) });

const length = (text: string) => countCharacters(text, null, networkFacts.facebook.counting);

/**
 * A film that fills the screen, of a reel or a story
 * (developers.facebook.com/docs/video-api/guides/reels-publishing, “Video Specifications”, September 2026).
 */
const uprightFilm = {
  filmSeconds: [3, 90],
  framesPerSecond: [24, 60],
  filmShape: { ratio: 9 / 16, name: '9:16', least: [540, 960] },
} satisfies Partial<FormatLimits>;

/** networks.md §4.2; the text limit is customary, not documented. */
const limits: Limits = {
  ...anyFile,
  characters: 63_206,
  media: 10,
  altCharacters: null,
  imageBytes: 10_000_000,
  filmAlone: true,
  // “.gif (still)” (Page, Photos; developers.facebook.com, November 2026).
  moving: { 'image/gif': 'still' },
  mimeTypes: ['image/jpeg', 'image/png', 'image/gif', 'video/mp4', 'video/quicktime'],
  formats: {
    reel: {
      files: [1, 1],
      pictures: false,
      films: true,
      silent: false,
      ...uprightFilm,
    },
    // developers.facebook.com/docs/page-stories-api, “Media requirements” (November 2026).
    story: {
      files: [1, 1],
      pictures: true,
      films: true,
      silent: true,
      imageBytes: 4_000_000,
      ...uprightFilm,
      fullScreen: tall,
    },
  },
  fetches: 'nothing',
  textOnly: true,
  thread: false,
  comments: true,
  polls: null,
  visibilities: ['public'],
  warningCharacters: null,
  hashtags: null,
  mentions: null,
  countOption: length,
  countAlt: length,
  count: length,
};

/** The draft itself says whether it is out, and publishing it again was seen to be harmless (observed, not promised: so two looks). */
const rule: RepeatRule = { lookups: 2, key: 'same', safeForMs: Number.POSITIVE_INFINITY };

/** Facebook Pages by the Graph API: text, links and photos as an unpublished draft, films and reels as an upload; one call makes each visible. */
function createFacebook(): Adapter {
  return {
    unsupportedFields: ['contentWarning', 'sensitive'],
    lookUpGap: (_, draft) => (isPictureStory(draft) ? withoutArchive : null),
    knownLimits: () => limits,
    limits: async () => ({ kind: 'limits', limits }),
    async prepare(session, draft, attempt, { save }) {
      if (draft.comment) return { kind: 'ready', newestSeen: null };
      const build = hasFilm(draft) ? uploadFilm : buildDraft;
      const built = await build(session, draft, attempt.uploads, save);
      return built.kind === 'refused' ? built : { kind: 'ready', newestSeen: null };
    },
    send,
    lookUp,
    findSince,
    repeatRule: async () => rule,
    restUntil: usageUntil,
    host: hostPhoto,
    readBack,
  };
}

async function send(session: Session, draft: Draft, attempt: SendRecord): Promise<Sent> {
  if (draft.comment) return sendComment(session, draft);
  const film = filmOf(attempt);
  if (film) return publishFilm(session, draft, film);
  if (draft.format === 'story') return publishStory(session, attempt);
  const id = draftOf(attempt);
  if (id === undefined) return { kind: 'refused', refusal: withoutDraft };
  const answer = await graph(session, 'POST', id, { json: { is_published: true }, visible: true });
  if (answer.kind === 'none' || answer.status !== 200) return sentOf(answer, session.clock.now());
  if (!successSchema.safeParse(answer.json).success)
    return { kind: 'unknown', why: 'Facebook answered 200, but not with success' };
  return { kind: 'published', remote: { remoteId: id, url: `https://www.facebook.com/${id}` } };
}

async function lookUp(session: Session, draft: Draft, attempt: SendRecord): Promise<LookUp> {
  if (draft.comment) return lookUpComment(session, draft, attempt, commentNames.facebook);
  const film = filmOf(attempt);
  if (film) return lookForFilm(session, draft, film);
  if (draft.format === 'story') return lookForStory(session, attempt);
  const id = draftOf(attempt) ?? '';
  const answer = await graph(session, 'GET', id, { query: { fields: 'is_published,permalink_url' } });
  const parsed = draftSchema.safeParse(okJson(answer));
  if (!parsed.success) return { kind: 'unreadable', refusal: refusalOf(answer, session.clock.now()) };
  const { is_published: isOut, permalink_url: link } = parsed.data;
  const matches = isOut ? [{ remoteId: id, url: link ?? `https://www.facebook.com/${id}` }] : [];
  return { kind: 'seen', matches, unclear: [], complete: true, exists: isOut ? 'certain' : 'no' };
}

const publishedSchema = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1),
      message: z.string().optional(),
      created_time: z.string(),
      permalink_url: z.string().nullish().catch(null),
      attachments: attachmentsSchema.optional().catch(undefined),
    }),
  ),
});

/** `published_posts` rather than `feed`, which may leave items out (networks.md §4.2). */
async function findSince(session: Session, draft: Draft, attempt: SendRecord, since: Millis) {
  if (draft.comment) return commentSince(session, draft, attempt, since, commentNames.facebook);
  if (draft.format === 'story') return storiesSince(session, draft, since);
  const query = { fields: `id,message,created_time,permalink_url,${attachmentFields}`, limit: '25' };
  const answer = await graph(session, 'GET', `${session.account.remoteId}/published_posts`, { query });
  const now = session.clock.now();
  const parsed = publishedSchema.safeParse(answer.kind === 'answer' ? answer.json : undefined);
  if (!parsed.success || answer.kind === 'none')
    return { kind: 'refused' as const, refusal: refusalOf(answer, now) };
  const from = since + clockOffset(answer.headers, now);
  const alike = (wanted: Likeness) =>
    parsed.data.data
      .filter(({ created_time: time }) => timeOf(time) >= from)
      .filter(({ message = '', attachments }) => postAlike(draft, message, pageFiles(attachments)) === wanted)
      .map(({ id, permalink_url: link }) => ({
        remoteId: id,
        url: link ?? `https://www.facebook.com/${id}`,
      }));
  return { kind: 'found' as const, matches: alike('same'), unclear: alike('unclear') };
}

function hasFilm({ media }: Draft): boolean {
  return media.some(({ mime }) => mime.startsWith('video/'));
}

function filmOf(attempt: SendRecord): Upload | undefined {
  return attempt.uploads.find(({ kind }) => kind === 'film');
}

function draftOf(attempt: SendRecord): string | undefined {
  return attempt.uploads.find(({ kind }) => kind === 'draft')?.id;
}

const withoutDraft: Refusal = {
  class: 'retry',
  code: 'NETWORK_REFUSED',
  why: 'The draft is gone',
  notBefore: null,
  dropUploads: true,
};

/** No answer shows the file of a story or the files of a film, so `readBack` compares neither. */
export const facebook: NetworkDescriptor = {
  signIns: { facebook: facebookLogin },
  createAdapter: createFacebook,
};

const sentStorySchema = z.object({ success: z.literal(true), post_id: z.union([z.string(), z.number()]) });
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
async function publishStory(session: Session, attempt: SendRecord): Promise<Sent> {
  const json = { photo_id: photoOf(attempt) };
  const answer = await graph(session, 'POST', `${session.account.remoteId}/photo_stories`, {
    json,
    visible: true,
  });
  if (answer.kind === 'none' || answer.status !== 200) return sentOf(answer, session.clock.now());
  const published = sentStorySchema.safeParse(answer.json).data;
  if (!published) return { kind: 'unknown', why: 'Facebook answered 200, but without the story' };
  return { kind: 'published', remote: { remoteId: String(published.post_id), url: null } };
}

const withoutArchive = 'the stories of the Page show it only while its story archive is on';

/** One picture; the upload of a film shows by itself whether it became a story. */
function isPictureStory({ format, media }: PostShape): boolean {
  return format === 'story' && media.every(({ mime }) => mime.startsWith('image/'));
}

/**
 * Looks for the story by its photo. Lists show stories while the Page keeps an archive of them only (“you must turn your
 * Facebook story archive on”), so what they do not show proves nothing, and what a second call would do is not documented.
 */
async function lookForStory(session: Session, attempt: SendRecord): Promise<LookUp> {
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

/** Stories since then that may be this one: only the kind of file can be compared. */
async function storiesSince(session: Session, draft: Draft, since: Millis): Promise<Since> {
  const stories = await readStories(session);
  if (stories.kind === 'refused') return stories;
  const kind = hasFilm(draft) ? 'video' : 'photo';
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
