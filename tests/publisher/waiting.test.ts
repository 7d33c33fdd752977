import { describe, expect, test } from 'vitest';
import { toInstant, type Wait, waitText } from '../../shared/index.ts';
import { answer, lostAnswer, rateLimited } from '../support/fake-networks/index.ts';
import { createStage, type Stage, type StageOptions } from '../support/publishing.ts';

/** What posts wait for, and which of them hold others. */

const account = 'mastodon-4-5';
const minute = 60_000;
const again = expect.stringMatching(/^2026-11-2/);

async function waits(stage: Stage): Promise<Record<string, Wait | null>> {
  const posts = await stage.publisher.list({ limit: 100 });
  return Object.fromEntries(posts.map(({ text, targets }) => [text, targets[0]?.waits ?? null]));
}
const out = (stage: Stage) => stage.network.world.visible.map(({ text }) => text);
const sends = (stage: Stage) => stage.network.requests.filter(({ route }) => route === 'post').length;

/** Three posts that are due, the first one with a picture. */
async function three(options: StageOptions = {}) {
  const stage = await createStage(options);
  const media = [{ path: stage.picture('a.png') }];
  const a = await stage.add({ text: 'a', accounts: [account], media });
  await stage.add({ text: 'b', accounts: [account] });
  await stage.add({ text: 'c', accounts: [account] });
  return { stage, a };
}

test('an upload that fails holds its own post only, which says until when', async () => {
  const { stage } = await three();
  stage.network.faults.next('upload', answer(500, { error: 'No.' }));
  const beat = await stage.patientBeat();
  expect(out(stage)).toEqual(['b', 'c']);
  expect(beat.summary).toBe('2 posts published, 1 post waiting');
  expect(await waits(stage)).toEqual({ a: { for: 'back-off', until: again }, b: null, c: null });
  expect(await stage.publisher.overdue()).toEqual([
    { account, waits: { for: 'back-off', until: again }, posts: 1, since: toInstant(stage.clock.now()) },
  ]);
  await stage.untilQuiet(1);
  expect(out(stage)).toEqual(['b', 'c', 'a']);
  expect(await stage.publisher.overdue()).toEqual([]);
});

test('where the account keeps the order, those behind wait for the post before them', async () => {
  const { stage, a } = await three();
  stage.orders.set(account, 'strict');
  stage.network.faults.next('upload', answer(500, { error: 'No.' }));
  await stage.patientBeat();
  expect(out(stage)).toEqual([]);
  const behind = { for: 'order', post: a.id };
  expect(await waits(stage)).toEqual({ a: { for: 'back-off', until: again }, b: behind, c: behind });
  expect(await stage.publisher.overdue()).toMatchObject([
    { waits: { for: 'back-off' }, posts: 1 },
    { waits: behind, posts: 2 },
  ]);
  expect((await stage.patientBeat()).summary).toBe('3 posts waiting');
  await stage.untilQuiet(1);
  expect(out(stage)).toEqual(['a', 'b', 'c']);
});

test('a call without an answer holds the account until it is looked up: what is sent meanwhile could be taken for it', async () => {
  const { stage, a } = await three();
  stage.network.faults.next('post', lostAnswer);
  await stage.patientBeat();
  expect(out(stage)).toEqual(['a']);
  const own = { for: 'look-up', until: toInstant(stage.clock.now() + minute) };
  const behind = { ...own, post: a.id };
  expect(await waits(stage)).toEqual({ a: own, b: behind, c: behind });
  expect(await stage.publisher.overdue()).toMatchObject([{ waits: { for: 'look-up' }, posts: 3 }]);
  await stage.untilQuiet(1);
  expect(out(stage)).toEqual(['a', 'b', 'c']);
});

test('the parts of a thread keep their order, whatever goes out between them', async () => {
  const stage = await createStage();
  await stage.add({ text: 'one', thread: [{ text: 'two' }, { text: 'three' }], accounts: [account] });
  await stage.add({ text: 'other', accounts: [account] });
  let asked = 0;
  stage.network.faults.rule = (route) => {
    if (route === 'post') asked += 1;
    return route === 'post' && asked === 2 ? answer(425, { error: 'No.' }) : undefined;
  };
  await stage.patientBeat();
  expect(out(stage)).toEqual(['one', 'other']);
  await stage.untilQuiet(1);
  expect(out(stage)).toEqual(['one', 'other', 'two', 'three']);
});

