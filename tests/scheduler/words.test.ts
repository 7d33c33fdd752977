import { describe, expect, test } from 'vitest';
import { fireTimes } from '../../electron/scheduler/index.ts';
import type { JobInput, Trigger } from '../../shared/index.ts';
import { cron, jobOf } from './world.ts';

const from = Date.parse('2026-11-22T14:00:00Z');
const words = (trigger: Trigger, timezone = 'UTC') =>
  fireTimes({ trigger, timezone, from, count: 0 }).description;

describe('expressions in words', () => {
  test.each([
    ['* * * * *', 'Every minute'],
    ['* * * * * *', 'Every second'],
    ['*/10 * * * * *', 'Every 10 seconds'],
    ['*/5 * * * *', 'Every 5 minutes'],
    ['0 * * * *', 'At minute 0 of every hour'],
    ['15,45 * * * *', 'At minutes 15 and 45 of every hour'],
    ['0 9 * * *', 'At 09:00 every day'],
    ['30 9 * * mon-fri', 'At 09:30 Monday to Friday'],
    ['0 9,17 * * *', 'At 09:00 and 17:00 every day'],
    ['0 */6 * * *', 'Every 6 hours, at 00:00, 06:00, 12:00 …'],
    ['*/15 8-17 * * 1-5', 'Every 15 minutes of the hours 08 to 17 Monday to Friday'],
    ['0 9 1 * *', 'At 09:00 on the 1st of every month'],
    ['0 9 L * *', 'At 09:00 on the last day of every month'],
    ['0 9 L-2 * *', 'At 09:00 on the 3rd-last day of every month'],
    ['0 9 LW * *', 'At 09:00 on the last working day of every month'],
    ['0 9 15W * *', 'At 09:00 on the working day nearest to the 15th of every month'],
    ['0 9 * * 2#2', 'At 09:00 on the 2nd Tuesday of the month'],
    ['0 9 * * 5L', 'At 09:00 on the last Friday of the month'],
    ['0 9 13 * 5', 'At 09:00 on the 13th of every month if it is Friday'],
    ['0 9 1 1,7 *', 'At 09:00 on the 1st of January and July'],
    ['0 9 * 6-8 0,6', 'At 09:00 on Saturday and Sunday in June to August'],
    ['30 0 9 * * *', 'At 09:00:30 every day'],
  ])('%s', (expression, expected) => {
    expect(words(cron(expression))).toBe(`${expected} (UTC)`);
  });
});

describe('other triggers in words', () => {
  test.each<[Trigger, string]>([
    [{ type: 'interval', hours: 3 }, 'Every 3 hours'],
    [{ type: 'interval', hours: 1 }, 'Every hour'],
    [{ type: 'interval', minutes: 90 }, 'Every 1 hour and 30 minutes'],
    [{ type: 'interval', hours: 2, offset: { hours: 1 } }, 'Every 2 hours, shifted by 1 hour'],
    [{ type: 'calendar', every: 1, unit: 'days', at: '02:30' }, 'Every day at 02:30 (UTC)'],
    [
      { type: 'calendar', every: 2, unit: 'weeks', at: '09:00', weekdays: ['tue'], from: '2026-11-24' },
      'Every 2 weeks on Tuesday at 09:00, counted from 2026-11-24 (UTC)',
    ],
    [
      { type: 'calendar', every: 1, unit: 'months', at: '09:00', day: 'last fri' },
      'Every month on the last Friday at 09:00 (UTC)',
    ],
    [{ type: 'date', at: '2026-12-01T09:00:00Z' }, 'Once, at 2026-12-01 09:00 (UTC)'],
    [{ type: 'event', event: 'wake' }, 'When the computer wakes up'],
    [{ type: 'event', event: 'job', job: 'news', outcome: 'failure' }, 'When the job "news" has failed'],
  ])('%j', (trigger, expected) => {
    expect(words(trigger)).toBe(expected);
  });

  test('several triggers, limits and blackouts', () => {
    const parts: Partial<JobInput> = {
      triggers: [
        { type: 'interval', hours: 3 },
        { type: 'event', event: 'start' },
      ],
      endAt: '2026-12-24T12:00:00Z',
      blackouts: [{ type: 'weekly', days: ['sat', 'sun'], from: '00:00', to: '00:00' }],
    };
    const { triggers, endAt, blackouts } = jobOf(parts);
    expect(
      fireTimes({ triggers, endAt, blackouts, timezone: 'America/New_York', from, count: 0 }).description,
    ).toBe(
      'Every 3 hours; when Belfry starts, until 2026-12-24 07:00, not in sat, sun 00:00 to 00:00 (America/New_York)',
    );
  });
});

describe('what clocks do to it', () => {
  const rule = (trigger: Trigger, timezone: string) =>
    fireTimes({ trigger, timezone, from, count: 0 }).daylightSaving;

  test('a fixed time, a cadence and an interval have a rule each', () => {
    expect(rule(cron('30 2 * * *'), 'America/New_York')).toContain('runs at the end of the gap');
    expect(rule(cron('*/15 * * * *'), 'America/New_York')).toContain('twice in a repeated hour');
    expect(rule({ type: 'interval', hours: 1 }, 'America/New_York')).toContain('elapsed time');
  });

  test('nothing is said where clocks never change', () => {
    expect(rule(cron('30 2 * * *'), 'Asia/Kolkata')).toBeUndefined();
    expect(rule(cron('30 2 * * *'), 'UTC')).toBeUndefined();
  });
});

test('mistakes of a trigger are reported with its field', () => {
  expect(() => words(cron('61 * * * *'))).toThrow(
    /^BAD_INPUT: There is a mistake, in the trigger\. expression: minute "61" is out of range/,
  );
});

test('a zone that does not exist is reported like any other mistake', () => {
  expect(() => words(cron('61 * * * *'), 'Mars/Base')).toThrow(
    /^BAD_INPUT: There are 2 mistakes, .* timezone: is not a time zone that this machine knows; .*minute "61"/,
  );
});
