import { durationMillis, fromInstant, type IntervalTrigger, type Millis } from '../../../shared/index.ts';
import { latest } from '../time/zone.ts';

/** The instants at which something is due. Ranges are (from, to]: `from` itself is not part of them. */
export type Instants = {
  /** The first instant after `after`, or null when there is none. */
  next(after: Millis): Millis | null;
  /** Instants of a range, oldest first, at most `limit`. */
  between(from: Millis, to: Millis, limit?: number): Millis[];
  /** How many instants a range has. */
  count(from: Millis, to: Millis): number;
};

/** Nothing is ever due. */
export const never: Instants = { next: () => null, between: () => [], count: () => 0 };

/** Instants of `inner` from `startAt` to `endAt`, both included; null = no limit. */
export function bounded(inner: Instants, startAt: Millis | null, endAt: Millis | null): Instants {
  if (startAt === null && endAt === null) return inner;
  const low = (from: Millis) => (startAt === null ? from : Math.max(from, startAt - 1));
  const high = (to: Millis) => (endAt === null ? to : Math.min(to, endAt));
  return {
    next(after) {
      const next = inner.next(low(after));
      return next === null || next > high(next) ? null : next;
    },
    between: (from, to, limit) => (low(from) < high(to) ? inner.between(low(from), high(to), limit) : []),
    count: (from, to) => (low(from) < high(to) ? inner.count(low(from), high(to)) : 0),
  };
}

/** The newest `limit` instants of a range, oldest first; narrows the range down first, so that a long one costs little. */
export function newest(instants: Instants, from: Millis, to: Millis, limit: number): Millis[] {
  let low = from;
  for (let width = Math.floor((to - from) / 2); width >= 500; width = Math.floor(width / 2)) {
    if (instants.count(low + width, to) >= limit) low += width;
  }
  return instants.between(low, to).slice(-limit);
}

/** The instants of several sources, each once. */
export function union(sources: readonly Instants[]): Instants {
  const [only] = sources;
  if (!only) return never;
  if (sources.length === 1) return only;
  return {
    next(after) {
      let first: Millis | null = null;
      for (const source of sources) {
        const next = source.next(after);
        if (next !== null && (first === null || next < first)) first = next;
      }
      return first;
    },
    between: (from, to, limit) => merge(sources, from, to).slice(0, limit),
    count(from, to) {
      const sum = sources.reduce((total, source) => total + source.count(from, to), 0);
      return sum > countable ? sum : merge(sources, from, to).length;
    },
  };
}

/** Above this many, instants that several triggers share are counted once for each: listing all would hold up the engine. */
const countable = 2000;

function merge(sources: readonly Instants[], from: Millis, to: Millis): Millis[] {
  return sources.map((source) => source.between(from, to)).reduce(mergeTwo);
}

/** Both sorted lists as one, what they share once. */
function mergeTwo(a: readonly Millis[], b: readonly Millis[]): Millis[] {
  const merged: Millis[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const left = a[i] ?? Number.POSITIVE_INFINITY;
    const right = b[j] ?? Number.POSITIVE_INFINITY;
    if (left <= right) i += 1;
    if (right <= left) j += 1;
    merged.push(Math.min(left, right));
  }
  return merged;
}

/** One instant: a date trigger. */
export function singleInstant(at: Millis): Instants {
  return {
    next: (after) => (at > after ? at : null),
    between: (from, to, limit = 1) => (limit > 0 && at > from && at <= to ? [at] : []),
    count: (from, to) => (at > from && at <= to ? 1 : 0),
  };
}

/** Instants at anchor + offset + k·interval for every whole k: a phase that restarts and edits do not move. */
export function intervalInstants(trigger: IntervalTrigger, defaultAnchor: Millis): Instants {
  const every = durationMillis(trigger);
  const anchor = trigger.anchor === undefined ? defaultAnchor : fromInstant(trigger.anchor);
  const base = anchor + (trigger.offset ? durationMillis(trigger.offset) : 0);
  /** How many periods have passed at an instant. */
  const index = (at: Millis) => Math.floor((at - base) / every);

  return {
    next(after) {
      const next = base + (index(after) + 1) * every;
      return next < latest * 1000 ? next : null;
    },
    between(from, to, limit = Number.POSITIVE_INFINITY) {
      const found: Millis[] = [];
      for (let at = base + (index(from) + 1) * every; at <= to && found.length < limit; at += every)
        found.push(at);
      return found;
    },
    count: (from, to) => Math.max(0, index(to) - index(from)),
  };
}
