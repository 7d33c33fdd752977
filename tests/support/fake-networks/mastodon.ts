import type { Reply, Route } from './faults.ts';
import { instanceV1, instanceV2, nodeinfo } from './mastodon-about.ts';
import { createStatus, statusJson } from './mastodon-status.ts';
import { problem, uploadRefused } from './refusals.ts';
import type { Asked } from './request.ts';
import type { World } from './world.ts';

export type Handled = { route: Route; effect: () => Reply };

/** Answers one request as a server of the Mastodon family does; undefined for an address it does not have. */
export function mastodonRoutes(world: World, asked: Asked, origin: string): Handled | undefined {
  const { method, path } = asked;
  const get = method === 'GET';
  if (get && path === '/.well-known/nodeinfo')
    return {
      route: 'instance',
      effect: () => ({ status: 200, body: { links: [{ rel: 'nodeinfo', href: `${origin}/nodeinfo/2.0` }] } }),
    };
  if (get && path === '/nodeinfo/2.0')
    return { route: 'instance', effect: () => ({ status: 200, body: nodeinfo(world) }) };
  if (get && path === '/api/v2/instance' && world.model.hasV2)
    return { route: 'instance', effect: () => ({ status: 200, body: instanceV2(world, origin) }) };
  if (get && path === '/api/v1/instance')
    return { route: 'instance', effect: () => ({ status: 200, body: instanceV1(world, origin) }) };
  const guarded = guardedRoutes(world, asked);
  return (
    guarded && {
      route: guarded.route,
      effect: () => refuseStranger(world, asked) ?? withinRates(world, asked, guarded),
    }
  );
}

/** Answers while the account is within its limits, and says in headers how much is left of the nearest one (networks.md §1.10). */
function withinRates(world: World, asked: Asked, { route, effect }: Handled): Reply {
  const account = world.tokens.get(asked.token ?? '')?.account ?? '';
  const { posts, uploads, requests } = world.model.rates;
  const rates = [
    { of: 'requests', rate: requests },
    { of: 'post', rate: route === 'post' ? posts : null },
    { of: 'upload', rate: route === 'upload' ? uploads : null },
  ].flatMap(({ of, rate }) => (rate === null ? [] : [{ key: `${account} ${of}`, ...rate }]));
  const now = world.now();
  const states = rates.map(({ key, most, withinMs }) => {
    const since = (world.asked.get(key) ?? []).filter((at) => at > now - withinMs);
    world.asked.set(key, [...since, now]);
    return { most, left: most - since.length - 1, until: (since[0] ?? now) + withinMs };
  });
  const [nearest] = states.sort((a, b) => a.left - b.left);
  if (!nearest) return effect();
  const reply = nearest.left < 0 ? problem(429, 'Too many requests') : effect();
  const headers = {
    'x-ratelimit-limit': String(nearest.most),
    'x-ratelimit-remaining': String(Math.max(nearest.left, 0)),
    'x-ratelimit-reset': new Date(world.stamp(nearest.until)).toISOString().replace('Z', '000Z'),
  };
  return { ...reply, headers: { ...headers, ...reply.headers } };
}

function guardedRoutes(world: World, asked: Asked): Handled | undefined {
  const { method, path } = asked;
  const account = world.tokens.get(asked.token ?? '')?.account ?? '';
  const part = (index: number) => path.split('/')[index] ?? '';
  if (method === 'GET' && path === '/api/v1/accounts/verify_credentials')
    return { route: 'account', effect: () => ({ status: 200, body: accountJson(account) }) };
  if (method === 'GET' && /^\/api\/v1\/accounts\/[^/]+\/statuses$/.test(path))
    return { route: 'list', effect: () => listStatuses(world, decodeURIComponent(part(4)), asked.query) };
  if (method === 'GET' && /^\/api\/v1\/statuses\/[^/]+\/source$/.test(path))
    return { route: 'list', effect: () => source(world, part(4)) };
  if (method === 'GET' && /^\/api\/v1\/statuses\/[^/]+\/context$/.test(path))
    return { route: 'list', effect: () => context(world, part(4)) };
  if (method === 'GET' && /^\/api\/v1\/statuses\/[^/]+$/.test(path))
    return { route: 'list', effect: () => one(world, part(4)) };
  if (method === 'POST' && path === '/api/v1/statuses')
    return { route: 'post', effect: () => createStatus(world, asked, account) };
  if (method === 'POST' && /^\/api\/v[12]\/media$/.test(path))
    return { route: 'upload', effect: () => upload(world, asked) };
  if (method === 'PUT' && /^\/api\/v1\/(statuses|media)\/0$/.test(path))
    return { route: 'account', effect: () => problem(404, 'Record not found') };
  if (method === 'GET' && /^\/api\/v1\/media\/[^/]+$/.test(path))
    return { route: 'media', effect: () => lookAtUpload(world, part(4)) };
  return undefined;
}

