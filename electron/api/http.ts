import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Bridge, type Clock, type Log, type Random, toWireError, web } from '../../shared/index.ts';
import { limitConnections } from './connection-limit.ts';
import { refuse, sendJson } from './http-answer.ts';
import type { Assets } from './http-assets.ts';
import { createEventStreams } from './http-events.ts';
import { pathOf, refuseAddress, securityHeaders } from './http-guard.ts';
import { type HttpLimits, httpLimits, listenOnLoopback } from './http-listen.ts';
import { refusals, wrongMethod } from './http-refusal.ts';
import { createRoutes, type Health } from './http-routes.ts';
import { createSessions } from './http-session.ts';

export type HttpDoorNeeds = {
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

export type HttpDoor = {
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

/** Opens the loopback HTTP door with the window, the calls and the announcements (design §8). Throws PORT_IN_USE. */
export async function openHttpDoor(needs: HttpDoorNeeds): Promise<HttpDoor> {
  const limits = needs.limits ?? httpLimits;
  const connections = limitConnections(limits.connections);
  const sessions = createSessions(needs);
  const streams = createEventStreams(needs);
  const routeOf = createRoutes({ ...needs, sessions, streams, connections });

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
    needs.log('error', wire.message, { at: 'HTTP door' });
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { ok: false, error: wire });
  };

  const { port, servers } = await listenOnLoopback(
    needs.port,
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
