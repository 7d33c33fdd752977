// What is decided at a tick: which slots are claimed now or ahead of time, which jobs an event starts, whether a waiting run starts.
import {
  type EventTrigger,
  fromInstant,
  type Job,
  type Millis,
  type StartDecision,
  type WaitingRun,
} from '../../shared/index.ts';
import type { Claim, Claimed, ClaimedRun } from '../store/index.ts';
import type { Windows } from './blackout-windows.ts';
import {
  blackoutReason,
  disabledReason,
  endedReason,
  leastGrace,
  plan,
  removedReason,
  tooLateReason,
} from './plan.ts';
import { claimAhead, dueAfter, type ScheduledJob, type Tick } from './scheduled-job.ts';

/** A cursor further ahead than this means that the clock was wrong when it was written, not that the future was handled. */
const absurdlyAhead = 25 * 3_600_000;

/** A claim of a job's slots with the job itself: one object, since there may be thousands at once. */
export type Planned = Claim & {
  scheduled: ScheduledJob;
  /** The slot after them; undefined where it is not known yet. */
  due: Millis | null | undefined;
  /** Its run, once it is stored. */
  run: ClaimedRun | null;
};

/** Claims of everything that is due; `recordSkipped` names jobs whose skipped slots are recorded in any case. */
export function planAll(
  scheduledJobs: Iterable<ScheduledJob>,
  tick: Tick,
  recordSkipped: ReadonlySet<string>,
): Planned[] {
  const planned: Planned[] = [];
  for (const scheduled of scheduledJobs) {
    const { job, schedule, state, due } = scheduled;
    const isDue = due !== null && due <= tick.now;
    const recordAnyway = recordSkipped.size > 0 && recordSkipped.has(job.id);
    if (!isDue && !recordAnyway) continue;
    const quick = isDue ? planSingle(scheduled, due, tick) : null;
    if (quick) {
      planned.push(quick);
      continue;
    }
    const claim = plan({ ...tick, job, schedule, cursor: state.cursor, recordSkipped: recordAnyway });
    if (claim) planned.push({ ...claim, scheduled, due: undefined, run: null });
  }
  return planned;
}

/**
 * Claims of slots that are due in a moment, so that they start on time however slow the disk is. Here and below `forEach`
 * visits thousands of jobs without an object for each.
 */
export function planPreclaims(scheduledJobs: ReadonlyMap<string, ScheduledJob>, now: Millis): Planned[] {
  const planned: Planned[] = [];
  let runs: Claim['runs'] = none;
  scheduledJobs.forEach((scheduled) => {
    const { due } = scheduled;
    if (due === null || due <= now || due - scheduled.ahead > now || scheduled.preclaimed !== null) return;
    if (runs[0]?.slot !== due) runs = oneRun(due, due);
    planned.push(single(scheduled, due, runs, scheduled.schedule.slots.next(due)));
  });
  return planned;
}

/** The common case, in which thousands of jobs may be due at once: one slot, on time, without blackout or pause. */
function planSingle(scheduled: ScheduledJob, slot: Millis, { now, pausedSince }: Tick): Planned | null {
  const { schedule } = scheduled;
  if (schedule.blackouts !== null || pausedSince !== null || now - slot > leastGrace) return null;
  const next = schedule.slots.next(slot);
  if (next !== null && next <= now) return null;
  return single(scheduled, slot, oneRun(slot, null), next);
}

/** An empty list that thousands of claims share. */
const none: readonly never[] = [];

function oneRun(slot: Millis, notBefore: Millis | null): Claim['runs'] {
  return [{ slot, cause: 'schedule', notBefore }];
}

function single(scheduled: ScheduledJob, slot: Millis, runs: Claim['runs'], due: Millis | null): Planned {
  const { job, state } = scheduled;
  return {
    jobId: job.id,
    jobName: job.name,
    expected: state.cursor,
    cursor: slot,
    runs,
    gaps: none,
    scheduled,
    due,
    run: null,
  };
}

/**
 * Adds a random delay of up to the job's jitter to the start of runs; the slots stay where they are. One delay for all
 * runs of a catch-up keeps their order.
 */
