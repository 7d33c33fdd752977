import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Log, Random } from '../../shared/index.ts';
import { sampleFeed } from './content.ts';
import { createDemoState, type DemoRequest, type DemoState, route } from './routes.ts';

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
export async function startDemoNetwork(deps: {
  clock: Clock;
  random: Random;
  log: Log;
  pictures: ReadonlyMap<string, Uint8Array>;
  everyMs: number;
}): Promise<DemoNetwork> {
  const { clock, random, log } = deps;
  const startedAt = clock.now();
  const state = createDemoState({ clock, random });
  const token = random.uuid();
  const addressOf = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', addressOf());
    if (request.headers.host !== url.host) return send(response, 421, 'text/plain', 'This is another host.');
    // Every story of the feed has an address of its own; the timeline shows them all.
    const file = timelineFiles.get(url.pathname.startsWith('/stories/') ? '/' : url.pathname);
    if (file) return send(response, 200, file.type, file.text);
    if (url.pathname === '/favicon.ico') return void response.writeHead(204).end();
    if (url.pathname === '/timeline.json') return sendJson(response, 200, timeline(state));
    if (url.pathname === '/feed.xml') {
      const count = 1 + Math.floor((clock.now() - startedAt) / deps.everyMs);
      const feed = sampleFeed({ address: addressOf(), startedAt, everyMs: deps.everyMs, count });
      return send(response, 200, 'application/rss+xml; charset=utf-8', feed);
    }
    const picture = deps.pictures.get(url.pathname.slice('/feed/'.length));
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

/** Files of the page that shows the demonstration's network to the user, by path. */
const timelineFiles: ReadonlyMap<string, { type: string; text: string }> = new Map([
  ['/', { type: 'text/html; charset=utf-8', text: page() }],
  ['/timeline.css', { type: 'text/css; charset=utf-8', text: style() }],
  ['/timeline.js', { type: 'text/javascript; charset=utf-8', text: script() }],
]);

/** What the page asks for every second: posts, newest first. */
function timeline(state: DemoState) {
  return [...state.statuses].reverse().map(({ id, at, text, warning, visibility, media }) => ({
    id,
    at,
    text,
    warning,
    visibility,
    pictures: media.map((picture) => ({
      src: `/pictures/${picture}`,
      alt: state.media.get(picture)?.alt ?? '',
    })),
  }));
}

function page(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Belfry's demonstration network</title>
<link rel="stylesheet" href="/timeline.css">
<script src="/timeline.js" defer></script>
</head>
<body>
<header>
<h1>Demonstration network</h1>
<p>A social network of one account, on this machine only. What Belfry publishes appears here by itself.</p>
</header>
<p class="end" role="status">The demonstration has ended: this page shows what it published.</p>
<main id="posts" aria-live="polite"><p class="quiet">Nothing yet. The first post is on its way …</p></main>
</body>
</html>`;
}

function style(): string {
  return `:root { color-scheme: light dark; --line: #d9dce3; --card: #ffffff; --ground: #f3f4f7; --text: #1b1f27; --quiet: #5a6272; --mark: #4653c8; }
@media (prefers-color-scheme: dark) { :root { --line: #333945; --card: #1d212a; --ground: #14171d; --text: #e8eaf0; --quiet: #9aa3b5; --mark: #97a1ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 38rem; padding: 2rem 1rem 4rem; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; }
header p, .quiet { color: var(--quiet); margin: 0.25rem 0 1.5rem; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.2rem; margin: 0 0 1rem; }
.end { display: none; border: 1px solid var(--mark); border-radius: 12px; padding: 0.6rem 1.2rem; margin: 0 0 1rem; }
.ended .end { display: block; }
a { color: var(--mark); }
.warning { font-weight: 600; }
article:target { border-color: var(--mark); }
article > p { margin: 0.5rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.who { display: flex; gap: 0.6rem; align-items: baseline; font-weight: 600; }
.who time { color: var(--quiet); font-weight: 400; font-size: 0.85rem; margin-left: auto; }
img { display: block; width: 100%; border-radius: 8px; margin-top: 0.8rem; border: 1px solid var(--line); }
@media (prefers-reduced-motion: no-preference) { article { animation: arrive 0.4s ease-out; } @keyframes arrive { from { opacity: 0; transform: translateY(-8px); } } }
`;
}

function script(): string {
  return `const posts = document.getElementById('posts');
const seen = new Set();
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
function linked(text) {
  return text.split(/(https?:\\/\\/\\S+)/).map((part, at) => (at % 2 ? element('a', { href: part, rel: 'noreferrer' }, part) : part));
}
function article(post) {
  const time = element('time', { dateTime: new Date(post.at).toISOString() }, new Date(post.at).toLocaleTimeString());
  const who = element('div', { className: 'who' }, 'Belfry demonstration', time);
  const warning = post.warning ? [element('p', { className: 'warning' }, post.warning)] : [];
  const pictures = post.pictures.map(({ src, alt }) => element('img', { src, alt, title: alt }));
  return element('article', { id: post.id }, who, ...warning, element('p', {}, ...linked(post.text)), ...pictures);
}
async function look() {
  try {
    const answer = await fetch('/timeline.json');
    const list = await answer.json();
    for (const post of list.reverse()) {
      if (seen.has(post.id)) continue;
      if (seen.size === 0) posts.replaceChildren();
      seen.add(post.id);
      posts.prepend(article(post));
    }
    document.body.classList.remove('ended');
  } catch {
    document.body.classList.add('ended');
  } finally {
    setTimeout(look, 1000);
  }
}
look();
`;
}
