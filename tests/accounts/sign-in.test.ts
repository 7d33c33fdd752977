import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { follow, signInAs } from '../support/browser-person.ts';
import { answer, type ModelName } from '../support/fake-networks/index.ts';
import { temporaryHome } from '../support/home.ts';
import { query, raw, refusal, world } from './sign-in-world.ts';
import { openAccounts } from './world.ts';

type World = Awaited<ReturnType<typeof world>>;

const registrations = ({ network }: World) =>
  network.requests.filter(({ path }) => path === '/api/v1/apps').length;

describe('the browser brings the answer', () => {
  test.each<ModelName>(['mastodon-4.5', 'pixelfed', 'gotosocial', 'pleroma', 'friendica', 'hollo'])(
    '%s: from the link to a token that publishes',
    async (model) => {
      const w = await world(model);
      const view = await w.begin();
      expect(view).toMatchObject({ status: 'waiting', mode: 'loopback', accounts: [], error: null });

      const ended = await signInAs(view.url);

      expect(ended.status).toBe(200);
      expect(ended.text).toContain(`Signed in as @1001@${new URL(w.network.address).host}`);
      const [account] = w.state(view).accounts;
      expect(w.state(view)).toMatchObject({ status: 'done', error: null });
      expect(account).toMatchObject({ status: 'ready', server: w.network.address });
      const token = await w.accounts.token(account?.id ?? '');
      const posted = await fetch(`${w.network.address}/api/v1/media/none`, {
        headers: { authorization: `Bearer ${token}`, 'user-agent': 'x', accept: 'application/json' },
      });
      expect(posted.status).toBe(404);
    },
  );

  test('the link asks for what is needed and no more, with S256, state, and an address of this machine', async () => {
    const w = await world();
    const view = await w.begin();
    const asked = query(view);
    expect(asked.get('scope')).toBe('profile read:statuses write:statuses write:media');
    expect(asked.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/cb$/);
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(asked.get('state')).toMatch(/^[\w-]{43}$/);
    expect(asked.has('force_login')).toBe(false);
    const fields = w.network.requests.find(({ path }) => path === '/api/v1/apps')?.asked.fields;
    expect(String(fields?.['redirect_uris']).split('\n')).toEqual([
      asked.get('redirect_uri'),
      'urn:ietf:wg:oauth:2.0:oob',
    ]);
  });

  test.each([
    ['a server before 4.3', { listsScopes: false }, 'read:accounts read:statuses write:statuses write:media'],
    ['one with coarse scopes', { coarseScopes: true }, 'read write'],
  ])('the scopes of %s', async (_name, some, expected) => {
    const w = await world();
    Object.assign(w.network.world.signIn, some);
    expect(query(await w.begin()).get('scope')).toBe(expected);
  });

  test('Pixelfed that is taken for Mastodon gets its coarse scopes all the same', async () => {
    const w = await world('pixelfed');
    const view = await w.begin({ network: 'mastodon' });
    expect(query(view).get('scope')).toBe('read write');
  });

  test('the code is gone from the address where the browser ends, and the listener is gone after that', async () => {
    const w = await world();
    const view = await w.begin();
    const ended = await signInAs(view.url);
    expect(ended.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/done$/);
    await w.clock.advance(6000);
    await expect(fetch(ended.address)).rejects.toThrow('fetch failed');
  });

  test('registered once per server, with the same port as before; nothing secret is in clear on disk', async () => {
    const w = await world();
    const first = await w.begin();
    await signInAs(first.url);
    await w.clock.advance(6000);
    const [account] = w.state(first).accounts;

    const later = await openAccounts(w.home, { config: w.needs.config });
    const again = await later.accounts.reconnect({ id: account?.id ?? '', code: false });
    await signInAs(again.url);

    expect(later.accounts.signInState(again.session).status).toBe('done');
    expect(registrations(w)).toBe(1);
    expect(query(again).get('redirect_uri')).toBe(query(first).get('redirect_uri'));
    const disk = readFileSync(join(w.home, 'secrets.json'), 'utf8');
    const app = w.network.world.signIn.apps.get(query(first).get('client_id') ?? '');
    for (const secret of [app?.secret ?? 'x', await later.accounts.token(account?.id ?? '')]) {
      expect(disk).not.toContain(secret);
      expect([...later.knownSecrets]).toContain(secret);
    }
  });

  test('where the port is compared strictly and taken, Belfry registers for another one', async () => {
    const w = await world();
    w.network.world.signIn.strictPorts = true;
    const first = await w.begin();
    await signInAs(first.url);
    await w.clock.advance(6000);
    const port = Number(new URL(query(first).get('redirect_uri') ?? '').port);
    const squatter = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    onTestFinished(() => void squatter.close());

    const second = await w.begin();
    expect((await signInAs(second.url, { as: '1002' })).text).toContain('Signed in as @1002');
    expect(new URL(query(second).get('redirect_uri') ?? '').port).not.toBe(String(port));
    expect(registrations(w)).toBe(2);
  });

  test('a second account of one server makes the server ask who it is', async () => {
    const w = await world();
    await signInAs((await w.begin()).url);
    const second = await w.begin();
    expect(query(second).get('force_login')).toBe('true');
    await signInAs(second.url, { as: '1002' });
    expect((await w.accounts.list()).map(({ handle }) => handle.slice(0, 5))).toEqual(['@1001', '@1002']);
  });

  test('two sign-ins at once do not disturb each other', async () => {
    const w = await world();
    const [one, other] = await Promise.all([w.begin(), w.begin()]);
    await Promise.all([signInAs(other.url, { as: '1002' }), signInAs(one.url)]);
    expect(w.state(one).accounts[0]?.handle).toContain('@1001');
    expect(w.state(other).accounts[0]?.handle).toContain('@1002');
  });

  test('the browser asks twice: the code is used once, and both see how it ended', async () => {
    const w = await world();
    const view = await w.begin();
    const url = new URL(view.url);
    url.searchParams.set('decision', 'allow');
    const location = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '';
    const ends = await Promise.all([follow(new URL(location)), follow(new URL(location))]);
    expect(ends.map(({ text }) => text.includes('Signed in as'))).toEqual([true, true]);
    expect(w.network.requests.filter(({ path }) => path === '/oauth/token')).toHaveLength(1);
  });
});

