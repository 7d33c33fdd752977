// What a cron trigger means, and how numbers, names, ranges and steps in its fields are read.
import { nearest } from '../../../shared/index.ts';

/** A day of the month in a cron field. */
export type MonthDay =
  | { kind: 'day'; day: number }
  /** `L` and `L-n`: n days before the last. */
  | { kind: 'last'; before: number }
  /** `15W`, and `LW` with day null: the working day nearest to it within the month. */
  | { kind: 'nearest'; day: number | null }
  /** `2nd tue`, in the form with fields. */
  | { kind: 'nth'; nth: number; weekday: number }
  /** `last fri`, in the form with fields. */
  | { kind: 'lastWeekday'; weekday: number };

/** A weekday in a cron field, 0 is Sunday: every one, or the nth (1…5) or last of the month. */
export type WeekDay =
  | { kind: 'every'; weekday: number }
  | { kind: 'nth'; nth: number; weekday: number }
  | { kind: 'last'; weekday: number };

/** What a cron trigger means, whichever way it was written. Lists are sorted; null = no limit. A day has to satisfy all. */
export type CronSpec = {
  years: readonly number[] | null;
  months: readonly number[];
  days: readonly MonthDay[] | null;
  weeks: readonly number[] | null;
  weekdays: readonly WeekDay[] | null;
  hours: readonly number[];
  minutes: readonly number[];
  seconds: readonly number[];
  /** The hour is a wildcard or a step: the trigger keeps its cadence when clocks change. */
  cadence: boolean;
  /** Steps as written, for the wording: `*∕5` minutes. */
  steps: { hour: number | null; minute: number | null; second: number | null };
};

/** What a cron trigger means, or what is wrong with it: each problem with the path inside the trigger. */
export type CronReading =
  | { spec: CronSpec; problems: [] }
  | { spec: null; problems: { path: string; message: string }[] };

/** The numbers from `first` to `last`, every `step`-th. */
export function range(first: number, last: number, step = 1): number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

/** Sorted, each once. */
export function sorted(values: Iterable<number>): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** A field of numbers in a cron trigger; names stand for numbers from `firstName` on. */
export type Unit = {
  label: string;
  min: number;
  max: number;
  names?: readonly string[];
  firstName?: number;
  /** A trigger that can say "every n" of this unit without the field's limit. */
  instead?: (step: number) => string;
};

const monthNames = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const dayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const interval = (part: string) => (step: number) => `{"type":"interval","${part}":${step}}`;
const calendar = (unit: string) => (step: number) =>
  `{"type":"calendar","every":${step},"unit":"${unit}","at":"09:00"}`;

export const units = {
  year: { label: 'year', min: 1970, max: 2199 },
  month: {
    label: 'month',
    min: 1,
    max: 12,
    names: monthNames,
    firstName: 1,
    instead: calendar('months'),
  },
  day: { label: 'day of month', min: 1, max: 31, instead: calendar('days') },
  week: { label: 'week', min: 1, max: 53, instead: calendar('weeks') },
  weekday: { label: 'day of week', min: 0, max: 7, names: dayNames, firstName: 0 },
  hour: { label: 'hour', min: 0, max: 23, instead: interval('hours') },
  minute: { label: 'minute', min: 0, max: 59, instead: interval('minutes') },
  second: { label: 'second', min: 0, max: 59, instead: interval('seconds') },
} as const satisfies Record<string, Unit>;

/** Numbers of a field: `wild` when it is `*` or `?` as a whole, `step` when it is one step over everything. */
export type NumberField = { values: number[]; wild: boolean; step: number | null; stepped: boolean };

/** How a notation differs: whether `5/10` means "from 5 on, every 10" (APScheduler) or nothing (node-cron). */
type Notation = { openStep: boolean };

/**
 * Reads a list of numbers, names, ranges and steps. What means nothing is put into `problems`, as sentences with the
 * token, the allowed range and, where it can be guessed, what was meant.
 */
export function readNumbers(text: string, unit: Unit, notation: Notation, problems: string[]): NumberField {
  if (text === '*') return everything(unit);
  const plain = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (plain >= unit.min && plain <= unit.max) return { ...nothingSpecial, values: [plain] };
  const values = text.split(',').flatMap((token) => readToken(token, unit, notation, problems));
  const whole = /^\*\/(\d+)$/.exec(text);
  return {
    values: values.length > 1 ? sorted(values) : values,
    wild: text === '?',
    step: whole ? Number(whole[1]) : null,
    stepped: text.includes('*') || text.includes('/') || text === '?',
  };
}

const nothingSpecial = { wild: false, step: null, stepped: false };

const wildcards = new Map<string, NumberField>();

/** The meaning of `*`, made once for each unit: most fields of most expressions are just that. */
function everything(unit: Unit): NumberField {
  const known = wildcards.get(unit.label);
  if (known) return known;
  const made = { values: range(unit.min, highest(unit)), wild: true, step: null, stepped: true };
  wildcards.set(unit.label, made);
  return made;
}

