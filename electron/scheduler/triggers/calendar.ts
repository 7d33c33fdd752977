import { type CalendarTrigger, type Millis, type WeekdayName, weekdayNames } from '../../../shared/index.ts';
import { civilOf, dayNumber, modulo, monthLength, weekdayOf } from '../time/civil.ts';
import { wallAt, type Zone } from '../time/zone.ts';
import { cronPattern } from './cron-pattern.ts';
import { type CronSpec, range } from './cron-spec.ts';
import { timesOfDay } from './times-of-day.ts';
import { remembering, type WallPattern } from './wall-pattern.ts';

/** The wall times of a calendar trigger; `defaultAnchor` gives the first day when the trigger names none. */
export function calendarPattern(trigger: CalendarTrigger, zone: Zone, defaultAnchor: Millis): WallPattern {
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
