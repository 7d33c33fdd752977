import type { Reply, Route } from './faults.ts';
import { instanceV1, instanceV2, nodeinfo } from './mastodon-about.ts';
import { createStatus, statusJson } from './mastodon-status.ts';
import type { Asked } from './request.ts';
import type { World } from './world.ts';

export type Handled = { route: Route; effect: () => Reply };

const problem = (status: number, error: string): Reply => ({ status, body: { error } });

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
  if (get && path === '/api/v2/instance')
    return { route: 'instance', effect: () => ({ status: 200, body: instanceV2(world, origin) }) };
  if (get && path === '/api/v1/instance')
    return { route: 'instance', effect: () => ({ status: 200, body: instanceV1(world, origin) }) };
  const guarded = guardedRoutes(world, asked);
  return guarded && { route: guarded.route, effect: () => refuseStranger(world, asked) ?? guarded.effect() };
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
  return asked.method !== 'GET' && !known.write
    ? problem(403, 'This action is outside the authorized scopes')
    : undefined;
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
  if (!asked.file || asked.file.bytes === 0) return problem(422, "Validation failed: File can't be blank");
  if (!/^(image|video|audio)\//.test(asked.file.type))
    return problem(422, 'Validation failed: File content type is invalid');
  const alt = String(asked.fields['description'] ?? '');
  if (alt.length > world.model.limits.alt) return problem(422, 'Validation failed: Description is too long');
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
