import { describe, expect, test } from 'vitest';
import { fireTimes } from '../../electron/scheduler/index.ts';
import { newest } from '../../electron/scheduler/triggers/instants.ts';
import { readCron } from '../../electron/scheduler/triggers/read-cron.ts';
import { triggerInstants } from '../../electron/scheduler/triggers/trigger-instants.ts';
import type { Trigger } from '../../shared/index.ts';
import { cron } from './world.ts';

const newYork = 'America/New_York';

function next(trigger: Trigger, from: string, count: number, timezone = newYork): string[] {
  return fireTimes({ trigger, timezone, from: Date.parse(from), count }).next.map((at) =>
    at.replace('.000Z', 'Z'),
  );
}

describe('interval', () => {
  test('fires at anchor + offset + k times its length, whichever way the anchor lies', () => {
    const trigger = {
      type: 'interval' as const,
      hours: 2,
      offset: { hours: 1 },
      anchor: '2026-11-22T00:00:00Z',
    };
    expect(next(trigger, '2026-11-22T09:30:00Z', 2)).toEqual([
      '2026-11-22T11:00:00Z',
      '2026-11-22T13:00:00Z',
    ]);
    expect(next(trigger, '2025-01-01T00:00:00Z', 1)).toEqual(['2025-01-01T01:00:00Z']);
  });

  test('counts elapsed time: a change of the clocks does not move it', () => {
    const daily = { type: 'interval' as const, days: 1, anchor: '2026-10-31T13:00:00Z' };
    expect(next(daily, '2026-10-31T12:00:00Z', 3)).toEqual([
      '2026-10-31T13:00:00Z',
      '2026-11-01T13:00:00Z',
      '2026-11-02T13:00:00Z',
    ]);
  });
});

describe('cron when clocks change (design §3.2)', () => {
  test('a fixed time in the gap runs once, at its end', () => {
    expect(next(cron('30 2 * * *'), '2026-03-07T12:00:00Z', 2)).toEqual([
      '2026-03-08T07:00:00Z',
      '2026-03-09T06:30:00Z',
    ]);
    expect(next(cron('0,15,30 2,3 * * *'), '2026-03-08T00:00:00-05:00', 4)).toEqual([
      '2026-03-08T07:00:00Z',
      '2026-03-08T07:15:00Z',
      '2026-03-08T07:30:00Z',
      '2026-03-09T06:00:00Z',
    ]);
  });

  test('a fixed time in the repeated hour runs the first time only', () => {
    expect(next(cron('30 1 * * *'), '2026-11-01T00:00:00-04:00', 2)).toEqual([
      '2026-11-01T05:30:00Z',
      '2026-11-02T06:30:00Z',
    ]);
  });

  test('a wildcard hour keeps its cadence through both', () => {
    expect(next(cron('*/30 * * * *'), '2026-11-01T00:45:00-04:00', 5)).toEqual([
      '2026-11-01T05:00:00Z',
      '2026-11-01T05:30:00Z',
      '2026-11-01T06:00:00Z',
      '2026-11-01T06:30:00Z',
      '2026-11-01T07:00:00Z',
    ]);
    expect(next(cron('*/30 * * * *'), '2026-03-08T01:15:00-05:00', 3)).toEqual([
      '2026-03-08T06:30:00Z',
      '2026-03-08T07:00:00Z',
      '2026-03-08T07:30:00Z',
    ]);
  });

  test('half an hour in Lord Howe', () => {
    const lord = 'Australia/Lord_Howe';
    expect(next(cron('15 2 * * *'), '2026-10-03T00:00:00Z', 2, lord)).toEqual([
      '2026-10-03T15:30:00Z',
      '2026-10-04T15:15:00Z',
    ]);
    expect(next(cron('45 1 * * *'), '2026-04-04T00:00:00Z', 2, lord)).toEqual([
      '2026-04-04T14:45:00Z',
      '2026-04-05T15:15:00Z',
    ]);
  });

  test('a day that Apia never had', () => {
    expect(next(cron('0 9 * * *'), '2011-12-29T12:00:00Z', 3, 'Pacific/Apia')).toEqual([
      '2011-12-29T19:00:00Z',
      '2011-12-30T10:00:00Z',
      '2011-12-30T19:00:00Z',
    ]);
  });
});

describe('cron with fields: the defaulting of APScheduler', () => {
  const fields = (given: Record<string, string | number>) =>
    ({ type: 'cron' as const, fields: given }) as Trigger;

  test.each<[Record<string, string | number>, string[]]>([
    [{ hour: 2 }, ['2026-11-23T02:00:00Z', '2026-11-24T02:00:00Z']],
    [{ minute: '*/20' }, ['2026-11-22T09:20:00Z', '2026-11-22T09:40:00Z']],
    [{ month: 6 }, ['2027-06-01T00:00:00Z', '2028-06-01T00:00:00Z']],
    [{ year: 2030 }, ['2030-01-01T00:00:00Z']],
    [{ year: 2027, week: 1 }, ['2027-01-04T00:00:00Z', '2027-01-05T00:00:00Z']],
    [{ week: 53, dayOfWeek: 'fri' }, ['2027-01-01T00:00:00Z', '2032-12-31T00:00:00Z']],
    [{ dayOfWeek: 'mon-fri', hour: 9 }, ['2026-11-23T09:00:00Z', '2026-11-24T09:00:00Z']],
    [{ day: 'last fri', hour: '8,20' }, ['2026-11-27T08:00:00Z', '2026-11-27T20:00:00Z']],
    [{ day: '2nd tue,last' }, ['2026-11-30T00:00:00Z', '2026-12-08T00:00:00Z']],
    [{ hour: '5/10' }, ['2026-11-22T15:00:00Z', '2026-11-23T05:00:00Z']],
  ])('%j', (given, expected) => {
    expect(next(fields(given), '2026-11-22T09:00:00Z', 2, 'UTC')).toEqual(expected);
  });
});

