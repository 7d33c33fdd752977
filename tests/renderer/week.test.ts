import { describe, expect, test } from 'vitest';
import {
  addDays,
  dayName,
  dayOf,
  daysOfWeek,
  mondayOf,
  sameTimeOn,
  startOf,
  weekName,
} from '../../renderer/ui/week.ts';
import { toInstant } from '../../shared/index.ts';

const zone = 'America/New_York';

describe('a week', () => {
  test('begins with its Monday, a Sunday belongs to the one before', () => {
    expect(mondayOf('2026-11-23')).toBe('2026-11-23');
    expect(mondayOf('2026-11-29')).toBe('2026-11-23');
    expect(mondayOf('2026-11-22')).toBe('2026-11-16');
    expect(daysOfWeek('2026-12-28').at(-1)).toBe('2027-01-03');
  });

  test('days go over months, years and clock changes', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-11-01', 1)).toBe('2026-11-02');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  });

  test('an instant belongs to the day of the zone', () => {
    expect(dayOf(Date.parse('2026-11-22T03:00:00Z'), zone)).toBe('2026-11-21');
    expect(toInstant(startOf('2026-11-22', zone))).toBe('2026-11-22T05:00:00.000Z');
  });

  test('is named with as little as needed', () => {
    expect(weekName('2026-11-23')).toBe('23 – 29 November 2026');
    expect(weekName('2026-11-30')).toBe('30 November – 6 December 2026');
    expect(weekName('2026-12-28')).toBe('28 December 2026 – 3 January 2027');
    expect(dayName('2026-11-23')).toEqual({ weekday: 'Mon', date: '23', full: 'Monday 23 November' });
  });
});

describe('the same time on another day', () => {
  const at = Date.parse('2026-10-31T13:00:20Z'); // 09:00:20 in New York, in summer time.

  test('is the time on the wall, to the second, over a clock change', () => {
    expect(toInstant(sameTimeOn(at, '2026-11-02', zone))).toBe('2026-11-02T14:00:20.000Z');
  });

  test('is moved on by the gap where the clocks skip it', () => {
    const night = Date.parse('2026-03-07T07:30:00Z'); // 02:30 the day before the clocks go on.
    expect(toInstant(sameTimeOn(night, '2026-03-08', zone))).toBe('2026-03-08T07:30:00.000Z');
  });
});
