import { expect, test } from 'vitest';
import { chooseStart, restartDelay } from '../../../electron/runner/helper/starter.ts';

test.each([
  [{ possible: false, present: false, now: 9, notBefore: 0 }, 'engine'],
  [{ possible: true, present: true, now: 0, notBefore: 9 }, 'helper'],
  [{ possible: true, present: false, now: 0, notBefore: 9 }, 'engine'],
  [{ possible: true, present: false, now: 9, notBefore: 9 }, 'new helper'],
] as const)('%o goes by %s', (state, way) => {
  expect(chooseStart(state)).toBe(way);
});

test('the pauses between two tries double, up to five minutes', () => {
  expect([1, 2, 3, 4, 8, 9, 10, 2000].map(restartDelay)).toEqual([
    1000, 2000, 4000, 8000, 128_000, 256_000, 300_000, 300_000,
  ]);
});
