import { expect, test } from 'vitest';
import { createDuePosts } from '../electron/due-posts.ts';
import { handClock } from './support/clock.ts';

function setUp() {
  const clock = handClock('2026-11-22T09:00:00Z');
  const start = clock.now();
  const dues: number[] = [];
  const rings: number[] = [];
  const errors: unknown[] = [];
  const duePosts = createDuePosts({
    clock,
    nextDue: async (after) => dues.find((due) => due > after) ?? null,
    ring: () => {
      rings.push(clock.now() - start);
      dues.shift();
      return true;
    },
    failed: (error) => errors.push(error),
  });
  return { clock, start, dues, rings, errors, duePosts };
}

test('rings to the millisecond, also when the due instant is far away', async () => {
  const { clock, start, dues, rings, duePosts } = setUp();
  dues.push(start + 100_001);
  duePosts.look();
  await clock.advance(100_000);
  expect(rings).toEqual([]);
  await clock.advance(1);
  expect(rings).toEqual([100_001]);
});

test('a due instant that stays due rings once', async () => {
  const clock = handClock();
  const due = clock.now() - 5000;
  let rings = 0;
  const duePosts = createDuePosts({
    clock,
    nextDue: async (after) => (due > after ? due : null),
    ring: () => {
      rings += 1;
      return true;
    },
    failed: () => {},
  });
  duePosts.look();
  await clock.advance(60_000);
  duePosts.look();
  await clock.advance(60_000);
  expect(rings).toBe(1);
});

test('what stays due holds up nothing that becomes due after it', async () => {
  const clock = handClock();
  const start = clock.now();
  const dues = [start - 5000, start + 20_000];
  const rings: number[] = [];
  const duePosts = createDuePosts({
    clock,
    nextDue: async (after) => dues.find((due) => due > after) ?? null,
    ring: () => {
      rings.push(clock.now() - start);
      return true;
    },
    failed: () => {},
  });
  duePosts.look();
  await clock.advance(60_000);
  expect(rings).toEqual([0, 20_000]);
});

test('what becomes due again after the clock was set back rings again', async () => {
  const { clock, start, dues, rings, duePosts } = setUp();
  dues.push(start + 3_600_000);
  duePosts.look();
  await clock.advance(3_600_000);
  clock.set(start);
  dues.push(start + 60_000);
  duePosts.look();
  await clock.advance(60_000);
  expect(rings).toEqual([3_600_000, 60_000]);
});

test('an earlier post that is added later rings earlier', async () => {
  const { clock, start, dues, rings, duePosts } = setUp();
  dues.push(start + 10_000);
  duePosts.look();
  await clock.advance(1000);
  dues.unshift(start + 3000);
  duePosts.look();
  await clock.advance(20_000);
  expect(rings).toEqual([3000, 10_000]);
});

test('a ring that was not taken is made up for at the next look', async () => {
  const clock = handClock();
  const due = clock.now() + 1000;
  const taken: boolean[] = [];
  const duePosts = createDuePosts({
    clock,
    nextDue: async () => due,
    ring: () => {
      taken.push(taken.length > 0);
      return taken.length > 1;
    },
    failed: () => {},
  });
  duePosts.look();
  await clock.advance(5000);
  expect(taken).toEqual([false]);
  duePosts.look();
  await clock.advance(5000);
  expect(taken).toEqual([false, true]);
});

test('stop leaves no timer behind', async () => {
  const { clock, start, dues, rings, duePosts } = setUp();
  dues.push(start + 1000);
  duePosts.look();
  await clock.advance(500);
  duePosts.stop();
  await clock.advance(5000);
  expect(rings).toEqual([]);
  expect(clock.pending()).toBe(0);
});

test('a ring that throws is told', async () => {
  const errors: unknown[] = [];
  const clock = handClock();
  const duePosts = createDuePosts({
    clock,
    nextDue: async () => clock.now() - 1,
    ring: () => {
      throw new Error('a bug');
    },
    failed: (error) => errors.push(error),
  });
  duePosts.look();
  await clock.advance(0);
  expect(errors).toMatchObject([{ message: 'a bug' }]);
  duePosts.stop();
});
