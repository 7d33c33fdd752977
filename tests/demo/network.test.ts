import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { demoAccount, demoConfig, demoJob, startDemoNetwork } from '../../electron/demo/index.ts';
import { checkJobs } from '../../electron/scheduler/index.ts';
import { configSchema, postInputSchema } from '../../shared/index.ts';
import { openAccounts } from '../accounts/world.ts';
import { feed, pipelineFolder } from '../examples/command.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';
import { seededRandom } from '../support/random.ts';

const png = readFileSync(join(pipelineFolder, 'belfry-dusk.png'));

async function network() {
  const clock = handClock();
  const logged: unknown[] = [];
  const started = await startDemoNetwork({
    clock,
    random: seededRandom(1),
    log: (...line) => void logged.push(line),
    pictures: new Map([['belfry-morning.png', png]]),
    everyMs: 20_000,
  });
  onTestFinished(() => started.close());
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${started.address}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${started.token}`, ...init.headers },
    });
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    call('/api/v1/statuses', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const upload = async () => {
    const form = new FormData();
    form.set('file', new Blob([png], { type: 'image/png' }), 'a.png');
    form.set('description', 'A tower');
    return (await (await call('/api/v2/media', { method: 'POST', body: form })).json()).id as string;
  };
  const shown = async () => (await fetch(`${started.address}/timeline.json`)).json();
  return { ...started, clock, logged, call, post, upload, shown };
}

test('its account signs in like one of any server', async () => {
  const { address, token } = await network();
  const { accounts } = await openAccounts(temporaryHome());
  const view = await accounts.add({ id: demoAccount, network: 'mastodon', server: address, token });
  expect(view).toMatchObject({ id: demoAccount, status: 'ready', handle: `@demo@${new URL(address).host}` });
});

test('a post with a picture appears on its page, once per idempotency key', async () => {
  const { post, upload, shown, call, address } = await network();
  const id = await upload();
  const body = { status: 'Hello', media_ids: [id], visibility: 'public' };
  const first = await (await post(body, { 'idempotency-key': 'k' })).json();
  const again = await (await post(body, { 'idempotency-key': 'k' })).json();
  expect(again.id).toBe(first.id);
  const [only, ...others] = await shown();
  expect(others).toEqual([]);
  expect(only).toMatchObject({ text: 'Hello', pictures: [{ alt: 'A tower' }] });
  const picture = await fetch(`${address}${only.pictures[0].src}`);
  expect(Buffer.from(await picture.arrayBuffer())).toEqual(png);
  // As on Mastodon, an attached picture is hidden from the media call and attaches nowhere else.
  expect((await call(`/api/v1/media/${id}`)).status).toBe(404);
  expect((await post(body, { 'idempotency-key': 'another' })).status).toBe(422);
  const look = await (await call('/api/v1/accounts/1/statuses?limit=40')).json();
  expect(look).toMatchObject([{ id: first.id, media_attachments: [{ description: 'A tower' }] }]);
  expect(await (await call(`/api/v1/accounts/1/statuses?min_id=${first.id}`)).json()).toEqual([]);
});

test('its feed has a new entry every twenty seconds, which the pipeline turns into posts', async () => {
  const { address, clock } = await network();
  const cwd = temporaryHome();
  const pipeline = async () => {
    await feed(cwd, ['ingest', '--feed', `${address}/feed.xml`]);
    await feed(cwd, ['deduplicate']);
    const { stdout } = await feed(cwd, ['draft', '--accounts', demoAccount, '--every-minutes', '0']);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => postInputSchema.parse(JSON.parse(line)));
  };
  const first = await pipeline();
  expect(first).toMatchObject([{ media: [{ alt: expect.stringContaining('belfry') }] }]);
  expect(await pipeline()).toEqual([]);
  for (let round = 1; round <= 12; round += 1) await clock.advance(20_000);
  // Stories come round again under a number: the pipeline must not take them for the old ones.
  const posts = [...(await pipeline()), ...(await pipeline()), ...(await pipeline())];
  expect(posts).toHaveLength(12);
});

test('its configuration is one that Belfry takes', () => {
  const config = configSchema.parse(demoConfig({ address: 'http://127.0.0.1:1', node: process.execPath }));
  expect(config.jobs.map(({ id }) => id)).toContain(demoJob);
  expect(checkJobs(config.jobs)).toEqual([]);
  expect(config.settings.secrets).toBe('key-file');
});

test('the page is there without a token, with a strict policy, and gives nothing away', async () => {
  const { address, token } = await network();
  for (const path of ['/', '/timeline.css', '/timeline.js', '/timeline.json']) {
    const answer = await fetch(`${address}${path}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.text()).not.toContain(token);
  }
  const page = await (await fetch(`${address}/`)).text();
  expect(page).not.toMatch(/<script(?! src)|<style|style=|\son\w+=/);
});

test('left running for days it does not fill the memory', async () => {
  const { upload, post, state } = await network();
  for (let count = 0; count < 205; count += 1)
    await post({ status: `${count}`, media_ids: [await upload()] });
  expect(state.statuses).toHaveLength(200);
  expect(state.media.size).toBe(200);
  expect(state.statuses[0]?.text).toBe('5');
});

test('nonsense is answered like nonsense, and logged as no failure of its own', async () => {
  const { call, post, address, logged, shown } = await network();
  expect((await call('/api/v1/statuses', { headers: { authorization: 'Bearer x' } })).status).toBe(401);
  expect((await post('{"status":')).status).toBe(422);
  expect((await post([])).status).toBe(422);
  expect((await post({ status: ' \n' })).status).toBe(422);
  expect((await post({ status: 'x', media_ids: ['none'] })).status).toBe(422);
  expect((await call('/api/v2/media', { method: 'POST', body: 'no form' })).status).toBe(422);
  expect((await call('/api/v1/statuses/1')).status).toBe(404);
  expect((await call('/api/v1/accounts/1/statuses?limit=-5&min_id=x')).status).toBe(200);
  expect((await fetch(`${address}/nothing`)).status).toBe(404);
  expect((await fetch(`${address}/stories/1`)).headers.get('content-type')).toContain('text/html');
  const large = await call('/api/v2/media', { method: 'POST', body: Buffer.alloc(21 * 1024 * 1024) });
  expect(large.status).toBe(413);
  expect(await shown()).toEqual([]);
  expect(logged).toEqual([]);
});
