import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import {
  BelfryError,
  type Bridge,
  type Clock,
  type Log,
  type MediaFiles,
  type Random,
  web,
} from '../../shared/index.ts';
import { createEventStreams } from './announcement-stream.ts';
import { only, refusals, refuseAddress, securityHeaders } from './http-guard.ts';
import {
  allowSlowBodies,
  createHttpServer,
  createListener,
  type HttpLimits,
  limitConnections,
  listen,
} from './http-listener.ts';
import { type Assets, addWindowRoutes, createApiRoutes, type Health } from './http-routes.ts';
import { createMediaReplies } from './media-replies.ts';
import { openSessions, type SessionFile } from './sessions.ts';

export type HttpServerDeps = {
  bridge: Bridge;
  /** Files of posts. */
  media: MediaFiles;
  /** 0 = any free port. */
  port: number;
  /** Files of the window, such as `folderAssets` gives. */
  assets: Assets;
  clock: Clock;
  random: Random;
  log: Log;
  /** Where the sessions of windows are kept over a restart. */
  sessionFile: SessionFile;
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

/** Each open window holds one stream; more than this is a mistake somewhere. */
const maxStreams = 16;

/** Small, since only windows of this user connect. */
const httpLimits: HttpLimits = {
  headersMs: 5000,
  requestMs: 10_000,
  keepAliveMs: 5000,
  idleMs: 120_000,
  connections: 64,
};

/** Serves the window, the calls and the announcements over HTTP on the loopback addresses (design §8). Throws PORT_IN_USE. */
export async function startHttpServer(deps: HttpServerDeps): Promise<HttpServer> {
  const limits = deps.limits ?? httpLimits;
  const connections = limitConnections(limits.connections);
  const sessions = await openSessions(deps);
  const streams = createEventStreams({ ...deps, maxStreams });
  const admit = ({ incoming }: HttpBindings) => {
    const token = only(incoming.headersDistinct[web.tokenHeader]);
    if (token === undefined || !sessions.accepts(token)) return refusals.noToken;
    connections.keep(incoming.socket);
    return undefined;
  };
  const routes = createApiRoutes({
    bridge: deps.bridge,
    streams,
    bodyLimitBytes: web.bodyLimitBytes.loopback,
    admit,
  });
  const bodies = allowSlowBodies();
  addWindowRoutes(routes, {
    ...deps,
    sessions,
    media: createMediaReplies(deps.media),
    admit,
    beingSent: bodies.allow,
  });
  const listener = createListener({
    routes,
    guard: ({ headersDistinct, socket }) => refuseAddress(headersDistinct, socket.localPort ?? 0),
    headers: { ...securityHeaders, 'cache-control': 'no-store' },
    log: deps.log,
  });
  const { port, servers } = await listenOnLoopback(deps.port, () => {
    const server = createHttpServer(limits, connections, listener);
    server.on('clientError', bodies.clientError);
    return server;
  });

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

const triesForAnyPort = 10;

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1, at the same port (0 = any free one).
 * Throws PORT_IN_USE when either is taken: whoever holds ::1 would answer for `localhost`.
 */
async function listenOnLoopback(
  port: number,
  create: () => Server,
): Promise<{ port: number; servers: Server[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const servers: Server[] = [];
    try {
      const four = await listen(create(), { port, host: '127.0.0.1', exclusive: true });
      servers.push(four);
      const actual = portOf(four);
      const six = await listen(create(), { port: actual, host: '::1', exclusive: true }).catch(unlessMissing);
      if (six) servers.push(six);
      return { port: actual, servers };
    } catch (error) {
      for (const server of servers) server.close();
      if (port === 0 && codeOf(error) === 'EADDRINUSE' && attempt < triesForAnyPort) continue;
      throw portError(port, error);
    }
  }
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
