import type { Clock, Log, Millis } from '../../shared/index.ts';

/** A hint of a wake that comes this soon after another sign of it tells nothing new. */
const wakeOnce = 20_000;

/** What a scheduler knows of time: it reads both clocks and tells sleep from waking, and steps of the clock from both. */
type ClockWatcher = {
  /** Forgets what was, as at a start. */
  begin(): void;
  /** Reads the clocks; `expected` is the wall time for which this look was meant. */
  tick(expected: Millis): { now: Millis; because: string };
  /** Whether the clock was set back, or may have been before the first look, and `forgetSetBack` did not follow. */
  wasSetBack(): boolean;
  /** Everything that follows from it is done and stored. */
  acknowledgeSetBack(): void;
  /** Wall time of the last look. */
  lastNow(): Millis;
  /** Whether the machine woke since this was asked last; one sleep is told once, though the system hints at it as well. */
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
      const told = slept || (hinted && last.monotonic - wokeAt > wakeOnce);
      slept = false;
      if (told) wokeAt = last.monotonic;
      return told;
    },
  };
}

/** Both clocks at one moment. */
type ClockReading = { wall: Millis; monotonic: number };

/** A difference of the two clocks that is no mere adjustment. */
const tolerance = 1000;
/** A wall clock that ran ahead by this much means that the machine slept, or as good as (design §3.3). */
export const sleepThreshold = 30_000;

function readClocks(clock: Clock): ClockReading {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/** What happened between two readings, `expected` being when the second was meant to come. */
type ClockComparison = {
  /** Milliseconds by which wall time moved more than monotonic time; negative when the clock was set back. */
  jump: number;
  slept: boolean;
  /** Why slots may be late. */
  because: string;
};

/** Compares wall with monotonic time: the only proof of sleep and of a clock that was set. */
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