export function withJitter(claim: Planned, now: Millis, random: () => number): Planned {
  const { jitterSeconds } = claim.scheduled.job;
  if (jitterSeconds === 0) return claim;
  const delay = Math.floor(random() * jitterSeconds * 1000);
  return {
    ...claim,
    runs: claim.runs.map((run) => ({ ...run, notBefore: (run.notBefore ?? now) + delay })),
  };
}

/** Gives preclaims their stored runs; those that got one, which wait for their slots. Both lists are in the same order. */
export function preclaimsOf(planned: readonly Planned[], { runs }: Claimed): Preclaim[] {
  const made: Preclaim[] = [];
  let next = 0;
  for (const preclaim of planned) {
    const run = runs[next];
    if (run?.jobId !== preclaim.jobId) continue; // Its cursor was stale, or its slot had been claimed before.
    next += 1;
    preclaim.run = run;
    preclaim.scheduled.preclaimed = preclaim.cursor;
    made.push(preclaim as Preclaim);
  }
  return made;
}

/** Moves on the cursors of what was claimed; stale ones stay. */
export function advance(planned: readonly Planned[], claimed: Claimed): void {
  const stale = claimed.stale.length > 0 ? new Set(claimed.stale) : null;
  for (const { scheduled, jobId, cursor, due } of planned) {
    if (stale?.has(jobId)) continue;
    scheduled.state.cursor = cursor;
    scheduled.due = due === undefined ? dueAfter(scheduled.schedule, cursor) : due;
  }
}

/** Jobs whose cursor lies absurdly far in the future. */
export function jobsAhead(scheduledJobs: Iterable<ScheduledJob>, now: Millis): ScheduledJob[] {
  const ahead: ScheduledJob[] = [];
  for (const scheduled of scheduledJobs)
    if (scheduled.state.cursor > now + absurdlyAhead) ahead.push(scheduled);
  return ahead;
}

/** A claim whose run is stored and waits in memory for its slot, which is where its cursor stands. */
export type Preclaim = Planned & { run: ClaimedRun };

/**
 * When a job needs a tick: ahead of its slot, unless it has a preclaimed slot already (a cron slot and a date a moment
 * later): releasing two would lose one.
 */
export function wakeAt({ due, ahead, preclaimed }: ScheduledJob): Millis | null {
  return due !== null && preclaimed === null ? due - ahead : due;
}

/**
 * Splits preclaimed runs into those that start now and those that wait on. Null after sleep, a change of the clock or a
 * process that was stopped: then the plan has to decide about their slots anew.
 */
export function splitPreclaims<P extends Pick<Preclaim, 'cursor'>>(
  preclaims: readonly P[],
  now: Millis,
): { start: readonly P[]; wait: readonly P[] } | null {
  let due = 0;
  for (const { cursor: slot } of preclaims) {
    if (now - slot > leastGrace || slot - now > 2 * claimAhead) return null;
    if (slot <= now) due += 1;
  }
  // As a rule all have the same slot: then there are no lists of thousands to make.
  if (due === preclaims.length) return { start: preclaims, wait: none };
  if (due === 0) return { start: none, wait: preclaims };
  return {
    start: preclaims.filter(({ cursor: slot }) => slot <= now),
    wait: preclaims.filter(({ cursor: slot }) => slot > now),
  };
}

/** Something that happened for which event triggers wait. */
export type Occurrence =
  | { event: 'start' | 'wake' | 'online' }
  | { event: 'job'; job: string; outcome: 'success' | 'failure' };

/** Whether a job has a trigger for it. */
export function waitsFor(job: Job, occurrence: Occurrence): boolean {
  return job.triggers.some((trigger) => trigger.type === 'event' && matches(trigger, occurrence));
}

/** Ids of the jobs whose end others wait for. */
export function awaitedJobs(jobs: readonly Job[]): ReadonlySet<string> {
  return new Set(
    jobs
      .filter(({ enabled }) => enabled)
      .flatMap(({ triggers }) => triggers)
      .flatMap((trigger) => (trigger.type === 'event' && trigger.job !== undefined ? [trigger.job] : [])),
  );
}