test.each([1e9, 1e12, 1e300, -5, 0, '600', 'soon', null])(
  'a token that ends in %j seconds, by a server that cannot count',
  async (expires_in) => {
    const w = await world();
    const view = await w.begin();
    w.network.world.tokens.set('odd', { account: '1001', write: true });
    w.network.faults.next('token', answer(200, { access_token: 'odd', token_type: 'Bearer', expires_in }));
    await signInAs(view.url);
    const end = new Date(w.clock.now() + 600_000).toISOString();
    const known: Record<string, unknown> = { '600': end, '1000000000': expect.stringMatching(/^2058-/) };
    expect(w.state(view)).toMatchObject({ status: 'done' });
    expect((await w.accounts.list())[0]?.tokenExpiresAt).toEqual(known[String(expires_in)] ?? null);
  },
);

test('a token that could not stand in a header is none, and is not shown', async () => {
  const w = await world();
  const view = await w.begin();
  const body = { access_token: 'secret-of-ada\r\nX-Evil: 1', token_type: 'Bearer' };
  w.network.faults.next('token', answer(200, body));
  const ended = await signInAs(view.url);
  expect(ended.text).toContain('Not signed in');
  expect(w.state(view)).toMatchObject({ status: 'failed', error: { code: 'NETWORK_REFUSED' } });
  expect(JSON.stringify(w.state(view)) + ended.text).not.toContain('secret-of-ada');
});

test('a token that is no bearer token is none, and is not shown', async () => {
  const w = await world();
  const view = await w.begin();
  w.network.world.tokens.set('proof-of-ada', { account: '1001', write: true });
  w.network.faults.next('token', answer(200, { access_token: 'proof-of-ada', token_type: 'mac' }));
  const ended = await signInAs(view.url);
  expect(w.state(view)).toMatchObject({ status: 'failed', error: { code: 'NETWORK_REFUSED' } });
  expect(JSON.stringify(w.state(view)) + ended.text).not.toContain('proof-of-ada');
});

