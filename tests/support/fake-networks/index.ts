import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { facebookRoutes } from './facebook.ts';
import { createFaults, type Faults, perform, type Route, reply } from './faults.ts';
import { instagramRoutes } from './instagram.ts';
import { type Handled, mastodonRoutes } from './mastodon.ts';
import { type ModelName, models, type Rates } from './models.ts';
import { type Asked, readRequest } from './request.ts';
import { metaSignInRoutes } from './sign-in/meta.ts';
import { oauthRoutes } from './sign-in/oauth.ts';
import { timelinePage } from './timeline-page.ts';
import { createWorld, type World } from './world.ts';

export * from './faults.ts';
export { type ModelName, models, noRates } from './models.ts';
export { fakeMetaApp } from './sign-in/state.ts';
export type { VisiblePost, World } from './world.ts';

/** A pretended social network: a real HTTP server on loopback that remembers what became visible. */
export type FakeNetwork = {
  /** `http://127.0.0.1:PORT` */
  address: string;
  /** Lets the account `account` in. */
  token: string;
  account: string;
  world: World;
  faults: Faults;
  /** Requests that arrived, oldest first. */
  requests: { route: Route | 'other'; method: string; path: string; at: number; asked: Asked }[];
  /** Called when a request has arrived whole and nothing has been done about it yet. */
  arrived: () => void;
  close(): Promise<void>;
};

/** Starts a server that behaves like `model`; `now` is its clock, `rates` what it lets an account ask in a time. */
export async function startFakeNetwork(
  model: ModelName,
  options: { port?: number; now?: () => number; rates?: Rates } = {},
): Promise<FakeNetwork> {
  const { rates = models[model].rates } = options;
  const world = createWorld({ ...models[model], rates }, options.now ?? Date.now);
  const faults = createFaults();
  const requests: FakeNetwork['requests'] = [];
  const token = 'fake-token';
  const account = '1001';
  world.tokens.set(token, { account, write: true });
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      reply(response, { status: 500, body: { error: String(error) } }),
    );
  });
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const asked = await readRequest(request);
    if (asked.method === 'GET' && asked.path === '/')
      return reply(response, {
        status: 200,
        body: timelinePage(world, `Pretended ${model}`),
        headers: { 'content-type': 'text/html' },
      });
    // A file at a public address; its length is not told.
    if (asked.path.startsWith('/cdn/'))
      return reply(response, {
        status: 200,
        body: '',
        headers: { 'content-type': 'image/jpeg', 'content-encoding': 'identity' },
      });
    const shown = /^\/media\/([^/]+)$/.exec(asked.path)?.[1];
    const upload = shown === undefined ? undefined : world.uploads.get(shown);
    if (upload?.content)
      return void response.writeHead(200, { 'content-type': upload.type }).end(upload.content);
    const handled = routesOf(world, asked, `http://${request.headers.host ?? 'localhost'}`);
    requests.push({
      route: handled?.route ?? 'other',
      method: asked.method,
      path: asked.path,
      at: world.now(),
      asked,
    });
    network.arrived();
    response.setHeader('date', new Date(world.now() + world.clockOffsetMs).toUTCString());
    if (!handled) return reply(response, { status: 404, body: { error: 'Record not found' } });
    return perform(response, faults.take(handled.route), handled.effect);
  };
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const network: FakeNetwork = {
    address: `http://127.0.0.1:${port}`,
    token,
    account,
    world,
    faults,
    requests,
    arrived: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return network;
}

function routesOf(world: World, asked: Asked, origin: string): Handled | undefined {
  const { api } = world.model;
  if (api === 'mastodon') return oauthRoutes(world, asked) ?? mastodonRoutes(world, asked, origin);
  return (
    metaSignInRoutes(world, asked) ??
    (api === 'instagram' ? instagramRoutes(world, asked, origin) : facebookRoutes(world, asked, origin))
  );
}
