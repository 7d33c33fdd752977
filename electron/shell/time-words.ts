import type { Millis } from '../../shared/index.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `in 12 min` for a length of time in milliseconds; `now` when it is over. */
export function untilWords(length: number): string {
  if (length <= 0) return 'now';
  if (length < minute) return 'in less than a minute';
  return `in ${words(length)}`;
}

/** `12 min ago`. */
export function ago(length: number): string {
  return length < minute ? 'just now' : `${words(length)} ago`;
}

/** Rounded up, so that "in 1 min" never means that it is already over. */
function words(length: number): string {
  if (length < hour) return `${Math.ceil(length / minute)} min`;
  if (length < 2 * day) {
    const hours = Math.floor(length / hour);
    const minutes = Math.floor((length % hour) / minute);
    return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  }
  return `${Math.round(length / day)} days`;
}

/** The time of day in a zone, with the weekday when it is not today, and the date when it is a week or more away. */
export function clockTime(at: Millis, now: Millis, timezone: string): string {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: timezone, ...options });
  const date = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const time = format({ hour: '2-digit', minute: '2-digit' }).format(at);
  if (date.format(at) === date.format(now)) return time;
  if (at - now < 6 * day) return `${format({ weekday: 'short' }).format(at)} ${time}`;
  return `${format({ day: 'numeric', month: 'short' }).format(at)} ${time}`;
}
