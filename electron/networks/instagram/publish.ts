import { z } from 'zod';
import { countCharacters, networkFacts, pause } from '../../../shared/index.ts';
import type {
  Adapter,
  Draft,
  DraftMedia,
  LookUp,
  NetworkAccount,
  NetworkDescriptor,
  Refusal,
  RepeatRule,
  SendRecord,
  Sent,
  Session,
  Upload,
} from '../adapter.ts';
import { okJson } from '../http.ts';
import { type Limits, tall } from '../limits.ts';
import { commentNames, commentSince, lookUpComment, sendComment } from '../meta/comments.ts';
import { refusalOf, sentOf, usageUntil } from '../meta/errors.ts';
import { facebookLogin } from '../meta/facebook-login.ts';
import { graph, sendBytes } from '../meta/graph.ts';
import { instagramLogin } from './login.ts';
import { isWordless, newestMedia, type Recent, readBack, recentMatches, recentSince } from './look-up.ts';

const publishedSchema = z.object({ id: z.string().min(1) });

const length = (text: string) => countCharacters(text, null, networkFacts.instagram.counting);

/** networks.md §3.4; Instagram has no address to read them from. A film in a post is a reel, alone or in a carousel. */
const limits: Limits = {
  characters: 2200,
  media: 10,
  altCharacters: 1000,
  imageBytes: 8 * 1024 * 1024,
  imagePixels: null,
  imageRatio: [4 / 5, 1.91],
  imageWidth: 1440,
  plainJpeg: true,
  videoBytes: 300 * 1024 * 1024,
  filmSeconds: [3, 15 * 60],
  framesPerSecond: [23, 60],
  filmPixels: null,
  // “Reel specifications” and “Story video specifications” of IG User Media (developers.facebook.com/docs/instagram-platform/
  // instagram-graph-api/reference/ig-user/media, November 2026): “HEVC or H264, progressive scan, closed GOP, 4:2:0 chroma
  // subsampling”, “AAC, 48khz sample rate maximum, 1 or 2 channels”, “maximum columns: 1920”. More than 8 bits is not named
  // there; such films, HDR of telephones, are refused with 352/2207026 or shown washed out.
  filmWidth: 1920,
  filmShape: null,
  videoCodecs: ['avc', 'hevc'],
  audioCodecs: ['aac'],
  bitDepth: 8,
  chroma: ['4:2:0'],
  sampleRate: 48_000,
  channels: 2,
  streamable: true,
  filmAlone: false,
  moving: {},
  // “Carousel images are all cropped based on the first image in the carousel, with the default being a 1:1 aspect ratio”
  // (developers.facebook.com/docs/instagram-platform/content-publishing, November 2026).
  cropsToFirst: true,
  fullScreen: null,
  mimeTypes: ['image/jpeg', 'video/mp4', 'video/quicktime'],
  formats: {
    // “We recommend 9:16 to avoid cropping or blank space” (IG User Media, reels and stories; November 2026).
    reel: { files: [1, 1], pictures: false, films: true, silent: false, fullScreen: tall },
    story: {
      files: [1, 1],
      pictures: true,
      films: true,
      silent: true,
      fullScreen: tall,
      imageRatio: null,
      videoBytes: 100 * 1024 * 1024,
      filmSeconds: [3, 60],
    },
  },
  fetches: 'pictures',
  textOnly: false,
  thread: false,
  comments: true,
  polls: null,
  visibilities: ['public'],
  warningCharacters: null,
  // “30 hashtags and 20 @ tags” (IG User Media, `caption`; developers.facebook.com, September 2026).
  hashtags: 30,
  mentions: 20,
  countOption: length,
  countAlt: length,
  count: length,
};

/** Films can be sent with Facebook's log-in only (networks.md §3.2); with Instagram's own it fetches them, too. */
function limitsOf({ server }: Pick<NetworkAccount, 'server'>): Limits {
  return new URL(server).host === 'graph.instagram.com' ? { ...limits, fetches: 'everything' } : limits;
}

/** The container is the device (networks.md §5): its state tells, and the same one may be published again when it is still `FINISHED`. */
const rule: RepeatRule = { lookups: 2, key: 'same', safeForMs: 0 };

