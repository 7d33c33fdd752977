import { fromInstant, type Job, type Millis } from '../../shared/index.ts';
import { blackoutWindows, type Windows } from './blackout-windows.ts';
import type { JobState } from './ports.ts';
import { latest, zoneOf } from './time/zone.ts';
import { bounded, type Instants, union } from './triggers/instants.ts';
import { type TriggerContext, triggerInstants } from './triggers/trigger-instants.ts';

/** A job that the scheduler follows. */
export type ScheduledJob = {
  job: Job;
  state: JobState;
  schedule: JobSchedule;
  /** The next slot to handle, or null. */
  due: Millis | null;
  /** A slot that is claimed already and starts when it is due, or null. */
  preclaimed: Millis | null;
};

/** One look at the clock. */
export type Tick = {
  now: Millis;
  /** Slots later than this fell into a pause; null = none did. */
  pausedSince: Millis | null;
  /** Why slots may be late. */
  because: string;
};

/** An entry whose next look follows from its state. */
export function scheduledJob(job: Job, given: JobState, timezone: string): ScheduledJob {
  const state = { ...given }; // The entry's own: its cursor moves with each claim.
  const schedule = jobSchedule(job, { timezone: job.timezone ?? timezone, anchor: state.anchor });
  return { job, state, schedule, due: dueAfter(schedule, state.cursor), preclaimed: null };
}

/** The instant up to which every slot was handed over. */
export function handledUpTo({ preclaimed, state }: ScheduledJob): Millis {
  return preclaimed === null ? state.cursor : Math.min(state.cursor, preclaimed - 1);
}

/** The next slot to look at: one that runs or, when none will, one that leaves a record. */
export function dueAfter(schedule: JobSchedule, cursor: Millis): Millis | null {
  return schedule.nextRun(cursor) ?? schedule.slots.next(cursor);
}

/** What a job's state becomes when the configuration is read. */
type StateInput = {
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

/** From when the intervals of a job count that is first seen at `now`: whole seconds make its slots readable. */
export function anchorAt(now: Millis): Millis {
  return Math.floor(now / 1000) * 1000;
}

/** Works out when a job is due. */
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

/** What must change for a job's slots to become other slots: compared to tell an edit of the schedule from any other. */
export function scheduleKey(timing: Timing, timezone: string): string {
  const { triggers, startAt, endAt, blackouts } = timing;
  return JSON.stringify([timezone, triggers, startAt, endAt, blackouts]);
}

/** The next slots of many jobs up to `until`, soonest first; asks only the jobs that can be among the first `limit`. */
export function upcoming(
  scheduledJobs: readonly ScheduledJob[],
  after: Millis,
  limit: number,
  until = Number.POSITIVE_INFINITY,
): { jobId: string; at: Millis }[] {
  const firsts = scheduledJobs
    .map((scheduled) => ({
      scheduled,
      at: scheduled.schedule.nextRun(Math.max(after, handledUpTo(scheduled))),
    }))
    .filter(
      (first): first is { scheduled: ScheduledJob; at: Millis } => first.at !== null && first.at <= until,
    )
    .sort((a, b) => a.at - b.at)
    .slice(0, limit);
  const horizon = firsts.length < limit ? until : (firsts.at(-1)?.at ?? until);
  return firsts
    .flatMap(({ scheduled, at }) => {
      const slots: { jobId: string; at: Millis }[] = [];
      for (
        let slot: Millis | null = at;
        slot !== null && slot <= horizon && slots.length < limit;
        slot = scheduled.schedule.nextRun(slot)
      )
        slots.push({ jobId: scheduled.job.id, at: slot });
      return slots;
    })
    .sort((a, b) => a.at - b.at)
    .slice(0, limit);
}
