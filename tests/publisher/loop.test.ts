import { expect, test } from 'vitest';
import { createPublishLoop } from '../../electron/publisher/publish-loop.ts';
import { type PostDraft, toInstant } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { slowAnswer } from '../support/fake-networks/index.ts';
import { createStage, type StageOptions } from '../support/publishing.ts';

const minute = 60_000;

/** A loop over instants that are due; a look leaves what stays due. */
function setUp() {
  const clock = handClock('2026-11-22T09:00:00Z');
  const start = clock.now();
  const world = { dues: [] as number[], isPaused: false, looks: [] as number[], errors: [] as unknown[] };
  const loop = createPublishLoop({
    clock,
    log: (...line) => world.errors.push(line),
    isPaused: () => world.isPaused,
    nextDue: async (after) => world.dues.find((due) => due > after) ?? null,
    look: async () => void world.looks.push(clock.now() - start),
    changed: () => {},
  });
  /** The looks since the last call, `ms` from now. */
  const looksOf = async (ms: number) => {
    await clock.advance(ms);
    return world.looks.splice(0);
  };
  return { clock, start, loop, looksOf, world };
}

test('looks at the start and to the millisecond, also when the due instant is far away', async () => {
  const { start, loop, looksOf, world } = setUp();
  world.dues.push(start + 130_001);
  loop.start();
  expect(await looksOf(0)).toEqual([0]);
  expect(loop.next()).toBe(start + 130_001);
  expect(await looksOf(130_001)).toEqual([minute, 2 * minute, 130_001]);
  expect(loop.next()).toBeNull();
});

test('what stays due is looked at once, then every minute, and holds up nothing that becomes due after it', async () => {
  const { start, loop, looksOf, world } = setUp();
  world.dues.push(start - 5000, start + 20_000);
  loop.start();
  expect(await looksOf(85_000)).toEqual([0, 20_000, 80_000]);
});

test('what becomes due again after the clock was set back is looked at again', async () => {
  const { clock, start, loop, looksOf, world } = setUp();
  world.dues.push(start + 60_000);
  loop.start();
  await looksOf(3_600_000);
  clock.set(start);
  expect(await looksOf(60_000)).toEqual([15_000, 60_000]);
});

test('an earlier instant that comes later is looked at earlier; a change alone causes no look', async () => {
  const { start, loop, looksOf, world } = setUp();
  world.dues.push(start + 10_000);
  loop.start();
  await looksOf(1000);
  world.dues.unshift(start + 3000);
  loop.rearm();
  expect(await looksOf(20_000)).toEqual([3000, 10_000]);
});

test('of many changes in a row the first are looked at at once, the rest a few times a second, and times stay exact', async () => {
  const { clock, start, loop, looksOf, world } = setUp();
  loop.start();
  await looksOf(10_000);
  for (let change = 0; change < 90; change += 1) {
    world.dues.push(clock.now());
    loop.wake();
    await clock.advance(10);
  }
  expect(await looksOf(0)).toEqual([10_000, 10_010, 10_020]);
  world.dues.splice(0, world.dues.length, start + 11_500);
  loop.rearm();
  expect(await looksOf(5000)).toEqual([11_000, 11_500]);
});

test('a change that is not due later than the last look is looked at as well', async () => {
  const { loop, looksOf } = setUp();
  loop.start();
  for (let change = 0; change < 5; change += 1) loop.wake();
  expect(await looksOf(5000)).toEqual([0, 0, 0, 1000]);
});

test('a pause holds every look; the wake-up after it makes up for them', async () => {
  const { start, loop, looksOf, world } = setUp();
  world.dues.push(start + 10_000);
  loop.start();
  await looksOf(5000);
  world.isPaused = true;
  loop.wake();
  expect(await looksOf(5 * minute)).toEqual([]);
  expect(loop.next()).toBeNull();
  world.isPaused = false;
  loop.wake();
  expect(await looksOf(0)).toEqual([305_000]);
});

test('a sleep is found out within 15 seconds of the machine at work', async () => {
  const { clock, start, loop, looksOf, world } = setUp();
  world.dues.push(start + 3_600_000);
  loop.start();
  await looksOf(1000);
  clock.sleep(2 * 3_600_000);
  const [look = 0] = await looksOf(15_000);
  expect(look).toBeLessThanOrEqual(2 * 3_600_000 + 16_000);
});

