import { type Job, type Millis, type StartDecision, toInstant, type WaitingRun } from '../../shared/index.ts';
import type { ClaimedRun, EventClaim, JobState } from '../store/index.ts';
import { blackoutWindows } from './blackout-windows.ts';
import {
  advance,
  awaitedJobs,
  decideStart,
  isWithin,
  jobsAhead,
  type Occurrence,
  occurrenceText,
  type Preclaim,
  planAll,
  planPreclaims,
  preclaimsOf,
  skippedEvent,
  splitPreclaims,
  waitsFor,
  wakeAt,
  withJitter,
} from './claims.ts';
import type { SchedulerDeps } from './deps.ts';
import { leastGrace } from './plan.ts';
import {
  aheadOf,
  dueAfter,
  type JobSchedule,
  nextState,
  type ScheduledJob,
  scheduledJob,
  type Tick,
} from './scheduled-job.ts';
import { zoneOf } from './time/zone.ts';

/** Claims the slots of all jobs. Its methods must not overlap (see `inTurn`). */
type SlotClaimer = {
  scheduledJobs: ReadonlyMap<string, ScheduledJob>;
  /** Takes over the configuration: slots of schedules that end are recorded first, then the new ones begin. */
  reconcile(tick: Tick): Promise<void>;
  /** Claims and starts everything that is due, and preclaims what will be in a moment; whether anything started. */
  claimDue(tick: Tick): Promise<boolean>;
  /** Releases preclaimed slots whose runs have not started: they are planned anew. */
  releaseClaims(): Promise<void>;
  /** Resets cursors that lie absurdly far in the future; called after the clock was set back. */
  resetFutureCursors(now: Millis): Promise<void>;
  /** When the next tick is needed, a moment before a slot is due; Infinity for never. */
  nextWake(): Millis;
  /** When a job was first seen, or null; also of one that is disabled. */
  anchor(jobId: string): Millis | null;
  /** Whether any job waits for the end of this one. */
  awaits(jobId: string): boolean;
  /** See `Scheduler.decideStart`. */
  decideStart(run: WaitingRun, when: { grace: boolean; paused: boolean }): StartDecision;
  /** Starts the jobs with a trigger for what happened; `answered` are ids of the endings among it. */
  claimEvents(occurrences: readonly Occurrence[], answered: string[], now: Millis): Promise<void>;
};

type Change = { job: Job | undefined; state: JobState };

