import { dayNumber, isoWeek, monthLength, weekdayOf } from '../time/civil.ts';
import type { CronSpec, MonthDay, WeekDay } from './cron-spec.ts';
import { timesOfDay } from './times-of-day.ts';
import { remembering, type WallPattern } from './wall-pattern.ts';

/** A month as the day rules need it: its length, and the weekday of its 1st. */
type Month = { length: number; first: number };

/** The wall times of a cron trigger. */
export function cronPattern(spec: CronSpec): WallPattern {
  const months = bits(spec.months);
  const { days: monthDays, weekdays } = spec;
  const years = spec.years === null ? null : new Set(spec.years);
  const weeks = spec.weeks === null ? null : new Set(spec.weeks);

  return remembering({
    times: timesOfDay(spec.hours, spec.minutes, spec.seconds),
    days(year, month) {
      if (!((months >>> month) & 1) || (years !== null && !years.has(year))) return 0;
      const begin = dayNumber(year, month, 1);
      const shape = { length: monthLength(year, month), first: weekdayOf(begin) };
      let mask = 2 ** shape.length - 1;
      if (monthDays !== null) mask &= monthDays.reduce((all, day) => all | monthDayBits(day, shape), 0);
      if (weekdays !== null) mask &= weekdays.reduce((all, day) => all | weekDayBits(day, shape), 0);
      if (weeks !== null) mask &= weekBits(weeks, begin, shape.length);
      return mask;
    },
  });
}

function monthDayBits(rule: MonthDay, month: Month): number {
  if (rule.kind === 'nth') return nthBits(rule.nth, rule.weekday, month);
  if (rule.kind === 'lastWeekday') return lastBits(rule.weekday, month);
  if (rule.kind === 'last') return bit(month.length - rule.before);
  if (rule.kind === 'nearest') return nearestBits(rule.day ?? month.length, month);
  return rule.day <= month.length ? bit(rule.day) : 0;
}

/** Monday to Friday nearest to a day, never in another month. */
function nearestBits(day: number, month: Month): number {
  if (day > month.length) return 0;
  const weekday = (month.first + day - 1) % 7;
  if (weekday === 6) return bit(day === 1 ? 3 : day - 1);
  if (weekday === 0) return bit(day === month.length ? day - 2 : day + 1);
  return bit(day);
}

function weekDayBits(rule: WeekDay, month: Month): number {
  if (rule.kind === 'nth') return nthBits(rule.nth, rule.weekday, month);
  if (rule.kind === 'last') return lastBits(rule.weekday, month);
  let mask = 0;
  for (let day = firstOne(rule.weekday, month); day <= month.length; day += 7) mask |= bit(day);
  return mask;
}

function nthBits(nth: number, weekday: number, month: Month): number {
  const day = firstOne(weekday, month) + 7 * (nth - 1);
  return day <= month.length ? bit(day) : 0;
}

function lastBits(weekday: number, month: Month): number {
  const first = firstOne(weekday, month);
  return bit(first + 7 * Math.floor((month.length - first) / 7));
}

function firstOne(weekday: number, month: Month): number {
  return 1 + ((weekday - month.first + 7) % 7);
}

function weekBits(weeks: ReadonlySet<number>, begin: number, length: number): number {
  let mask = 0;
  for (let day = 1; day <= length; day += 1) if (weeks.has(isoWeek(begin + day - 1))) mask |= bit(day);
  return mask;
}

function bit(day: number): number {
  return day >= 1 ? 1 << (day - 1) : 0;
}

function bits(values: readonly number[]): number {
  return values.reduce((mask, value) => mask | (1 << value), 0);
}