test('the log says when a server does not take back the token of a removed account', async () => {
  const said: string[] = [];
  const log = (_: string, text: string) => void said.push(text);
  const w = await world('mastodon-4.5', temporaryHome(), { log });
  const view = await w.begin();
  await signInAs(view.url);
  const id = w.state(view).accounts[0]?.id ?? '';
  w.network.faults.next('revoke', answer(503, { error: 'busy' }));
  await w.accounts.remove(id);
  await expect.poll(() => said).toContain(`The token of ${id} could not be given back`);
  expect(w.network.requests.filter(({ path }) => path === '/oauth/revoke')).toHaveLength(1);
});

test('rubbish on the listener changes nothing', async () => {
  const w = await world();
  const view = await w.begin();
  const { port } = new URL(query(view).get('redirect_uri') ?? '');
  const host = `Host: 127.0.0.1:${port}\r\n`;
  const rubbish = [
    '\0\0\0',
    `GET // HTTP/1.1\r\n${host}\r\n`,
    `GET http://[::/cb?code=1 HTTP/1.1\r\n${host}\r\n`,
    `GET /cb?code=%ff&state=%00 HTTP/1.1\r\n${host}\r\n`,
    'GET /cb?code=1 HTTP/1.0\r\n\r\n',
    `GET /cb?${'x'.repeat(100_000)} HTTP/1.1\r\n${host}\r\n`,
    `POST /cb HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\ncode=`,
  ];
  for (const text of rubbish) expect(await raw(Number(port), text)).toMatch(/^HTTP\/1\.1 [45]\d\d /);
  expect(w.state(view).status).toBe('waiting');
  expect((await signInAs(view.url)).text).toContain('Signed in as');
});

test('of many sign-ins at once the oldest goes, and its listener with it', async () => {
  const w = await world();
  const first = await w.begin();
  for (let count = 0; count < 20; count += 1) await w.begin();
  expect(() => w.state(first)).toThrow('NOT_FOUND');
  expect((await signInAs(first.url)).status).toBe(0);
});

describe('signing in again', () => {
  async function signedIn() {
    const w = await world();
    await signInAs((await w.begin({ id: 'me' })).url);
    return w;
  }

  test('keeps the id, and the queue goes on', async () => {
    const w = await signedIn();
    await w.accounts.signInNeeded('me', 'Refused.');
    const old = w.config().accounts;
    const view = await w.accounts.reconnect({ id: 'me', code: false });
    expect(view.account).toBe('me');
    await signInAs(view.url);
    expect(w.state(view).accounts).toMatchObject([{ id: 'me', status: 'ready' }]);
    expect(w.config().accounts).toEqual(old);
    expect(w.facts.map(({ kind }) => kind)).toEqual(['account', 'account-ready']);
  });

  test('as another user it is refused, and the old token stays', async () => {
    const w = await signedIn();
    const token = await w.accounts.token('me');
    const view = await w.accounts.reconnect({ id: 'me', code: false });
    await signInAs(view.url, { as: '1002' });
    expect(w.state(view)).toMatchObject({ status: 'failed', error: { code: 'CONFLICT' } });
    expect(w.state(view).error?.message).toMatch(/signed in as @1002@.* signed in again is @1001@/);
    expect(await w.accounts.token('me')).toBe(token);
    expect(w.config().accounts).toHaveLength(1);
  });

  test('the same user as a new account only renews the one that is there', async () => {
    const w = await signedIn();
    const view = await w.begin();
    await signInAs(view.url);
    expect(w.state(view).accounts).toMatchObject([{ id: 'me' }]);
    expect(w.config().accounts).toHaveLength(1);
  });

  test('an account without a token here, and one that is unknown', async () => {
    const w = await signedIn();
    await w.needs.secrets.remove('me');
    const view = await w.accounts.reconnect({ id: 'me', code: false });
    await signInAs(view.url);
    expect(w.state(view).status).toBe('done');
    expect((await refusal(w.accounts.reconnect({ id: 'mee', code: false }))).message).toContain('"me"');
  });

  test('removed, its token is given back; a pasted one is left alone', async () => {
    const w = await signedIn();
    const token = await w.accounts.token('me');
    await w.accounts.remove('me');
    await expect.poll(() => w.network.world.tokens.has(token)).toBe(false);
    await w.accounts.add({
      network: 'mastodon',
      server: w.network.address,
      token: w.network.token,
      id: 'pasted',
    });
    await w.accounts.remove('pasted');
    expect(w.network.world.tokens.has(w.network.token)).toBe(true);
  });
});
