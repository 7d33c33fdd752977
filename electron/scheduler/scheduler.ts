import {
  BelfryError,
  inTurn,
  type Job,
  type Millis,
  toWireError,
  type WakeReason,
} from '../../shared/index.ts';
import { blackoutWindows } from './blackout-windows.ts';
import { checkJob, checkTrigger } from './check.ts';
import { decideStart, type Occurrence } from './claims.ts';
import { createClockWatcher } from './clock-watcher.ts';
import { fireTimes } from './fire-times.ts';
import { longestSleep } from './plan.ts';
import type { Scheduler, SchedulerDeps } from './ports.ts';
import { handledUpTo, type ScheduledJob, type Tick, upcoming } from './scheduled-job.ts';
import { createSlotClaimer } from './slot-claimer.ts';
import { zoneOf } from './time/zone.ts';
import { describeJob } from './words/describe.ts';

/** When slots could not be claimed, the next try comes after this long, in milliseconds. */
const retryDelay = 1000;

/** Decides when jobs are due and hands their runs over (design §3.3). Nothing happens before `start`. */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { clock, ledger, log } = deps;
  const exclusive = inTurn();
  const claimer = createSlotClaimer(deps);
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
    if (isNew) deps.changed();
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
    ...schedulerQueries(deps, { ...claimer, paused: () => pausedSince !== null }),
    recover,
    start() {
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
        deps.changed();
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
        deps.changed();
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

type Queries =
  | 'decideStart'
  | 'next'
  | 'anchor'
  | 'upcoming'
  | 'describe'
  | 'check'
  | 'checkTrigger'
  | 'fireTimes';

/** The queries of a scheduler, which change nothing. */
function schedulerQueries(
  deps: Pick<SchedulerDeps, 'clock' | 'jobs' | 'defaultTimezone'>,
  {
    scheduledJobs,
    anchor,
    paused,
  }: {
    scheduledJobs: ReadonlyMap<string, ScheduledJob>;
    anchor(jobId: string): Millis | null;
    paused(): boolean;
  },
): Pick<Scheduler, Queries> {
  const { clock } = deps;
  /** Lists need the same descriptions again and again; an edited job is another object. */
  const described = new WeakMap<Job, { timezone: string; words: string }>();
  const anchorOf = (jobId: string): Millis => anchor(jobId) ?? clock.now();

  return {
    decideStart(run, grace) {
      const scheduled = scheduledJobs.get(run.jobId);
      const job = scheduled?.job ?? deps.jobs().find(({ id }) => id === run.jobId);
      // A job that is disabled, or not scheduled yet, has blackouts all the same.
      const blackouts = scheduled
        ? scheduled.schedule.blackouts
        : job && blackoutWindows(job.blackouts, zoneOf(job.timezone ?? deps.defaultTimezone()));
      return decideStart(run, {
        job,
        blackouts: blackouts ?? null,
        paused: paused(),
        now: clock.now(),
        grace,
      });
    },
    next(jobId) {
      const scheduled = scheduledJobs.get(jobId);
      return scheduled ? scheduled.schedule.nextRun(Math.max(handledUpTo(scheduled), clock.now() - 1)) : null;
    },
    anchor,
    upcoming: (limit, until) => upcoming([...scheduledJobs.values()], clock.now(), limit, until),
    describe(job) {
      const timezone = job.timezone ?? deps.defaultTimezone();
      const known = described.get(job);
      if (known?.timezone === timezone) return known.words;
      const words = describeJob(job, { timezone, anchor: anchorOf(job.id) });
      described.set(job, { timezone, words });
      return words;
    },
    check: (job, together = []) =>
      checkJob(job, {
        timezone: deps.defaultTimezone(),
        now: clock.now(),
        anchor: anchorOf(job.id),
        others: [...deps.jobs(), ...together].filter(({ id }) => id !== job.id),
      }),
    checkTrigger: (trigger, timezone) => checkTrigger(trigger, { timezone, anchor: clock.now() }),
    async fireTimes({ job, trigger, timezone, from, count }) {
      const known = job ? anchor(job.id) : null;
      return fireTimes({
        ...(known === null ? {} : { anchor: known }),
        now: clock.now(),
        ...(trigger && { trigger }),
        ...(job && {
          triggers: job.triggers,
          startAt: job.startAt,
          endAt: job.endAt,
          blackouts: job.blackouts,
        }),
        timezone: timezone ?? job?.timezone ?? deps.defaultTimezone(),
        from,
        count,
      });
    },
  };
}
