import type { IncomingMessage } from 'node:http';
import { type Bridge, type Log, web } from '../../shared/index.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import { type Route, refuse, send, sendJson } from './http-answer.ts';
import type { Assets } from './http-assets.ts';
import { readJson } from './http-body.ts';
import type { EventStreams } from './http-events.ts';
import { only, refuseType } from './http-guard.ts';
import { type Refusal, refusals } from './http-refusal.ts';
import type { Sessions } from './http-session.ts';

/** For /healthz: 200 when `ok`, else 503. No secrets: anyone on this machine may read it. */
export type Health = { ok: boolean } & Record<string, unknown>;

type Needs = {
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
export function createRoutes(needs: Needs): (path: string) => Route {
  const fixed = new Map<string, Route>([
    [web.paths.session, sessionRoute(needs)],
    [web.paths.call, callRoute(needs)],
    [web.paths.events, eventsRoute(needs)],
    ['/healthz', healthRoute(needs)],
    ['/metrics', metricsRoute(needs)],
  ]);
  return (path) => fixed.get(path) ?? fileRoute(needs, path);
}

function sessionRoute({ sessions, log }: Needs): Route {
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

function callRoute({ bridge, sessions, connections }: Needs): Route {
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

function eventsRoute({ sessions, streams, connections }: Needs): Route {
  return {
    methods: ['GET'],
    answer({ request, response }) {
      const refusal = refuseToken(request, sessions, connections);
      if (refusal) return refuse(response, refusal);
      // An open window is a session in use; when its session ends, so does what it hears.
      const allowed = () => refuseToken(request, sessions, connections) === undefined;
      if (!streams.open(response, allowed)) refuse(response, refusals.tooMany);
    },
  };
}

function healthRoute({ health }: Needs): Route {
  return {
    methods: reading,
    async answer({ response }) {
      const state = await health();
      sendJson(response, state.ok ? 200 : 503, state);
    },
  };
}

function metricsRoute({ metrics }: Needs): Route {
  return {
    methods: reading,
    async answer({ response }) {
      send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await metrics());
    },
  };
}

function fileRoute({ assets }: Needs, path: string): Route {
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
