import type { Clock, Millis } from '../../shared/index.ts';

/** Both clocks at one moment. */
export type Reading = { wall: Millis; monotonic: number };

/** A difference of the two clocks that is no mere adjustment. */
const tolerance = 1000;
/** A wall clock that ran ahead by this much means that the machine slept, or as good as (design §3.3). */
export const sleepFrom = 30_000;

export function readClocks(clock: Clock): Reading {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/** What happened between two readings, `expected` being when the second was meant to come. */
export type Drift = {
  /** Milliseconds by which wall time moved more than monotonic time; negative when the clock was set back. */
  jump: number;
  slept: boolean;
  /** Why slots may be late. */
  because: string;
};

/** Compares wall with monotonic time: the only proof of sleep and of a clock that was set. */
export function readDrift(before: Reading, now: Reading, expected: Millis): Drift {
  const difference = now.wall - before.wall - (now.monotonic - before.monotonic);
  const jump = Math.abs(difference) < tolerance ? 0 : difference;
  const because =
    jump > 0
      ? 'The computer was asleep or its clock was set forward'
      : now.wall - expected > tolerance
        ? 'Belfry was held up (stopped, or the computer was asleep or overloaded)'
        : 'Several slots came at once';
  return { jump, slept: jump >= sleepFrom, because };
}
