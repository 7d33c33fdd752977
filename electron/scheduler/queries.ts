import type { Job, Millis } from '../../shared/index.ts';
import { blackoutWindows } from './blackout-windows.ts';
import { type Entry, handledUpTo } from './book.ts';
import { checkJob } from './check/check-job.ts';
import { checkTrigger } from './check/check-triggers.ts';
import { fireTimes } from './fire-times.ts';
import type { Scheduler, SchedulerNeeds } from './ports.ts';
import { zoneOf } from './time/zone.ts';
import { turnOf } from './turn.ts';
import { upcoming } from './upcoming.ts';
import { describeJob } from './words/describe.ts';

type Queries = 'turn' | 'next' | 'anchor' | 'upcoming' | 'describe' | 'check' | 'checkTrigger' | 'fireTimes';

/** The questions that a scheduler answers without doing anything. */
export function schedulerQueries(
  needs: Pick<SchedulerNeeds, 'clock' | 'jobs' | 'defaultTimezone'>,
  {
    entries,
    anchor,
    paused,
  }: { entries: ReadonlyMap<string, Entry>; anchor(jobId: string): Millis | null; paused(): boolean },
): Pick<Scheduler, Queries> {
  const { clock } = needs;
  /** Lists ask for the same words again and again; a job that was edited is another object. */
  const described = new WeakMap<Job, { timezone: string; words: string }>();
  const anchorOf = (jobId: string): Millis => anchor(jobId) ?? clock.now();

  return {
    turn(run, grace) {
      const entry = entries.get(run.jobId);
      const job = entry?.job ?? needs.jobs().find(({ id }) => id === run.jobId);
      // A job that is off, or not followed yet, has its blackouts all the same.
      const blackouts = entry
        ? entry.schedule.blackouts
        : job && blackoutWindows(job.blackouts, zoneOf(job.timezone ?? needs.defaultTimezone()));
      return turnOf(run, { job, blackouts: blackouts ?? null, paused: paused(), now: clock.now(), grace });
    },
    next(jobId) {
      const entry = entries.get(jobId);
      return entry ? entry.schedule.nextRun(Math.max(handledUpTo(entry), clock.now() - 1)) : null;
    },
    anchor,
    upcoming: (limit, until) => upcoming([...entries.values()], clock.now(), limit, until),
    describe(job) {
      const timezone = job.timezone ?? needs.defaultTimezone();
      const known = described.get(job);
      if (known?.timezone === timezone) return known.words;
      const words = describeJob(job, { timezone, anchor: anchorOf(job.id) });
      described.set(job, { timezone, words });
      return words;
    },
    check: (job, together = []) =>
      checkJob(job, {
        timezone: needs.defaultTimezone(),
        now: clock.now(),
        anchor: anchorOf(job.id),
        others: [...needs.jobs(), ...together].filter(({ id }) => id !== job.id),
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
        timezone: timezone ?? job?.timezone ?? needs.defaultTimezone(),
        from,
        count,
      });
    },
  };
}
