import type { CronSpec, MonthDay, WeekDay } from '../triggers/cron-spec.ts';
import { listText, ordinal } from './plural.ts';
import { rangesText } from './time-phrase.ts';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** "Tuesday" for 2; 0 is Sunday. */
export function weekdayName(weekday: number): string {
  return weekdays[weekday] ?? '';
}

/** The days of a cron trigger: "on the 1st of every month", "Monday to Friday"; '' for every day. */
export function dayPhrase(spec: CronSpec): string {
  const parts: string[] = [];
  const everyMonth = spec.months.length === 12;
  const monthsText = rangesText(spec.months, (month) => months[month - 1] ?? '');
  if (spec.days !== null) {
    parts.push(`on ${listText(monthDays(spec.days))} of ${everyMonth ? 'every month' : monthsText}`);
    if (spec.weekdays !== null) parts.push(`if it is ${weekdaysText(spec.weekdays, 'or')}`);
  } else {
    if (spec.weekdays !== null) parts.push(onWeekdays(weekdaysText(spec.weekdays, 'and')));
    if (!everyMonth) parts.push(`in ${monthsText}`);
  }
  if (spec.weeks !== null)
    parts.push(`in ISO ${spec.weeks.length === 1 ? 'week' : 'weeks'} ${rangesText(spec.weeks, String)}`);
  if (spec.years !== null) parts.push(`in ${rangesText(spec.years, String)}`);
  return parts.join(' ');
}

/** Whether some of the days need "of the month" to be understood. */
function monthDays(days: readonly MonthDay[]): string[] {
  const plain = days.flatMap((day) => (day.kind === 'day' ? [day.day] : [])).sort((a, b) => a - b);
  const special = days.flatMap((day) => (day.kind === 'day' ? [] : [specialDay(day)]));
  return [...(plain.length === 0 ? [] : [`the ${rangesText(plain, ordinal)}`]), ...special];
}

function specialDay(day: Exclude<MonthDay, { kind: 'day' }>): string {
  switch (day.kind) {
    case 'last':
      return day.before === 0 ? 'the last day' : `the ${ordinal(day.before + 1)}-last day`;
    case 'nearest':
      return day.day === null ? 'the last working day' : `the working day nearest to the ${ordinal(day.day)}`;
    case 'nth':
      return `the ${ordinal(day.nth)} ${weekdayName(day.weekday)}`;
    case 'lastWeekday':
      return `the last ${weekdayName(day.weekday)}`;
  }
}

function weekdaysText(days: readonly WeekDay[], word: string): string {
  const every = days.flatMap((day) => (day.kind === 'every' ? [day.weekday] : []));
  const special = days.flatMap((day) => {
    if (day.kind === 'every') return [];
    const which = day.kind === 'nth' ? ordinal(day.nth) : 'last';
    return [`the ${which} ${weekdayName(day.weekday)} of the month`];
  });
  return listText([...everyWeekday(every), ...special], word);
}

function onWeekdays(text: string): string {
  return / to /.test(text) ? text : `on ${text}`;
}

/** Monday first, so that a week's ranges read as people say them. */
function everyWeekday(days: readonly number[]): string[] {
  if (days.length === 0) return [];
  const fromMonday = days.map((day) => (day + 6) % 7).sort((a, b) => a - b);
  return [rangesText(fromMonday, (day) => weekdayName((day + 1) % 7))];
}
