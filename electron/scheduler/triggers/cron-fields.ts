import type { CronFields } from '../../../shared/index.ts';
import { type CronReading, type CronSpec, type MonthDay, range, type WeekDay } from './cron-spec.ts';
import { type NumberField, nameIndex, readNumbers, type Unit, units } from './number-field.ts';

type Name = keyof CronFields;

/** From the most to the least significant, with the value that a field takes when it is left out below the last one given. */
const defaults: readonly [Name, string][] = [
  ['year', '*'],
  ['month', '1'],
  ['day', '1'],
  ['week', '*'],
  ['dayOfWeek', '*'],
  ['hour', '0'],
  ['minute', '0'],
  ['second', '0'],
];
const notation = { openStep: true };
const positions = ['1st', '2nd', '3rd', '4th', '5th', 'last'];

/**
 * Reads the form with fields. APScheduler's defaulting: a field that is left out is `*` above the least significant
 * one given and takes its minimum below it (`*` for week and dayOfWeek).
 */
export function readFields(fields: CronFields): CronReading {
  const problems: { path: string; message: string }[] = [];
  const leastGiven = defaults.findLastIndex(([name]) => fields[name] !== undefined);
  const text = Object.fromEntries(
    defaults.map(([name, minimum], index) => [
      name,
      textOf(fields[name], index < leastGiven ? '*' : minimum),
    ]),
  ) as Record<Name, string>;

  const numbers = (name: Name, unit: Unit): NumberField => {
    const found: string[] = [];
    const read = readNumbers(text[name], unit, notation, found);
    problems.push(...found.map((message) => ({ path: `fields.${name}`, message })));
    return read;
  };
  const hour = numbers('hour', units.hour);
  const minute = numbers('minute', units.minute);
  const second = numbers('second', units.second);
  const year = numbers('year', units.year);
  const week = numbers('week', units.week);
  const found: string[] = [];
  const days = readDays(text.day, found);
  problems.push(...found.map((message) => ({ path: 'fields.day', message })));
  const weekday = numbers('dayOfWeek', { ...units.weekday, max: 6 });
  const month = numbers('month', units.month);
  if (problems.length > 0) return { spec: null, problems };

  const spec: CronSpec = {
    years: year.wild ? null : year.values,
    months: month.wild ? range(1, 12) : month.values,
    days,
    weeks: week.wild ? null : week.values,
    weekdays: weekday.wild
      ? null
      : weekday.values.map((value): WeekDay => ({ kind: 'every', weekday: value })),
    hours: hour.values,
    minutes: minute.values,
    seconds: second.values,
    cadence: hour.stepped || hour.values.length === 24,
    steps: { hour: stepOf(hour), minute: stepOf(minute), second: stepOf(second) },
  };
  return { spec, problems: [] };
}

function textOf(value: string | number | undefined, otherwise: string): string {
  return value === undefined
    ? otherwise
    : String(value)
        .trim()
        .replace(/\s*,\s*/g, ',')
        .toLowerCase();
}

function stepOf(field: NumberField): number | null {
  return field.wild ? 1 : field.step;
}

/** Days of the month: numbers, `last`, and APScheduler's `2nd tue` and `last fri`. */
function readDays(text: string, problems: string[]): MonthDay[] | null {
  if (text === '*') return null;
  const special: MonthDay[] = [];
  const plain = text.split(',').filter((token) => {
    const rule = specialDay(token, problems);
    if (rule) special.push(...rule);
    return rule === null;
  });
  if (plain.length === 0) return special;
  const { values } = readNumbers(plain.join(','), units.day, notation, problems);
  return [...special, ...values.map((day): MonthDay => ({ kind: 'day', day }))];
}

/** The rule behind a token, [] for one that was complained about, null for one that is no special token. */
function specialDay(token: string, problems: string[]): MonthDay[] | null {
  if (token === 'last') return [{ kind: 'last', before: 0 }];
  const match = /^(\S+) +(\S+)$/.exec(token);
  if (!match) return null;
  const [, which = '', name = ''] = match;
  const nth = positions.indexOf(which) + 1;
  const weekday = nameIndex(name, units.weekday);
  if (nth === 0 || weekday < 0) {
    problems.push(`day "${token}" means nothing; use a weekday of the month such as "2nd tue" or "last fri"`);
    return [];
  }
  return [nth === 6 ? { kind: 'lastWeekday', weekday } : { kind: 'nth', nth, weekday }];
}
