// Reads cron triggers in both forms: an expression of 5 or 6 fields, and named fields.
import { type ParsedFields, validateDetailed } from 'node-cron';
import { type CronFields, type CronTrigger, nearest } from '../../../shared/index.ts';
import {
  type CronReading,
  type CronSpec,
  type MonthDay,
  type NumberField,
  nameIndex,
  range,
  readNumbers,
  sorted,
  type Unit,
  units,
  type WeekDay,
} from './cron-spec.ts';

/** Reads either form of a cron trigger. */
export function readCron(trigger: CronTrigger): CronReading {
  if (trigger.expression !== undefined) return readExpression(trigger.expression);
  return readFields(trigger.fields ?? {});
}

/** Shorthands for whole expressions, as node-cron knows them. */
export const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const order = ['second', 'minute', 'hour', 'day', 'month', 'weekday'] as const;
const notation = { openStep: false };

/**
 * Reads an expression of 5 or 6 fields. node-cron parses it; what node-cron accepts though it means nothing
 * (`*∕90`, `5-1`) is refused here, with a guess at what was meant.
 */
function readExpression(expression: string): CronReading {
  const text = expression.trim().replace(/\s+/g, ' ');
  const plain = text.startsWith('@') ? nicknames[text.toLowerCase()] : text;
  if (plain === undefined) return refused([unknownNickname(text)]);
  const parts = plain.split(' ');
  if (parts.length !== 5 && parts.length !== 6) return refused([wrongCount(parts.length)]);
  const fields = parts.length === 5 ? ['0', ...parts] : parts;

  const problems: string[] = [];
  const written = order.map((name, index) => readField(name, fields[index] ?? '', problems));
  if (problems.length > 0) return refused(problems);
  // In pieces: thousands of jobs share few dates, hours and minutes, and parsing is what takes long.
  const [second = '', minute = '', hour = '', ...date] = fields;
  const seconds = parse(`${second} * * * * *`);
  const minutes = parse(`0 ${minute} * * * *`);
  const hours = parse(`0 0 ${hour} * * *`);
  const dates = parse(`0 0 0 ${date.join(' ')}`);
  if (!seconds.fields || !minutes.fields || !hours.fields || !dates.fields)
    return refused([seconds, minutes, hours, dates].flatMap(({ errors }) => errors.map(refusal)));
  const time = { second: seconds.fields.second, minute: minutes.fields.minute, hour: hours.fields.hour };
  return { spec: toSpec({ ...dates.fields, ...time }, written, fields), problems: [] };
}

const parsed = new Map<string, ReturnType<typeof validateDetailed>>();
const mostParsed = 2000;

/** What node-cron makes of six fields, remembered. */
function parse(fields: string): ReturnType<typeof validateDetailed> {
  const known = parsed.get(fields);
  if (known) return known;
  const made = validateDetailed(fields);
  if (parsed.size >= mostParsed) parsed.clear();
  parsed.set(fields, made);
  return made;
}

