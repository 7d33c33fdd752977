import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { lookup } from 'mrmime';
import {
  type Bridge,
  type Envelope,
  type Log,
  pagePolicy,
  readUtf8,
  toWireError,
  web,
  withNonce,
} from '../../shared/index.ts';
import type { EventStreams } from './announcement-stream.ts';
import {
  only,
  pathOf,
  type Refusal,
  refusals,
  refuseType,
  tooLarge,
  tooManyStreams,
  wrongMethod,
} from './http-guard.ts';
import { type MediaReplies, mediaMethods } from './media-replies.ts';
import type { Sessions } from './sessions.ts';

/**
 * Handlers write to Node's own response, which says when a slow client can take more, and a call is answered in half the time
 * that a `Response` takes; for Hono the answer is then "already sent".
 */
export type ApiEnv = { Bindings: HttpBindings; Variables: { body: Record<string, unknown> } };
type Handler = MiddlewareHandler<ApiEnv>;

type ApiRouteDeps = {
  bridge: Bridge;
  streams: EventStreams;
  bodyLimitBytes: number;
  /** Whether the client may speak to the engine, or why not. */
  admit(exchange: HttpBindings): Refusal | undefined;
};

/** What every client of the engine speaks, window and command line alike: calls, announcements, and whether it is alive. */
export function createApiRoutes({ bridge, streams, bodyLimitBytes, admit }: ApiRouteDeps): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>();
  const admitted: Handler = async (c, next) => {
    const refusal = admit(c.env);
    return refusal ? refused(c, refusal) : next();
  };
  routes.all(web.paths.call, only405('POST'), admitted, jsonBody(bodyLimitBytes), async (c) => {
    const { name, input } = c.var.body;
    if (typeof name !== 'string') return refused(c, refusals.badJson);
    return sent(c, 200, await bridge.call(name, input).catch(failed));
  });
  routes.all(web.paths.events, only405('GET'), admitted, (c) => {
    // An open window is a session in use; when its session ends, so does its stream.
    const opened = streams.open(c.env.outgoing, () => admit(c.env) === undefined);
    return opened ? RESPONSE_ALREADY_SENT : refused(c, tooManyStreams(streams.most));
  });
  routes.all(web.paths.alive, only405('GET'), admitted, (c) => sent(c, 200, { ok: true, value: {} }));
  return routes;
}

/** A bridge never rejects; should one do, its client must still get an answer. */
function failed(error: unknown): Envelope<unknown> {
  return { ok: false, error: toWireError(error) };
}

/** For /healthz: 200 when `ok`, else 503. No secrets: anyone on this machine may read it. */
export type Health = { ok: boolean } & Record<string, unknown>;

type WindowRouteDeps = {
  sessions: Sessions;
  assets: Assets;
  health(): Health | Promise<Health>;
  metrics(): string | Promise<string>;
  log: Log;
  media: MediaReplies;
  admit: ApiRouteDeps['admit'];
  /** The body of this request may take longer than others. */
  beingSent(exchange: HttpBindings): void;
};

