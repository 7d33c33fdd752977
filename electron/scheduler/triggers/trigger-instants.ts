// The instants of each type of trigger.
import {
  type CalendarTrigger,
  fromInstant,
  type Millis,
  type Trigger,
  type WeekdayName,
  weekdayNames,
} from '../../../shared/index.ts';
import { civilOf, dayNumber, isoWeek, modulo, monthLength, weekdayOf } from '../time/civil.ts';
import { wallAt, type Zone, zoneOf } from '../time/zone.ts';
import { type CronSpec, type MonthDay, range, type WeekDay } from './cron-spec.ts';
import { type Instants, intervalInstants, never, singleInstant } from './instants.ts';
import { readCron } from './read-cron.ts';
import { remembering, timesOfDay, type WallPattern, wallInstants } from './wall-instants.ts';

/** What a trigger's instants depend on besides itself. */
export type TriggerContext = {
  timezone: string;
  /** When Belfry first saw the job. */
  anchor: Millis;
};

/** The instants of one trigger; none for events, and none for a cron trigger that `checkTrigger` refuses. */
export function triggerInstants(trigger: Trigger, { timezone, anchor }: TriggerContext): Instants {
  switch (trigger.type) {
    case 'interval':
      return intervalInstants(trigger, anchor);
    case 'date':
      return singleInstant(fromInstant(trigger.at));
    case 'calendar': {
      const zone = zoneOf(timezone);
      return wallInstants(calendarPattern(trigger, zone, anchor), zone, 'once');
    }
    case 'cron': {
      const { spec } = readCron(trigger);
      if (spec === null) return never;
      return wallInstants(cronPattern(spec), zoneOf(timezone), spec.cadence ? 'cadence' : 'once');
    }
    case 'event':
      return never;
  }
}

/** A month as the day rules need it: its length, and the weekday of its 1st. */
type Month = { length: number; first: number };

/** The wall times of a cron trigger. */
function cronPattern(spec: CronSpec): WallPattern {
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

/** The wall times of a calendar trigger; `defaultAnchor` gives the first day when the trigger names none. */
function calendarPattern(trigger: CalendarTrigger, zone: Zone, defaultAnchor: Millis): WallPattern {
  const from = calendarStart(trigger, zone, defaultAnchor);
  const [hour = 0, minute = 0, second = 0] = trigger.at.split(':').map(Number);
  return remembering({ times: timesOfDay([hour], [minute], [second]), days: calendarDays(trigger, from) });
}

/** The day (number since 1970) from which a calendar trigger counts. */
export function calendarStart(trigger: CalendarTrigger, zone: Zone, defaultAnchor: Millis): number {
  if (trigger.from === undefined) {
    return Math.floor(wallAt(zone, Math.floor(defaultAnchor / 1000)) / 86_400);
  }
  const [year = 1970, month = 1, day = 1] = trigger.from.split('-').map(Number);
  return dayNumber(year, month, day);
}

/** The days of a month on which the trigger fires, never before its first day. */
function calendarDays(trigger: CalendarTrigger, from: number): WallPattern['days'] {
  const start = civilOf(from);
  const inMonth = trigger.unit === 'months' ? daysOfMonth(trigger, start.day) : null;
  const isDue = trigger.unit === 'days' ? everyNthDay(trigger, from) : everyNthWeek(trigger, from);

  return (year, month) => {
    const begin = dayNumber(year, month, 1);
    const length = monthLength(year, month);
    if (begin + length <= from) return 0;
    const notBefore = -1 << Math.max(0, from - begin);
    if (inMonth) {
      const months = (year - start.year) * 12 + month - start.month;
      return months % trigger.every === 0 ? inMonth.days(year, month) & notBefore : 0;
    }
    let mask = 0;
    for (let day = 0; day < length; day += 1) if (isDue(begin + day)) mask |= 1 << day;
    return mask & notBefore;
  };
}

function everyNthDay({ every }: CalendarTrigger, from: number) {
  return (day: number) => (day - from) % every === 0;
}

function everyNthWeek({ every, weekdays }: CalendarTrigger, from: number) {
  const wanted = new Set(weekdays ? weekdays.map((name) => weekdayNames.indexOf(name)) : [weekdayOf(from)]);
  const monday = from - modulo(from + 3, 7);
  return (day: number) => wanted.has(weekdayOf(day)) && Math.floor((day - monday) / 7) % every === 0;
}

/** Which days of any month a month trigger means, as a cron pattern of whole days. */
function daysOfMonth({ day }: CalendarTrigger, startDay: number): WallPattern {
  const spec: CronSpec = {
    years: null,
    months: range(1, 12),
    days: null,
    weeks: null,
    weekdays: null,
    hours: [0],
    minutes: [0],
    seconds: [0],
    cadence: false,
    steps: { hour: null, minute: null, second: null },
  };
  if (day === undefined) return cronPattern({ ...spec, days: [{ kind: 'day', day: startDay }] });
  if (typeof day === 'number') return cronPattern({ ...spec, days: [{ kind: 'day', day }] });
  if (day === 'last') return cronPattern({ ...spec, days: [{ kind: 'last', before: 0 }] });
  const [which = '', name = ''] = day.split(' ');
  const weekday = weekdayNames.indexOf(name as WeekdayName);
  return cronPattern({
    ...spec,
    weekdays: [
      which === 'last'
        ? { kind: 'last', weekday }
        : { kind: 'nth', nth: Number.parseInt(which, 10), weekday },
    ],
  });
}
