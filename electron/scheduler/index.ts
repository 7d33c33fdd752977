import {
  BelfryError,
  type Clock,
  inTurn,
  type Log,
  type Millis,
  toWireError,
  type WakeReason,
} from '../../shared/index.ts';
import type { Occurrence } from './claims.ts';
import type { Scheduler, SchedulerDeps, SlotRunner } from './deps.ts';
import { schedulerQueries } from './fire-times.ts';
import { longestSleep, sleepThreshold } from './plan.ts';
import type { Tick } from './scheduled-job.ts';
import { createSlotClaimer } from './slot-claimer.ts';

/** When slots could not be claimed, the next try comes after this long, in milliseconds. */
const retryDelay = 1000;

/** Decides when jobs are due and hands their runs over (design §3.3). Nothing happens before `start`. */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { clock, ledger, log } = deps;
  const exclusive = inTurn();
  /** Known from the start on; nothing is claimed before that. */
  let runner: SlotRunner | undefined;
  const claimer = createSlotClaimer({ ...deps, dispatch: (run) => runner?.accept(run) });
  const clockWatcher = createClockWatcher(clock, log);
  let starting: Promise<void> | undefined;
  let recovered: Promise<void> | undefined;
  let working = false;
  /** No more slots: only jobs that wait for the end of draining runs are still started. */
  let draining = false;
  let pausedSince: Millis | null = null;
  /** The configuration, or the default time zone, has changed and was not taken over yet. */
  let outdated = true;
  let zone = deps.defaultTimezone();
  let expected = Number.POSITIVE_INFINITY;
  let handled: Millis | null = null;
  let failing = false;
  let cancelTimer = () => {};
  const newOccurrences: Occurrence[] = [];
  const pendingOccurrences: Occurrence[] = [];
  /** There may be endings that were not handled yet. */
  let ended = true;

  function changed(): void {
    runner?.review();
    deps.changed();
  }

  function arm(delay: number): void {
    cancelTimer();
    if (!working || draining) return;
    expected = clock.now() + delay;
    cancelTimer = clock.setTimer(delay, () => queueTick());
  }

  function armForNext(): void {
    const wait = pausedSince === null ? claimer.nextWake() - clock.now() : longestSleep;
    arm(Math.max(0, Math.min(longestSleep, wait)));
  }

  /** Queues a tick; a failure is reported, and tried again. */
  function queueTick(...occurrences: Occurrence[]): void {
    newOccurrences.push(...occurrences);
    exclusive(() => tickAndArm()).catch(failed);
  }

  async function tickAndArm(because?: string): Promise<void> {
    if (!working) return;
    await act(readTick(because));
    armForNext();
  }

  function readTick(because?: string): Tick {
    const tick = clockWatcher.tick(expected);
    const timezone = deps.defaultTimezone();
    outdated ||= timezone !== zone;
    zone = timezone;
    return { now: tick.now, pausedSince, because: because ?? tick.because };
  }

  /** Does what is due. What fails is done at the next tick. */
  async function act(tick: Tick): Promise<void> {
    let isNew = outdated;
    if (outdated) await reconcile(tick);
    if (isNew) ended = true;
    if (pausedSince === null && !draining) {
      if (clockWatcher.wasSetBack()) {
        await claimer.releaseClaims();
        await claimer.resetFutureCursors(tick.now);
        clockWatcher.acknowledgeSetBack(); // Not before both are stored: what fails is done at the next tick.
        isNew = true;
      }
      if (await claimer.claimDue(tick)) isNew = true;
      handled = tick.now;
    }
    await handleOccurrences(tick.now);
    if (failing) deps.trouble?.(null);
    failing = false;
    if (isNew) changed();
  }

  async function reconcile(tick: Tick): Promise<void> {
    outdated = false; // Before reading, so that changes in the meantime are read again.
    try {
      await claimer.reconcile(tick);
    } catch (error) {
      outdated = true;
      throw error;
    }
  }

  /** Starts the jobs with a trigger for what happened; none while paused. */
  async function handleOccurrences(now: Millis): Promise<void> {
    const news = newOccurrences.splice(0);
    const others = news.filter(({ event }) => event !== 'wake');
    const woke: Occurrence[] = clockWatcher.woke(others.length < news.length) ? [{ event: 'wake' }] : [];
    if (pausedSince === null) pendingOccurrences.push(...woke, ...others);
    if (pendingOccurrences.length > 0) await claimer.claimEvents(pendingOccurrences, [], now);
    pendingOccurrences.length = 0;
    if (ended) await handleEndings(now);
  }

  async function handleEndings(now: Millis): Promise<void> {
    ended = false; // Before reading, so that runs that end in the meantime are read again.
    try {
      const endings = await ledger.endings();
      const occurrences = endings.map(
        ({ jobId, outcome }) => ({ event: 'job', job: jobId, outcome }) as const,
      );
      const ids = endings.map(({ id }) => id);
      await claimer.claimEvents(pausedSince === null ? occurrences : [], ids, now);
    } catch (error) {
      ended = true;
      throw error;
    }
  }

  function failed(error: unknown): void {
    failing = true;
    const wire = toWireError(error);
    log('error', 'Slots could not be claimed', { error: wire.message });
    deps.trouble?.(wire);
    if (error instanceof BelfryError && error.code === 'CONFLICT') {
      working = false; // Another engine owns the home: it does the work.
      cancelTimer();
    } else arm(retryDelay);
  }

  /** For calls from outside: rejects with a failure, and tries again all the same. */
  function called(work: () => Promise<void>): Promise<void> {
    return exclusive(work).catch((error: unknown) => {
      if (working) failed(error);
      throw error;
    });
  }

  function recover(): Promise<void> {
    recovered ??= exclusive(async () => {
      await ledger.releaseOrphanedClaims();
      pausedSince = await ledger.pausedSince(); // A pause holds the runs that the runner recovers now.
    }).catch((error: unknown) => {
      recovered = undefined;
      throw error;
    });
    return recovered;
  }

  return {
    ...schedulerQueries(deps, claimer),
    decideStart: (run, grace) => claimer.decideStart(run, { grace, paused: pausedSince !== null }),
    recover,
    start(slotRunner) {
      runner = slotRunner;
      starting ??= exclusive(async () => {
        await (recovered ?? ledger.releaseOrphanedClaims());
        pausedSince = await ledger.pausedSince();
        clockWatcher.begin();
        working = true;
        draining = false;
        ended = true;
        newOccurrences.push({ event: 'start' });
        await tickAndArm('Belfry was not running');
      }).catch((error: unknown) => {
        working = false;
        starting = undefined;
        throw error;
      });
      return starting;
    },
    drain() {
      draining = true;
      cancelTimer();
      exclusive(() => claimer.releaseClaims()).catch(failed);
    },
    stop() {
      draining = true;
      cancelTimer();
      starting = undefined;
      return exclusive(async () => {
        await claimer.releaseClaims();
        working = false; // Endings before this call were still handled.
        if (handled !== null) await ledger.markSeen(handled);
        handled = null;
      });
    },
    wake(reason: WakeReason) {
      if (!working) return;
      if (reason === 'resume') queueTick({ event: 'wake' });
      else if (reason === 'online') queueTick({ event: 'online' });
      else queueTick();
    },
    pause: () =>
      called(async () => {
        if (pausedSince !== null) return;
        await tickAndArm();
        await claimer.releaseClaims();
        const since = working ? clockWatcher.lastNow() : clock.now();
        await ledger.setPausedSince(since);
        pausedSince = since;
        armForNext();
        changed();
      }),
    resume: () =>
      called(async () => {
        if (pausedSince === null) return;
        if (working) {
          const tick = readTick();
          await claimer.claimDue(tick);
          handled = tick.now;
        }
        await ledger.setPausedSince(null);
        pausedSince = null;
        if (working) armForNext();
        changed();
      }),
    paused: () => pausedSince !== null,
    jobsChanged() {
      outdated = true;
      return called(() => tickAndArm());
    },
    jobEnded(jobId) {
      ended ||= claimer.awaits(jobId);
      if (working && ended) queueTick();
    },
  };
}

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

function createClockWatcher(clock: Clock, log: Log): ClockWatcher {
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

export { checkJob, checkJobs, checkTrigger, triggerNotes } from './check.ts';
export { awaiting } from './claims.ts';
export { type CrontabOptions, importCrontab, type LineRemark } from './crontab/import-crontab.ts';
export type { Scheduler } from './deps.ts';
export { fireTimes, isFloating } from './fire-times.ts';
export { type SimulatedEvent, type Simulation, type SimulationInput, simulate } from './simulate.ts';
export { wallInstant } from './time/zone.ts';
export { describeJob } from './words/describe.ts';