test('what fails is logged, and looked at again after a minute; stop leaves no timer behind', async () => {
  const { clock, loop, world } = setUp();
  let fails = true;
  const failing = createPublishLoop({
    clock,
    log: (...line) => world.errors.push(line),
    isPaused: () => false,
    nextDue: async () => {
      if (fails) throw new Error('no times');
      return null;
    },
    look: async () => {
      world.looks.push(clock.now());
      if (fails) throw new Error('a bug');
    },
    changed: () => {},
  });
  failing.start();
  await clock.advance(1000);
  expect(world.errors).toEqual([
    ['error', 'Publishing broke off', { error: 'Error: a bug' }],
    ['error', 'Could not find out when the next post is due', { error: 'Error: no times' }],
  ]);
  fails = false;
  await clock.advance(minute);
  expect(world.looks).toHaveLength(2);
  failing.stop();
  loop.start();
  await clock.advance(0);
  loop.stop();
  loop.wake();
  await clock.advance(5 * minute);
  expect(clock.pending()).toBe(0);
});

/** A stage whose publisher keeps its own time. */
async function started(options: StageOptions = {}) {
  const kept: { summary: string; ok: boolean; lines: readonly { text: string }[] }[] = [];
  const stage = await createStage({
    ...options,
    needs: { keepLook: async (look) => void kept.push(look), ...options.needs },
  });
  await stage.publisher.start();
  const add = (post: Omit<PostDraft, 'publishAt'>, inMs: number) =>
    stage.add({ ...post, publishAt: toInstant(stage.clock.now() + inMs) });
  const isOut = (id: string) =>
    expect.poll(async () => (await stage.publisher.get(id))?.status, { timeout: 90_000 }).toBe('published');
  return { stage, kept, add, isOut };
}

const accounts = ['mastodon-4-5'];

test('each post goes out at its instant; only looks that did something are kept', async () => {
  const { stage, kept, add, isOut } = await started();
  await stage.clock.advance(10 * minute);
  expect(kept).toEqual([]);
  const at = stage.clock.now() + 90_001;
  const post = await add({ text: 'a', accounts }, 90_001);
  await expect.poll(() => stage.publisher.status()).toEqual({ publishing: false, nextLook: at });
  await stage.clock.advance(90_000);
  expect(stage.network.world.visible).toEqual([]);
  await stage.clock.advance(1);
  await isOut(post.id);
  expect(stage.network.world.visible).toMatchObject([{ text: 'a', at }]);
  await expect.poll(() => kept).toHaveLength(1);
  expect(kept[0]).toMatchObject({
    ok: true,
    summary: '1 post published',
    startedAt: at,
    lines: [{ text: expect.stringContaining(`post ${post.id}: `) }],
  });
  await expect.poll(() => stage.publisher.status()).toEqual({ publishing: false, nextLook: null });
});

test('a slow account holds up no other: each has a cycle of its own', async () => {
  const { stage, add, isOut } = await started({ models: ['mastodon-4.5', 'gotosocial'] });
  stage.network.faults.next('post', slowAnswer(3000));
  const slow = await add({ text: 'slow', accounts }, 0);
  await expect.poll(() => stage.network.world.visible).toHaveLength(1);
  const other = await add({ text: 'other', accounts: ['gotosocial'] }, 1000);
  await stage.clock.advance(1000);
  await isOut(other.id);
  expect((await stage.publisher.get(slow.id))?.status).toBe('sending');
  expect(stage.publisher.status().publishing).toBe(true);
  // What comes for the slow one meanwhile goes out after it, without another look.
  const next = await add({ text: 'next', accounts }, 0);
  await isOut(next.id);
  expect(stage.network.world.visible.map(({ text }) => text)).toEqual(['slow', 'next']);
});

test('while paused nothing goes out by itself, and what the user asks for does', async () => {
  const now = { pausedBy: 'scheduler' as 'scheduler' | null };
  const { stage, kept, add, isOut } = await started({ needs: { pausedBy: () => now.pausedBy } });
  const waits = await add({ text: 'waits', accounts }, 0);
  const asked = await add({ text: 'asked', accounts }, 60 * minute);
  await stage.clock.advance(5 * minute);
  expect(stage.publisher.status()).toEqual({ publishing: false, nextLook: null });
  expect(stage.network.world.visible).toEqual([]);
  await stage.publisher.publish(asked.id);
  await isOut(asked.id);
  const said: string[] = [];
  const signal = new AbortController().signal;
  const again = await add({ text: 'again', accounts }, 0);
  expect(await stage.publisher.publishNow({ signal, say: (text) => said.push(text) })).toMatchObject({
    ok: true,
  });
  await isOut(again.id);
  await isOut(waits.id);
  expect(kept).toEqual([]);
  const last = await add({ text: 'last', accounts }, 0);
  now.pausedBy = null;
  stage.publisher.wake();
  await isOut(last.id);
});
