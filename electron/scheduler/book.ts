import type { Job, Millis } from '../../shared/index.ts';
import { anchorAt, type JobSchedule, jobSchedule, scheduleKey } from './job-schedule.ts';
import type { JobState } from './ports.ts';

/** A job that the scheduler follows. */
export type Entry = {
  job: Job;
  state: JobState;
  schedule: JobSchedule;
  /** The next slot to handle, or null. */
  due: Millis | null;
  /** A slot that is claimed already and starts when it is due, or null. */
  early: Millis | null;
};

/** One look at the clock. */
export type Look = {
  now: Millis;
  /** Slots later than this fell into a pause; null = none did. */
  pausedSince: Millis | null;
  /** Why slots may be late. */
  because: string;
};

/** An entry whose next look follows from its state. */
export function entryOf(job: Job, given: JobState, timezone: string): Entry {
  const state = { ...given }; // The entry's own: its cursor moves with each claim.
  const schedule = jobSchedule(job, { timezone: job.timezone ?? timezone, anchor: state.anchor });
  return { job, state, schedule, due: dueAfter(schedule, state.cursor), early: null };
}

/** The instant up to which every slot was handed over. */
export function handledUpTo({ early, state }: Entry): Millis {
  return early === null ? state.cursor : Math.min(state.cursor, early - 1);
}

/** The next slot to look at: one that runs or, when none will, one that leaves a record. */
export function dueAfter(schedule: JobSchedule, cursor: Millis): Millis | null {
  return schedule.nextRun(cursor) ?? schedule.slots.next(cursor);
}

/** What a job's state becomes when the configuration is read. */
export type Reading = {
  /** As it was, or undefined for a job that was never seen. */
  state: JobState | undefined;
  /** The job, or undefined when it is gone. */
  job: Job | undefined;
  timezone: string;
  /** Slots up to here were handled by the schedule that was in force. */
  handled: Millis;
  now: Millis;
};

/**
 * New jobs begin now; jobs that come back begin now, without catch-up; disabled and removed jobs rest; an edited
 * schedule begins where the old one was last in force, with the same anchor. Undefined when nothing changes.
 */
export function nextState({ state, job, timezone, handled, now }: Reading): JobState | undefined {
  if (!job?.enabled) return state?.active ? { ...state, active: false } : undefined;
  const schedule = scheduleKey(job, job.timezone ?? timezone);
  if (!state) {
    return { jobId: job.id, anchor: anchorAt(now), cursor: now, active: true, schedule };
  }
  if (!state.active) return { ...state, cursor: Math.max(state.cursor, now), active: true, schedule };
  if (state.schedule === schedule) return undefined;
  return { ...state, cursor: Math.max(state.cursor, Math.min(handled, now)), schedule };
}
