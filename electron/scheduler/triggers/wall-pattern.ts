import { civilOf, dayNumber, monthLength } from '../time/civil.ts';
import { latest } from '../time/zone.ts';
import type { TimesOfDay } from './times-of-day.ts';

/** Wall times, zone left aside: the days of a month (bit 0 is the 1st) and the times on each of them. */
export type WallPattern = {
  days(year: number, month: number): number;
  times: TimesOfDay;
  /** Whether a day (number since 1970) is the one of the pattern's days that was met last; see `remembering`. */
  isKnownDay?(day: number): boolean;
  knowDay?(day: number): void;
};

const daySeconds = 86_400;
const lastDay = latest / daySeconds;

/** The first wall time of the pattern at or after `wall` (seconds), or Infinity. */
export function ceilWall(pattern: WallPattern, wall: number): number {
  let day = Math.floor(wall / daySeconds);
  if (pattern.isKnownDay?.(day)) {
    const time = pattern.times.ceil(wall - day * daySeconds);
    if (time >= 0) return day * daySeconds + time;
  }
  let { year, month, day: dayOfMonth } = civilOf(day);
  let mask = pattern.days(year, month) >>> (dayOfMonth - 1);
  if (mask & 1) {
    pattern.knowDay?.(day);
    const time = pattern.times.ceil(wall - day * daySeconds);
    if (time >= 0) return day * daySeconds + time;
    mask &= ~1;
  }
  while (mask === 0) {
    day += monthLength(year, month) - dayOfMonth + 1;
    if (day >= lastDay) return Number.POSITIVE_INFINITY;
    dayOfMonth = 1;
    month += 1;
    if (month > 12) {
      month = 1;
      year += 1;
    }
    mask = pattern.days(year, month);
  }
  return (day + lowestBit(mask)) * daySeconds + pattern.times.first;
}

/** How many wall times of the pattern lie in [from, to) (seconds). */
export function countWalls(pattern: WallPattern, from: number, to: number): number {
  return from >= to ? 0 : countUntil(pattern, from, to) - countUntil(pattern, from, from);
}

/** Wall times from the beginning of the month of `origin` up to `to`, without `to`. */
function countUntil(pattern: WallPattern, origin: number, to: number): number {
  let { year, month } = civilOf(Math.floor(origin / daySeconds));
  const lastDayNumber = Math.floor(to / daySeconds);
  let count = 0;
  for (let begin = dayNumber(year, month, 1); ; ) {
    const mask = pattern.days(year, month);
    const length = monthLength(year, month);
    if (begin + length > lastDayNumber) {
      const day = lastDayNumber - begin;
      count += ones(mask & ((1 << day) - 1)) * pattern.times.size;
      return (mask >>> day) & 1 ? count + pattern.times.below(to - lastDayNumber * daySeconds) : count;
    }
    count += ones(mask) * pattern.times.size;
    begin += length;
    month += 1;
    if (month > 12) {
      month = 1;
      year += 1;
    }
  }
}

function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

function ones(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The pattern with the days of the last month and the last day that fitted remembered, since neighbours ask for the same. */
export function remembering(pattern: WallPattern): WallPattern {
  let lastKey = -1;
  let lastMask = 0;
  let lastDay = Number.NaN;
  return {
    times: pattern.times,
    isKnownDay: (day) => day === lastDay,
    knowDay(day) {
      lastDay = day;
    },
    days(year, month) {
      const key = year * 12 + month;
      if (key !== lastKey) {
        lastMask = pattern.days(year, month);
        lastKey = key;
      }
      return lastMask;
    },
  };
}