describe('calendar', () => {
  test('the nine o’clock of every second Tuesday, across a change of the clocks', () => {
    const trigger = {
      type: 'calendar' as const,
      every: 2,
      unit: 'weeks' as const,
      at: '09:00',
      weekdays: ['tue' as const],
      from: '2026-10-20',
    };
    expect(next(trigger, '2026-10-01T00:00:00Z', 3)).toEqual([
      '2026-10-20T13:00:00Z',
      '2026-11-03T14:00:00Z',
      '2026-11-17T14:00:00Z',
    ]);
  });

  test('every third day, and never before its first', () => {
    const trigger = {
      type: 'calendar' as const,
      every: 3,
      unit: 'days' as const,
      at: '02:30',
      from: '2026-12-30',
    };
    expect(next(trigger, '2026-01-01T00:00:00Z', 3, 'UTC')).toEqual([
      '2026-12-30T02:30:00Z',
      '2027-01-02T02:30:00Z',
      '2027-01-05T02:30:00Z',
    ]);
  });

  test.each<[number | string, string[]]>([
    [31, ['2026-12-31T09:00:00Z', '2027-08-31T09:00:00Z', '2027-10-31T09:00:00Z']],
    ['last', ['2026-12-31T09:00:00Z', '2027-02-28T09:00:00Z', '2027-04-30T09:00:00Z']],
    ['2nd tue', ['2026-12-08T09:00:00Z', '2027-02-09T09:00:00Z', '2027-04-13T09:00:00Z']],
  ])('every second month on day %s', (day, expected) => {
    const trigger = {
      type: 'calendar',
      every: 2,
      unit: 'months',
      at: '09:00',
      day,
      from: '2026-12-01',
    } as Trigger;
    expect(next(trigger, '2026-11-22T00:00:00Z', 3, 'UTC')).toEqual(expected);
  });

  test('without a first day it counts from the day on which Belfry first saw the job, in the job’s zone', () => {
    const trigger = { type: 'calendar' as const, every: 2, unit: 'days' as const, at: '12:00' };
    const anchor = Date.parse('2026-11-22T03:00:00Z'); // still the 21st in New York
    const instants = triggerInstants(trigger, { timezone: newYork, anchor });
    expect(instants.next(anchor)).toBe(Date.parse('2026-11-23T17:00:00Z'));
  });
});

describe('long ranges', () => {
  const everySecond = triggerInstants(cron('* * * * * *'), { timezone: newYork, anchor: 0 });
  const [from, to] = [Date.UTC(2016, 0, 1), Date.UTC(2026, 0, 1)];

  test('are counted without being listed', () => {
    expect(everySecond.count(from, to)).toBe((to - from) / 1000);
  });

  test('give their newest instants', () => {
    expect(newest(everySecond, from, to, 3)).toEqual([to - 2000, to - 1000, to]);
    const yearly = triggerInstants(cron('0 0 1 1 *'), { timezone: 'UTC', anchor: 0 });
    expect(newest(yearly, from, to, 2)).toEqual([Date.UTC(2025, 0, 1), to]);
    expect(newest(yearly, from, to, 100)).toHaveLength(10);
  });
});

test('what node-cron parses is what the expression says', () => {
  const { spec } = readCron(cron('5,10-20/5 */6 1,15W,L-2 jan,mar mon-fri,7L'));
  expect(spec).toMatchObject({
    seconds: [0],
    minutes: [5, 10, 15, 20],
    hours: [0, 6, 12, 18],
    months: [1, 3],
    days: [
      { kind: 'day', day: 1 },
      { kind: 'nearest', day: 15 },
      { kind: 'last', before: 2 },
    ],
    cadence: true,
  });
  expect(spec?.weekdays?.at(-1)).toEqual({ kind: 'last', weekday: 0 });
});

describe('the far future', () => {
  test('costs nothing, and what never comes within reach is refused', () => {
    const far = { type: 'date' as const, at: '9999-12-31T00:00:00Z' };
    expect(fireTimes({ trigger: far, timezone: newYork, from: 0, count: 1 })).toMatchObject({
      description: 'Once, at 9999-12-30 19:00 (America/New_York)',
      next: ['9999-12-31T00:00:00.000Z'],
    });
    const never = {
      type: 'calendar' as const,
      every: 1,
      unit: 'days' as const,
      at: '09:00',
      from: '9999-01-01',
    };
    expect(() => next(never, '2026-11-22T00:00:00Z', 1)).toThrow(
      /from: can never fire: nothing comes until the end of 2199/,
    );
    const long = { type: 'interval' as const, weeks: 1_000_000, anchor: '2026-01-01T00:00:00Z' };
    expect(next(long, '2026-11-22T00:00:00Z', 1)).toEqual([]);
  });
});