/** Keeps ledger, jobs in memory and runner in step; the ledger is always written first. */
export function createSlotClaimer(
  deps: SchedulerDeps & {
    /** Hands a claimed run to the runner. */
    dispatch(run: ClaimedRun): void;
  },
): SlotClaimer {
  const { ledger, log, random } = deps;
  const scheduledJobs = new Map<string, ScheduledJob>();
  /** States of all jobs ever seen; those of scheduled jobs are kept in `scheduledJobs`. */
  let states = new Map<string, JobState>();
  let loaded = false;
  /** Schedules that jobs share, as of the last time that the configuration changed. */
  const schedules = new Map<string, JobSchedule>();
  /** Claimed slots that are not due yet. */
  let preclaims: readonly Preclaim[] = [];
  /** The next tick that any job needs, until one changes: an idle tick must not go through thousands of jobs. */
  let earliestWake: Millis | null = null;
  /** The earliest slot of any job, found with it. */
  let earliestDue: Millis = Number.POSITIVE_INFINITY;
  /** Jobs whose end others wait for, until the configuration changes. */
  let awaited: ReadonlySet<string> | null = null;

  async function claim(
    tick: Tick,
    among: Iterable<ScheduledJob>,
    recordSkipped: ReadonlySet<string>,
  ): Promise<boolean> {
    const planned = planAll(among, tick, recordSkipped);
    if (planned.length === 0) return false;
    const claims = planned.map((claim) => withJitter(claim, tick.now, random.next));
    const claimed = await ledger.claim(claims, tick.now);
    for (const run of claimed.runs) deps.dispatch(run);
    advance(planned, claimed);
    earliestWake = null;
    for (const made of claims)
      if (made.gaps.length > 0 && !claimed.stale.includes(made.jobId)) deps.gaps?.(made);
    if (claimed.stale.length > 0) await reload(claimed.stale);
    return true;
  }

  async function preclaim(now: Millis): Promise<void> {
    const planned = planPreclaims(scheduledJobs, now);
    if (planned.length === 0) return;
    const claimed = await ledger.claim(planned, now);
    const made = preclaimsOf(planned, claimed);
    preclaims = preclaims.length === 0 ? made : preclaims.concat(made);
    advance(planned, claimed);
    earliestWake = null;
    if (claimed.stale.length > 0) await reload(claimed.stale);
  }

  /** Starts the preclaimed runs whose slots are due; whether there were any. */
  async function dispatchPreclaims(now: Millis): Promise<boolean> {
    if (preclaims.length === 0) return false;
    const sorted = splitPreclaims(preclaims, now);
    if (!sorted) {
      await releaseClaims();
      return false;
    }
    preclaims = sorted.wait;
    for (const { scheduled } of sorted.start) scheduled.preclaimed = null;
    earliestWake = null;
    for (const { run } of sorted.start) deps.dispatch(run);
    return sorted.start.length > 0;
  }

  async function releaseClaims(): Promise<void> {
    if (preclaims.length === 0) return;
    await ledger.releaseClaims(
      preclaims.map(({ run: { runId }, jobId, cursor: slot, expected: cursor }) => ({
        runId,
        jobId,
        slot,
        cursor,
      })),
    );
    for (const { scheduled, expected } of preclaims) {
      scheduled.state.cursor = expected;
      scheduled.preclaimed = null;
      scheduled.due = dueAfter(scheduled.schedule, expected);
    }
    preclaims = [];
    earliestWake = null;
  }

  function schedule(job: Job, state: JobState): void {
    scheduledJobs.set(job.id, scheduledJob(job, state, deps.defaultTimezone(), schedules));
  }

  /** Another process moved these cursors: the ledger holds the valid ones. */
  async function reload(jobIds: readonly string[]): Promise<void> {
    log('warn', 'Cursors had moved and were read again', { jobs: jobIds });
    states = byId(await ledger.states());
    for (const id of jobIds) {
      const [scheduled, state] = [scheduledJobs.get(id), states.get(id)];
      if (scheduled && state) schedule(scheduled.job, state);
    }
    earliestWake = null;
  }

  async function resetFutureCursors(now: Millis): Promise<void> {
    const ahead = jobsAhead(scheduledJobs.values(), now);
    if (ahead.length === 0) return;
    log('warn', 'The clock was far ahead when slots were last handled; schedules go on from now', {
      jobs: ahead.map(({ job, state }) => `${job.id}: ${toInstant(state.cursor)}`),
    });
    await saveStates(ahead.map(({ job, state }) => ({ job, state: { ...state, cursor: now } })));
  }

  /** Stores states, then schedules by them. */
  async function saveStates(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    await ledger.saveStates(changes.map(({ state }) => state));
    earliestWake = null;
    for (const { job, state } of changes) {
      states.set(state.jobId, state);
      if (job && state.active) schedule(job, state);
      else scheduledJobs.delete(state.jobId);
    }
  }

  /** States that the configuration calls for and that are not stored yet. */
  function changes(now: Millis, handled: Millis): Change[] {
    const jobs = new Map(deps.jobs().map((job) => [job.id, job]));
    const timezone = deps.defaultTimezone();
    return [...new Set([...states.keys(), ...jobs.keys()])].flatMap((id) => {
      const job = jobs.get(id);
      const state = nextState({ state: stateOf(id), job, timezone, handled, now });
      return state ? [{ job, state }] : [];
    });
  }

  function nextWake(): Millis {
    if (earliestWake !== null) return earliestWake;
    let first = Number.POSITIVE_INFINITY;
    let firstDue = Number.POSITIVE_INFINITY;
    scheduledJobs.forEach((scheduled) => {
      const at = wakeAt(scheduled);
      if (at !== null && at < first) first = at;
      if (scheduled.due !== null && scheduled.due < firstDue) firstDue = scheduled.due;
    });
    earliestDue = firstDue;
    for (const { cursor: slot } of preclaims) if (slot < first) first = slot;
    earliestWake = first;
    return first;
  }

  function stateOf(id: string): JobState | undefined {
    return scheduledJobs.get(id)?.state ?? states.get(id);
  }

  /** Takes over edits of jobs whose schedule stayed the same. */
  function refresh(): void {
    for (const job of deps.jobs()) {
      const [scheduled, state] = [scheduledJobs.get(job.id), stateOf(job.id)];
      if (scheduled) Object.assign(scheduled, { job, ahead: aheadOf(job) });
      else if (job.enabled && state?.active) schedule(job, state);
    }
    earliestWake = null;
  }

  return {
    scheduledJobs,
    anchor: (jobId) => stateOf(jobId)?.anchor ?? null,
    async claimDue(tick) {
      const started = await dispatchPreclaims(tick.now);
      if (nextWake() <= tick.now) {
        const claimed = earliestDue <= tick.now && (await claim(tick, scheduledJobs.values(), nothing));
        if (tick.pausedSince === null) await preclaim(tick.now);
        return started || claimed;
      }
      // No other write soon marks these slots as handled, and after a crash they must not count as released.
      if (started && nextWake() - tick.now > leastGrace) await ledger.markSeen(tick.now);
      return started;
    },
    releaseClaims,
    resetFutureCursors,
    nextWake,
    async reconcile(tick) {
      await releaseClaims();
      schedules.clear();
      let handled = tick.now;
      if (loaded) {
        const ending = new Set(changes(tick.now, tick.now).map(({ state }) => state.jobId));
        await claim(
          tick,
          [...scheduledJobs.values()].filter(({ job }) => ending.has(job.id)),
          ending,
        );
      } else {
        states = byId(await ledger.states());
        handled = (await ledger.seen()) ?? Number.NEGATIVE_INFINITY;
      }
      await saveStates(changes(tick.now, handled));
      refresh();
      awaited = null;
      loaded = true;
    },
    awaits(jobId) {
      awaited ??= awaitedJobs([...scheduledJobs.values()].map(({ job }) => job));
      return awaited.has(jobId);
    },
    decideStart(run, when) {
      const scheduled = scheduledJobs.get(run.jobId);
      const job = scheduled?.job ?? deps.jobs().find(({ id }) => id === run.jobId);
      // A job that is disabled, or not scheduled yet, has blackouts all the same.
      const blackouts = scheduled
        ? scheduled.schedule.blackouts
        : job && blackoutWindows(job.blackouts, zoneOf(job.timezone ?? deps.defaultTimezone()));
      return decideStart(run, { job, blackouts: blackouts ?? null, now: deps.clock.now(), ...when });
    },
    async claimEvents(occurrences, answered, now) {
      const claim: EventClaim = { runs: [], skipped: [], answered };
      for (const occurrence of occurrences) {
        for (const scheduled of scheduledJobs.values()) {
          const { job } = scheduled;
          if (!waitsFor(job, occurrence) || !isWithin(job, now)) continue;
          const skipped = skippedEvent(scheduled, occurrence, now);
          const jitter = Math.floor(random.next() * job.jitterSeconds * 1000);
          const run = { jobId: job.id, jobName: job.name, reason: occurrenceText(occurrence) };
          if (skipped) claim.skipped.push(skipped);
          else claim.runs.push({ ...run, notBefore: now + jitter });
        }
      }
      if (claim.runs.length + claim.skipped.length + answered.length === 0) return;
      for (const run of await ledger.claimEvent(claim, now)) deps.dispatch(run);
    },
  };
}

const nothing: ReadonlySet<string> = new Set();

function byId(states: readonly JobState[]): Map<string, JobState> {
  return new Map(states.map((state) => [state.jobId, state]));
}
