import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  BelfryError,
  type Bridge,
  type Clock,
  type ConfigInput,
  type Envelope,
  type Log,
  type Random,
  toInstant,
} from '../../shared/index.ts';
import { isOwned, locateHome } from '../store/index.ts';
import { systemClock as clock, systemRandom as random } from '../system.ts';
import {
  createDemoState,
  type DemoRequest,
  type DemoState,
  route,
  timeline,
  timelineFiles,
} from './routes.ts';

/** Headlines of the demonstration; after the last one they come round again with their number. */
const stories = [
  [
    'The bell of the old town rings on time again',
    'After three silent weeks the clockmaker found a swallow nest in the striking train.',
    'belfry-morning.png',
    'A belfry in morning light above the roofs of a small town',
  ],
  [
    'Night walk through the lanes',
    'Lanterns, stories and a view from the tower: every Friday until spring.',
    'belfry-night.png',
    'A belfry at night under stars, one window lit',
  ],
  [
    'Market day moves to the square',
    'More room for growers, cheese and the brass band.',
    'belfry-dusk.png',
    'A belfry at dusk before an orange sky',
  ],
  [
    'A library for tools opens',
    'Borrow a ladder, return it on Saturday: forty neighbours have joined.',
    'belfry-morning.png',
    'A belfry in morning light above the roofs of a small town',
  ],
  [
    'The river path is open to the mill',
    'New planks, old willows, and a bench every half mile.',
    'belfry-dusk.png',
    'A belfry at dusk before an orange sky',
  ],
] as const;

