import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromLocal, toLocal } from '../../renderer/ui/zone.ts';

const zones = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
];

test('a wall time of a zone becomes its instant', () => {
  expect(fromLocal('2026-11-29T09:00', 'America/New_York')).toBe(Date.parse('2026-11-29T14:00:00Z'));
  expect(fromLocal('2026-07-01T09:00', 'America/New_York')).toBe(Date.parse('2026-07-01T13:00:00Z'));
  expect(fromLocal('2026-11-29T09:00', 'Asia/Kolkata')).toBe(Date.parse('2026-11-29T03:30:00Z'));
});

test('a time in the spring gap is moved on by the gap', () => {
  expect(fromLocal('2026-03-08T02:30', 'America/New_York')).toBe(Date.parse('2026-03-08T07:30:00Z'));
});

test('of a repeated hour the first pass is meant', () => {
  expect(fromLocal('2026-11-01T01:30', 'America/New_York')).toBe(Date.parse('2026-11-01T05:30:00Z'));
});

test.each(['', '2026-11-29', 'tomorrow', '2026-13-01T00:00', '2026-11-29T25:00'])('%j is no time', (text) => {
  expect(fromLocal(text, 'UTC')).toBeUndefined();
});

test('there and back again, in every zone', () => {
  const minute = fc.integer({ min: 0, max: 60_000_000 }).map((n) => n * 60_000);
  fc.assert(
    fc.property(minute, fc.constantFrom(...zones), (at, zone) => {
      const back = fromLocal(toLocal(at, zone), zone);
      // Only the second pass of a repeated hour comes back as the first.
      expect(back).toBeDefined();
      expect(toLocal(back ?? 0, zone)).toBe(toLocal(at, zone));
      expect(back ?? 0).toBeLessThanOrEqual(at);
    }),
  );
});
