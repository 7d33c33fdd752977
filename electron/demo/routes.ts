import { z } from 'zod';
import type { Clock, Random } from '../../shared/index.ts';

/** A request as the routes read it. */
export type DemoRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  header(name: string): string | null;
  /** The body of a form or multipart request. */
  form(): Promise<FormData>;
  json(): Promise<unknown>;
};
type DemoAnswer = { status: number; body: unknown };

const newStatus = z.object({
  status: z.string().default(''),
  spoiler_text: z.string().default(''),
  visibility: z.string().default('public'),
  media_ids: z.array(z.string()).default([]),
  in_reply_to_id: z.string().nullish(),
  sensitive: z.boolean().default(false),
  poll: z.object({ options: z.array(z.string()) }).optional(),
});

/** Answers as Mastodon 4.5 does, for the few calls that publishing needs; undefined for every other path. */
export async function route(
  state: DemoState,
  address: string,
  token: string,
  request: DemoRequest,
): Promise<DemoAnswer | undefined> {
  const { method, path } = request;
  if (method === 'GET' && path === '/api/v2/instance') return ok(instance(address));
  if (method === 'GET' && path === '/.well-known/nodeinfo') {
    const rel = 'http://nodeinfo.diaspora.software/ns/schema/2.0';
    return ok({ links: [{ rel, href: `${address}/nodeinfo/2.0` }] });
  }
  if (method === 'GET' && path === '/nodeinfo/2.0') {
    return ok({
      version: '2.0',
      software: { name: 'mastodon', version: '4.5.3' },
      protocols: ['activitypub'],
    });
  }
  if (!path.startsWith('/api/')) return undefined;
  if (request.header('authorization') !== `Bearer ${token}`)
    return refused(401, 'The access token is invalid');
  if (method === 'GET' && path === '/api/v1/accounts/verify_credentials') return ok(account(address));
  if (method === 'POST' && /^\/api\/v[12]\/media$/.test(path)) return upload(state, address, request);
  if (method === 'POST' && path === '/api/v1/statuses') return publish(state, address, request);
  if (method === 'GET' && path === `/api/v1/accounts/${owner.id}/statuses`)
    return list(state, address, request);
  return one(state, address, request);
}

async function upload(state: DemoState, address: string, request: DemoRequest): Promise<DemoAnswer> {
  const form = await request.form();
  const file = form.get('file');
  if (!(file instanceof Blob)) return refused(422, "Validation failed: File can't be blank");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const made = state.upload({ bytes, type: file.type, alt: String(form.get('description') ?? '') });
  return ok(mediaAnswer(address, made));
}

async function publish(state: DemoState, address: string, request: DemoRequest): Promise<DemoAnswer> {
  const read = newStatus.safeParse(await request.json());
  if (!read.success) return refused(422, 'Validation failed');
  const { status: text, spoiler_text: warning, visibility, media_ids: media, in_reply_to_id } = read.data;
  if (text.trim() === '' && media.length === 0) return refused(422, "Validation failed: Text can't be blank");
  const key = request.header('idempotency-key');
  // Media hang on one post only (networks.md §1.7); a repeat under its key answers before that matters.
  if (!state.knows(key) && media.some((id) => state.media.get(id)?.status !== null))
    return refused(422, 'Cannot attach files that are in use or do not exist');
  // A warning makes a post sensitive (networks.md §1.6).
  const sensitive = read.data.sensitive || warning !== '';
  const poll = read.data.poll?.options ?? null;
  const made = state.publish(
    { text, warning, visibility, sensitive, poll, media, replyTo: in_reply_to_id ?? null },
    key,
  );
  return ok(statusAnswer(address, state, made));
}

/** Own posts, newest first; `min_id` asks for those after it, as a look-up does. */
function list(state: DemoState, address: string, { query }: DemoRequest): DemoAnswer {
  const after = Number(query.get('min_id') ?? query.get('since_id') ?? 0);
  const found = state.statuses
    .filter(({ id }) => !(Number(id) <= after))
    .slice(-Math.min(40, Math.max(1, Number(query.get('limit')) || 20)));
  return ok(found.reverse().map((status) => statusAnswer(address, state, status)));
}

function one(state: DemoState, address: string, { method, path }: DemoRequest): DemoAnswer {
  const [, kind, id, part] = /^\/api\/v1\/(media|statuses)\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
  const file = kind === 'media' ? state.media.get(id ?? '') : undefined;
  // Mastodon hides media that hang on a post: what tells a client that its post exists (networks.md §1.12).
  if (method === 'GET' && file && file.status === null) return ok(mediaAnswer(address, file));
  const status = kind === 'statuses' ? state.statuses.find((candidate) => candidate.id === id) : undefined;
  if (method === 'GET' && status && part === 'source') {
    return ok({ id: status.id, text: status.text, spoiler_text: status.warning });
  }
  if (method === 'GET' && status && part === undefined) return ok(statusAnswer(address, state, status));
  return refused(404, 'Record not found');
}

