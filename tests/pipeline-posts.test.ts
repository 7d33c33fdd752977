import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Skipped, takePostLines } from '../electron/jobs-and-posts.ts';
import { type PostLimits, postRequestSchema } from '../shared/index.ts';
import { plannerWorld } from './planner/world.ts';
import { temporaryHome } from './support/home.ts';
import { pictureBytes } from './support/pictures.ts';

const account = 'mastodon-4-5';

async function pipeline() {
  const world = await plannerWorld();
  world.config.texts = [{ id: 'news', text: '{title} {hashtags:city}' }];
  world.config.hashtags = [{ id: 'city', tags: ['Philadelphia'] }];
  world.config.queues = [{ account, timezone: 'UTC', slots: [{ days: ['mon'], at: '09:00' }] }];
  const planner = world.engine();
  await planner.start();
  const folder = temporaryHome();
  const media = temporaryHome();
  const open = takePostLines({
    add: planner.add,
    jobOf: async (runId) => ({ 'of news': 'news', 'of ideas': 'ideas' })[runId],
    mediaFolders: () => [media],
  });
  let count = 0;
  /** The lines of one run of a step. */
  const step = (limits: PostLimits = {}, as: 'draft' | 'queued' = 'queued', jobId = 'job') => {
    const take = open({ runId: 'run', jobId, as, folder, limits });
    return (line: unknown, origin = `run:${count++}`) =>
      take(typeof line === 'string' ? line : JSON.stringify(line), origin);
  };
  const print = (line: unknown, as: 'draft' | 'queued' = 'queued', origin = `run:${count++}`) =>
    step({}, as)(line, origin);
  return { world, planner, print, step, folder, media };
}

test('a printed line may name a text, its values and the next free slot', async () => {
  const { world, print } = await pipeline();
  const line = (title: string) => ({
    template: 'news',
    values: { title },
    accounts: [account],
    publishAt: 'next-slot',
  });
  expect(await print(line('Bridge'))).toEqual([]);
  expect(await print(line('Tunnel'), 'queued', 'run:tunnel')).toEqual([]);
  // Printed again by a run that was resumed.
  expect(await print(line('Tunnel'), 'queued', 'run:tunnel')).toEqual([]);
  expect((await world.posts()).map(({ publishAt, text }) => `${publishAt} ${text}`)).toEqual([
    '2026-11-23T09:00:00.000Z Bridge #Philadelphia',
    '2026-11-30T09:00:00.000Z Tunnel #Philadelphia',
  ]);
});

test('a draft shows the slot that was next and holds none', async () => {
  const { world, planner, print } = await pipeline();
  const line = { text: 'Maybe', accounts: [account], publishAt: 'next-slot' };
  expect(await print(line, 'draft')).toEqual([]);
  expect(await world.posts()).toMatchObject([{ status: 'draft', publishAt: '2026-11-23T09:00:00.000Z' }]);
  const [queue] = await planner.queues.list(1);
  expect(queue?.upcoming).toEqual([{ at: '2026-11-23T09:00:00.000Z', slot: true, post: null }]);
});

test.each([
  [{ template: 'news', accounts: [account] }, [['values', 'needs a value for {title}']]],
  [{ template: 'mews', accounts: [account] }, [['template', 'names an unknown text "mews"; there are news']]],
  [
    { text: 'a', template: 'news', accounts: [account] },
    [['text', 'must be left out when "template" is given']],
  ],
  [
    { text: 'a', accounts: ['eve'], publishAt: 'next-slot' },
    [['accounts[0]', expect.stringContaining('has no weekly slots')]],
  ],
  [
    { text: 'a', accounts: [account], publishAt: 'soon' },
    [['publishAt', expect.stringContaining('must be "next-slot" or an ISO 8601 instant')]],
  ],
])('%j is refused by field', async (line, problems) => {
  const { world, print } = await pipeline();
  const found = await print(line);
  if ('skipped' in found) throw new Error(found.skipped);
  expect(found.map(({ field, message }) => [field, message])).toEqual(problems);
  expect(await world.posts()).toEqual([]);
});

const said = (found: readonly { field: string; message: string }[] | Skipped) =>
  'skipped' in found
    ? found.skipped
    : found.map(({ field, message }) => `${field} ${message}`.trim()).join('; ');

