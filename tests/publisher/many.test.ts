import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type PostDraft, parse, postInputSchema } from '../../shared/index.ts';
import { answer, noRates } from '../support/fake-networks/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

const accounts = ['mastodon-4-5'];
const minute = 60_000;
/** Copies in the media folder. */
const files = ({ home }: Stage) => (existsSync(join(home, 'media')) ? readdirSync(join(home, 'media')) : []);
const instant = (at: number) => new Date(at).toISOString();

/** Posts that are too old to go out: their times came three weeks ago, when nothing ran. */
async function missed(stage: Stage, count: number, more: Partial<PostDraft> = {}) {
  const posts = [];
  const start = stage.clock.now();
  for (let index = 0; index < count; index += 1)
    posts.push(
      await stage.add({
        text: `m${index}`,
        accounts,
        publishAt: instant(start + index * minute),
        ...more,
      }),
    );
  await stage.clock.advance(21 * 24 * 60 * minute);
  await stage.beat();
  return posts;
}

test('missed posts are moved into a row of times, in their order; a dry run only tells', async () => {
  const stage = await createStage({ network: { rates: noRates } });
  const posts = await missed(stage, 3);
  const first = stage.clock.now() + 60 * minute;
  const many = {
    select: { status: ['missed' as const] },
    to: { publishAt: instant(first), everySeconds: 600 },
  };
  const dry = await stage.publisher.moveAll({ ...many, dryRun: true });
  expect(dry.posts.map(({ id, dueAt }) => [id, dueAt])).toEqual(
    posts.map(({ id }, index) => [id, instant(first + index * 10 * minute)]),
  );
  expect((await stage.publisher.get(posts[0]?.id ?? ''))?.status).toBe('missed');
  const done = await stage.publisher.moveAll({ ...many, dryRun: false });
  expect(done.posts).toEqual(dry.posts);
  await stage.untilQuiet();
  expect(stage.network.world.visible.map(({ text, at }) => [text, at - first])).toEqual([
    ['m0', 0],
    ['m1', 10 * minute],
    ['m2', 20 * minute],
  ]);
});

test('each post is moved by so much, and drafts without a time stay', async () => {
  const stage = await createStage({ network: { rates: noRates } });
  const at = stage.clock.now() + 60 * minute;
  const queued = await stage.add({ text: 'a', accounts, publishAt: instant(at), tags: ['t'] });
  await stage.add({ text: 'b', accounts, publishAt: null, tags: ['t'] });
  const done = await stage.publisher.moveAll({
    select: { tag: 't' },
    to: { bySeconds: -1800 },
    dryRun: false,
  });
  expect(done.posts).toEqual([{ id: queued.id, text: 'a', accounts, dueAt: instant(at - 30 * minute) }]);
  expect((await stage.publisher.get(queued.id))?.publishAt).toBe(instant(at - 30 * minute));
});

test('retrying many sends each once; what cannot be retried is passed over', async () => {
  const stage = await createStage({ network: { rates: noRates } });
  stage.network.faults.next('post', answer(422, { error: 'no' }), answer(422, { error: 'no' }));
  for (const text of ['a', 'b', 'c']) await stage.add({ text, accounts, tags: ['t'] });
  await stage.beat();
  const done = await stage.publisher.retryAll({ select: { tag: 't' }, dryRun: false });
  expect(done.posts.map(({ text }) => text)).toEqual(['a', 'b']);
  await stage.untilQuiet();
  expect(stage.network.world.visible.map(({ text }) => text).sort()).toEqual(['a', 'b', 'c']);
  expect(await stage.publisher.retryAll({ select: { tag: 't' }, dryRun: false })).toEqual({
    dryRun: false,
    posts: [],
  });
});

test('posts that are named must all take the command, or nothing changes', async () => {
  const stage = await createStage({ network: { rates: noRates } });
  const waiting = await stage.add({ text: 'a', accounts, publishAt: instant(stage.clock.now() + minute) });
  const out = await stage.add({ text: 'b', accounts });
  await stage.beat();
  const ids = [waiting.id, out.id, 'nothing'];
  await expect(stage.publisher.cancelAll({ select: { ids }, dryRun: false })).rejects.toMatchObject({
    code: 'CONFLICT',
    details: [
      {
        field: 'select.ids[1]',
        message: expect.stringContaining('mastodon-4-5 published) cannot be cancelled'),
      },
      { field: 'select.ids[2]', message: '"nothing" is no post, or has no target that is meant' },
    ],
  });
  expect((await stage.publisher.get(waiting.id))?.status).toBe('queued');
  await stage.publisher.cancelAll({ select: { ids: [waiting.id] }, dryRun: false });
  expect((await stage.publisher.get(waiting.id))?.status).toBe('cancelled');
});

