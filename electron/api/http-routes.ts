import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import { lookup } from 'mrmime';
import { type Bridge, type Clock, type Log, readUtf8, web } from '../../shared/index.ts';
import { createAnnouncementStream } from './announcement-stream.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import { only, type Refusal, refusals, refuseType } from './http-guard.ts';
import type { Sessions } from './http-session.ts';

/** For /healthz: 200 when `ok`, else 503. No secrets: anyone on this machine may read it. */
export type Health = { ok: boolean } & Record<string, unknown>;

type RouteDeps = {
  bridge: Bridge;
  sessions: Sessions;
  streams: EventStreams;
  connections: ConnectionLimit;
  assets: Assets;
  health(): Health | Promise<Health>;
  metrics(): string | Promise<string>;
  log: Log;
};

const reading = ['GET', 'HEAD'];

/** The route of every path; what is none of the engine's is a file of the window. */
export function createRoutes(deps: RouteDeps): (path: string) => Route {
  const fixed = new Map<string, Route>([
    [web.paths.session, sessionRoute(deps)],
    [web.paths.call, callRoute(deps)],
    [web.paths.events, eventsRoute(deps)],
    ['/healthz', healthRoute(deps)],
    ['/metrics', metricsRoute(deps)],
  ]);
  return (path) => fixed.get(path) ?? fileRoute(deps, path);
}

function sessionRoute({ sessions, log }: RouteDeps): Route {
  return {
    methods: ['POST'],
    async answer({ request, response }) {
      const refusal = refuseType(request.headersDistinct);
      if (refusal) return refuse(response, refusal);
      const body = await readJson(request);
      if ('refusal' in body) return refuse(response, body.refusal);
      const code = body.value['code'];
      const token = typeof code === 'string' ? sessions.redeem(code) : undefined;
      if (token !== undefined) return sendJson(response, 200, { ok: true, value: { token } });
      log('warn', 'A code for the window was refused: it is unknown, used or expired');
      refuse(response, refusals.badCode);
    },
  };
}

function callRoute({ bridge, sessions, connections }: RouteDeps): Route {
  return {
    methods: ['POST'],
    async answer({ request, response }) {
      const refusal = refuseToken(request, sessions, connections) ?? refuseType(request.headersDistinct);
      if (refusal) return refuse(response, refusal);
      const body = await readJson(request);
      if ('refusal' in body) return refuse(response, body.refusal);
      const { name, input } = body.value;
      if (typeof name !== 'string') return refuse(response, refusals.badJson);
      sendJson(response, 200, await bridge.call(name, input));
    },
  };
}

function eventsRoute({ sessions, streams, connections }: RouteDeps): Route {
  return {
    methods: ['GET'],
    answer({ request, response }) {
      const refusal = refuseToken(request, sessions, connections);
      if (refusal) return refuse(response, refusal);
      // An open window is a session in use; when its session ends, so does its stream.
      const allowed = () => refuseToken(request, sessions, connections) === undefined;
      if (!streams.open(response, allowed)) refuse(response, refusals.tooMany);
    },
  };
}

function healthRoute({ health }: RouteDeps): Route {
  return {
    methods: reading,
    async answer({ response }) {
      const state = await health();
      sendJson(response, state.ok ? 200 : 503, state);
    },
  };
}

function metricsRoute({ metrics }: RouteDeps): Route {
  return {
    methods: reading,
    async answer({ response }) {
      send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await metrics());
    },
  };
}

function fileRoute({ assets }: RouteDeps, path: string): Route {
  return {
    methods: reading,
    async answer({ response }) {
      const asset = await assets(path);
      if (!asset) return refuse(response, refusals.notThere);
      // Vite puts a hash of the content into the names of everything in assets/.
      if (path.startsWith('/assets/'))
        response.setHeader('cache-control', 'public, max-age=31536000, immutable');
      send(response, 200, asset.type, asset.body);
    },
  };
}

function refuseToken(
  request: IncomingMessage,
  sessions: Sessions,
  connections: ConnectionLimit,
): Refusal | undefined {
  const token = only(request.headersDistinct[web.tokenHeader]);
  if (token === undefined || !sessions.accepts(token)) return refusals.noToken;
  connections.keep(request.socket);
  return undefined;
}