describe('what holds the whole account', () => {
  test('a rate limit: one request, and all wait for its end', async () => {
    const stage = await createStage();
    const a = await stage.add({ text: 'a', accounts: [account] });
    for (const text of ['b', 'c']) await stage.add({ text, accounts: [account] });
    stage.network.faults.next('post', rateLimited({ 'retry-after': '600' }));
    await stage.patientBeat();
    const wait = { for: 'rate-limit', until: toInstant(stage.clock.now() + 10 * minute) };
    expect(sends(stage)).toBe(1);
    const behind = { ...wait, post: a.id };
    expect(await waits(stage)).toEqual({ a: wait, b: behind, c: behind });
    expect(await stage.publisher.overdue()).toMatchObject([{ waits: wait, posts: 3 }]);
    expect(await stage.nextDue()).toBe(stage.clock.now() + 10 * minute);
    await stage.restart();
    await stage.patientBeat();
    expect(sends(stage)).toBe(1);
    await stage.untilQuiet(1);
    expect(out(stage)).toEqual(['a', 'b', 'c']);
  });

  test('a server that cannot be reached: one try, and all wait for the next', async () => {
    let tries = 0;
    const refused = Object.assign(new Error('connect ECONNREFUSED'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    const { stage, a } = await three({
      needs: {
        fetch: () => {
          tries += 1;
          return Promise.reject(new TypeError('fetch failed', { cause: refused }));
        },
      },
    });
    await stage.patientBeat();
    const first = tries;
    const wait = { for: 'offline', until: again };
    const behind = { ...wait, post: a.id };
    expect(await waits(stage)).toEqual({ a: wait, b: behind, c: behind });
    await stage.patientBeat();
    expect(tries).toBe(first);
  });

  test('three posts in a row that fail at their first try say that the server is in trouble; the same ones later do not', async () => {
    const stage = await createStage();
    for (const text of ['a', 'b', 'c'])
      await stage.add({ text, accounts: [account], media: [{ path: stage.picture(`${text}.png`) }] });
    await stage.add({ text: 'd', accounts: [account] });
    stage.network.faults.rule = (route) => (route === 'upload' ? answer(503, { error: 'No.' }) : undefined);
    await stage.patientBeat();
    expect(await waits(stage)).toMatchObject({
      a: { for: 'back-off' },
      c: { for: 'server' },
      d: { for: 'server' },
    });
    await stage.clock.advance(minute);
    await stage.patientBeat();
    expect(out(stage)).toEqual(['d']);
  });

  test('late posts are spaced, and say so', async () => {
    const { stage } = await three();
    stage.clock.sleep(10 * minute);
    await stage.patientBeat();
    expect(out(stage)).toEqual(['a']);
    const wait = { for: 'spacing', until: toInstant(stage.clock.now() + minute) };
    expect(await waits(stage)).toMatchObject({ a: null, b: wait, c: wait });
  });
});

test('what a person has to see to is said before a post is due', async () => {
  const now = { confirmation: false, pausedBy: null as 'scheduler' | 'publish-job' | null };
  const stage = await createStage({
    needs: { publishingPaused: async () => now.confirmation, pausedBy: () => now.pausedBy },
  });
  await stage.add({ text: 'due', accounts: [account] });
  await stage.add({
    text: 'ahead',
    accounts: [account],
    publishAt: toInstant(stage.clock.now() + 60 * minute),
  });
  await stage.add({ text: 'draft', accounts: [account], publishAt: null });
  const both = (wait: Wait | null) => ({ due: wait, ahead: wait, draft: null });
  expect(await waits(stage)).toEqual({ ...both(null), due: { for: 'turn' } });
  stage.statuses.set(account, 'locked');
  expect(await waits(stage)).toEqual(both({ for: 'vault' }));
  stage.statuses.set(account, 'sign-in-needed');
  expect(await waits(stage)).toEqual(both({ for: 'sign-in' }));
  now.pausedBy = 'publish-job';
  expect(await waits(stage)).toEqual(both({ for: 'publish-job' }));
  now.pausedBy = 'scheduler';
  expect(await waits(stage)).toEqual(both({ for: 'scheduler' }));
  now.confirmation = true;
  expect(await waits(stage)).toEqual(both({ for: 'confirmation' }));
  expect(await stage.publisher.overdue()).toMatchObject([{ waits: { for: 'confirmation' }, posts: 1 }]);
});

test('a wait whose end only a clock that was wrong can have made holds nothing', async () => {
  const { stage, a } = await three();
  const until = stage.clock.now() + 400 * 24 * 60 * minute;
  const target = { notBefore: until, hold: 'rate-limit' as const };
  const change = { post: a.id, account, from: 'queued' as const, target, note: null };
  await stage.ledger.record([change], stage.clock.now());
  expect(await waits(stage)).toMatchObject({ a: { for: 'turn' }, b: { for: 'turn' } });
  await stage.patientBeat();
  expect(out(stage)).toEqual(['a', 'b', 'c']);
});

test('each wait has its words', () => {
  const until = '2026-11-22T10:00:00.000Z';
  const words = (wait: Wait) => waitText(wait, (instant) => instant.slice(11, 16));
  expect(words({ for: 'back-off', until })).toBe('the next try after a failure, 10:00');
  expect(words({ for: 'order', post: 'p1' })).toBe('post p1 before it, as the account keeps the order');
  expect(words({ for: 'sign-in' })).toBe('a sign-in to its account');
});