/** Instagram by the Graph API: pictures, carousels, reels and stories of professional accounts. */
function createInstagram(): Adapter {
  return {
    unsupportedFields: ['contentWarning', 'sensitive'],
    lookUpGap: () => null,
    knownLimits: limitsOf,
    limits: async ({ account }) => ({ kind: 'limits', limits: limitsOf(account) }),
    async prepare(session, draft, attempt, { after, save }) {
      if (draft.comment) return { kind: 'ready', newestSeen: null };
      const unfit = homeless(draft, limitsOf(session.account));
      if (unfit) return { kind: 'refused', refusal: unfit };
      // A story is in another list, so that the post before says nothing about it.
      const newest =
        after === null || draft.format === 'story'
          ? await newestMedia(session, draft)
          : ({ kind: 'newest', id: after } as const);
      if (newest.kind === 'refused') return newest;
      const left = await quotaLeft(session);
      if (left !== null && left <= 0)
        return {
          kind: 'later',
          notBefore: session.clock.now() + hour,
          why: quotaSpent,
          holds: 'rate-limit',
        };
      const built = await buildContainers(session, draft, attempt.uploads, save);
      if (built.kind === 'refused') return built;
      if (built.kind === 'later')
        return { kind: 'later', notBefore: session.clock.now() + 60_000, why: built.why };
      return { kind: 'ready', newestSeen: newest.id };
    },
    send,
    lookUp,
    findSince: (session, draft, attempt, since) =>
      draft.comment
        ? commentSince(session, draft, attempt, since, commentNames.instagram)
        : recentSince(session, draft, attempt, since),
    repeatRule: async () => rule,
    restUntil: usageUntil,
    readBack,
  };
}

async function send(session: Session, draft: Draft, attempt: SendRecord): Promise<Sent> {
  if (draft.comment) return sendComment(session, draft);
  const container = containerOf(attempt);
  if (container === undefined) return { kind: 'refused', refusal: withoutContainer };
  const answer = await graph(session, 'POST', `${session.account.remoteId}/media_publish`, {
    json: { creation_id: container },
    visible: true,
  });
  if (answer.kind === 'none' || answer.status !== 200) return sentOf(answer, session.clock.now());
  const parsed = publishedSchema.safeParse(answer.json);
  if (!parsed.success) return { kind: 'unknown', why: 'Instagram answered 200, but without the post' };
  return { kind: 'published', remote: { remoteId: parsed.data.id, url: null } };
}

async function lookUp(session: Session, draft: Draft, attempt: SendRecord): Promise<LookUp> {
  if (draft.comment) return lookUpComment(session, draft, attempt, commentNames.instagram);
  const state = await containerState(session, containerOf(attempt) ?? '');
  if (state.kind === 'refused') return { kind: 'unreadable', refusal: state.refusal };
  if (state.code === 'IN_PROGRESS') return { kind: 'unreadable', refusal: notBeforeFinished(state.why) };
  const recent = await recentMatches(session, draft, attempt);
  if (recent.kind === 'refused') return { kind: 'unreadable', refusal: recent.refusal };
  const { matches, unclear, complete } = isWordless(draft) ? byContainer(recent, state.code) : recent;
  const seen = { kind: 'seen' as const, matches, unclear, complete };
  if (state.code === 'PUBLISHED') return { ...seen, exists: 'certain' };
  if (state.code === 'FINISHED') return { ...seen, exists: 'no' };
  return { ...seen, exists: 'unknown', hopeless: state.why };
}

function containerOf(attempt: SendRecord): string | undefined {
  return attempt.uploads.find(({ kind }) => kind === 'container')?.id;
}

const withoutContainer: Refusal = {
  class: 'retry',
  code: 'NETWORK_REFUSED',
  why: 'The container is gone',
  notBefore: null,
  dropUploads: true,
};

function notBeforeFinished(why: string): Refusal {
  return { class: 'retry', code: 'NETWORK_REFUSED', why, notBefore: null };
}

