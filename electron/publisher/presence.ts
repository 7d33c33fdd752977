import type { Millis } from '../../shared/index.ts';

/**
 * Since when this ledger is at work without a gap. A clock that jumps while time as the machine counts it does not
 * means that the machine slept, or that it was put back to an earlier state of itself.
 */
export type Presence = {
  since(): Millis;
  /** Notes that it is at work now. */
  note(): void;
  /** Whether this part was looked for since then; true from the second call on. */
  hasLooked(part: string): boolean;
};

const jumpMs: Millis = 60_000;

export function createPresence(clock: { now(): Millis; monotonic(): Millis }): Presence {
  let since = clock.now();
  let last = { now: since, monotonic: clock.monotonic() };
  let looked = new Set<string>();
  return {
    since: () => since,
    note() {
      const next = { now: clock.now(), monotonic: clock.monotonic() };
      if (next.now - last.now - (next.monotonic - last.monotonic) > jumpMs) {
        since = next.now;
        looked = new Set();
      }
      last = next;
    },
    hasLooked(part) {
      if (looked.has(part)) return true;
      looked.add(part);
      return false;
    },
  };
}
