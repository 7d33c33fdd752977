import { expect, test } from 'vitest';
import { throttle } from '../../electron/publisher/publish-loop.ts';
import { handClock } from '../support/clock.ts';
import { slowAnswer } from '../support/fake-networks/index.ts';
import { createStage } from '../support/publishing.ts';

const accounts = ['mastodon-4-5'];

test('stopping lets the visible call end, stores it, and starts nothing more', async () => {
  const stage = await createStage();
  stage.network.faults.next('post', slowAnswer(150));
  const [one, two] = [await stage.add({ text: 'a', accounts }), await stage.add({ text: 'b', accounts })];
  const beat = stage.beat();
  while (stage.network.world.visible.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await stage.publisher.stop();
  await stage.publisher.stop();
  await beat;
  const statuses = await Promise.all(
    [one, two].map(async ({ id }) => (await stage.publisher.get(id))?.status),
  );
  expect(statuses).toEqual(['published', 'queued']);
});

test('a call that takes longer than the patience of stopping is looked up at the next start', async () => {
  const stage = await createStage();
  stage.network.faults.next('post', slowAnswer(3_000));
  const post = await stage.add({ text: 'a', accounts });
  void stage.beat().catch(() => undefined);
  while (stage.network.world.visible.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const stopped = stage.publisher.stop({ drainMs: 2000 });
  await stage.clock.advance(2000);
  await stopped;
  await stage.restart();
  await stage.untilQuiet();
  expect((await stage.publisher.get(post.id))?.status).toBe('published');
  expect(stage.network.world.visible).toHaveLength(1);
});

test('a beat that is cancelled before the visible call leaves the post in the queue', async () => {
  const stage = await createStage();
  const post = await stage.add({ text: 'a', accounts });
  const cancel = new AbortController();
  stage.network.arrived = () => cancel.abort();
  await stage.publisher.publishNow({ signal: cancel.signal, say: () => undefined });
  expect((await stage.publisher.get(post.id))?.targets).toMatchObject([
    { status: 'queued', error: null, notBefore: null },
  ]);
  expect(stage.network.world.visible).toEqual([]);
  await stage.untilQuiet();
  expect((await stage.publisher.get(post.id))?.status).toBe('published');
});

test('many changes are a few announcements, and the last one is never kept back', async () => {
  const clock = handClock();
  let told = 0;
  const changed = throttle(clock, () => {
    told += 1;
  });
  for (let count = 0; count < 1000; count += 1) changed();
  expect(told).toBe(1);
  await clock.advance(250);
  expect(told).toBe(2);
  await clock.advance(1000);
  expect(told).toBe(2);
  changed();
  changed();
  changed.flush();
  expect([told, clock.pending()]).toEqual([4, 0]);
});