test('files come from the folder of the step and the media folder, wherever links lead', async () => {
  const { world, step, folder, media } = await pipeline();
  const elsewhere = temporaryHome();
  const picture = await pictureBytes('png', { width: 64, height: 48 });
  for (const dir of [folder, media, elsewhere]) writeFileSync(join(dir, 'a.png'), picture);
  mkdirSync(join(folder, 'sub'));
  symlinkSync(join(elsewhere, 'a.png'), join(folder, 'link.png'));
  symlinkSync(elsewhere, join(folder, 'linked'));
  const post = (path: string, thread: string[] = []) => ({
    text: `${path} ${thread}`,
    accounts: [account],
    media: [{ path }],
    thread: thread.map((file) => ({ text: 'more', media: [{ path: file }] })),
  });
  const print = step();
  for (const path of ['a.png', './sub/../a.png', join(folder, 'a.png'), join(media, 'a.png')])
    expect(await print(post(path)), path).toEqual([]);
  for (const path of ['link.png', 'linked/a.png', join(elsewhere, 'a.png'), '../../../../etc/hostname'])
    expect(said(await print(post(path))), path).toMatch(
      /^media\[0\]\.path .* lies outside the folders .* of the step\); move it there, or add its folder$/,
    );
  expect(said(await print(post('a.png', ['link.png'])))).toMatch(
    /^thread\[0\]\.media\[0\]\.path .* lies outside/,
  );
  expect(said(await print(post('missing.png')))).toMatch(/^media\[0\]\.path .*missing\.png/);
  expect(await step({ folders: [elsewhere] })(post('link.png'))).toEqual([]);
  expect(said(await step({ folders: ['sub'] })(post('a.png')))).toMatch(/lies outside/);
  expect((await world.posts()).length).toBe(5);
});

test('a step may be limited to accounts, to a number of posts and to bytes', async () => {
  const { world, step } = await pipeline();
  const post = (text: string, accounts = [account]) => ({ text, accounts });
  expect(said(await step({ accounts: ['other'] })(post('a')))).toBe(
    `accounts[0] "${account}" is not among the accounts of this step (other)`,
  );
  const two = step({ maxPosts: 2 });
  for (const text of ['b', 'c']) expect(await two(post(text))).toEqual([]);
  expect(said(await two(post('d')))).toBe('is one more than the 2 posts that this step may make (maxPosts)');
  const small = step({ maxBytes: 100 });
  expect(await small(post('e'))).toEqual([]);
  expect(said(await small(post('f'.repeat(60))))).toMatch(
    /^needs \d+ bytes, of which this step has \d+ left/,
  );
  expect((await world.posts()).map(({ text }) => text).sort()).toEqual(['b', 'c', 'e']);
});

test('a key is its job’s own; posts under the keys of an earlier Belfry stay known', async () => {
  const { world, planner, step } = await pipeline();
  const post = (text: string, key = '1') => ({ text, accounts: [account], key });
  const [news, ideas] = [step({}, 'queued', 'news'), step({}, 'queued', 'ideas')];
  for (const print of [news, ideas, news]) expect(await print(post(print === news ? 'n' : 'i'))).toEqual([]);
  const byHand = await planner.add(postRequestSchema.parse(post('by hand')), { source: 'cli' });
  expect((await world.posts()).map(({ text }) => text).sort()).toEqual(['by hand', 'i', 'n']);
  // What was exported is known when it comes back; what the user named suppresses no job's post.
  const back = await planner.add(postRequestSchema.parse(post('n', 'news:1')), { source: 'cli' });
  expect([byHand.key, back.key, back.text]).toEqual(['1', 'news:1', 'n']);
  for (const runId of ['of news', 'of ideas', 'forgotten'])
    await planner.add(postRequestSchema.parse(post(runId, runId)), { source: 'pipeline', runId });
  for (const runId of ['of news', 'of ideas', 'forgotten'])
    expect(await news(post(`${runId}, again`, runId))).toEqual([]);
  expect((await world.posts()).map(({ text }) => text).sort()).toEqual([
    'by hand',
    'forgotten',
    'i',
    'n',
    'of ideas',
    'of ideas, again',
    'of news',
  ]);
});

test('what an account has already is skipped and said, unless the line insists or has a key of its own', async () => {
  const { world, print } = await pipeline();
  const line = (more: object = {}) => ({
    text: 'Bridge closed',
    accounts: [account],
    publishAt: '2026-11-23T12:00:00Z',
    ...more,
  });
  expect(await print(line(), 'queued', 'run:first')).toEqual([]);
  // The same line of a run that was resumed is the same post, and nothing to speak of.
  expect(await print(line(), 'queued', 'run:first')).toEqual([]);
  const [first] = await world.posts();
  const repeated = {
    skipped: expect.stringContaining(`was skipped: it repeats post ${first?.id} for`),
    stored: false,
  };
  expect(await print(line())).toEqual(repeated);
  expect(await print(line({ publishAt: '2026-11-24T12:00:00Z' }), 'draft')).toEqual(repeated);
  expect((await world.posts()).length).toBe(1);
  expect(await print(line({ allowDuplicates: true }))).toEqual([]);
  expect(await print(line({ key: 'bridge' }))).toEqual([]);
  expect(await print(line({ publishAt: '2026-12-24T12:00:00Z' }))).toEqual([]);
  expect((await world.posts()).length).toBe(4);
  expect(said(await print(line({ allowDuplicates: 'yes' })))).toContain('allowDuplicates');
});
