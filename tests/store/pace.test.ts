import { expect, test } from 'vitest';
import { createPace, nextSize } from '../../electron/store/pace.ts';
import { handClock } from '../support/clock.ts';

const sizes = { first: 64, least: 8, most: 100 };

test.each([
  ['a quick step', 64, 1, 80],
  ['a quick one near the most', 90, 9.9, 100],
  ['a small quick one', 1, 0, 2],
  ['one that takes as long as it may', 64, 10, 64],
  ['one that is still in order', 64, 20, 64],
  ['a slow one', 64, 20.1, 32],
  ['a very slow one', 64, 5000, 32],
  ['a slow one near the least', 9, 50, 8],
])('after %s of %d in %d ms comes one of %d', (_, size, took, next) => {
  expect(nextSize(size, took, sizes)).toBe(next);
});

test('a pace finds what takes some ten milliseconds, and follows a machine that becomes slower', async () => {
  const clock = handClock();
  const pace = createPace(clock, sizes);
  let cost = 0.1;
  const took: number[] = [];
  const steps = async (count: number) => {
    for (let step = 0; step < count; step += 1)
      await pace(async (size) => {
        took.push(size * cost);
        await clock.advance(size * cost);
      });
  };
  await steps(20);
  expect(took.at(-1)).toBe(10);
  cost = 1;
  await steps(20);
  expect(Math.max(...took.slice(-10))).toBeLessThanOrEqual(20);
  cost = 0.2;
  await steps(20);
  expect(took.at(-1)).toBeGreaterThanOrEqual(10);
});

test('a step that fails changes nothing, and its error comes out', async () => {
  const clock = handClock();
  const pace = createPace(clock, sizes);
  const broken = pace(async () => {
    await clock.advance(1000);
    throw new Error('disk full');
  });
  await expect(broken).rejects.toThrow('disk full');
  expect(await pace(async (size) => size)).toBe(64);
});
