// A job as the scheduler sees it: its stored state, its schedule, its next slots.
import { fromInstant, type Job, type Millis } from '../../shared/index.ts';
import type { JobState } from '../store/index.ts';
import { blackoutWindows, type Windows } from './blackout-windows.ts';
import { latest, zoneOf } from './time/zone.ts';
import { bounded, type Instants, union } from './triggers/instants.ts';
import { type TriggerContext, triggerInstants } from './triggers/trigger-instants.ts';

/** A job with its schedule and how far its slots are handled. */
export type ScheduledJob = {
  job: Job;
  state: JobState;
  schedule: JobSchedule;
  /** The next slot to handle, or null. */
  due: Millis | null;
  /** A slot that is claimed ahead of time and starts when it is due, or null. */
  preclaimed: Millis | null;
  /** How long before it is due a slot is claimed, in milliseconds. */
  ahead: Millis;
};

/**
 * Slots are claimed this many milliseconds before they are due, so that neither a slow disk nor a thousand other jobs
 * make them late. A job never has two preclaimed slots.
 */
export const claimAhead = 500;

/** Nothing is claimed ahead where a blackout or jitter may keep the run from starting when its slot is due. */
export function aheadOf({ blackouts, jitterSeconds }: Pick<Job, 'blackouts' | 'jitterSeconds'>): Millis {
  return blackouts.length === 0 && jitterSeconds === 0 ? claimAhead : 0;
}

/** One reading of the clock, at which everything due is claimed. */
export type Tick = {
  now: Millis;
  /** Slots later than this fell into a pause; null = none did. */
  pausedSince: Millis | null;
  /** Why slots may be late. */
  because: string;
};

/** A job whose next slot follows from its stored state. Jobs with equal schedules get the same one, from `shared`. */
export function scheduledJob(
  job: Job,
  given: JobState,
  timezone: string,
  shared: Map<string, JobSchedule> = new Map(),
): ScheduledJob {
  const state = { ...given }; // A copy, since its cursor moves with each claim.
  const schedule = sharedSchedule(job, { timezone: job.timezone ?? timezone, anchor: state.anchor }, shared);
  const due = dueAfter(schedule, state.cursor);
  return { job, state, schedule, due, preclaimed: null, ahead: aheadOf(job) };
}

/** Only cron triggers never depend on when the job was first seen. */
function sharedSchedule(job: Job, context: TriggerContext, shared: Map<string, JobSchedule>): JobSchedule {
  if (!job.triggers.every(({ type }) => type === 'cron')) return jobSchedule(job, context);
  const key = scheduleKey(job, context.timezone);
  const known = shared.get(key);
  if (known) return known;
  const made = askedOnce(jobSchedule(job, context));
  shared.set(key, made);
  return made;
}

/** Keeps the last answer of `next`: jobs that are due together ask for the same. */
function askedOnce({ slots, blackouts, nextRun }: JobSchedule): JobSchedule {
  const next = lastKept(slots.next);
  return { slots: { ...slots, next }, blackouts, nextRun: nextRun === slots.next ? next : lastKept(nextRun) };
}

function lastKept(ask: (after: Millis) => Millis | null): (after: Millis) => Millis | null {
  let lastAfter = Number.NaN;
  let last: Millis | null = null;
  return (after) => {
    if (after === lastAfter) return last;
    last = ask(after);
    lastAfter = after;
    return last;
  };
}

/** The instant up to which every slot was handed to the runner. */
export function handledUpTo({ preclaimed, state }: ScheduledJob): Millis {
  return preclaimed === null ? state.cursor : Math.min(state.cursor, preclaimed - 1);
}

/** The next slot to handle: one that runs or, where none will, one that leaves a record. */
export function dueAfter(schedule: JobSchedule, cursor: Millis): Millis | null {
  return schedule.nextRun(cursor) ?? schedule.slots.next(cursor);
}

type StateInput = {
  /** The stored one, or undefined for a job that was never seen. */
  state: JobState | undefined;
  /** Undefined when it was removed. */
  job: Job | undefined;
  timezone: string;
  /** Slots up to here were handled by the schedule before. */
  handled: Millis;
  now: Millis;
};

/**
 * The state of a job once the configuration is read; undefined when it stays as it is. New jobs and jobs that come back
 * begin now, without catch-up. Disabled and removed jobs are inactive. An edited schedule begins where the old one was
 * last in force, with the same anchor.
 */
export function nextState({ state, job, timezone, handled, now }: StateInput): JobState | undefined {
  if (!job?.enabled) return state?.active ? { ...state, active: false } : undefined;
  const schedule = scheduleKey(job, job.timezone ?? timezone);
  if (!state) {
    return { jobId: job.id, anchor: anchorAt(now), cursor: now, active: true, schedule };
  }
  if (!state.active) return { ...state, cursor: Math.max(state.cursor, now), active: true, schedule };
  if (state.schedule === schedule) return undefined;
  return { ...state, cursor: Math.max(state.cursor, Math.min(handled, now)), schedule };
}

/** The parts of a job that say when it is due. */
export type Timing = Pick<Job, 'triggers' | 'startAt' | 'endAt' | 'blackouts'>;

/** When a job is due: its slots, and the times in which they are skipped. */
export type JobSchedule = {
  slots: Instants;
  blackouts: Windows | null;
  /** The first slot after `after` that no blackout skips, or null. */
  nextRun(after: Millis): Millis | null;
};

/** The anchor of a job that is first seen at `now`, in whole seconds, so that its slots are readable. */
export function anchorAt(now: Millis): Millis {
  return Math.floor(now / 1000) * 1000;
}

/** When a job is due. */
export function jobSchedule(timing: Timing, triggerContext: TriggerContext): JobSchedule {
  const slots = bounded(
    union(
      timing.triggers
        .filter((trigger) => trigger.type !== 'event')
        .map((trigger) => triggerInstants(trigger, triggerContext)),
    ),
    timing.startAt === null ? null : fromInstant(timing.startAt),
    timing.endAt === null ? null : fromInstant(timing.endAt),
  );
  const blackouts = blackoutWindows(timing.blackouts, zoneOf(triggerContext.timezone));
  return { slots, blackouts, nextRun: blackouts ? nextOutside(slots, blackouts) : slots.next };
}

function nextOutside(slots: Instants, blackouts: Windows): (after: Millis) => Millis | null {
  return (after) => {
    let from = after;
    for (;;) {
      const slot = slots.next(from);
      if (slot === null || slot >= latest * 1000) return null;
      const window = blackouts.at(slot);
      if (window === null) return slot;
      from = window.to - 1;
    }
  };
}

/** Everything that determines a job's slots, compared to recognize an edit of its schedule. */
export function scheduleKey(timing: Timing, timezone: string): string {
  const { triggers, startAt, endAt, blackouts } = timing;
  return JSON.stringify([timezone, triggers, startAt, endAt, blackouts]);
}
