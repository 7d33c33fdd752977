import type { Clock, Log, Millis } from '../../shared/index.ts';

/** A wake-up hint that comes this soon after another sign of the same wake-up is ignored, in milliseconds. */
const wakeOnce = 20_000;

/** Compares wall clock and monotonic clock at each tick to detect sleep and changes of the clock. */
type ClockWatcher = {
  /** Starts anew, without a reading before. */
  begin(): void;
  /** Reads the clocks; `expected` is the wall time for which this tick was planned. */
  tick(expected: Millis): { now: Millis; because: string };
  /** Whether the clock was set back, or may have been before the first tick, since `acknowledgeSetBack`. */
  wasSetBack(): boolean;
  /** The consequences are stored. */
  acknowledgeSetBack(): void;
  /** Wall time of the last tick. */
  lastNow(): Millis;
  /** Whether the machine woke up since the last call; each sleep counts once, though the system hints at it as well. */
  woke(hinted: boolean): boolean;
};

export function createClockWatcher(clock: Clock, log: Log): ClockWatcher {
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
    tick(expected) {
      const now = readClocks(clock);
      const { jump, slept: sleptNow, because } = compareClocks(last, now, expected);
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
    acknowledgeSetBack() {
      setBack = false;
    },
    lastNow: () => last.wall,
    woke(hinted) {
      const isNew = slept || (hinted && last.monotonic - wokeAt > wakeOnce);
      slept = false;
      if (isNew) wokeAt = last.monotonic;
      return isNew;
    },
  };
}

/** Both clocks at one moment. */
type ClockReading = { wall: Millis; monotonic: number };

/** Differences of the two clocks below this are small adjustments, in milliseconds. */
const tolerance = 1000;
/** A wall clock that ran ahead by this much counts as sleep, in milliseconds (design §3.3). */
export const sleepThreshold = 30_000;

function readClocks(clock: Clock): ClockReading {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/** What happened between two readings; the second was planned for `expected`. */
type ClockComparison = {
  /** Milliseconds by which wall time moved more than monotonic time; negative when the clock was set back. */
  jump: number;
  slept: boolean;
  /** Why slots may be late. */
  because: string;
};

/** Comparing wall with monotonic time is the only proof of sleep and of a clock that was set. */
function compareClocks(before: ClockReading, now: ClockReading, expected: Millis): ClockComparison {
  const difference = now.wall - before.wall - (now.monotonic - before.monotonic);
  const jump = Math.abs(difference) < tolerance ? 0 : difference;
  const because =
    jump > 0
      ? 'The computer was asleep or its clock was set forward'
      : now.wall - expected > tolerance
        ? 'Belfry was held up (stopped, or the computer was asleep or overloaded)'
        : 'Several slots came at once';
  return { jump, slept: jump >= sleepThreshold, because };
}
