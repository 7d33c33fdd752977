import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { heavy } from '../support/order.ts';

test('every file that is called heavy is there', () => {
  const there = new Set(
    globSync('tests/**/*.test.{ts,tsx}').map((file) => file.replace(/^tests\/|\.test\.tsx?$/g, '')),
  );
  expect(heavy.filter((name) => !there.has(name))).toEqual([]);
});
