import { expect, test } from 'vitest';
import { toInstant } from '../../shared/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

const hour = 3_600_000;

async function statuses(stage: Stage) {
  return (await stage.publisher.list({ limit: 100 })).map(({ text, status }) => `${text} ${status}`).sort();
}

test('a post within the limit goes out late, one beyond it is missed and a person is told', async () => {
  const stage = await createStage();
  const at = (hoursAgo: number) => toInstant(stage.clock.now() - hoursAgo * hour);
  await stage.addLate({ text: 'late', accounts: ['mastodon-4-5'], publishAt: at(23.9) });
  await stage.addLate({ text: 'too late', accounts: ['mastodon-4-5'], publishAt: at(24.1) });
  await stage.untilQuiet();
  expect(await statuses(stage)).toEqual(['late published', 'too late missed']);
  expect(stage.told).toMatchObject([
    { kind: 'missed', reason: expect.stringMatching(/^NEEDS_PERSON: The post was missed, .* 24 h late/) },
  ]);
});

test('a missed post that is retried goes out', async () => {
  const stage = await createStage();
  const post = await stage.addLate({
    text: 'a',
    accounts: ['mastodon-4-5'],
    publishAt: toInstant(stage.clock.now() - 48 * hour),
  });
  await stage.beat();
  await stage.publisher.retry(post.id);
  await stage.untilQuiet();
  expect(await statuses(stage)).toEqual(['a published']);
});

test('after a gap the posts of one account go out spaced, oldest first, and those of another are not held up', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  for (const [index, account] of ['mastodon-4-5', 'mastodon-4-5', 'mastodon-4-5', 'gotosocial'].entries())
    await stage.addLate({
      text: `${index}`,
      accounts: [account],
      publishAt: toInstant(stage.clock.now() - (9 - index) * hour),
    });
  await stage.untilQuiet();
  const times = stage.network.world.visible.map(({ text, at }) => [
    text,
    (at - (stage.network.world.visible[0]?.at ?? 0)) / 1000,
  ]);
  expect(times).toEqual([
    ['0', 0],
    ['1', 60],
    ['2', 120],
  ]);
  expect(stage.networks.get('gotosocial')?.world.visible).toMatchObject([
    { text: '3', at: stage.network.world.visible[0]?.at },
  ]);
});

test('a post that is on time is not spaced', async () => {
  const stage = await createStage();
  await stage.add({ text: 'a', accounts: ['mastodon-4-5'] });
  await stage.add({ text: 'b', accounts: ['mastodon-4-5'] });
  await stage.beat();
  expect(await statuses(stage)).toEqual(['a published', 'b published']);
});

test('a limit of zero hours still lets the beat be a little late', async () => {
  const stage = await createStage();
  stage.settings.lateLimitHours = 0;
  await stage.add({
    text: 'a',
    accounts: ['mastodon-4-5'],
    publishAt: toInstant(stage.clock.now() - 59_000),
  });
  await stage.beat();
  expect(await statuses(stage)).toEqual(['a published']);
});

test('a server that is down for six hours gets its posts afterwards, in order, and each waits ever longer between tries', async () => {
  const stage = await createStage();
  const { faults } = stage.network;
  const end = stage.clock.now() + 6 * hour;
  faults.rule = () =>
    stage.clock.now() < end ? { kind: 'answer', status: 503, body: '<html>', effect: false } : undefined;
  await stage.add({ text: 'a', accounts: ['mastodon-4-5'] });
  await stage.add({ text: 'b', accounts: ['mastodon-4-5'] });
  await stage.untilQuiet();
  expect(stage.network.world.visible.map(({ text }) => text)).toEqual(['a', 'b']);
  const tries = stage.network.requests.filter(({ path }) => path === '/api/v2/instance').length;
  expect(tries).toBeLessThan(20);
  const [first] = await stage.publisher.list({ limit: 1, status: ['published'] });
  const history = await stage.publisher.history(first?.id ?? '');
  expect(history.length).toBeGreaterThan(1);
});

test('a server that refuses connections certainly got nothing: no look-up, the same post later', async () => {
  const stage = await createStage();
  const refused = Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  });
  const off = await createStage({ needs: { fetch: () => Promise.reject(refused) } });
  const post = await off.add({ text: 'a', accounts: ['mastodon-4-5'] });
  await off.beat();
  expect((await off.publisher.get(post.id))?.targets).toMatchObject([
    { status: 'queued', error: { code: 'NETWORK_UNREACHABLE' } },
  ]);
  const wait = ((await off.nextDue()) ?? 0) - off.clock.now();
  expect(wait).toBeGreaterThanOrEqual(24_000);
  expect(wait).toBeLessThanOrEqual(36_000);
  expect(stage.network.requests).toEqual([]);
});

test('while publishing is paused nothing goes out, and nothing is lost', async () => {
  let paused = true;
  const stage = await createStage({ needs: { publishingPaused: async () => paused } });
  await stage.add({ text: 'a', accounts: ['mastodon-4-5'] });
  expect(await stage.beat()).toEqual({ ok: true, summary: 'Publishing is paused' });
  expect(stage.network.requests).toEqual([]);
  paused = false;
  await stage.beat();
  expect(await statuses(stage)).toEqual(['a published']);
});

test('two passes at once send each post once, in order', async () => {
  const stage = await createStage();
  for (const text of ['a', 'b', 'c', 'd']) await stage.add({ text, accounts: ['mastodon-4-5'] });
  await Promise.all([stage.beat(), stage.beat(), stage.beat()]);
  expect(stage.network.world.visible.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
});

test('the posts of an account that was removed fail with that reason', async () => {
  let there = true;
  const stage = await createStage();
  const gone = await createStage({
    needs: {
      account: (id) =>
        there
          ? { id, network: 'mastodon', server: stage.network.address, remoteId: '1001', handle: '@a' }
          : undefined,
    },
  });
  const post = await gone.add({ text: 'a', accounts: ['mastodon-4-5'] });
  there = false;
  await gone.beat();
  expect((await gone.publisher.get(post.id))?.targets).toMatchObject([
    { status: 'failed', error: { code: 'NOT_FOUND' } },
  ]);
});

test('what is too late is missed although its account waits for a sign-in', async () => {
  const stage = await createStage();
  stage.statuses.set('mastodon-4-5', 'sign-in-needed');
  await stage.add({ text: 'a', accounts: ['mastodon-4-5'] });
  stage.clock.sleep(25 * hour);
  await stage.beat();
  expect(await statuses(stage)).toEqual(['a missed']);
});