function ok(body: unknown): DemoAnswer {
  return { status: 200, body };
}

function refused(status: number, error: string): DemoAnswer {
  return { status, body: { error } };
}

/** A picture that was uploaded; `status` is the post it hangs on. */
type DemoMedia = { id: string; bytes: Uint8Array; type: string; alt: string; status: string | null };
type DemoStatus = {
  id: string;
  text: string;
  warning: string;
  visibility: string;
  sensitive: boolean;
  /** Its answers; null for a post without a poll. */
  poll: readonly string[] | null;
  at: number;
  replyTo: string | null;
  media: readonly string[];
};

/** What the demonstration's network remembers; gone when it ends. */
export type DemoState = {
  media: Map<string, DemoMedia>;
  /** Oldest first. */
  statuses: DemoStatus[];
  /** Whether a post was made under this idempotency key. */
  knows(key: string | null): boolean;
  upload(file: { bytes: Uint8Array; type: string; alt: string }): DemoMedia;
  /** The same idempotency key gives the same post again, as Mastodon does for an hour. */
  publish(post: Omit<DemoStatus, 'id' | 'at'>, key: string | null): DemoStatus;
};

/** A demonstration that is left running must not fill the memory: older posts and their pictures are forgotten. */
const kept = 200;

/** An empty network. */
export function createDemoState({ clock, random }: { clock: Clock; random: Random }): DemoState {
  const media = new Map<string, DemoMedia>();
  const statuses: DemoStatus[] = [];
  const byKey = new Map<string, DemoStatus>();
  let last = 0;
  const forgetOldest = () => {
    for (const old of statuses.splice(0, statuses.length - kept)) {
      for (const id of old.media) media.delete(id);
      for (const [key, status] of byKey) if (status === old) byKey.delete(key);
    }
  };
  return {
    media,
    statuses,
    knows: (key) => key !== null && byKey.has(key),
    upload(file) {
      const made = { id: random.id(), status: null, ...file };
      media.set(made.id, made);
      return made;
    },
    publish(post, key) {
      const before = key === null ? undefined : byKey.get(key);
      if (before) return before;
      // Ids rise with time, as readers of a timeline expect.
      last = Math.max(last + 1, clock.now());
      const made = { ...post, id: String(last), at: clock.now() };
      statuses.push(made);
      for (const id of made.media) {
        const file = media.get(id);
        if (file) file.status = made.id;
      }
      if (key !== null) byKey.set(key, made);
      if (statuses.length > kept) forgetOldest();
      return made;
    },
  };
}

/** The demonstration's only account. */
const owner = { id: '1', username: 'demo', display_name: 'Belfry demonstration' };

/** `GET /api/v2/instance` of an unmodified Mastodon, as far as a client reads it (docs.joinmastodon.org/methods/instance). */
function instance(address: string) {
  return {
    domain: new URL(address).host,
    title: "Belfry's demonstration",
    version: '4.5.3',
    configuration: {
      statuses: { max_characters: 500, max_media_attachments: 4, characters_reserved_per_url: 23 },
      media_attachments: {
        description_limit: 1500,
        image_size_limit: 16_777_216,
        video_size_limit: 103_809_024,
        supported_mime_types: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
      },
    },
  };
}

/** The account as `verify_credentials` gives it. */
function account(address: string) {
  return {
    ...owner,
    acct: owner.username,
    url: `${address}/`,
    source: { privacy: 'public', language: 'en' },
  };
}

function mediaAnswer(address: string, file: DemoMedia) {
  const url = `${address}/pictures/${file.id}`;
  return { id: file.id, type: 'image', url, preview_url: url, description: file.alt, meta: {} };
}

function statusAnswer(address: string, state: DemoState, status: DemoStatus) {
  const url = `${address}/#${status.id}`;
  return {
    id: status.id,
    uri: url,
    url,
    created_at: new Date(status.at).toISOString(),
    in_reply_to_id: status.replyTo,
    sensitive: status.sensitive,
    spoiler_text: status.warning,
    visibility: status.visibility,
    content: `<p>${escapeHtml(status.text)}</p>`,
    poll: status.poll && { id: status.id, options: status.poll.map((title) => ({ title, votes_count: 0 })) },
    application: { name: 'Belfry', website: null },
    account: account(address),
    media_attachments: status.media.flatMap((id) => {
      const file = state.media.get(id);
      return file ? [mediaAnswer(address, file)] : [];
    }),
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`).replaceAll('\n', '<br>');
}

/** Files of the page that shows the demonstration's network to the user, by path. */
export const timelineFiles: ReadonlyMap<string, { type: string; text: string }> = new Map([
  ['/', { type: 'text/html; charset=utf-8', text: page() }],
  ['/timeline.css', { type: 'text/css; charset=utf-8', text: style() }],
  ['/timeline.js', { type: 'text/javascript; charset=utf-8', text: script() }],
]);

/** What the page asks for every second: posts, newest first. */
export function timeline(state: DemoState) {
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
