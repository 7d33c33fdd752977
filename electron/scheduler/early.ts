import type { Millis } from '../../shared/index.ts';
import type { Entry } from './book.ts';
import { leastGrace } from './plan.ts';
import type { ClaimedRun } from './ports.ts';

/**
 * Slots are claimed this many milliseconds before they are due, so that neither a slow disk nor a thousand other jobs
 * make them late. No job ever has two in hand.
 */
export const claimAhead = 500;

/** A run that is stored and waits in memory for its slot; `expected` is the cursor from before it was claimed. */
export type Early = { entry: Entry; run: ClaimedRun; slot: Millis; expected: Millis };

/**
 * When an entry has to be looked at: early, unless a blackout may be in its way, it is to start at some later time, or
 * an earlier slot is in hand (a cron slot and a date a moment later): giving back two would lose one.
 */
export function lookAt({ due, job, schedule, early }: Entry): Millis | null {
  const isExact = schedule.blackouts === null && job.jitterSeconds === 0 && early === null;
  return due !== null && isExact ? due - claimAhead : due;
}

/**
 * Which runs start now and which go on waiting. Null when time did not go as foreseen (sleep, a clock that was set, a
 * process that stood still): then the plan has to decide about their slots anew.
 */
export function sortEarly(runs: readonly Early[], now: Millis): { start: Early[]; wait: Early[] } | null {
  const isOff = ({ slot }: Early) => now - slot > leastGrace || slot - now > 2 * claimAhead;
  if (runs.some(isOff)) return null;
  return { start: runs.filter(({ slot }) => slot <= now), wait: runs.filter(({ slot }) => slot > now) };
}
