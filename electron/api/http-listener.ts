import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { ListenOptions, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Hono } from 'hono';
import { type Log, toWireError } from '../../shared/index.ts';
import { pathOf, type Refusal, refusals } from './http-guard.ts';
import { type ApiEnv, refuse, refused, sendJson } from './http-routes.ts';

/** How long a client may take, and how many unknown ones there may be. */
export type HttpLimits = {
  /** From the connection, or the first byte of a later request, to the end of the head. */
  headersMs: number;
  /** The same, to the end of the body. */
  requestMs: number;
  /** For the next request of a connection; 0 = for ever. */
  keepAliveMs: number;
  /** Without any traffic, also while a call is at work; 0 = for ever. */
  idleMs: number;
  /** Connections that have shown nothing and do no work. */
  connections: number;
};

/** An HTTP server within the limits; its connections are counted. */
export function createHttpServer(
  limits: HttpLimits,
  connections: ConnectionLimit,
  listener: RequestListener,
): Server {
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.headersMs / 5,
      // A missing Host gets the same 421 as a wrong one, from our own check.
      requireHostHeader: false,
      noDelay: true,
    },
    listener,
  );
  server.timeout = limits.idleMs;
  server.on('connection', connections.add);
  return server;
}

const statusOf: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/**
 * Lets the bodies of some requests take longer than `requestMs`, as a film does; without traffic they end as others do.
 * `clientError` takes the place of Node's own listener and does what that does with all others.
 */
export function allowSlowBodies(): {
  allow(exchange: HttpBindings): void;
  clientError(error: NodeJS.ErrnoException, socket: Duplex): void;
} {
  const slow = new WeakSet<Duplex>();
  return {
    allow({ incoming, outgoing }) {
      slow.add(incoming.socket);
      outgoing.once('close', () => slow.delete(incoming.socket));
    },
    clientError(error, socket) {
      if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && slow.has(socket)) return;
      if (!socket.writable) return void socket.destroy();
      const status = statusOf[error.code ?? ''] ?? '400 Bad Request';
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`, () => socket.destroy());
    },
  };
}

/** Serves the routes. Whom `guard` refuses, and whoever asks for anything but a plain path, never gets to them. */
export function createListener(deps: {
  routes: Hono<ApiEnv>;
  guard(request: IncomingMessage): Refusal | undefined;
  /** Sent with every answer. */
  headers: Readonly<Record<string, string>>;
  log: Log;
}): RequestListener {
  const { routes, guard, headers, log } = deps;

  const report = (error: unknown) => {
    const wire = toWireError(error);
    log('error', wire.message, { at: 'HTTP server' });
    return wire;
  };
  routes.notFound((c) => refused(c, refusals.notThere));
  routes.onError((error, c) => {
    const { outgoing } = c.env;
    // A client that went away in the middle is no mistake of ours.
    if (!outgoing.destroyed) {
      const wire = report(error);
      if (outgoing.headersSent) outgoing.destroy();
      else sendJson(outgoing, 500, { ok: false, error: wire });
    }
    return RESPONSE_ALREADY_SENT;
  });
  const route = getRequestListener(routes.fetch, {
    hostname: 'localhost',
    // The networks' answers are to be Node's own, and our handlers read and write Node's own requests and answers.
    overrideGlobalObjects: false,
    autoCleanupIncoming: false,
    errorHandler: (error) => Response.json({ ok: false, error: report(error) }, { status: 500 }),
  });
  return inTurn((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const refusal = guard(request) ?? (pathOf(request.url) === undefined ? refusals.notThere : undefined);
    if (refusal) refuse(response, refusal);
    else void route(request, response);
  });
}

/** Requests of one connection that wait for the one before them; our clients send none so. */
const maxPipelined = 32;

type Exchange = { request: IncomingMessage; response: ServerResponse };

/**
 * Serves the requests of each connection one after the other, so that many in one write (HTTP/1.1 pipelining) cannot all be
 * at work at once; more than `maxPipelined` that wait end the connection.
 */
function inTurn(serve: (request: IncomingMessage, response: ServerResponse) => void): RequestListener {
  const queues = new WeakMap<Socket, Exchange[]>();
  const begin = ({ request, response }: Exchange) => {
    response.once('close', () => next(request.socket));
    serve(request, response);
  };
  const next = (socket: Socket) => {
    const following = socket.destroyed ? undefined : queues.get(socket)?.shift();
    if (following) begin(following);
    else queues.delete(socket);
  };
  return (request, response) => {
    const queue = queues.get(request.socket);
    if (!queue) {
      queues.set(request.socket, []);
      begin({ request, response });
    } else if (queue.length < maxPipelined) queue.push({ request, response });
    else refuse(response, refusals.pipelined);
  };
}

/** Resolves with the server once it listens; rejects with Node's error when it cannot. */
export function listen(server: Server, where: ListenOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** Limits how many connections a listener holds, without ever turning a new one away. */
export type ConnectionLimit = {
  /** Counts a new connection; when there are too many, the oldest one that is not kept is evicted. */
  add(socket: Socket): void;
  /** The client has shown who it is, or has work under way: its connection is not evicted. */
  keep(socket: Socket): void;
  /** The work is over: it counts as new again. */
  release(socket: Socket): void;
  /** Every open connection. */
  all(): Socket[];
};

/**
 * At most `maxEvictable` connections that are not kept stay open. Refusing new ones instead would let whoever opens that many
 * and sends a byte now and then shut everybody else out (a slow-loris attack).
 */
export function limitConnections(maxEvictable: number): ConnectionLimit {
  // A set gives its members back in the order they were put in: the first is the oldest.
  const evictable = new Set<Socket>();
  const kept = new Set<Socket>();
  return {
    add(socket) {
      evictable.add(socket);
      socket.once('close', () => {
        evictable.delete(socket);
        kept.delete(socket);
      });
      const [oldest] = evictable;
      if (evictable.size > maxEvictable && oldest) {
        evictable.delete(oldest);
        oldest.destroy();
      }
    },
    keep(socket) {
      if (evictable.delete(socket)) kept.add(socket);
    },
    release(socket) {
      if (kept.delete(socket)) evictable.add(socket);
    },
    all: () => [...evictable, ...kept],
  };
}
