import { fromInstant, type Job, type Millis } from '../../shared/index.ts';
import { blackoutWindows, type Windows } from './blackout-windows.ts';
import { latest, zoneOf } from './time/zone.ts';
import { bounded, type Instants, union } from './triggers/instants.ts';
import { type Place, triggerInstants } from './triggers/trigger-instants.ts';

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
export function jobSchedule(timing: Timing, place: Place): JobSchedule {
  const slots = bounded(
    union(
      timing.triggers
        .filter((trigger) => trigger.type !== 'event')
        .map((trigger) => triggerInstants(trigger, place)),
    ),
    timing.startAt === null ? null : fromInstant(timing.startAt),
    timing.endAt === null ? null : fromInstant(timing.endAt),
  );
  const blackouts = blackoutWindows(timing.blackouts, zoneOf(place.timezone));
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
