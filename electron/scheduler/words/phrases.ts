// Numbers, lengths of time, times of day and days in words.
import { clockText } from '../time/zone.ts';
import type { CronSpec, MonthDay, WeekDay } from '../triggers/cron-spec.ts';

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

/** Monday first, so that ranges read naturally. */
function everyWeekday(days: readonly number[]): string[] {
  if (days.length === 0) return [];
  const fromMonday = days.map((day) => (day + 6) % 7).sort((a, b) => a - b);
  return [rangesText(fromMonday, (day) => weekdayName((day + 1) % 7))];
}

/** Up to this many times are listed one by one. */
const listed = 6;

/** The times of day of a cron trigger: `text` for "at 09:00", `daily` when it needs "every day" to be complete. */
export function timePhrase(spec: CronSpec): { text: string; daily: boolean } {
  const { hours, minutes, seconds, steps } = spec;
  const count = hours.length * minutes.length * seconds.length;
  if (count <= listed && steps.hour === null) return { text: `at ${listText(times(spec))}`, daily: true };
  if (
    minutes.length * seconds.length === 1 &&
    steps.hour !== null &&
    steps.hour > 1 &&
    24 % steps.hour === 0
  ) {
    return { text: `every ${steps.hour} hours, at ${times(spec).slice(0, 3).join(', ')} …`, daily: false };
  }
  const second =
    seconds.length === 1 && seconds[0] === 0 ? '' : partPhrase('second', seconds, 60, steps.second);
  const minute =
    second !== '' && minutes.length === 60 ? '' : partPhrase('minute', minutes, 60, steps.minute);
  const parts = [second, minute, hourPhrase(spec)].filter((part) => part !== '');
  return { text: parts.join(' '), daily: false };
}

function times({ hours, minutes, seconds }: CronSpec): string[] {
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => clockText(hour * 3600 + minute * 60 + second))),
  );
}

function partPhrase(noun: string, values: readonly number[], size: number, step: number | null): string {
  if (values.length === size) return `every ${noun}`;
  if (step !== null && step > 1 && size % step === 0) return `every ${step} ${noun}s`;
  if (values.length === 1) return `at ${noun} ${values[0]}`;
  return `at ${noun}s ${rangesText(values, String)}`;
}

function hourPhrase({ hours, minutes, steps }: CronSpec): string {
  if (hours.length === 24) return minutes.length === 60 || (steps.minute ?? 0) > 1 ? '' : 'of every hour';
  if (steps.hour !== null && steps.hour > 1 && 24 % steps.hour === 0)
    return `of every ${plural(steps.hour, 'hour')}`;
  return `of the ${hours.length === 1 ? 'hour' : 'hours'} ${rangesText(hours, (hour) => String(hour).padStart(2, '0'))}`;
}

/** Sorted numbers with neighbours drawn together: "1, 3 to 5 and 9". */
function rangesText(values: readonly number[], name: (value: number) => string): string {
  const runs: number[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run && run.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  const parts = runs.flatMap((run) => {
    const [first = 0, last = first] = [run[0], run.at(-1)];
    return run.length > 2 ? [`${name(first)} to ${name(last)}`] : run.map(name);
  });
  return listText(parts);
}

const parts: readonly [string, number][] = [
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** A length of time in words: "1 hour and 30 minutes"; `seconds` may have a fraction. */
export function lengthText(seconds: number): string {
  const words: string[] = [];
  let rest = seconds;
  for (const [noun, size] of parts) {
    const count = size === 1 ? Math.round(rest * 1000) / 1000 : Math.floor(rest / size);
    if (count > 0) words.push(plural(count, noun));
    rest -= count * size;
  }
  return words.length === 0 ? '0 seconds' : listText(words);
}

/** "1 slot", "12 slots". */
export function slotsText(count: number): string {
  return plural(count, 'slot');
}

/** "1 hour", "3 hours". */
export function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** "a", "a and b", "a, b and c". */
export function listText(parts: readonly string[], word = 'and'): string {
  if (parts.length <= 1) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`;
}

/** "1st", "22nd", "13th". */
export function ordinal(value: number): string {
  const rest = value % 100;
  const suffix = rest >= 11 && rest <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${value}${suffix}`;
}
