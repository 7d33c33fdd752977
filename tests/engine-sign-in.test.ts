import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Alert } from '../electron/alerts/index.ts';
import { createApp } from '../electron/app.ts';
import { readHealth } from '../electron/headless.ts';
import type { CallInput, CallName, CallOutput } from '../shared/index.ts';
import { signInAs } from './support/browser-person.ts';
import { fakeMetaApp, html502, type ModelName, startFakeNetwork } from './support/fake-networks/index.ts';
import { temporaryHome } from './support/home.ts';
import { plainHost } from './support/plain-host.ts';

/** The whole engine and a pretended network, both by the real clock. */
async function startBoth(model: ModelName) {
  const network = await startFakeNetwork(model);
  onTestFinished(network.close);
  const home = temporaryHome();
  writeFileSync(join(home, 'config.json'), JSON.stringify({ settings: { spacingSeconds: 0 } }));
  const told: Alert[] = [];
  const logged: unknown[] = [];
  const engine = createApp(
    plainHost({ home, notify: (alert) => told.push(alert), log: (...line) => logged.push(line) }),
  );
  await engine.start();
  onTestFinished(() => engine.stop({ drainMs: 0 }));
  const call = async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> => {
    const answer = await engine.call(name, input);
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value as CallOutput<N>;
  };
  const statuses = async () => (await call('posts.list', {})).map(({ status }) => status).sort();
  return { network, home, told, logged, engine, call, statuses };
}

const seconds = { timeout: 30_000, interval: 50 };

test('a token that dies: one alert, the queue waits, and goes out once after signing in again', async () => {
  const { network, told, engine, call, statuses } = await startBoth('mastodon-4.5');
  const first = await call('accounts.signIn', { network: 'mastodon', server: network.address, id: 'me' });
  await signInAs(first.url);
  const post = (text: string) =>
    call('posts.add', { post: { text, accounts: ['me'], publishAt: new Date().toISOString() } });
  await post('while it works');
  await expect.poll(statuses, seconds).toEqual(['published']);

  const [token] = [...network.world.tokens.keys()].filter((key) => key !== network.token);
  network.world.tokens.delete(token ?? '');
  await post('one');
  await post('two');
  await expect.poll(async () => (await call('accounts.list', {}))[0]?.status, seconds).toBe('sign-in-needed');
  await call('jobs.run', { id: 'refresh_tokens' });
  await expect.poll(async () => (await call('status.get', {})).running, seconds).toEqual([]);
  expect(await statuses()).toEqual(['published', 'queued', 'queued']);
  expect(await call('status.get', {})).toMatchObject({
    counts: { queuedPosts: 2, needYou: 0, accountsNeedYou: 1, waitingPosts: 2 },
    accounts: [{ id: 'me', status: 'sign-in-needed', posts: 2, reason: expect.stringContaining('401') }],
  });
  expect(await readHealth(engine, '1')).toEqual({
    ok: true,
    version: '1',
    needsYou: { posts: 0, accounts: 1, waitingPosts: 2, warnings: 0 },
  });
  const alerts = () => told.filter(({ page }) => page === 'accounts').length;
  await expect.poll(alerts, seconds).toBe(1);

  const again = await call('accounts.reconnect', { id: 'me' });
  await signInAs(again.url);
  await expect.poll(statuses, seconds).toEqual(['published', 'published', 'published']);
  expect(network.world.visible.map(({ text }) => text)).toEqual(['while it works', 'one', 'two']);
  expect((await call('status.get', {})).counts).toMatchObject({ accountsNeedYou: 0, waitingPosts: 0 });
  expect((await call('accounts.list', {})).map(({ id, status }) => [id, status])).toEqual([['me', 'ready']]);
  expect(alerts()).toBe(1);
});

test('a token that has ended while its server cannot renew it holds its own queue only, and goes on by itself', async () => {
  const { network, call, statuses } = await startBoth('mastodon-4.5');
  network.world.signIn.lifeSeconds = 1;
  network.world.signIn.rotates = true;
  network.world.tokens.set('of-1002', { account: '1002', write: true });
  const view = await call('accounts.signIn', { network: 'mastodon', server: network.address, id: 'me' });
  await signInAs(view.url);
  await call('accounts.add', {
    network: 'mastodon',
    server: network.address,
    token: 'of-1002',
    id: 'other',
  });
  const renewals = () => network.requests.filter(({ path }) => path === '/oauth/token').length - 1;
  network.faults.rule = (route) => (route === 'token' && renewals() < 4 ? html502() : undefined);
  const ended = Date.now() + 1000;
  await expect.poll(Date.now, seconds).toBeGreaterThan(ended);
  const post = (account: string) =>
    call('posts.add', { post: { text: account, accounts: [account], publishAt: new Date().toISOString() } });
  await post('me');
  await post('other');
  await expect.poll(statuses, seconds).toEqual(['published', 'queued']);

  network.faults.rule = () => undefined;
  network.world.signIn.lifeSeconds = 3600;
  await expect.poll(async () => (await call('status.get', {})).running, seconds).toEqual([]);
  await call('jobs.run', { id: 'publish_due_posts' });
  await expect.poll(statuses, seconds).toEqual(['published', 'published']);
  expect((await call('accounts.list', {})).map(({ status }) => status)).toEqual(['ready', 'ready']);
});

test('from a Facebook sign-in to a post on the Page; no secret stands in any file or line of the log', async () => {
  const { network, home, logged, engine, call, statuses } = await startBoth('facebook');
  const app = { ...fakeMetaApp, redirectUri: 'http://127.0.0.1/belfry' };
  const announced: string[] = [];
  engine.subscribe((announcement) => announced.push(JSON.stringify(announcement)));
  const view = await call('accounts.signIn', { network: 'facebook', server: network.address, app });
  await signInAs(view.url);
  const done = await call('accounts.choose', { session: view.session, accounts: ['1002'] });
  await call('posts.add', {
    post: { text: 'Hello', accounts: ['market-square-facebook'], publishAt: new Date().toISOString() },
  });
  await expect.poll(statuses, seconds).toEqual(['published']);
  expect(network.world.visible).toMatchObject([{ account: '1002', text: 'Hello' }]);

  const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
    .map((name) => join(home, name))
    .filter((path) => statSync(path).isFile());
  const everything = [
    ...files.map((path) => readFileSync(path, 'latin1')),
    JSON.stringify(logged),
    JSON.stringify(done),
    ...announced,
  ].join('\n');
  const secrets = [fakeMetaApp.secret, ...network.world.tokens.keys(), ...network.world.signIn.codes.keys()];
  expect(secrets.length).toBeGreaterThan(4);
  expect(secrets.filter((secret) => secret !== network.token && everything.includes(secret))).toEqual([]);
});
