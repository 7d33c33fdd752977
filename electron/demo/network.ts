import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Log, Random } from '../../shared/index.ts';
import { sampleFeed } from './feed.ts';
import { type DemoRequest, route } from './network-routes.ts';
import { createDemoState, type DemoState } from './network-state.ts';
import { timeline, timelineFiles } from './timeline.ts';

/** A picture or two in PNG, no more: this is for a demonstration. */
const longestBody = 20 * 1024 * 1024;
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The demonstration's network, at work. */
export type DemoNetwork = { address: string; token: string; state: DemoState; close(): Promise<void> };

/**
 * Starts a Mastodon-compatible server of one account on a loopback port of its own, with a page that shows what was
 * published, and a feed with a new entry every `everyMs` whose pictures are `pictures` (name and PNG).
 */
export async function startDemoNetwork(needs: {
  clock: Clock;
  random: Random;
  log: Log;
  pictures: ReadonlyMap<string, Uint8Array>;
  everyMs: number;
}): Promise<DemoNetwork> {
  const { clock, random, log } = needs;
  const startedAt = clock.now();
  const state = createDemoState({ clock, random });
  const token = random.uuid();
  const addressOf = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', addressOf());
    if (request.headers.host !== url.host) return send(response, 421, 'text/plain', 'This is another host.');
    const file = timelineFiles.get(url.pathname);
    if (file) return send(response, 200, file.type, file.text);
    if (url.pathname === '/timeline.json') return sendJson(response, 200, timeline(state));
    if (url.pathname === '/feed.xml') {
      const count = 1 + Math.floor((clock.now() - startedAt) / needs.everyMs);
      const feed = sampleFeed({ address: addressOf(), startedAt, everyMs: needs.everyMs, count });
      return send(response, 200, 'application/rss+xml; charset=utf-8', feed);
    }
    const picture = needs.pictures.get(url.pathname.slice('/feed/'.length));
    if (url.pathname.startsWith('/feed/') && picture) return send(response, 200, 'image/png', picture);
    const uploaded = state.media.get(url.pathname.slice('/pictures/'.length));
    if (url.pathname.startsWith('/pictures/') && uploaded)
      return send(response, 200, uploaded.type, uploaded.bytes);
    const given = await route(state, addressOf(), token, await readRequest(request, url));
    return given
      ? sendJson(response, given.status, given.body)
      : sendJson(response, 404, { error: 'Not found' });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log('error', "The demonstration's network failed", { error: String(error) });
      if (!response.headersSent) sendJson(response, 500, { error: 'Internal error' });
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: addressOf(),
    token,
    state,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(request: IncomingMessage, url: URL): Promise<DemoRequest> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > longestBody) throw new Error(`A body is longer than ${longestBody} bytes`);
    chunks.push(chunk);
  }
  const body = new Response(Buffer.concat(chunks), {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  });
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    header: (name) => [request.headers[name] ?? null].flat()[0] ?? null,
    form: () => body.formData(),
    json: () => body.json(),
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
