import type { Millis } from '../../shared/index.ts';
import { fromLocal, toLocal } from './zone.ts';

const dayMs = 86_400_000;

/** A day of the calendar, such as `2026-11-23`. */
export type Day = string;

/** The day of an instant in a zone. */
export function dayOf(at: Millis, zone: string): Day {
  return toLocal(at, zone).slice(0, 10);
}

/** The day so many days later, or earlier when negative. */
export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** The Monday of the week that a day is in. */
export function mondayOf(day: Day): Day {
  const weekday = new Date(`${day}T00:00Z`).getUTCDay();
  return addDays(day, -((weekday + 6) % 7));
}

/** The seven days of the week that begins with a Monday. */
export function daysOfWeek(monday: Day): Day[] {
  return Array.from({ length: 7 }, (_, index) => addDays(monday, index));
}

/** The first instant of a day in a zone; a midnight that a clock change skips is the instant after it. */
export function startOf(day: Day, zone: string): Millis {
  return fromLocal(`${day}T00:00`, zone) ?? Date.parse(`${day}T00:00Z`);
}

/** The instant on another day that has the same wall time; one that a clock change skips moves on with it. */
export function sameTimeOn(at: Millis, day: Day, zone: string): Millis {
  const time = toLocal(at, zone).slice(11);
  const moved = fromLocal(`${day}T${time}`, zone) ?? startOf(day, zone);
  return moved + (at % 60_000);
}

/** `23 – 29 November 2026`, with the month of the first day only where it is another. */
export function weekName(monday: Day): string {
  const sunday = addDays(monday, 6);
  const [from, to] = [Date.parse(`${monday}T00:00Z`), Date.parse(`${sunday}T00:00Z`)];
  const part = (at: Millis, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(at);
  const end = `${part(to, { day: 'numeric' })} ${part(to, { month: 'long' })} ${part(to, { year: 'numeric' })}`;
  const start = part(from, { day: 'numeric' });
  if (monday.slice(0, 7) === sunday.slice(0, 7)) return `${start} – ${end}`;
  const year = monday.slice(0, 4) === sunday.slice(0, 4) ? '' : ` ${monday.slice(0, 4)}`;
  return `${start} ${part(from, { month: 'long' })}${year} – ${end}`;
}

/** `Mon` and `23`, for the head of a column. */
export function dayName(day: Day): { weekday: string; date: string; full: string } {
  const at = Date.parse(`${day}T00:00Z`);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(at);
  return {
    weekday: part({ weekday: 'short' }),
    date: part({ day: 'numeric' }),
    full: `${part({ weekday: 'long' })} ${part({ day: 'numeric' })} ${part({ month: 'long' })}`,
  };
}
