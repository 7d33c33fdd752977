import type { Clock } from '../shared/index.ts';

/** Node fires timers above 2^31 - 1 ms at once, so longer ones ring early and are set again by whoever needs them. */
const longestTimer = 2_147_483_647;

/** The real clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delay, ring) {
    const timer = setTimeout(ring, Math.min(Math.max(0, delay), longestTimer));
    return () => clearTimeout(timer);
  },
};
