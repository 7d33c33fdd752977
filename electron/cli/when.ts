import { fromInstant, type Millis } from '../../shared/index.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What instants are worded against: the moment of reading and the reader's zone. */
export type Reader = { now: Millis; timezone: string };

/** An instant as text, such as `today 09:00 GMT+1 (in 12 min)`; a dash for none. The zone is that of the reader. */
export function when(instant: string | null, reader: Reader): string {
  if (instant === null) return '–';
  const at = fromInstant(instant);
  return `${dayOf(at, reader)} ${timeOf(at, reader.timezone)} (${distance(at - reader.now)})`;
}

/** Time of day with seconds and the zone's offset at that moment, for lines of output: `09:00:00 GMT-5`, or UTC. */
export function timeOfDay(instant: string, timezone: string): string {
  return timesOfDay(timezone)
    .format(fromInstant(instant))
    .replace(/ GMT(\+0)?$/, ' UTC');
}

/** Making a formatter takes longer than printing a hundred lines with it. */
const formatters = new Map<string, Intl.DateTimeFormat>();
function timesOfDay(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  });
  formatters.set(timezone, made);
  return made;
}

/** A length of time by its largest unit: `12 min`, `3 h`, `2 d`. */
export function span(ms: number): string {
  const length = Math.abs(ms);
  const [seconds, minutes, hours, days] = [1000, minute, hour, day].map((unit) => Math.round(length / unit));
  if (seconds !== undefined && seconds < 60) return `${seconds} s`;
  if (minutes !== undefined && minutes < 60) return `${minutes} min`;
  if (hours !== undefined && hours < 48) return `${hours} h`;
  return `${days} d`;
}

/** Weekday, date and time in full, with the zone's offset at that moment: `Tue 24 Nov 2026 09:00:00 GMT-5`, or UTC. */
export function fullTime(instant: string, timezone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  }).formatToParts(fromInstant(instant));
  const part = (type: string) => parts.find((entry) => entry.type === type)?.value ?? '';
  const date = `${part('weekday')} ${part('day')} ${part('month')} ${part('year')}`;
  return `${date} ${part('hour')}:${part('minute')}:${part('second')} ${part('timeZoneName').replace(/^GMT(\+0)?$/, 'UTC')}`;
}

/** Weekday, day, month and time where the year goes without saying: `Tue 24 Nov 09:00`; seconds only when there are some. */
export function shortTime(at: Millis, timezone: string): string {
  const words = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(at % minute === 0 ? {} : { second: '2-digit' as const }),
    hourCycle: 'h23',
  }).format(at);
  return words.replaceAll(',', '');
}

function distance(ms: number): string {
  if (Math.abs(ms) < 1000) return 'now';
  return ms > 0 ? `in ${span(ms)}` : `${span(ms)} ago`;
}

function dayOf(at: Millis, { now, timezone }: Reader): string {
  const away = calendarDay(at, timezone) - calendarDay(now, timezone);
  if (away === 0) return 'today';
  if (away === 1) return 'tomorrow';
  if (away === -1) return 'yesterday';
  const style: Intl.DateTimeFormatOptions =
    Math.abs(away) < 180
      ? { weekday: 'short', day: 'numeric', month: 'short' }
      : { day: 'numeric', month: 'short', year: 'numeric' };
  return new Intl.DateTimeFormat('en-GB', { timeZone: timezone, ...style }).format(at).replace(',', '');
}

/** Days since 1970 of the date that the zone's calendar shows. */
function calendarDay(at: Millis, timezone: string): number {
  // The Swedish form of a date is the ISO one.
  return Date.parse(new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(at)) / day;
}

function timeOf(at: Millis, timezone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  });
  return format.format(at).replace(/GMT(?:\+0)?$/, 'UTC');
}