/** Stories, and pictures without a caption, have no words to know them by: only the container tells whether a new one can be this one. */
function byContainer({ matches, complete }: Extract<Recent, { kind: 'recent' }>, code: string) {
  if (code === 'PUBLISHED') return { matches, unclear: [], complete };
  return { matches: [], unclear: code === 'FINISHED' ? [] : matches, complete };
}

/** Meta downloads the media itself, so each needs a public address (networks.md §3.2). */
function homeless(draft: Draft, { fetches }: Limits): Refusal | undefined {
  const wanted = draft.media.filter(({ mime }) => fetches === 'everything' || mime.startsWith('image/'));
  const without = wanted.filter(({ publicUrl }) => publicUrl === null).length;
  if (without === 0) return undefined;
  const why = `Instagram fetches media from a public address, and ${without} of ${draft.media.length} files have none`;
  return { class: 'edit', code: 'NETWORK_REFUSED', why, notBefore: null };
}

const hour = 3_600_000;
const quotaSpent = 'Instagram takes no more posts of this account today; Belfry tries again within the hour';

/** How many more posts Instagram takes of the account now; null when it does not tell, which must not hold up a post. */
async function quotaLeft(session: Session): Promise<number | null> {
  const path = `${session.account.remoteId}/content_publishing_limit`;
  const answer = await graph(session, 'GET', path, { query: { fields: 'quota_usage,config' } });
  if (answer.kind === 'none' || answer.status !== 200) return null;
  const parsed = quotaSchema.safeParse(answer.json).data?.data[0];
  return parsed?.config === undefined ? null : parsed.config.quota_total - parsed.quota_usage;
}

const quotaSchema = z.object({
  data: z.array(
    z.object({ quota_usage: z.number(), config: z.object({ quota_total: z.number() }).optional() }),
  ),
});

/** No answer shows alt texts of films, which take none, nor of stories; `readBack` compares neither. */
export const instagram: NetworkDescriptor = {
  signIns: { instagram: instagramLogin, 'instagram-facebook': facebookLogin },
  createAdapter: createInstagram,
};

const madeSchema = z.object({ id: z.string().min(1), uri: z.string().optional().catch(undefined) });
const statusSchema = z.object({ status_code: z.string(), status: z.string().optional().catch(undefined) });

/** networks.md §3.3: seconds between looks at a container; afterwards the post goes back to the queue for a minute. */
const looks = [1, 2, 4, 8, 16, 30];
/** Containers live 24 h. */
const containerForMs = 20 * 3_600_000;

type Built = { kind: 'ready' } | { kind: 'later'; why: string } | { kind: 'refused'; refusal: Refusal };
type ContainerState = { kind: 'state'; code: string; why: string } | { kind: 'refused'; refusal: Refusal };

/**
 * Makes the containers of a post: one, or one per file and one around them, each stored before the next request, and waits until they are finished.
 * Containers are invisible. What certainly doubles a post is a second container that gets published, so this is never called while an outcome is unknown.
 */
async function buildContainers(
  session: Session,
  draft: Draft,
  known: readonly Upload[],
  save: (uploads: readonly Upload[]) => Promise<void>,
): Promise<Built> {
  const fresh = known.every(({ at }) => session.clock.now() - at < containerForMs);
  const shelf = createShelf(session, fresh ? known : [], save);
  const [only] = draft.media;
  if (only && draft.media.length === 1) {
    const refusal = await shelf.fill('container', 0, only, fieldsOf(draft, only));
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
    const made = madeSchema.safeParse(okJson(answer)).data;
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
function fieldsOf({ format, text }: Draft, media: DraftMedia): Record<string, unknown> {
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
    await pause(session.clock, seconds * 1000, session.signal);
    if (session.signal.aborted) break;
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
async function containerState(session: Session, id: string): Promise<ContainerState> {
  const answer = await graph(session, 'GET', id, { query: { fields: 'status_code,status' } });
  const parsed = statusSchema.safeParse(okJson(answer));
  if (!parsed.success) return { kind: 'refused', refusal: refusalOf(answer, session.clock.now()) };
  const { status_code: code, status } = parsed.data;
  return {
    kind: 'state',
    code,
    why: `Instagram says of the container: ${code}${status === undefined ? '' : `, ${status}`}`,
  };
}
