import {
  BelfryError,
  type Clock,
  type Log,
  type MediaFiles,
  type MediaLook,
  type Random,
  type ThumbnailWidth,
} from '../../../shared/index.ts';
import { isOpenable, mostPixels } from './plan-fit.ts';
import {
  damaged,
  fileError,
  findFile,
  isUnchanged,
  type SeenFacts,
  type ShownFile,
  type ShownFileDeps,
  seeFile,
} from './shown-file.ts';
import { createThumbnailCache } from './thumbnail-cache.ts';
import { createUploads, type UploadLimits, type Uploads } from './uploads.ts';
import type { Workshop } from './workshop/index.ts';

const mebibyte = 1024 ** 2;
/** What all thumbnails together may take on disk: some 10,000 of them. */
const mostCacheBytes = 256 * mebibyte;
/** Files whose facts are remembered. */
const mostRemembered = 5000;

export type MediaFilesDeps = Pick<ShownFileDeps, 'held'> & {
  clock: Clock;
  random: Random;
  log: Log;
  /** Not the one that fits what is sent: a list of pictures must not hold up a post. */
  workshop: Pick<Workshop, 'measure' | 'thumbnail'>;
  /** Folders that media may come from besides Belfry's own; null = any. */
  mediaFolders(): readonly string[] | null;
  ownFolders: readonly string[];
  /** Folders of the home: for copies of what posts have, what was sent, and what was made to be shown. */
  home: Readonly<Record<'media' | 'uploads' | 'thumbnails', string>>;
  mostCacheBytes?: number;
  uploadLimits?: Partial<UploadLimits>;
};

/** Files of posts for the window: what they are, how they look, and new ones. */
export type OpenMediaFiles = MediaFiles & Pick<Uploads, 'start' | 'stop'>;

export function createMediaFiles(deps: MediaFilesDeps): OpenMediaFiles {
  const { workshop, mediaFolders, ownFolders, home } = deps;
  const cache = createThumbnailCache({
    ...deps,
    folder: home.thumbnails,
    mostBytes: deps.mostCacheBytes ?? mostCacheBytes,
  });
  const uploads = createUploads({ ...deps, folder: home.uploads, limits: deps.uploadLimits });
  const folders = () => {
    const allowed = mediaFolders();
    return allowed === null ? null : [...allowed, home.media, home.uploads, ...ownFolders];
  };
  const find = async (path: string) => {
    const file = await findFile({ held: deps.held, mediaFolder: home.media, folders }, path);
    await uploads.seen(file.path);
    return file;
  };
  const facts = new Map<string, Promise<SeenFacts>>();
  const see = (file: ShownFile) =>
    facts.get(file.key) ??
    remembered(
      facts,
      file.key,
      seeFile(file, workshop).catch((error: unknown) => {
        facts.delete(file.key); // The next look may find it in order.
        throw error;
      }),
    );
  /** Why files could not be shown; the file's own fault stays as long as its content does. */
  const problems = new Map<string, { error: BelfryError; lasting: boolean }>();
  const inTurn = createTurns<Uint8Array>();

  const make = async (file: ShownFile, name: string, width: ThumbnailWidth): Promise<Uint8Array> => {
    const known = await cache.read(name);
    if (known) return known;
    if (!(await isUnchanged(file))) throw changedMeanwhile(file);
    const draft = await cache.draft();
    const made = await workshop.thumbnail({ from: file.path, to: draft, width, mostPixels });
    if (!made.ok) {
      const error =
        made.fault === 'damaged'
          ? damaged(file.given, made.why.trim().split('\n', 1)[0] ?? '')
          : unseen(file, made.why);
      remembered(problems, file.key, { error, lasting: made.fault === 'damaged' });
      throw error;
    }
    problems.delete(file.key);
    if (!(await isUnchanged(file))) throw changedMeanwhile(file);
    await cache.keep(name, draft);
    const content = await cache.read(name);
    if (!content) throw unseen(file, 'There is no room for it among the thumbnails');
    return content;
  };

  return {
    async look(path) {
      const file = await find(path);
      const seen = await see(file);
      const thumbnail = isOpenable(seen);
      const error = tooLarge(file, seen) ?? problems.get(file.key)?.error;
      return { name: file.name, ...seen, thumbnail, problem: error?.toWire() ?? null } satisfies MediaLook;
    },
    async thumbnail({ path, width, has, signal }) {
      const file = await find(path);
      const name = `${file.key}-${width}`;
      const tag = `"${name}"`;
      const type = 'image/webp';
      if (has === tag) return { tag, type, content: null };
      const seen = await see(file);
      const large = tooLarge(file, seen);
      if (large) throw large;
      if (!isOpenable(seen)) return null;
      const problem = problems.get(file.key);
      if (problem?.lasting) throw problem.error;
      // What is made already does not wait for what is being made.
      const content = (await cache.read(name)) ?? (await inTurn(name, signal, () => make(file, name, width)));
      return { tag, type, content };
    },
    upload: (sent) =>
      uploads.receive(sent, async (path) => {
        const part = { path, given: sent.name, held: undefined };
        const { mime, bytes, width, height } = await seeFile(part, workshop);
        return { type: mime, bytes, width, height };
      }),
    start: uploads.start,
    stop: uploads.stop,
  };
}

/** Makes one thing at a time, each once however many want it; what none wants any more by its turn is left out. */
function createTurns<T>() {
  type Order = { wanting: number; made: Promise<T> };
  const orders = new Map<string, Order>();
  let last: Promise<unknown> = Promise.resolve();
  return (name: string, signal: AbortSignal, make: () => Promise<T>): Promise<T> => {
    const known = orders.get(name);
    const order: Order = known ?? { wanting: 0, made: last as Promise<T> };
    if (!known) {
      order.made = last.then(() => {
        if (order.wanting > 0) return make();
        throw new BelfryError({
          code: 'CONFLICT',
          what: 'The picture was not made',
          where: 'in the queue of thumbnails',
          why: 'Its page is gone',
          remedy: 'Open the page again',
        });
      });
      const forget = () => orders.delete(name);
      last = order.made.then(forget, forget); // Who asked hears of the error.
      orders.set(name, order);
    }
    order.wanting += 1;
    const leave = () => {
      order.wanting -= 1;
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return order.made;
  };
}

function remembered<T>(map: Map<string, T>, key: string, value: T): T {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > mostRemembered && oldest !== undefined) map.delete(oldest);
  return value;
}

function tooLarge({ given }: ShownFile, { mime, width, height }: SeenFacts): BelfryError | undefined {
  if (!mime.startsWith('image/') || width === null || height === null || width * height <= mostPixels)
    return undefined;
  return fileError('TOO_LARGE', given, [
    'The picture is too large to be shown',
    `It has ${width} × ${height} pixels, and Belfry opens ${mostPixels / 1_000_000} million at most`,
    'Scale it down',
  ]);
}

function unseen({ given }: ShownFile, why: string): BelfryError {
  return fileError('INTERNAL', given, ['The picture cannot be shown now', why, 'Try again']);
}

function changedMeanwhile({ given }: ShownFile): BelfryError {
  return fileError('CONFLICT', given, [
    'The file is being changed',
    'It is another one than a moment ago',
    'Try again when it is finished',
  ]);
}
