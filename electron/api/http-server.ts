import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  BelfryError,
  type Bridge,
  type Clock,
  type Log,
  type Random,
  toWireError,
  web,
} from '../../shared/index.ts';
import { type ConnectionLimit, limitConnections } from './connection-limit.ts';
import { pathOf, refusals, refuseAddress, securityHeaders, wrongMethod } from './http-guard.ts';
import {
  type Assets,
  createEventStreams,
  createRoutes,
  type Health,
  refuse,
  sendJson,
} from './http-routes.ts';
import { createSessions } from './http-session.ts';

export type HttpServerDeps = {
  bridge: Bridge;
  /** 0 = any free port. */
  port: number;
  /** Files of the window, such as `folderAssets` gives. */
  assets: Assets;
  clock: Clock;
  random: Random;
  log: Log;
  health(): Health | Promise<Health>;
  /** For /metrics: Prometheus text format. No secrets: anyone on this machine may read it. */
  metrics(): string | Promise<string>;
  limits?: HttpLimits;
};

export type HttpServer = {
  port: number;
  /** The address of the window; opening it takes a link with a code. */
  address: string;
  /** A fresh link to the window, for one use within ten minutes. */
  mintLink(): string;
  /** Ends the sessions of all windows: each needs a fresh link. */
  endSessions(): void;
  /** Ends every stream and connection. Can be called twice. */
  close(): Promise<void>;
};

/** Serves the window, the calls and the announcements over HTTP on the loopback addresses (design §8). Throws PORT_IN_USE. */
export async function startHttpServer(deps: HttpServerDeps): Promise<HttpServer> {
  const limits = deps.limits ?? httpLimits;
  const connections = limitConnections(limits.connections);
  const sessions = createSessions(deps);
  const streams = createEventStreams(deps);
  const routeOf = createRoutes({ ...deps, sessions, streams, connections });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    response.setHeader('cache-control', 'no-store');
    const refusal = refuseAddress(request.headersDistinct, request.socket.localPort ?? 0);
    if (refusal) return refuse(response, refusal);
    const path = pathOf(request.url);
    if (path === undefined) return refuse(response, refusals.notThere);
    const route = routeOf(path);
    if (!route.methods.includes(request.method ?? '')) return refuse(response, wrongMethod(route.methods));
    await route.answer({ request, response });
  };

  const fail = (response: ServerResponse, error: unknown) => {
    // A client that went away in the middle is no mistake of ours.
    if (response.destroyed) return;
    const wire = toWireError(error);
    deps.log('error', wire.message, { at: 'HTTP server' });
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { ok: false, error: wire });
  };

  const { port, servers } = await listenOnLoopback(
    deps.port,
    limits,
    connections,
    (request, response) => void serve(request, response).catch((error: unknown) => fail(response, error)),
  );

  const end = async () => {
    streams.closeAll();
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const server of servers) server.closeAllConnections();
    await Promise.all(closed);
  };
  let ended: Promise<void> | undefined;
  return {
    port,
    address: `http://127.0.0.1:${port}`,
    endSessions: sessions.endAll,
    mintLink: () => `http://127.0.0.1:${port}/#${web.codeParameter}=${sessions.mint()}`,
    close() {
      ended ??= end();
      return ended;
    },
  };
}

/** How long a client may take, and how many unknown ones there may be; small, since only windows of this user connect. */
export type HttpLimits = {
  headersMs: number;
  requestMs: number;
  keepAliveMs: number;
  idleMs: number;
  connections: number;
};
const httpLimits: HttpLimits = {
  headersMs: 5000,
  requestMs: 10_000,
  keepAliveMs: 5000,
  idleMs: 120_000,
  connections: 64,
};

const triesForAnyPort = 10;

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1, at the same port (0 = any free one).
 * Throws PORT_IN_USE when either is taken: whoever holds ::1 would answer for `localhost`.
 */
async function listenOnLoopback(
  port: number,
  limits: HttpLimits,
  connections: ConnectionLimit,
  listener: RequestListener,
): Promise<{ port: number; servers: Server[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const servers: Server[] = [];
    try {
      const four = await listen(makeServer(limits, connections, listener), port, '127.0.0.1');
      servers.push(four);
      const actual = portOf(four);
      const six = await listen(makeServer(limits, connections, listener), actual, '::1').catch(unlessMissing);
      if (six) servers.push(six);
      return { port: actual, servers };
    } catch (error) {
      for (const server of servers) server.close();
      if (port === 0 && codeOf(error) === 'EADDRINUSE' && attempt < triesForAnyPort) continue;
      throw portError(port, error);
    }
  }
}

function makeServer(limits: HttpLimits, connections: ConnectionLimit, listener: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
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

function listen(server: Server, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** A machine without IPv6 has no ::1 that another program could hold. */
function unlessMissing(error: unknown): undefined {
  if (['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(codeOf(error) ?? '')) return undefined;
  throw error;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function portError(port: number, cause: unknown): unknown {
  const reasons: Record<string, [string, string]> = {
    EADDRINUSE: ['is taken', 'Another program listens there'],
    EACCES: ['may not be used', 'The system keeps it for others'],
  };
  const reason = reasons[codeOf(cause) ?? ''];
  if (!reason) return cause;
  return new BelfryError({
    code: 'PORT_IN_USE',
    what: `Port ${port} ${reason[0]}`,
    where: 'on the loopback address',
    why: reason[1],
    remedy: 'Choose another with --port, or leave it out to take any free one',
    field: 'port',
    cause,
  });
}