test('only the targets of the account that is meant change', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'], network: { rates: noRates } });
  const post = await stage.add({
    text: 'a',
    accounts: ['mastodon-4-5', 'gotosocial'],
    publishAt: instant(stage.clock.now() + minute),
  });
  await stage.publisher.cancelAll({ select: { account: 'gotosocial' }, dryRun: false });
  expect((await stage.publisher.get(post.id))?.targets.map(({ status }) => status)).toEqual([
    'queued',
    'cancelled',
  ]);
});

test('moving a post brings nothing back that was cancelled on its own', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'], network: { rates: noRates } });
  const post = await stage.add({
    text: 'a',
    accounts: ['mastodon-4-5', 'gotosocial'],
    publishAt: instant(stage.clock.now() + minute),
  });
  await stage.publisher.cancelAll({ select: { account: 'gotosocial' }, dryRun: false });
  const later = stage.clock.now() + 60 * minute;
  expect((await stage.publisher.move(post.id, later)).targets.map(({ status }) => status)).toEqual([
    'queued',
    'cancelled',
  ]);
  await stage.publisher.cancel(post.id);
  expect((await stage.publisher.move(post.id, later)).targets.map(({ status }) => status)).toEqual([
    'queued',
    'queued',
  ]);
});

test('moving all of an account brings nothing back that somebody cancelled, unless it is named', async () => {
  const stage = await createStage({ network: { rates: noRates } });
  const add = (text: string) => stage.add({ text, accounts, publishAt: instant(stage.clock.now() + minute) });
  const [gone, waiting] = [await add('gone'), await add('waiting')];
  await stage.publisher.cancel(gone.id);
  const to = { bySeconds: 3600 };
  const all = { select: { account: accounts[0] ?? '' }, dryRun: false, to };
  expect((await stage.publisher.moveAll(all)).posts.map(({ id }) => id)).toEqual([waiting.id]);
  expect((await stage.publisher.get(gone.id))?.status).toBe('cancelled');
  const named = { select: { status: ['cancelled' as const] }, dryRun: false, to };
  expect((await stage.publisher.moveAll(named)).posts.map(({ id }) => id)).toEqual([gone.id]);
});

const inputs = (posts: PostDraft[]) => posts.map((post) => parse(postInputSchema, post, 'a test'));

test('many posts are added together, in order, or none of them', async () => {
  const stage = await createStage({ network: { rates: noRates } });
  const path = stage.picture('a.png');
  const posts = inputs([
    { text: 'a', accounts, media: [{ path }] },
    { text: 'b', accounts, key: 'k', media: [{ path }] },
    { text: 'c', accounts, key: 'k', media: [{ path }] },
  ]);
  const from = { source: 'cli' as const, dryRun: false };
  await expect(
    stage.publisher.addAll(
      [...posts, ...inputs([{ text: 'd', accounts: ['stranger'], media: [{ path: '/none' }] }])],
      from,
    ),
  ).rejects.toMatchObject({
    details: [
      {
        field: 'posts[3].accounts[0]',
        message: 'names an unknown account "stranger"; `belfry accounts` lists them',
      },
      { field: 'posts[3].media[0].path', message: '/none does not exist; put it back, or correct the path' },
    ],
  });
  expect([await stage.publisher.list({ limit: 10 }), files(stage)]).toEqual([[], []]);
  const dry = await stage.publisher.addAll(posts, { ...from, dryRun: true });
  expect(dry.posts.map(({ isNew, post }) => [isNew, post.text])).toEqual([
    [true, 'a'],
    [true, 'b'],
    [false, 'c'],
  ]);
  expect([await stage.publisher.list({ limit: 10 }), files(stage)]).toEqual([[], []]);
  const done = await stage.publisher.addAll(posts, from);
  expect(done.posts.map(({ isNew, post }) => [isNew, post.text])).toEqual([
    [true, 'a'],
    [true, 'b'],
    [false, 'b'],
  ]);
  expect([(await stage.publisher.list({ limit: 10 })).length, files(stage).length]).toEqual([2, 2]);
  const again = await stage.publisher.addAll(posts.slice(1), from);
  expect(again.posts.map(({ isNew }) => isNew)).toEqual([false, false]);
  expect(files(stage)).toHaveLength(2);
});

test('a thousand posts are added and moved at once', async () => {
  const stage = await createStage({ network: { rates: noRates } });
  const at = stage.clock.now() + 1000 * minute;
  const posts = inputs(
    Array.from({ length: 1000 }, (_, index) => ({
      text: `p${index}`,
      accounts,
      publishAt: instant(at + index * minute),
    })),
  );
  await stage.publisher.addAll(posts, { source: 'cli', dryRun: false });
  const done = await stage.publisher.moveAll({
    select: { status: ['queued'] },
    to: { bySeconds: 60 },
    dryRun: false,
  });
  expect(done.posts).toHaveLength(1000);
  expect(await stage.nextDue()).toBe(at + minute);
});