function readField(name: (typeof order)[number], text: string, problems: string[]): NumberField {
  if ((name !== 'day' && name !== 'weekday') || !/[LW#]/i.test(text))
    return readNumbers(text, units[name], notation, problems);
  // Special tokens (L, W, #) are checked here and otherwise left to node-cron; the rest are numbers.
  const isSpecial = name === 'day' ? specialDay : specialWeekday;
  const tokens = text.split(',');
  const plain = tokens.filter((token) => !isSpecial(token, problems));
  return plain.length === 0
    ? { values: [], wild: false, step: null, stepped: false }
    : readNumbers(plain.join(','), units[name], notation, problems);
}

function specialDay(token: string, problems: string[]): boolean {
  const say = (message: string) => problems.push(`day of month "${token}" ${message}`);
  if (/^(L|LW|WL)$/i.test(token)) {
    if (/^WL$/i.test(token)) say('means nothing; did you mean "LW", the last working day?');
    return true;
  }
  const before = /^L-(\d+)$/i.exec(token);
  if (before) {
    if (Number(before[1]) < 1 || Number(before[1]) > 30)
      say('is out of range: L-1 to L-30 (days before the last) are allowed');
    return true;
  }
  const near = /^(\d+)W$/i.exec(token);
  if (near) {
    if (Number(near[1]) < 1 || Number(near[1]) > 31) say('is out of range: 1W to 31W are allowed');
    return true;
  }
  if (/^\d+L$/i.test(token)) {
    say(`means nothing; L-n counts back from the last day: did you mean "L-${Number.parseInt(token, 10)}"?`);
    return true;
  }
  return false;
}

function specialWeekday(token: string, problems: string[]): boolean {
  const say = (message: string) => problems.push(`day of week "${token}" ${message}`);
  if (/^L$/i.test(token)) {
    say('needs a weekday before the L, such as "friL" for the last Friday; did you mean "6" (Saturday)?');
    return true;
  }
  const last = /^(.+)L$/i.exec(token);
  if (last && weekdayNumber(last[1]) !== null) return true;
  const nth = /^(.+)#(.*)$/.exec(token);
  if (!nth) return false;
  if (weekdayNumber(nth[1]) === null) say('needs a weekday before the #, such as "fri#2"');
  if (!/^[1-5]$/.test(nth[2] ?? ''))
    say('is out of range: #1 to #5 are allowed, the last one is written "friL"');
  return true;
}

/** 0 (Sunday) to 6 of a number 0 to 7 or a name. */
function weekdayNumber(text = ''): number | null {
  if (/^[0-7]$/.test(text)) return Number(text) % 7;
  const index = nameIndex(text, units.weekday);
  return index < 0 ? null : index;
}

function toSpec(parsed: ParsedFields, written: readonly NumberField[], fields: readonly string[]): CronSpec {
  const [second, minute, hour, day, , weekday] = written;
  const hours = sorted(parsed.hour);
  return {
    years: null,
    months: sorted(parsed.month),
    days: day?.wild ? null : parsed.dayOfMonth.map(monthDay),
    weeks: null,
    weekdays: weekday?.wild ? null : parsed.dayOfWeek.map(weekDay),
    hours,
    minutes: sorted(parsed.minute),
    seconds: sorted(parsed.second),
    cadence: /[*/]/.test(fields[2] ?? '') || hours.length === 24,
    steps: { hour: stepOf(hour), minute: stepOf(minute), second: stepOf(second) },
  };
}

function stepOf(field: NumberField | undefined): number | null {
  if (!field) return null;
  return field.wild ? 1 : field.step;
}

function monthDay(value: number | string): MonthDay {
  if (typeof value === 'number') return { kind: 'day', day: value };
  if (value === 'L') return { kind: 'last', before: 0 };
  if (value === 'LW') return { kind: 'nearest', day: null };
  if (value.startsWith('L-')) return { kind: 'last', before: Number(value.slice(2)) };
  return { kind: 'nearest', day: Number.parseInt(value, 10) };
}

function weekDay(value: number | string): WeekDay {
  if (typeof value === 'number') return { kind: 'every', weekday: value % 7 };
  const weekday = Number.parseInt(value, 10) % 7;
  return value.includes('#')
    ? { kind: 'nth', nth: Number(value.split('#')[1]), weekday }
    : { kind: 'last', weekday };
}

function refused(messages: readonly string[]): CronReading {
  return { spec: null, problems: messages.map((message) => ({ path: 'expression', message })) };
}

function refusal(error: { field: string; value?: string; message: string }): string {
  if (/impossible day/.test(error.message)) return 'can never fire: none of its months has such a day';
  return `has a ${error.field} that means nothing: "${error.value ?? ''}"`;
}

function unknownNickname(text: string): string {
  if (text.toLowerCase() === '@reboot')
    return 'is "@reboot", which is no time; use {"type":"event","event":"start"}';
  const guess = nearest(text, Object.keys(nicknames));
  const known = Object.keys(nicknames).join(', ');
  return `is not a known shorthand (${known})${guess ? `; did you mean "${guess}"?` : ''}`;
}

function wrongCount(count: number): string {
  const hint = count === 7 ? '; a year can be given in the form with "fields"' : '';
  return (
    `has ${count} ${count === 1 ? 'field' : 'fields'}; it takes 5 (minute, hour, day of month, month, day of week) ` +
    `or 6 with seconds first${hint}`
  );
}

type Name = keyof CronFields;

/** From the most to the least significant, with the value that a field takes when it is left out below the last one given. */
const fieldDefaults: readonly [Name, string][] = [
  ['year', '*'],
  ['month', '1'],
  ['day', '1'],
  ['week', '*'],
  ['dayOfWeek', '*'],
  ['hour', '0'],
  ['minute', '0'],
  ['second', '0'],
];
const fieldsNotation = { openStep: true };
const positions = ['1st', '2nd', '3rd', '4th', '5th', 'last'];

/**
 * Reads the form with fields. APScheduler's defaulting: a field that is left out is `*` above the least significant
 * one given and takes its minimum below it (`*` for week and dayOfWeek).
 */
function readFields(fields: CronFields): CronReading {
  const problems: { path: string; message: string }[] = [];
  const leastGiven = fieldDefaults.findLastIndex(([name]) => fields[name] !== undefined);
  const text = Object.fromEntries(
    fieldDefaults.map(([name, minimum], index) => [
      name,
      textOf(fields[name], index < leastGiven ? '*' : minimum),
    ]),
  ) as Record<Name, string>;

  const numbers = (name: Name, unit: Unit): NumberField => {
    const found: string[] = [];
    const read = readNumbers(text[name], unit, fieldsNotation, found);
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
    steps: { hour: fieldsStep(hour), minute: fieldsStep(minute), second: fieldsStep(second) },
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

function fieldsStep(field: NumberField): number | null {
  return field.wild ? 1 : field.step;
}

/** Days of the month: numbers, `last`, and APScheduler's `2nd tue` and `last fri`. */
function readDays(text: string, problems: string[]): MonthDay[] | null {
  if (text === '*') return null;
  const special: MonthDay[] = [];
  const plain = text.split(',').filter((token) => {
    const rule = namedDay(token, problems);
    if (rule) special.push(...rule);
    return rule === null;
  });
  if (plain.length === 0) return special;
  const { values } = readNumbers(plain.join(','), units.day, fieldsNotation, problems);
  return [...special, ...values.map((day): MonthDay => ({ kind: 'day', day }))];
}

/** The rule behind a token, [] for one that was complained about, null for one that is no special token. */
function namedDay(token: string, problems: string[]): MonthDay[] | null {
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