/** Whether others wait for the end of a job; asked at the end of each run, so it is found out once for each list of jobs. */
export function awaiting(jobs: () => readonly Job[]): (jobId: string) => boolean {
  const known = new WeakMap<readonly Job[], ReadonlySet<string>>();
  return (jobId) => {
    const list = jobs();
    const awaited = known.get(list) ?? awaitedJobs(list);
    known.set(list, awaited);
    return awaited.has(jobId);
  };
}

function matches(trigger: EventTrigger, occurrence: Occurrence): boolean {
  if (trigger.event !== occurrence.event) return false;
  if (occurrence.event !== 'job') return true;
  const wanted = trigger.outcome ?? 'any';
  return trigger.job === occurrence.job && (wanted === 'any' || wanted === occurrence.outcome);
}

/** Whether the job's start and end allow an event now. */
export function isWithin({ startAt, endAt }: Job, now: Millis): boolean {
  return (startAt === null || now >= fromInstant(startAt)) && (endAt === null || now <= fromInstant(endAt));
}

/** What happened, as the reason of a run. */
export function occurrenceText(occurrence: Occurrence): string {
  switch (occurrence.event) {
    case 'start':
      return 'Belfry started.';
    case 'wake':
      return 'The computer woke up.';
    case 'online':
      return 'The computer came back on line.';
    case 'job':
      return `The job "${occurrence.job}" ended with ${occurrence.outcome}.`;
  }
}

/** The record of an event that fell into a blackout, or null when none is in force. */
export function skippedEvent(
  { job, schedule, state }: ScheduledJob,
  occurrence: Occurrence,
  now: Millis,
): Claim | null {
  const window = schedule.blackouts?.at(now);
  if (!window) return null;
  const reason = `${occurrenceText(occurrence)} ${blackoutReason(window.name)}`;
  return {
    jobId: job.id,
    jobName: job.name,
    expected: state.cursor,
    cursor: state.cursor,
    runs: [],
    gaps: [{ status: 'skipped', count: 1, first: now, last: now, reason }],
  };
}

export type StartInput = {
  /** Undefined when it was removed. */
  job: Pick<Job, 'enabled' | 'endAt' | 'misfireGraceSeconds'> | undefined;
  blackouts: Windows | null;
  paused: boolean;
  now: Millis;
  /** Apply the misfire grace as well: the run did not only wait for an earlier run of its job. */
  grace: boolean;
};

const go: StartDecision = { do: 'go' };
const paused: StartDecision = { do: 'hold', until: null };

/** Applies pause, blackouts and the job's end to a run that waits: its slot was claimed before, maybe long ago. */
export function decideStart(
  run: WaitingRun,
  { job, blackouts, paused: isPaused, now, grace }: StartInput,
): StartDecision {
  if (!job) return drop('skipped', removedReason);
  const isRetry = run.attempt > 1;
  // A disabled job can be run by hand, with its retries.
  if (!job.enabled && !isRetry) return drop('skipped', disabledReason);
  if (isRetry && hasEnded(job, run, now)) return drop('skipped', endedReason);
  if (isPaused) return paused;
  const window = blackouts?.at(now);
  if (window) return { do: 'hold', until: window.to };
  return grace && !isRetry && isTooLate(job, run, now)
    ? drop('missed', tooLateReason(job.misfireGraceSeconds ?? 0))
    : go;
}

/** Whether the job came to its end after the run had been stored. */
function hasEnded({ endAt }: Pick<Job, 'endAt'>, run: WaitingRun, now: Millis): boolean {
  if (endAt === null) return false;
  const end = fromInstant(endAt);
  return now > end && run.createdAt <= end;
}

/** Neither jitter counts as lateness nor what the plan allowed when it claimed the slot. */
function isTooLate(
  { misfireGraceSeconds }: Pick<Job, 'misfireGraceSeconds'>,
  { slot, notBefore, createdAt }: WaitingRun,
  now: Millis,
): boolean {
  if (misfireGraceSeconds === null || slot === null) return false;
  const claimed = Math.max(createdAt, slot);
  const jitter = Math.max(0, notBefore - claimed);
  return now - jitter - slot > Math.max(misfireGraceSeconds * 1000, claimed - slot + leastGrace);
}

function drop(status: 'skipped' | 'missed', reason: string): StartDecision {
  return { do: 'drop', status, reason };
}
