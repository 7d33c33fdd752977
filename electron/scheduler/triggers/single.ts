import type { Millis } from '../../../shared/index.ts';
import type { Instants } from './instants.ts';

/** One instant: a date trigger. */
export function singleInstant(at: Millis): Instants {
  return {
    next: (after) => (at > after ? at : null),
    between: (from, to, limit = 1) => (limit > 0 && at > from && at <= to ? [at] : []),
    count: (from, to) => (at > from && at <= to ? 1 : 0),
  };
}
