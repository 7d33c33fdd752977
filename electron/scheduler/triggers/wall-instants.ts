// Instants at which a zone's clock shows given wall times, changes of the clock included.
import { civilOf, dayNumber, monthLength } from '../time/civil.ts';
import { earliest, latest, type Segment, type Zone } from '../time/zone.ts';
import type { Instants } from './instants.ts';

/**
 * What a change of the clocks does to wall times (design §3.2).
 * `once`: a time runs as soon as the clock shows it or has passed it: at a gap's end, and the first time in a repeated hour.
 * `cadence`: every moment at which the clock shows the time: nothing in a gap, twice in a repeated hour.
 */
export type ClockRule = 'once' | 'cadence';

const twoDays = 2 * 86_400;

/** The instants at which a zone's clock shows a pattern's wall times. */
export function wallInstants(pattern: WallPattern, zone: Zone, rule: ClockRule): Instants {
  const once = rule === 'once';

  /** The first wall time in a segment that did not have its turn yet. */
  const fresh = (segment: Segment, second: number) =>
    once ? Math.max(second + segment.offset, segment.reached) : second + segment.offset;

  /** Whether times fell into the gap that a segment begins with. */
  const afterGap = ({ start, offset, reached }: Segment) =>
    once && reached < start + offset && ceilWall(pattern, reached) < start + offset;

  function nextSecond(from: number): number {
    let second = Math.max(from, earliest);
    while (second < latest) {
      const segment = zone.at(second);
      if (second === segment.start && afterGap(segment)) return second;
      const floor = fresh(segment, second);
      const wall = ceilWall(pattern, floor);
      if (wall - segment.offset < segment.end) return wall - segment.offset;
      // Far from the segment's end no later setting-back of clocks can reach below `floor`: nothing matches until `wall`.
      const safe = floor <= segment.end + segment.offset - twoDays;
      second = safe ? Math.max(segment.end, wall - twoDays) : segment.end;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Calls `take` for the wall range of every segment in [from, to) (seconds); `gap` when its start is due for a gap. */
  function walk(
    from: number,
    to: number,
    take: (wallFrom: number, wallTo: number, offset: number, gap: boolean) => boolean,
  ): void {
    let second = Math.max(from, earliest);
    const until = Math.min(to, latest);
    while (second < until) {
      const segment = zone.at(second);
      const end = Math.min(segment.end, until);
      const gap = second === segment.start && afterGap(segment);
      // A time at the gap's very end is the same instant as the times inside it.
      const wallFrom = gap ? segment.start + segment.offset + 1 : fresh(segment, second);
      if (!take(wallFrom, end + segment.offset, segment.offset, gap)) return;
      second = end;
    }
  }

  return {
    next(after) {
      const second = nextSecond(Math.floor(after / 1000) + 1);
      return second === Number.POSITIVE_INFINITY ? null : second * 1000;
    },
    between(from, to, limit = Number.POSITIVE_INFINITY) {
      const found: number[] = [];
      if (limit <= 0) return found;
      walk(Math.floor(from / 1000) + 1, Math.floor(to / 1000) + 1, (wallFrom, wallTo, offset, gap) => {
        if (gap) found.push((wallFrom - 1 - offset) * 1000);
        if (found.length >= limit) return false;
        for (let wall = ceilWall(pattern, wallFrom); wall < wallTo; wall = ceilWall(pattern, wall + 1)) {
          found.push((wall - offset) * 1000);
          if (found.length >= limit) return false;
        }
        return true;
      });
      return found;
    },
    count(from, to) {
      let count = 0;
      walk(Math.floor(from / 1000) + 1, Math.floor(to / 1000) + 1, (wallFrom, wallTo, _offset, gap) => {
        count += (gap ? 1 : 0) + countWalls(pattern, wallFrom, wallTo);
        return true;
      });
      return count;
    },
  };
}

/** Wall times, zone left aside: the days of a month (bit 0 is the 1st) and the times on each of them. */
export type WallPattern = {
  days(year: number, month: number): number;
  times: TimesOfDay;
  /** Whether a day (number since 1970) is the one of the pattern's days that was met last; see `remembering`. */
  isKnownDay?(day: number): boolean;
  knowDay?(day: number): void;
};

const daySeconds = 86_400;
const lastDay = latest / daySeconds;

/** The first wall time of the pattern at or after `wall` (seconds), or Infinity. */
function ceilWall(pattern: WallPattern, wall: number): number {
  let day = Math.floor(wall / daySeconds);
  if (pattern.isKnownDay?.(day)) {
    const time = pattern.times.ceil(wall - day * daySeconds);
    if (time >= 0) return day * daySeconds + time;
  }
  let { year, month, day: dayOfMonth } = civilOf(day);
  let mask = pattern.days(year, month) >>> (dayOfMonth - 1);
  if (mask & 1) {
    pattern.knowDay?.(day);
    const time = pattern.times.ceil(wall - day * daySeconds);
    if (time >= 0) return day * daySeconds + time;
    mask &= ~1;
  }
  while (mask === 0) {
    day += monthLength(year, month) - dayOfMonth + 1;
    if (day >= lastDay) return Number.POSITIVE_INFINITY;
    dayOfMonth = 1;
    month += 1;
    if (month > 12) {
      month = 1;
      year += 1;
    }
    mask = pattern.days(year, month);
  }
  return (day + lowestBit(mask)) * daySeconds + pattern.times.first;
}

/** How many wall times of the pattern lie in [from, to) (seconds). */
function countWalls(pattern: WallPattern, from: number, to: number): number {
  return from >= to ? 0 : countUntil(pattern, from, to) - countUntil(pattern, from, from);
}

/** Wall times from the beginning of the month of `origin` up to `to`, without `to`. */
function countUntil(pattern: WallPattern, origin: number, to: number): number {
  let { year, month } = civilOf(Math.floor(origin / daySeconds));
  const lastDayNumber = Math.floor(to / daySeconds);
  let count = 0;
  for (let begin = dayNumber(year, month, 1); ; ) {
    const mask = pattern.days(year, month);
    const length = monthLength(year, month);
    if (begin + length > lastDayNumber) {
      const day = lastDayNumber - begin;
      count += ones(mask & ((1 << day) - 1)) * pattern.times.size;
      return (mask >>> day) & 1 ? count + pattern.times.below(to - lastDayNumber * daySeconds) : count;
    }
    count += ones(mask) * pattern.times.size;
    begin += length;
    month += 1;
    if (month > 12) {
      month = 1;
      year += 1;
    }
  }
}

function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

function ones(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The pattern with the days of the last month and the last day that fitted remembered, since neighbours ask for the same. */
export function remembering(pattern: WallPattern): WallPattern {
  let lastKey = -1;
  let lastMask = 0;
  let lastDay = Number.NaN;
  return {
    times: pattern.times,
    isKnownDay: (day) => day === lastDay,
    knowDay(day) {
      lastDay = day;
    },
    days(year, month) {
      const key = year * 12 + month;
      if (key !== lastKey) {
        lastMask = pattern.days(year, month);
        lastKey = key;
      }
      return lastMask;
    },
  };
}

/** Wall times within a day, every combination of some hours, minutes and seconds; figures are seconds of the day. */
type TimesOfDay = {
  size: number;
  first: number;
  /** The first time at or after `second`, or -1. */
  ceil(second: number): number;
  /** How many times lie before `second` (0…86400). */
  below(second: number): number;
};

/** Every combination of the given hours, minutes and seconds; each list sorted and not empty. */
export function timesOfDay(
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): TimesOfDay {
  const [hour, minute, second] = [ring(hours, 24), ring(minutes, 60), ring(seconds, 60)];
  const size = hours.length * minutes.length * seconds.length;
  const perMinute = seconds.length;
  const perHour = minutes.length * perMinute;
  const firstInMinute = second.next(0);
  const firstInHour = minute.next(0) * 60 + firstInMinute;

  return {
    size,
    first: hour.next(0) * 3600 + firstInHour,
    ceil(from) {
      const h = Math.floor(from / 3600);
      if (hour.next(h) === h) {
        const m = Math.floor(from / 60) % 60;
        const s = minute.next(m) === m ? second.next(from % 60) : -1;
        if (s >= 0) return h * 3600 + m * 60 + s;
        const later = minute.next(minute.next(m) === m ? m + 1 : m);
        if (later >= 0) return h * 3600 + later * 60 + firstInMinute;
      }
      const later = hour.next(hour.next(h) === h ? h + 1 : h);
      return later < 0 ? -1 : later * 3600 + firstInHour;
    },
    below(until) {
      const h = Math.floor(until / 3600);
      let count = hour.below(h) * perHour;
      if (hour.next(h) !== h) return count;
      const m = Math.floor(until / 60) % 60;
      count += minute.below(m) * perMinute;
      return minute.next(m) === m ? count + second.below(until % 60) : count;
    },
  };
}

type Ring = { next(value: number): number; below(value: number): number };

/** The same lists come again in job after job (`0`, every minute): their tables are shared. */
const rings = new Map<string, Ring>();
const mostRings = 500;

function ring(members: readonly number[], size: number): Ring {
  const key = `${size}:${members.join()}`;
  const known = rings.get(key);
  if (known) return known;
  const made = makeRing(members, size);
  if (rings.size < mostRings) rings.set(key, made);
  return made;
}

/** Tables that answer in one look: the next member at or after a value (-1: none), and the members below it. */
function makeRing(members: readonly number[], size: number): Ring {
  const next = new Int8Array(size + 1).fill(-1);
  const below = new Int8Array(size + 1);
  for (const member of members) next[member] = member;
  for (let value = size - 1; value >= 0; value -= 1)
    if (next[value] === -1) next[value] = next[value + 1] ?? -1;
  for (let value = 1; value <= size; value += 1)
    below[value] = (below[value - 1] ?? 0) + (next[value - 1] === value - 1 ? 1 : 0);
  return { next: (value) => next[value] ?? -1, below: (value) => below[value] ?? 0 };
}
