import type { Millis } from '../../../shared/index.ts';
import { civilOf, dayNumber, monthLength } from './civil.ts';

/**
 * A period in which a zone's clocks run evenly. All figures are whole seconds: `start` and `end` count from
 * 1970 UTC, and `second + offset` is the wall clock, read as if it were UTC.
 */
export type Segment = {
  start: number;
  end: number;
  offset: number;
  /** The latest wall clock that was seen before `start`. */
  reached: number;
};

/** A time zone's segments, worked out from `Intl` when asked for and then kept. */
export type Zone = {
  /** The segment that contains an instant (seconds). */
  at(second: number): Segment;
};

const daySeconds = 86_400;
/** Sampling step: no two changes of any zone since 1970 are closer than 7 days. */
const step = 3 * daySeconds;
/** Seconds that one look ahead covers. */
const ahead = 4 * 366 * daySeconds;

/** Wall-clock schedules are computed between these years; instants outside count as never. */
const firstYear = 1900;
export const lastYear = 2199;
export const earliest = dayNumber(firstYear, 1, 1) * daySeconds;
export const latest = dayNumber(lastYear + 1, 1, 1) * daySeconds;

const zones = new Map<string, Zone>();

/** The zone with an IANA name that this machine knows; the same object for the same name. */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const made = makeZone(name);
  zones.set(name, made);
  return made;
}

/** The wall clock at an instant (both in seconds). */
export function wallAt(zone: Zone, second: number): number {
  return second + zone.at(second).offset;
}

/** The first instant at which the wall clock shows `wall` or has passed it (seconds). */
export function instantAt(zone: Zone, wall: number): number {
  let second = wall - 2 * daySeconds;
  for (;;) {
    const { start, end, offset, reached } = zone.at(second);
    if (wall < start + offset && wall >= reached) return start;
    if (wall >= reached && wall - offset < end) return wall - offset;
    second = end;
  }
}

const endless: Segment = {
  start: earliest,
  end: Number.POSITIVE_INFINITY,
  offset: 0,
  reached: earliest,
};
const always: Zone = {
  at: () => endless,
};

function makeZone(name: string): Zone {
  if (/^(?:Etc\/)?(?:UTC|GMT)$/.test(name)) return always;
  const offsetAt = offsets(name);
  let segments: Segment[] = [];
  let low = 0;
  let high = 0;
  let last = 0; // index of the last answer: neighbours ask for the same

  function append(until: number): void {
    for (let second = high; second < until; second += step) {
      const upTo = Math.min(second + step, until);
      const current = segments.at(-1);
      const offset = offsetAt(upTo);
      if (!current || current.offset === offset) continue;
      const start = changeBetween(offsetAt, second, upTo, current.offset);
      current.end = start;
      segments.push({
        start,
        end: upTo,
        offset,
        reached: Math.max(current.reached, start + current.offset),
      });
    }
    high = until;
    const current = segments.at(-1);
    if (current) current.end = until;
  }

  /** Begins a step before the range, to know what the clock showed before it. */
  function begin(from: number): void {
    low = from;
    high = from - step;
    last = 0;
    const offset = offsetAt(high);
    segments = [{ start: high, end: high, offset, reached: high + offset }];
  }

  function cover(second: number): void {
    if (second < low || segments.length === 0) {
      const until = high;
      begin(Math.floor((second - ahead) / step) * step);
      append(Math.max(until, second + ahead));
    } else append(second + ahead);
  }

  /** Outside the years that are computed the clock runs evenly, so that a date in the year 9999 costs nothing. */
  function outside(second: number): Segment | null {
    if (second >= latest) {
      const { offset } = zone.at(latest - 1);
      return { start: latest, end: Number.POSITIVE_INFINITY, offset, reached: latest + offset };
    }
    if (second >= earliest) return null;
    const { offset } = zone.at(earliest);
    return { start: Number.NEGATIVE_INFINITY, end: earliest, offset, reached: Number.NEGATIVE_INFINITY };
  }

  const zone: Zone = {
    at(second) {
      const far = outside(second);
      if (far) return far;
      if (second < low || second >= high) cover(second);
      const hit = segments[last];
      if (hit && second >= hit.start && second < hit.end) return hit;
      last = search(segments, second);
      return segments[last] as Segment;
    },
  };
  return zone;
}

/** Index of the last segment that starts at or before `second`. */
function search(segments: readonly Segment[], second: number): number {
  let from = 0;
  let to = segments.length - 1;
  while (from < to) {
    const middle = (from + to + 1) >> 1;
    if ((segments[middle] as Segment).start <= second) from = middle;
    else to = middle - 1;
  }
  return from;
}

/** The first second after `from` whose offset is not `before`. */
function changeBetween(
  offsetAt: (second: number) => number,
  from: number,
  to: number,
  before: number,
): number {
  let same = from;
  let changed = to;
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (offsetAt(middle) === before) same = middle;
    else changed = middle;
  }
  return changed;
}

/** Reads a zone's offset from UTC (seconds) off the wall clock that `Intl` shows. */
function offsets(name: string): (second: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (second) => {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, sec = 0] = (
      format.format(second * 1000).match(/\d+/g) ?? []
    ).map(Number);
    return dayNumber(year, month, day) * daySeconds + hour * 3600 + minute * 60 + sec - second;
  };
}

/** The wall clock as `2026-11-22 09:00` or, with seconds, `2026-11-22 09:00:30`. */
export function wallText(wall: number): string {
  const days = Math.floor(wall / daySeconds);
  const { year, month, day } = civilOf(days);
  return `${year}-${two(month)}-${two(day)} ${clockText(wall - days * daySeconds)}`;
}

/** A second of the day as `09:00` or `09:00:30`. */
export function clockText(second: number): string {
  const rest = second % 60;
  const text = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}`;
  return rest === 0 ? text : `${text}:${two(rest)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The instant of a wall time; `jumped` when clocks skip it (it is the end of the gap), `twice` when they show it again (it is the first). */
export type WallInstant = { at: Millis; clock: 'plain' | 'jumped' | 'twice' };

const pattern = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?$/;

/** Reads `2026-11-22T09:00` (a space does for the T, seconds may follow) as a time on the wall of a zone; undefined for anything else. */
export function wallInstant(text: string, timezone: string): WallInstant | undefined {
  const [year, month, day, hour, minute, second = 0] = (pattern.exec(text)?.slice(1) ?? []).map((part) =>
    Number(part ?? 0),
  );
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const wall = dayNumber(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  const zone = zoneOf(timezone);
  const at = instantAt(zone, wall);
  if (wallAt(zone, at) !== wall) return { at: at * 1000, clock: 'jumped' };
  const { end, offset } = zone.at(at);
  const again = Number.isFinite(end) ? wall - zone.at(end).offset : at;
  const isTwice = again > at && again >= end && zone.at(end).offset < offset;
  return { at: at * 1000, clock: isTwice ? 'twice' : 'plain' };
}