/** An RSS 2.0 feed with `count` entries, newest first, one every `everyMs` since `startedAt`, each with a picture. */
function sampleFeed(of: { address: string; startedAt: number; everyMs: number; count: number }): string {
  const items = Array.from({ length: of.count }, (_, index) => item(of, index)).reverse();
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>News of a small town</title><link>${of.address}/</link><description>Made up for Belfry's demonstration</description>
${items.slice(0, 20).join('\n')}
</channel></rss>
`;
}

function item(
  { address, startedAt, everyMs }: { address: string; startedAt: number; everyMs: number },
  index: number,
): string {
  const [title, summary, picture, alt] = stories[index % stories.length] ?? stories[0];
  const round = Math.floor(index / stories.length);
  const heading = round === 0 ? title : `${title} (part ${round + 1})`;
  return `<item><guid isPermaLink="false">story-${startedAt}-${index}</guid><title>${heading}</title><link>${address}/stories/${index + 1}</link>
<description>${summary}</description><pubDate>${new Date(startedAt + index * everyMs).toUTCString()}</pubDate>
<media:content url="${address}/feed/${picture}" medium="image" type="image/png"><media:description>${alt}</media:description></media:content></item>`;
}

/** Id of the demonstration's account in config.json. */
export const demoAccount = 'demo';
/** The pipeline that is run first of all. */
export const demoJob = 'town_news';

/** config.json of the demonstration: the feed pipeline on the network's own feed, every twenty seconds. */
export function demoConfig(of: { address: string; node: string }): ConfigInput {
  const step = (name: string, ...args: string[]) => ({
    type: 'command' as const,
    name,
    workspace: 'feed_pipeline',
    args,
  });
  return {
    settings: { secrets: 'key-file', settleSeconds: 5, spacingSeconds: 0, drainSeconds: 5 },
    workspaces: [{ id: 'feed_pipeline', cwd: 'feed-pipeline', command: [of.node, 'feed.mjs'] }],
    jobs: [
      {
        id: demoJob,
        name: 'Town news',
        description:
          'Reads the feed of a made-up town, drops what is known, and puts the news into the queue.',
        triggers: [{ type: 'interval', seconds: 20 }],
        steps: [
          step('Ingest', 'ingest', '--feed', `${of.address}/feed.xml`),
          step('Deduplicate', 'deduplicate'),
          { ...step('Draft', 'draft', '--accounts', demoAccount, '--every-minutes', '0'), output: 'posts' },
        ],
      },
      {
        id: 'weekly_look_back',
        name: 'Weekly look back',
        description: 'Every Friday afternoon; shown here for its schedule.',
        triggers: [{ type: 'cron', expression: '30 16 * * fri' }],
        steps: [step('Look back', 'deduplicate')],
      },
    ],
  };
}

/** The feed has a new entry this often, so that something always happens before the newcomer's eyes. */
const everyMs = 20_000;
const marker = 'demo.json';

type Demo = {
  /** Where the network shows what was published. */
  url: string;
  /** After the engine has started: signs the account in, runs the pipeline once, and lets a post wait. */
  begin(engine: Bridge): Promise<void>;
  close(): Promise<void>;
};

/** The demonstration's home: beside the usual one, never the same. */
export function demoHome(home: string): string {
  return `${home}-demo`;
}

/**
 * Starts the demonstration's network and fills the home anew for it: call this before the engine starts.
 * Throws CONFLICT for a home that holds the user's own work.
 */
export async function openDemo(deps: { home: string; version: string; log: Log }): Promise<Demo> {
  const paths = locateHome(deps.home);
  refuseOwnWork(paths.dir);
  const example = join(__dirname, '../../docs/examples/feed-pipeline');
  const network = await startDemoNetwork({
    clock,
    random,
    log: deps.log,
    pictures: await picturesOf(example),
    everyMs,
  });
  // An engine that runs here already keeps its home; the start of this one will say so.
  if (!isOwned(paths)) await fill(paths.dir, example, network);
  return { url: `${network.address}/`, begin: (engine) => begin(engine, network), close: network.close };
}

function refuseOwnWork(home: string): void {
  const own = ['config.json', 'belfry.db'].some((file) => existsSync(join(home, file)));
  if (!own || existsSync(join(home, marker))) return;
  throw new BelfryError({
    code: 'CONFLICT',
    what: 'The demonstration cannot use this home folder',
    where: home,
    why: 'It holds work of your own, and the demonstration begins anew each time',
    remedy: 'Leave out --home, or name an empty folder',
  });
}

/** A home that is used in earnest is never emptied again by a later demonstration. */
export async function keepForGood(home: string): Promise<void> {
  await rm(join(home, marker), { force: true });
}

async function picturesOf(folder: string): Promise<Map<string, Uint8Array>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.png'));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}

async function fill(home: string, example: string, network: DemoNetwork): Promise<void> {
  const old = [
    'config.json',
    'belfry.db',
    'belfry.db-wal',
    'belfry.db-shm',
    'belfry.db.lost',
    'belfry.db.restoring',
    'secrets.json',
    'secrets.key',
    'media',
    // Else the database that is gone would be restored from its copy, with publishing paused.
    'backups',
    'damaged',
    'feed-pipeline',
  ];
  for (const name of [...old, 'run/config.last-good.json'])
    await rm(join(home, name), { recursive: true, force: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(join(home, marker), '{ "note": "Belfry\'s demonstration: emptied at each start." }\n', {
    mode: 0o600,
  });
  await copyFolder(example, join(home, 'feed-pipeline'));
  const config = demoConfig({ address: network.address, node: nodePath() });
  await writeFile(join(home, 'config.json'), `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

/** File by file: inside a packaged application only reading is possible, and no `cp`. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of await readdir(from)) await writeFile(join(to, name), await readFile(join(from, name)));
}

/** Electron may be forbidden to act as Node (a fuse), so there it is the Node that started it, or the one on the PATH. */
function nodePath(): string {
  return process.versions['electron'] ? (process.env['npm_node_execpath'] ?? 'node') : process.execPath;
}

async function begin(engine: Bridge, { address, token }: DemoNetwork): Promise<void> {
  const call = async (name: string, input: unknown) => demand(await engine.call(name, input));
  await call('accounts.add', { id: demoAccount, network: 'mastodon', server: address, token });
  await call('jobs.run', { id: demoJob });
  const text = 'This post waits for its time: two minutes after the demonstration began.';
  await call('posts.add', {
    post: { text, accounts: [demoAccount], publishAt: toInstant(clock.now() + 120_000) },
  });
}

function demand(answer: Envelope<unknown>): unknown {
  if (answer.ok) return answer.value;
  throw new Error(`The demonstration was refused: ${answer.error.message}`);
}

/** A picture or two in PNG, no more: this is for a demonstration. */
const longestBody = 20 * 1024 * 1024;
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The demonstration's network, at work. */
type DemoNetwork = { address: string; token: string; state: DemoState; close(): Promise<void> };

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
