import { expect, test } from 'vitest';
import { wallInstant } from '../../electron/scheduler/index.ts';

test.each([
  ['2026-11-22T09:00', 'Europe/Berlin', '2026-11-22T08:00:00.000Z', 'plain'],
  ['2026-11-22 09:00:30', 'UTC', '2026-11-22T09:00:30.000Z', 'plain'],
  ['2026-07-01 00:00', 'America/New_York', '2026-07-01T04:00:00.000Z', 'plain'],
  ['2026-03-29 01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z', 'plain'],
  ['2026-03-29 02:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z', 'jumped'],
  ['2026-03-29 02:30', 'Europe/Berlin', '2026-03-29T01:00:00.000Z', 'jumped'],
  ['2026-03-29 03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z', 'plain'],
  ['2026-10-25 01:59', 'Europe/Berlin', '2026-10-24T23:59:00.000Z', 'plain'],
  ['2026-10-25 02:00', 'Europe/Berlin', '2026-10-25T00:00:00.000Z', 'twice'],
  ['2026-10-25 02:59', 'Europe/Berlin', '2026-10-25T00:59:00.000Z', 'twice'],
  ['2026-10-25 03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z', 'plain'],
  ['2026-11-01 01:30', 'America/New_York', '2026-11-01T05:30:00.000Z', 'twice'],
  ['2026-04-05 01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z', 'twice'],
])('%s on the wall in %s', (text, zone, instant, clock) => {
  const found = wallInstant(text, zone);
  expect([found && new Date(found.at).toISOString(), found?.clock]).toEqual([instant, clock]);
});

test.each([
  '2026-11-22',
  '2026-11-22T09:00Z',
  '2026-02-29T09:00',
  '2026-13-01T09:00',
  '2026-11-22T24:00',
  '2026-11-22T09:60',
  'tomorrow',
  '',
])('%j is no wall time', (text) => {
  expect(wallInstant(text, 'UTC')).toBeUndefined();
});
