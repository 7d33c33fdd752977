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
import { checkTriggers } from './check.ts';
import { anchorAt, jobSchedule, type Timing } from './scheduled-job.ts';
import { clockRules, describeTiming } from './words/describe.ts';

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