/** Adds what only the loopback port has: the window's sign-in and files, health and metrics. */
export function addWindowRoutes(routes: Hono<ApiEnv>, deps: WindowRouteDeps): void {
  const { sessions, assets, log } = deps;
  const { session } = web.paths;
  routes.all(session, only405('POST'), jsonBody(web.bodyLimitBytes.loopback), (c) => {
    const { code } = c.var.body;
    const token = typeof code === 'string' ? sessions.redeem(code) : undefined;
    if (token !== undefined) return sent(c, 200, { ok: true, value: { token } });
    log('warn', 'A code for the window was refused: it is unknown, used or expired');
    return refused(c, refusals.badCode);
  });
  for (const [path, method] of Object.entries(mediaMethods)) {
    routes.all(path, only405(method), async (c) => {
      const refusal = deps.admit(c.env);
      if (refusal) return refused(c, refusal);
      deps.beingSent(c.env);
      await replyWith(deps.media, c.env);
      return RESPONSE_ALREADY_SENT;
    });
  }
  routes.all('/healthz', only405('GET', 'HEAD'), async (c) => {
    const state = await deps.health();
    return sent(c, state.ok ? 200 : 503, state);
  });
  routes.all('/metrics', only405('GET', 'HEAD'), async ({ env }) => {
    send(env.outgoing, 200, 'text/plain; version=0.0.4; charset=utf-8', await deps.metrics());
    return RESPONSE_ALREADY_SENT;
  });
  routes.all('*', only405('GET', 'HEAD'), async (c) => {
    const { incoming, outgoing } = c.env;
    // The path as it was sent: Hono's is one that `..` and `.` were taken out of.
    const path = pathOf(incoming.url) ?? '';
    const asset = await assets(path);
    if (!asset) return refused(c, refusals.notThere);
    // Vite puts a hash of the content into the names of everything in assets/.
    if (path.startsWith('/assets/'))
      outgoing.setHeader('cache-control', 'public, max-age=31536000, immutable');
    if (path !== '/' && path !== '/index.html') {
      send(outgoing, 200, asset.type, asset.body);
      return RESPONSE_ALREADY_SENT;
    }
    const nonce = randomBytes(16).toString('base64url');
    outgoing.setHeader('content-security-policy', pagePolicy(nonce));
    send(outgoing, 200, asset.type, withNonce(asset.body, nonce));
    return RESPONSE_ALREADY_SENT;
  });
}

async function replyWith(media: MediaReplies, { incoming, outgoing }: HttpBindings): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const { status, headers, body } = await media({
    method: incoming.method ?? '',
    target: incoming.url ?? '',
    header: (name) => only(incoming.headersDistinct[name]),
    // It is not destroyed with the last piece that is read: that would take the answer's socket away.
    body: incoming.iterator({ destroyOnReturn: false }),
    signal: gone.signal,
  });
  const length = status === 304 || body === null ? {} : { 'content-length': Buffer.byteLength(body) };
  outgoing.writeHead(status, { ...headers, ...length });
  outgoing.end(body ?? undefined);
  // A browser reads why its file was refused once it has sent all of it.
  incoming.resume();
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

/** Refuses every other method with 405; Hono itself would answer 404, and take HEAD for GET. */
function only405(...methods: string[]): Handler {
  const refusal = wrongMethod(methods);
  return async (c, next) => (methods.includes(c.env.incoming.method ?? '') ? next() : refused(c, refusal));
}

/** Reads a JSON object of at most `limitBytes` into `c.var.body`. */
function jsonBody(limitBytes: number): Handler {
  return async (c, next) => {
    const { incoming } = c.env;
    const refusal = refuseType(incoming.headersDistinct);
    if (refusal) return refused(c, refusal);
    const bytes = await readBytes(incoming, limitBytes);
    if (!bytes) return refused(c, tooLarge(limitBytes));
    const body = readUtf8(bytes);
    if (!body.ok) return refused(c, refusals.notUtf8);
    const value = objectIn(body.text);
    if (!value) return refused(c, refusals.badJson);
    c.set('body', value);
    return next();
  };
}

/** The body, or undefined when it is larger. Rejects when the client goes before its end. */
function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve(undefined);
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) {
        request.pause(); // It is not destroyed: that would take the answer's socket away.
        resolve(undefined);
      } else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
  });
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // The parser's words would only repeat the sender's body.
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Answers with an error envelope. */
export function refuse(response: ServerResponse, { status, error, headers }: Refusal): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  sendJson(response, status, { ok: false, error: error.toWire() });
}

/** The same from a handler. */
export function refused({ env }: Context<ApiEnv>, refusal: Refusal): Response {
  refuse(env.outgoing, refusal);
  return RESPONSE_ALREADY_SENT;
}

/** Answers with one JSON document. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json; charset=utf-8', jsonOf(value));
}

function sent({ env }: Context<ApiEnv>, status: number, value: unknown): Response {
  sendJson(env.outgoing, status, value);
  return RESPONSE_ALREADY_SENT;
}

/** A text has at most 512 MiB in this process, and a client that asks for more must not end the engine. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return JSON.stringify({ ok: false, error: refusals.answerTooLong.error.toWire() });
  }
}

/** Answers with a whole body; Node leaves it out for HEAD. */
function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
