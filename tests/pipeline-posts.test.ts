import { expect, test } from 'vitest';
import { takePostLines } from '../electron/pipeline-posts.ts';
import { plannerWorld } from './planner/world.ts';

const account = 'mastodon-4-5';

async function pipeline() {
  const world = await plannerWorld();
  world.config.texts = [{ id: 'news', text: '{title} {hashtags:city}' }];
  world.config.hashtags = [{ id: 'city', tags: ['Philadelphia'] }];
  world.config.queues = [{ account, timezone: 'UTC', slots: [{ days: ['mon'], at: '09:00' }] }];
  const planner = world.engine();
  await planner.start();
  const take = takePostLines(planner.add);
  let count = 0;
  const print = (line: unknown, as: 'draft' | 'queued' = 'queued', origin = `run:${count++}`) =>
    take(typeof line === 'string' ? line : JSON.stringify(line), { runId: 'run', as, origin });
  return { world, planner, print };
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
  expect(found.map(({ field, message }) => [field, message])).toEqual(problems);
  expect(await world.posts()).toEqual([]);
});
