import { durationMillis, fromInstant, type IntervalTrigger, type Millis } from '../../../shared/index.ts';
import { latest } from '../time/zone.ts';
import type { Instants } from './instants.ts';

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