function readToken(token: string, unit: Unit, notation: Notation, problems: string[]): number[] {
  const say = (message: string): number[] => {
    problems.push(`${unit.label} "${token}" ${message}`);
    return [];
  };
  if (token === '') return say('is empty: a comma has nothing beside it');
  const match = /^([^-/]+)(?:-([^-/]+))?(?:\/([^/]*))?$/.exec(token);
  if (!match) return say(`means nothing; use ${usage(unit)}`);
  const [, head = '', tail, stepText] = match;
  const star = head === '*' || head === '?';
  if (star && tail !== undefined) return say(`means nothing; use ${usage(unit)}`);
  if (head === '?' && unit.label !== 'day of month' && unit.label !== 'day of week')
    return say('means nothing here: ? belongs to day of month and day of week; did you mean "*"?');

  const first = star ? unit.min : readValue(head, unit, say);
  const last = tail === undefined ? first : readValue(tail, unit, say);
  if (first === null || last === null) return [];

  const step = stepText === undefined ? 1 : readStep(stepText, say);
  if (step === null) return [];
  if (stepText !== undefined && !star && tail === undefined && !notation.openStep)
    return say(`has a step without a range; did you mean "${head}-${unit.max}/${stepText}"?`);
  const end = star || (tail === undefined && stepText !== undefined) ? highest(unit) : last;
  if (end < first) return wrapped(first, end, step, { head, tail: tail ?? '', stepText, unit }, say);
  if (step > end - first && stepText !== undefined) {
    const instead = star && step <= longestStep ? unit.instead?.(step) : undefined;
    return say(
      `has a step that is longer than its range (${first} to ${end}), so it would mean just ${first}; ` +
        `use ${instead ? `${instead} for every ${step}, or ` : ''}${first} if that is meant`,
    );
  }
  return range(first, end, step);
}

/** The longest part that an interval trigger takes. */
const longestStep = 1_000_000;

type Say = (message: string) => number[];

function readStep(text: string, say: Say): number | null {
  if (/^\d{1,15}$/.test(text) && Number(text) >= 1) return Number(text);
  say(`has the step "${text}"; a step is a whole number from 1 on`);
  return null;
}

/** A range that runs backwards: days of the week may wrap when written as names; anything else is a slip. */
function wrapped(
  first: number,
  end: number,
  step: number,
  written: { head: string; tail: string; stepText: string | undefined; unit: Unit },
  say: Say,
): number[] {
  const { head, tail, stepText, unit } = written;
  if (unit.label === 'day of week' && !/\d/.test(head + tail)) {
    return range(first, end + 7, step).map((day) => day % 7);
  }
  const suffix = stepText === undefined ? '' : `/${stepText}`;
  const one = (from: string | number, to: string | number) =>
    String(from) === String(to) ? `${from}` : `${from}-${to}${suffix}`;
  return say(
    `runs backwards; did you mean "${one(tail, head)}" or "${one(head, nameOf(highest(unit), unit))},${one(nameOf(unit.min, unit), tail)}"?`,
  );
}

function readValue(text: string, unit: Unit, say: Say): number | null {
  if (/^\d{1,15}$/.test(text)) {
    const value = Number(text);
    if (value >= unit.min && value <= unit.max) return value;
    const guess = value === unit.max + 1 && unit.min === 0 ? '; did you mean 0?' : '';
    say(`is out of range: ${unit.min} to ${unit.max} are allowed${guess}`);
    return null;
  }
  const index = nameIndex(text, unit);
  if (index >= 0) return index + (unit.firstName ?? 0);
  const guess = unit.names && guessName(text, unit.names);
  say(guess ? `is not known; did you mean "${guess}"?` : `means nothing; use ${usage(unit)}`);
  return null;
}

/** Position of a full or three-letter name, or -1. */
export function nameIndex(text: string, unit: Unit): number {
  const wanted = text.toLowerCase();
  return (unit.names ?? []).findIndex((name) => name === wanted || name.slice(0, 3) === wanted);
}

function guessName(text: string, names: readonly string[]): string | undefined {
  const begins = names.find((name) => text.length >= 2 && name.startsWith(text.toLowerCase()));
  return (
    begins ??
    nearest(text, names) ??
    nearest(
      text,
      names.map((name) => name.slice(0, 3)),
    )
  )?.slice(0, 3);
}

function nameOf(value: number, unit: Unit): string {
  return unit.names?.[value - (unit.firstName ?? 0)]?.slice(0, 3) ?? String(value);
}

function highest(unit: Unit): number {
  return unit.label === 'day of week' ? 6 : unit.max;
}

function usage(unit: Unit): string {
  const example = unit.names ? ` or names such as ${unit.names[1]?.slice(0, 3)}` : '';
  return `numbers from ${unit.min} to ${unit.max}${example}, lists (a,b), ranges (a-b) and steps (*/n, a-b/n)`;
}
