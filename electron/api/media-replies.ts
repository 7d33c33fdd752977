import {
  BelfryError,
  type ErrorCode,
  type MediaFiles,
  thumbnailWidths,
  toWireError,
  web,
} from '../../shared/index.ts';

/** A request for a file of a post, from whichever host. Who may ask has been seen to. */
export type MediaRequest = {
  method: string;
  /** Path and query. */
  target: string;
  /** The value of a header; undefined when it is not there. */
  header(name: string): string | undefined;
  body: AsyncIterable<Uint8Array>;
  /** Aborted when the client is gone. */
  signal: AbortSignal;
};
export type MediaReply = {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer> | string | null;
};

/** Answers requests for thumbnails, and takes uploads; the same for loopback HTTP and the page protocol. Never rejects. */
export type MediaReplies = (request: MediaRequest) => Promise<MediaReply>;

/** What each path takes. */
export const mediaMethods: Readonly<Record<string, 'GET' | 'POST'>> = {
  [web.paths.thumbnail]: 'GET',
  [web.paths.upload]: 'POST',
};

export function createMediaReplies(media: MediaFiles): MediaReplies {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.target, 'http://localhost');
    try {
      if (request.method !== mediaMethods[pathname]) return failed(405, wrongMethod(pathname));
      if (pathname === web.paths.thumbnail) return await thumbnail(media, request, searchParams);
      return await upload(media, request, searchParams);
    } catch (error) {
      const wire = toWireError(error);
      return failed(statuses[wire.code] ?? 500, wire);
    }
  };
}

async function thumbnail(media: MediaFiles, { header, signal }: MediaRequest, query: URLSearchParams) {
  const path = query.get('path') ?? '';
  const width = thumbnailWidths.find((known) => String(known) === query.get('width'));
  if (path === '' || width === undefined) throw badQuery();
  const found = await media.thumbnail({ path, width, has: header('if-none-match'), signal });
  if (!found) return { status: 204, headers: common, body: null };
  const { tag, type, content } = found;
  // A path may name another picture tomorrow, so its tag is asked for each time.
  const headers = { ...common, etag: tag, 'cache-control': 'private, no-cache' };
  if (!content) return { status: 304, headers, body: null };
  return { status: 200, headers: { ...headers, 'content-type': type }, body: new Uint8Array(content) };
}

async function upload(media: MediaFiles, request: MediaRequest, query: URLSearchParams) {
  const name = query.get('name') ?? '';
  if (name === '') throw badQuery();
  const length = request.header('content-length');
  const bytes = length === undefined ? null : Number(length);
  const value = await media.upload({ name, bytes, body: request.body, signal: request.signal });
  return json(200, { ok: true, value });
}

const common = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const statuses: Partial<Record<ErrorCode, number>> = {
  BAD_INPUT: 400,
  NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TOO_LARGE: 413,
  NOT_RUNNING: 503,
  STOPPING: 503,
  HOME_UNUSABLE: 507,
};

function failed(status: number, error: ReturnType<typeof toWireError>): MediaReply {
  return json(status, { ok: false, error });
}

function json(status: number, value: unknown): MediaReply {
  const headers = { ...common, 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify(value) };
}

function badQuery(): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: 'The address is not complete',
    where: 'in its query',
    why: `A thumbnail has a path and a width of ${thumbnailWidths.join(', ')}, an upload a name`,
    remedy: 'Correct the address',
  });
}

function wrongMethod(path: string) {
  return new BelfryError({
    code: 'NOT_ALLOWED',
    what: 'The method is not allowed',
    where: `at ${path}`,
    why: `The path takes ${mediaMethods[path] ?? 'none'}`,
    remedy: 'Use this one',
  }).toWire();
}
