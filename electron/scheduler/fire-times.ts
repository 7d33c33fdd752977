import {
  type FireTimes,
  type Job,
  type Millis,
  type Problem,
  problemsError,
  problemsOf,
  type Trigger,
  timezoneSchema,
  toInstant,
} from '../../shared/index.ts';
import { checkJob, checkTriggers } from './check.ts';
import type { Scheduler, SchedulerDeps } from './deps.ts';
import { anchorAt, handledUpTo, jobSchedule, type ScheduledJob, type Timing } from './scheduled-job.ts';
import { clockRules, describeJob, describeTiming } from './words/describe.ts';

/** Which fire times are wanted: `count` of them after `from`, none after `until`. */
export type FireTimesQuery = {
  trigger?: Trigger;
  triggers?: readonly Trigger[];
  timezone: string;
  startAt?: string | null;
  endAt?: string | null;
  blackouts?: Job['blackouts'];
  /** When Belfry first saw the job; left out when it never did. */
  anchor?: Millis;
  /** When a job that is not saved yet would be; default: `from`. */
  now?: Millis;
  from: Millis;
  until?: Millis;
  count: number;
};

/** The next instants at which triggers fire, and their meaning in words. Throws BAD_INPUT when they mean nothing. */
export function fireTimes(query: FireTimesQuery): FireTimes {
  const { timezone, from, count, until = Number.POSITIVE_INFINITY } = query;
  const anchor = query.anchor ?? anchorAt(query.now ?? from);
  const timing: Timing = {
    triggers: [...(query.trigger ? [query.trigger] : []), ...(query.triggers ?? [])],
    startAt: query.startAt ?? null,
    endAt: query.endAt ?? null,
    blackouts: query.blackouts ?? [],
  };
  const problems = [...checkTimezone(timezone), ...checkTriggers(timing, { timezone, anchor })];
  if (problems.length > 0) throw problemsError(problems.map(unlisted(query)), 'the trigger');
  const schedule = jobSchedule(timing, { timezone, anchor });
  const next: string[] = [];
  for (let at = count > 0 ? schedule.nextRun(from) : null; at !== null && at <= until; ) {
    next.push(toInstant(at));
    at = next.length < count ? schedule.nextRun(at) : null;
  }
  const daylightSaving = clockRules(timing, { timezone, anchor: from });
  return {
    timezone,
    description: describeTiming(timing, { timezone, anchor }),
    next,
    ...(daylightSaving === null ? {} : { daylightSaving }),
    ...(query.anchor === undefined && timing.triggers.some(isFloating) ? { countsFromSaving: true } : {}),
  };
}

/** Whether a trigger counts from when Belfry first saw its job. */
export function isFloating(trigger: Trigger): boolean {
  if (trigger.type === 'calendar') return trigger.from === undefined;
  return trigger.type === 'interval' && trigger.anchor === undefined;
}

function checkTimezone(timezone: string): Problem[] {
  const read = timezoneSchema.safeParse(timezone);
  return read.success ? [] : problemsOf(read.error, 'timezone');
}

/** A single trigger was not given in a list, so its problems should not speak of one. */
function unlisted(query: FireTimesQuery): (problem: Problem) => Problem {
  return (problem) =>
    query.trigger && !query.triggers
      ? { ...problem, field: problem.field.replace(/^triggers\[0\]\.?/, '') }
      : problem;
}

type Queries = 'next' | 'anchor' | 'describe' | 'check' | 'fireTimes';

/** The queries of a scheduler, which change nothing. */
export function schedulerQueries(
  deps: Pick<SchedulerDeps, 'clock' | 'jobs' | 'defaultTimezone'>,
  {
    scheduledJobs,
    anchor,
  }: {
    scheduledJobs: ReadonlyMap<string, ScheduledJob>;
    anchor(jobId: string): Millis | null;
  },
): Pick<Scheduler, Queries> {
  const { clock } = deps;
  /** Lists need the same descriptions again and again; an edited job is another object. */
  const described = new WeakMap<Job, { timezone: string; words: string }>();
  const anchorOf = (jobId: string): Millis => anchor(jobId) ?? clock.now();

  return {
    next(jobId) {
      const scheduled = scheduledJobs.get(jobId);
      return scheduled ? scheduled.schedule.nextRun(Math.max(handledUpTo(scheduled), clock.now() - 1)) : null;
    },
    anchor,
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
