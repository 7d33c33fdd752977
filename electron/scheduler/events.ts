import { type EventTrigger, fromInstant, type Job, type Millis } from '../../shared/index.ts';
import type { Entry } from './book.ts';
import type { Claim } from './ports.ts';
import { blackoutReason } from './words/gap-reason.ts';

/** Something that event triggers wait for. */
export type Happening =
  | { event: 'start' | 'wake' | 'online' }
  | { event: 'job'; job: string; outcome: 'success' | 'failure' };

/** Whether a job waits for this. */
export function waitsFor(job: Job, happening: Happening): boolean {
  return job.triggers.some((trigger) => trigger.type === 'event' && matches(trigger, happening));
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

function matches(trigger: EventTrigger, happening: Happening): boolean {
  if (trigger.event !== happening.event) return false;
  if (happening.event !== 'job') return true;
  const wanted = trigger.outcome ?? 'any';
  return trigger.job === happening.job && (wanted === 'any' || wanted === happening.outcome);
}

/** Whether the job's start and end allow an event now. */
export function isWithin({ startAt, endAt }: Job, now: Millis): boolean {
  return (startAt === null || now >= fromInstant(startAt)) && (endAt === null || now <= fromInstant(endAt));
}

/** What happened, as a run's reason. */
export function happeningText(happening: Happening): string {
  switch (happening.event) {
    case 'start':
      return 'Belfry started.';
    case 'wake':
      return 'The computer woke up.';
    case 'online':
      return 'The computer came back on line.';
    case 'job':
      return `The job "${happening.job}" ended with ${happening.outcome}.`;
  }
}

/** The record of an event that fell into a blackout, or null when none is in force. */
export function skippedEvent(
  { job, schedule, state }: Entry,
  happening: Happening,
  now: Millis,
): Claim | null {
  const window = schedule.blackouts?.at(now);
  if (!window) return null;
  const reason = `${happeningText(happening)} ${blackoutReason(window.name)}`;
  return {
    jobId: job.id,
    jobName: job.name,
    expected: state.cursor,
    cursor: state.cursor,
    runs: [],
    gaps: [{ status: 'skipped', count: 1, first: now, last: now, reason }],
  };
}
