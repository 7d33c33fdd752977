import type { Clock, Log, Millis } from '../../shared/index.ts';
import { readClocks, readDrift } from './drift.ts';

/** A hint of a wake that comes this soon after another sign of it tells nothing new. */
const wakeOnce = 20_000;

/** What a scheduler knows of time: it reads both clocks and tells sleep from waking, and steps of the clock from both. */
export type Sense = {
  /** Forgets what was, as at a start. */
  begin(): void;
  /** Reads the clocks; `expected` is the wall time for which this look was meant. */
  look(expected: Millis): { now: Millis; because: string };
  /** Whether the clock was set back, or may have been before the first look, and `forgetSetBack` did not follow. */
  wasSetBack(): boolean;
  /** Everything that follows from it is done and stored. */
  forgetSetBack(): void;
  /** Wall time of the last look. */
  lastNow(): Millis;
  /** Whether the machine woke since this was asked last; one sleep is told once, though the system hints at it as well. */
  woke(hinted: boolean): boolean;
};

export function createSense(clock: Clock, log: Log): Sense {
  let last = readClocks(clock);
  let slept = false;
  let setBack = true;
  let wokeAt = Number.NEGATIVE_INFINITY;

  return {
    begin() {
      last = readClocks(clock);
      slept = false;
      setBack = true;
    },
    look(expected) {
      const now = readClocks(clock);
      const { jump, slept: sleptNow, because } = readDrift(last, now, expected);
      last = now;
      slept ||= sleptNow;
      if (jump < 0) {
        setBack = true;
        log('info', 'The clock was set back; slots that were handled do not come again', {
          seconds: -jump / 1000,
        });
      }
      return { now: now.wall, because };
    },
    wasSetBack: () => setBack,
    forgetSetBack() {
      setBack = false;
    },
    lastNow: () => last.wall,
    woke(hinted) {
      const told = slept || (hinted && last.monotonic - wokeAt > wakeOnce);
      slept = false;
      if (told) wokeAt = last.monotonic;
      return told;
    },
  };
}