function refuseStranger(world: World, asked: Asked): Reply | undefined {
  if (world.model.strictHeaders && !asked.headers['user-agent'])
    return { status: 418, body: '<h1>teapot</h1>' };
  if (world.model.strictHeaders && !/json|\*\/\*/.test(asked.headers.accept ?? ''))
    return { status: 406, body: '<h1>406</h1>' };
  const known = world.tokens.get(asked.token ?? '');
  if (!known || (known.until ?? Number.POSITIVE_INFINITY) <= world.now())
    return problem(401, 'The access token is invalid');
  return allows(known, asked) ? undefined : problem(403, 'This action is outside the authorized scopes');
}

/** Whether a token has the scope that this address wants, or the coarse one that holds it (docs.joinmastodon.org/api/oauth-scopes). */
function allows({ write, scopes }: { write: boolean; scopes?: string }, { method, path }: Asked): boolean {
  if (scopes === undefined) return method === 'GET' || write;
  const given = scopes.split(' ');
  const has = (...any: string[]) => any.some((scope) => given.includes(scope));
  if (path.includes('/media')) return has('write:media', 'write');
  if (path.endsWith('/verify_credentials')) return has('profile', 'read:accounts', 'read');
  return method === 'GET' ? has('read:statuses', 'read') : has('write:statuses', 'write');
}

function accountJson(account: string) {
  return {
    id: account,
    username: account,
    acct: account,
    display_name: account,
    url: `https://fake.example/@${account}`,
  };
}

function listStatuses(world: World, account: string, query: URLSearchParams): Reply {
  const limit = Math.min(Number(query.get('limit') ?? 20), 40);
  const before = query.get('max_id');
  const list = world.visible
    .filter((post) => post.account === account && world.now() - post.at >= world.listLagMs)
    .filter((post) => world.model.listsReplies || post.replyTo === null)
    .filter((post) => world.model.lists.some((visibility) => visibility === post.visibility))
    .reverse();
  const from = before === null ? 0 : list.findIndex((post) => post.id === before) + 1;
  return { status: 200, body: list.slice(from, from + limit).map((post) => statusJson(world, post)) };
}

function one(world: World, id: string): Reply {
  const post = world.visible.find((other) => other.id === id);
  return post ? { status: 200, body: statusJson(world, post) } : problem(404, 'Record not found');
}

function source(world: World, id: string): Reply {
  const post = world.model.hasSource ? world.visible.find((other) => other.id === id) : undefined;
  return post
    ? { status: 200, body: { id, text: post.text, spoiler_text: post.warning } }
    : problem(404, 'Record not found');
}

function context(world: World, id: string): Reply {
  const descendants = world.visible.filter((post) => post.replyTo === id).slice(0, 20);
  return {
    status: 200,
    body: { ancestors: [], descendants: descendants.map((post) => statusJson(world, post)) },
  };
}

function upload(world: World, asked: Asked): Reply {
  const unfit = uploadRefused(world, asked);
  if (unfit || !asked.file) return unfit ?? problem(422, "File can't be blank");
  const alt = String(asked.fields['description'] ?? '');
  const id = world.nextMediaId();
  const { type, bytes, sha256, content } = asked.file;
  const focus = asked.fields['focus'] === undefined ? null : String(asked.fields['focus']);
  world.uploads.set(id, {
    id,
    type,
    bytes,
    sha256,
    alt,
    focus,
    at: world.now(),
    attachedTo: null,
    state: world.uploadState,
    content,
  });
  const ready = world.uploadState === 'ready' && world.model.uploadStatus === 200;
  return {
    status: ready ? 200 : 202,
    body: { id, type: 'image', url: ready ? `https://fake.example/media/${id}` : null },
  };
}

function lookAtUpload(world: World, id: string): Reply {
  const found = world.uploads.get(id);
  if (!found) return problem(404, 'Record not found');
  if (found.attachedTo !== null && world.model.attachedStatus === 404)
    return problem(404, 'Record not found');
  if (found.state === 'broken') return problem(422, 'Error processing thumbnail for uploaded media');
  const url = found.state === 'ready' ? `https://fake.example/media/${id}` : null;
  return {
    status: found.state === 'processing' && world.model.tells206 ? 206 : 200,
    body: { id, type: 'image', url },
  };
}