/** Each open window holds one; more than this is a mistake somewhere. */
const maxStreams = 16;

type EventStreams = {
  /** Takes the response over for as long as `allowed` says so, asked at each heartbeat; false when there are too many. */
  open(response: ServerResponse, allowed: () => boolean): boolean;
  closeAll(): void;
};

/** Streams of announcements, one JSON document per line, with an empty line as heartbeat. */
export function createEventStreams(deps: { bridge: Bridge; clock: Clock }): EventStreams {
  const { bridge, clock } = deps;
  const open = new Set<ServerResponse>();

  const serve = (response: ServerResponse, allowed: () => boolean) => {
    const announcements = createAnnouncementStream({
      stream: response,
      clock,
      encode: (a) => `${JSON.stringify(a)}\n`,
    });
    const unsubscribe = bridge.subscribe(announcements.push);
    let stopHeartbeat = () => {};
    const heartbeat = () => {
      if (!allowed()) return void response.end();
      if (!response.writableNeedDrain) response.write('\n');
      stopHeartbeat = clock.setTimer(web.heartbeatMs, heartbeat);
    };
    heartbeat();
    response.once('close', () => {
      stopHeartbeat();
      unsubscribe();
      open.delete(response);
    });
  };

  return {
    open(response, allowed) {
      if (open.size >= maxStreams) return false;
      open.add(response);
      response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
      serve(response, allowed);
      return true;
    },
    closeAll() {
      for (const response of open) response.end();
    },
  };
}

export type Asset = { body: Uint8Array; type: string };
/** The file for a decoded path such as `/` or `/assets/index.js`. */
export type Assets = (path: string) => Promise<Asset | undefined>;

/**
 * Serves the files that lie in `folder` now, and no others: paths are looked up in a list,
 * never joined to the folder, so there is nothing to climb out of. Links are not followed.
 * A folder that is not there (the window was not built) has no files.
 */
export async function folderAssets(folder: string): Promise<Assets> {
  const files = new Map<string, string>();
  for (const file of await filesIn(folder))
    files.set(`/${relative(folder, file).split(sep).join('/')}`, file);
  return async (path) => {
    const file = files.get(path === '/' ? '/index.html' : path);
    return file === undefined ? undefined : { body: await readFile(file), type: typeOf(file) };
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return await filesIn(path);
      return entry.isFile() ? [path] : [];
    }),
  );
  return nested.flat();
}

function typeOf(file: string): string {
  const type = lookup(file) ?? 'application/octet-stream';
  return /^text\/|json$|javascript$|svg\+xml$/.test(type) ? `${type}; charset=utf-8` : type;
}

/** Enough for a post with a long thread; media go by path, not in the body. */
const bodyLimitBytes = 1024 * 1024;

/** Reads a small JSON object. */
async function readJson(
  request: IncomingMessage,
): Promise<{ value: Record<string, unknown> } | { refusal: Refusal }> {
  const bytes = await readBytes(request);
  if (!bytes) return { refusal: refusals.tooLarge };
  const body = readUtf8(bytes);
  if (!body.ok) return { refusal: refusals.notUtf8 };
  try {
    const value: unknown = JSON.parse(body.text);
    return isObject(value) ? { value } : { refusal: refusals.badJson };
  } catch {
    return { refusal: refusals.badJson }; // The parser's words would only repeat the sender's body.
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimitBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // The request must outlive the loop: destroying it would take the answer's socket away.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > bodyLimitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Exchange = { request: IncomingMessage; response: ServerResponse };

/** What the server does for one path. */
type Route = { methods: readonly string[]; answer(exchange: Exchange): void | Promise<void> };

/** Answers with an error envelope. */
export function refuse(response: ServerResponse, { status, error, headers }: Refusal): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  sendJson(response, status, { ok: false, error: error.toWire() });
}

/** Answers with one JSON document. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

/** Answers with a whole body; Node leaves it out for HEAD. */
function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
