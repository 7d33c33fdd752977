import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Log, Random } from '../../shared/index.ts';
import { sampleFeed } from './content.ts';
import { createDemoState, type DemoRequest, type DemoState, route } from './routes.ts';
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
    // Every story of the feed has an address of its own; the timeline tells them all.
    const file = timelineFiles.get(url.pathname.startsWith('/stories/') ? '/' : url.pathname);
    if (file) return send(response, 200, file.type, file.text);
    if (url.pathname === '/favicon.ico') return void response.writeHead(204).end();
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
    const body = await readBody(request);
    if (body === undefined) return sendJson(response, 413, { error: 'Payload too large' });
    const given = await route(state, addressOf(), token, toRequest(request, url, body));
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

/** The whole body; undefined when it is longer than the network takes, after it was read to its end and thrown away. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length <= longestBody) chunks.push(chunk);
  }
  return length > longestBody ? undefined : Buffer.concat(chunks);
}

function toRequest(request: IncomingMessage, url: URL, bytes: Uint8Array): DemoRequest {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const body = new Response(Buffer.from(bytes), { headers });
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    header: (name) => [request.headers[name] ?? null].flat()[0] ?? null,
    // A body of another form than its label is the client's mistake, answered as such by the route.
    form: () => body.formData().catch(() => new FormData()),
    json: () => body.json().catch(() => undefined),
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
