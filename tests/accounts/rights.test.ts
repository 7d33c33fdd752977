import { expect, test } from 'vitest';
import type { BelfryError } from '../../shared/index.ts';
import { signInAs } from '../support/browser-person.ts';
import { answer, startFakeNetwork } from '../support/fake-networks/index.ts';
import { temporaryHome } from '../support/home.ts';
import { json, loopback, type Play, whoAmI } from './server.ts';
import { openAccounts } from './world.ts';

const ada = { id: '17', username: 'ada' };
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: BelfryError) => error,
  );
const who = whoAmI({ 'tok-1': ada });

/** A server that tells what a token may do at Doorkeeper's address. */
const tells =
  (scope: unknown): Play =>
  (q, r) =>
    q.url === '/oauth/token/info' ? json(r, 200, { resource_owner_id: 17, scope }) : who(q, r);

/** A server that refuses these requests for want of a scope, and finds nothing at the others. */
const refuses =
  (...starts: string[]): Play =>
  (q, r) =>
    starts.some((start) => `${q.method} ${q.url}`.startsWith(start))
      ? json(r, 403, { error: 'This action is outside the authorized scopes' })
      : who(q, r);

const list = 'GET /api/v1/accounts/17/statuses';
const status = 'PUT /api/v1/statuses/0';
const media = 'PUT /api/v1/media/0';

test.each<[string, Play, string | undefined]>([
  ['tells read only', tells(['read']), 'write:statuses, write:media'],
  ['tells it as text', tells('read write:media'), 'write:statuses'],
  ['tells writing only', tells(['write']), 'read:statuses'],
  ['tells what is needed', tells(['profile', 'read:statuses', 'write:statuses', 'write:media']), undefined],
  ['tells the coarse ones', tells('read write follow push'), undefined],
  ['tells nothing', tells([]), undefined],
  ['tells in words of its own', tells(['notes:write']), undefined],
  ['refuses writing', refuses(status, media), 'write:statuses, write:media'],
  ['refuses files', refuses(media), 'write:media'],
  ['refuses reading', refuses(list), 'read:statuses'],
  ['cannot tell', who, undefined],
  [
    'stands behind a proxy that blocks PUT',
    (q, r) => (q.method === 'PUT' ? void r.writeHead(403).end('<html>blocked</html>') : who(q, r)),
    undefined,
  ],
])('a token is asked about its rights when it is added: a server that %s', async (_, play, missing) => {
  const server = await loopback(play);
  const { accounts, config } = await openAccounts(temporaryHome());
  const error = await failure(
    accounts.add({ network: 'mastodon', server: server.url, token: 'tok-1' }).then(() => undefined),
  );
  expect(error?.code).toBe(missing && 'SIGN_IN_NEEDED');
  if (missing) expect(error?.message).toContain(`Missing: ${missing}. Sign in again, or make a token with`);
  expect(config().accounts).toHaveLength(missing ? 0 : 1);
  expect(server.requests.filter(({ method }) => method === 'POST')).toEqual([]);
});

test('verify asks again; an account whose token lacks a right is not ready, and no beat makes it so', async () => {
  let scope = ['read', 'write'];
  const server = await loopback((q, r) => tells(scope)(q, r));
  const { accounts, facts } = await openAccounts(temporaryHome());
  await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 'tok-1' });
  scope = ['read'];
  expect((await failure(accounts.verify('me')))?.message).toContain('Missing: write:statuses, write:media');
  expect(await accounts.list()).toMatchObject([{ status: 'sign-in-needed' }]);
  const beat = () => accounts.refreshTokens({ signal: new AbortController().signal, say: () => undefined });
  expect((await beat()).summary).toBe('Accounts: 1 needs sign-in');
  expect(await accounts.list()).toMatchObject([{ status: 'sign-in-needed' }]);
  expect(facts).toHaveLength(1);

  scope = ['read', 'write'];
  await beat();
  expect(await accounts.list()).toMatchObject([{ status: 'ready' }]);
  const before = server.requests.length;
  await beat();
  expect(server.requests.length - before).toBe(1); // Those of an account that works are not asked for again.
});

test('a sign-in in which less was given is none', async () => {
  const world = await openAccounts(temporaryHome());
  const network = await startFakeNetwork('mastodon-4.5', { now: world.clock.now });
  const begin = { network: 'mastodon', server: network.address, code: false } as const;
  const view = await world.accounts.signIn(begin);
  network.world.tokens.set('less', { account: '1001', write: false });
  const body = { access_token: 'less', token_type: 'Bearer', scope: 'profile read:statuses' };
  network.faults.next('token', answer(200, body));
  expect((await signInAs(view.url)).text).toContain('Missing: write:statuses, write:media');
  expect(world.accounts.signInState(view.session).status).toBe('failed');
  expect(await world.accounts.list()).toEqual([]);
  await network.close();
});

test('tokens for Instagram and Facebook are asked about what publishing needs', async () => {
  const page = (q: { url?: string | undefined }) => q.url?.includes('/me/accounts');
  const scopes = { value: ['pages_read_engagement', 'pages_manage_posts'] };
  const facebook = await loopback((q, r) => {
    if (page(q)) json(r, 200, { data: [{ id: '5', name: 'Page', access_token: 'page-tok' }] });
    else if (q.url?.includes('/debug_token')) json(r, 200, { data: { scopes: scopes.value } });
    else json(r, 200, { id: '5', name: 'Page' });
  });
  let mayPublish = true;
  const instagram = await loopback((q, r) => {
    if (!q.url?.includes('/content_publishing_limit')) json(r, 200, { user_id: '8', username: 'ada' });
    else if (mayPublish) json(r, 200, { data: [{ quota_usage: 0 }] });
    else json(r, 400, { error: { message: 'needs instagram_business_content_publish', code: 10 } });
  });
  const { accounts } = await openAccounts(temporaryHome());
  await accounts.add({ id: 'fb', network: 'facebook', server: facebook.url, token: 'person-tok' });
  await accounts.add({ id: 'ig', network: 'instagram', server: instagram.url, token: 'ig-tok' });
  expect(await accounts.verify('fb')).toMatchObject({ status: 'ready' });
  expect(await accounts.verify('ig')).toMatchObject({ status: 'ready' });

  scopes.value = ['pages_read_engagement'];
  mayPublish = false;
  expect((await failure(accounts.verify('fb')))?.message).toContain('Missing: pages_manage_posts');
  expect((await failure(accounts.verify('ig')))?.code).toBe('SIGN_IN_NEEDED');
  expect((await accounts.list()).map((account) => account.status)).toEqual([
    'sign-in-needed',
    'sign-in-needed',
  ]);
});
