import type { Millis } from '../../shared/index.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Whether a wall time is given with its seconds; `when-needed`: unless they are zero. */
export type Seconds = 'always' | 'when-needed' | 'never';

/** A length of time in words, two units at most: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`, `3 days 2 h`. */
export function duration(ms: number): string {
  const length = Math.max(0, ms);
  if (length > 0 && length < 100) return '< 0.1 s';
  if (length < 10 * second) return `${Math.floor(length / 100) / 10} s`;
  if (length < minute) return `${Math.floor(length / second)} s`;
  if (length < hour) return pair(length, minute, 'min', second, 's');
  if (length < day) return pair(length, hour, 'h', minute, 'min');
  return pair(length, day, length < 2 * day ? 'day' : 'days', hour, 'h');
}

/** How far `at` is from `now`, in words: `in 12 min`, `3 h 20 min ago`, `just now`, `now`. */
export function relative(at: Millis, now: Millis): string {
  const ahead = at >= now;
  const distance = Math.abs(at - now);
  if (distance < 5 * second) return ahead ? 'now' : 'just now';
  return ahead ? `in ${coarse(distance)}` : `${coarse(distance)} ago`;
}

/** An instant in a zone, with the day only as far as it is needed: `14:30`, `Tomorrow 02:00`, `Sat 29 Nov 09:00`. */
export function absolute(at: Millis, zone: string, now: Millis, seconds: Seconds = 'when-needed'): string {
  const time = clock(at, zone, seconds);
  const distance = dayNumber(at, zone) - dayNumber(now, zone);
  if (distance === 0) return `Today ${time}`;
  if (distance === 1) return `Tomorrow ${time}`;
  if (distance === -1) return `Yesterday ${time}`;
  return `${date(at, zone, now)} ${time}`;
}

/** The whole instant for those who want to know exactly: `Saturday 29 November 2026, 09:00:00 EST`. */
export function exact(at: Millis, zone: string): string {
  return format(zone, 'exact', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(at);
}

/** How a zone stands to UTC at an instant: `GMT-5`, `GMT+5:30`, `UTC`. */
export function zoneOffset(at: Millis, zone: string): string {
  const parts = format(zone, 'offset', { hour: 'numeric', timeZoneName: 'shortOffset' }).formatToParts(at);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return offset.replace(/^GMT([+-]0)?$/, 'UTC');
}

/** Wall time in a zone, with seconds only where they are not zero or asked for: `14:30`, `14:30:15`. */
export function clock(at: Millis, zone: string, seconds: Seconds = 'when-needed'): string {
  const text = format(zone, 'clock', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
  const shorten = seconds === 'never' || (seconds === 'when-needed' && text.endsWith(':00'));
  return shorten ? text.slice(0, -3) : text;
}

/** From `first` to `last` in a zone: `Today 02:00–08:00`, or both ends in full when they are on different days. */
export function span(first: Millis, last: Millis, zone: string, now: Millis): string {
  const start = absolute(first, zone, now, 'never');
  if (first === last) return start;
  const sameDay = dayNumber(first, zone) === dayNumber(last, zone);
  return sameDay
    ? `${start}–${clock(last, zone, 'never')}`
    : `${start} – ${absolute(last, zone, now, 'never')}`;
}

/** `Sat 29 Nov`, with the year when it is another than `now`'s. */
function date(at: Millis, zone: string, now: Millis): string {
  const year = format(zone, 'year', { year: 'numeric' });
  const other = year.format(at) !== year.format(now);
  // Put together from parts: the locale's own comma would differ between versions of ICU.
  const parts = format(zone, 'date', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((p) => p.type === type)?.value ?? '';
  const short = `${part('weekday')} ${part('day')} ${part('month')}`;
  return other ? `${short} ${part('year')}` : short;
}

/** Days since 1970-01-01 as the calendar of the zone counts them. */
export function dayNumber(at: Millis, zone: string): number {
  const parts = format(zone, 'day', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((p) => p.type === type)?.value);
  return Math.floor(Date.UTC(part('year'), part('month') - 1, part('day')) / day);
}

function coarse(distance: number): string {
  if (distance < minute) return `${Math.floor(distance / second)} s`;
  if (distance < hour) return `${Math.round(distance / minute)} min`;
  if (distance < 10 * hour) return pair(distance, hour, 'h', minute, 'min');
  if (distance < 2 * day) return `${Math.round(distance / hour)} h`;
  if (distance < 60 * day) return `${Math.round(distance / day)} days`;
  if (distance < 700 * day) return `${Math.round(distance / (30.44 * day))} months`;
  return `${Math.round(distance / (365.25 * day))} years`;
}

function pair(length: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.floor(length / large);
  const rest = Math.floor((length % large) / small);
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

// Building a formatter costs more than a hundred uses of it.
const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${kind} ${zone}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found;
}
