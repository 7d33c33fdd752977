// Whether the schedule of a job makes sense: each trigger, all together, and the jobs that it waits for.
import {
  type CalendarTrigger,
  fromInstant,
  type Job,
  type Millis,
  nearest,
  type Problem,
  pathOf,
  type Trigger,
  toInstant,
} from '../../shared/index.ts';
import { jobSchedule, type Timing } from './scheduled-job.ts';
import { lastYear } from './time/zone.ts';
import { readCron } from './triggers/read-cron.ts';
import { type TriggerContext, triggerInstants } from './triggers/trigger-instants.ts';

/** What a check knows besides the job; without `now`, times in the past are allowed (a job keeps its date after it ran). */
export type CheckContext = {
  /** Zone of jobs without one. */
  timezone?: string;
  now?: Millis;
  anchor?: Millis;
  /** The other jobs, for events that wait for them. */
  others?: readonly Job[];
};

/** What is wrong with a job's schedule, all problems together; [] when nothing is. */
export function checkJob(job: Job, context: CheckContext = {}): Problem[] {
  const triggerContext = {
    timezone: job.timezone ?? context.timezone ?? 'UTC',
    anchor: context.anchor ?? context.now ?? 0,
  };
  const after = job.enabled ? context.now : undefined;
  return [...checkTriggers(job, triggerContext, after), ...checkJobEvents(job, context.others)];
}

/** What is wrong with the schedules of a whole configuration; fields begin with `jobs[index]`. `builtins` are known besides. */
export function checkJobs(jobs: readonly Job[], builtins: readonly Job[] = [], timezone = 'UTC'): Problem[] {
  return jobs.flatMap((job, index) => {
    const others = [...builtins, ...jobs.filter((other) => other !== job)];
    return checkJob(job, { timezone, others }).map((problem) => ({
      ...problem,
      field: `${pathOf(['jobs', index])}.${problem.field}`,
    }));
  });
}

function checkJobEvents(job: Job, others: readonly Job[] | undefined): Problem[] {
  return job.triggers.flatMap((trigger, index) => {
    if (trigger.type !== 'event' || trigger.job === undefined) return [];
    const field = pathOf(['triggers', index, 'job']);
    const wanted = trigger.job;
    if (wanted === job.id) return [{ field, message: 'is the job itself, which would run without end' }];
    if (!others) return [];
    if (!others.some(({ id }) => id === wanted)) {
      const guess = nearest(
        wanted,
        others.map(({ id }) => id),
      );
      return [{ field, message: `"${wanted}" is no job${guess ? `; did you mean "${guess}"?` : ''}` }];
    }
    const cycle = cycleThrough(job, wanted, others);
    return cycle ? [{ field, message: `makes a circle without end: ${cycle.join(' -> ')}` }] : [];
  });
}

/** What is wrong with one trigger, fields named within it; [] when it means something. */
export function checkTrigger(trigger: Trigger, triggerContext: TriggerContext): Problem[] {
  const meaning = checkMeaning(trigger);
  if (meaning.length > 0 || trigger.type === 'event') return meaning;
  if (triggerInstants(trigger, { ...triggerContext, timezone: zoneWithoutChanges }).next(epochStart) !== null)
    return [];
  return [{ field: fieldOf(trigger), message: `can never fire: ${whyNever(trigger)}` }];
}

/** Remarks on valid triggers that may be meant otherwise; fields such as `triggers[0].expression`. */
export function triggerNotes(triggers: readonly Trigger[]): Problem[] {
  return triggers.flatMap((trigger, index) => {
    const spec = trigger.type === 'cron' ? readCron(trigger).spec : null;
    if (!spec?.days || !spec.weekdays) return [];
    const message =
      'sets both the day of month and the day of week: Belfry runs on days that fit both, where a crontab runs on days that fit either; for "either", use two triggers';
    return [{ field: `${pathOf(['triggers', index])}.${fieldOf(trigger)}`, message }];
  });
}

/** What is wrong with a job's triggers, limits and blackouts, each alone and all together; `after` also asks for a future. */
export function checkTriggers(timing: Timing, triggerContext: TriggerContext, after?: number): Problem[] {
  const each = timing.triggers.flatMap((trigger, index) =>
    checkTrigger(trigger, triggerContext).map(({ field, message }) => ({
      field: [pathOf(['triggers', index]), field].filter((part) => part !== '').join('.'),
      message,
    })),
  );
  const limits = checkLimits(timing);
  if (each.length + limits.length > 0) return [...each, ...limits];
  return after === undefined
    ? checkTogether(timing, { ...triggerContext, timezone: zoneWithoutChanges }, epochStart)
    : checkTogether(timing, triggerContext, after);
}

/** Whether a trigger ever fires is checked from 1970 on, without clock changes, which do not matter for it. */
const epochStart = -1;
const zoneWithoutChanges = 'UTC';

function checkMeaning(trigger: Trigger): Problem[] {
  if (trigger.type !== 'cron') return [];
  return readCron(trigger).problems.map(({ path, message }) => ({ field: path, message }));
}

function fieldOf(trigger: Trigger): string {
  if (trigger.type === 'cron') return trigger.expression === undefined ? 'fields' : 'expression';
  if (trigger.type !== 'calendar') return '';
  return beginsTooLate(trigger) ? 'from' : 'day';
}

function beginsTooLate({ from }: CalendarTrigger): boolean {
  return from !== undefined && Number(from.slice(0, 4)) > lastYear;
}

function whyNever(trigger: Trigger): string {
  if (trigger.type === 'calendar' && !beginsTooLate(trigger))
    return 'none of its months has such a day; "last" is the last day of any month';
  if (trigger.type !== 'cron') return `nothing comes until the end of ${lastYear}`;
  const { spec } = readCron(trigger);
  if (spec?.days && spec.weekdays) {
    return 'a day has to fit both the day of month and the day of week, and none does; two triggers would mean "or"';
  }
  return 'none of its months has such a day';
}

function checkLimits({ startAt, endAt }: Timing): Problem[] {
  if (startAt === null || endAt === null || fromInstant(startAt) <= fromInstant(endAt)) return [];
  return [{ field: 'endAt', message: `must not be before startAt (${startAt})` }];
}

/** More instants than this within as many seconds are more than one per second. */
const sample = 120;

function checkTogether(timing: Timing, triggerContext: TriggerContext, after: number): Problem[] {
  const timed = timing.triggers.filter(({ type }) => type !== 'event');
  if (timed.length === 0) return [];
  const schedule = jobSchedule(timing, triggerContext);
  const first = schedule.nextRun(after);
  if (first === null) {
    const hasEvents = timed.length < timing.triggers.length;
    return hasEvents
      ? []
      : [{ field: 'triggers', message: `can never fire: ${whyNotTogether(timing, triggerContext, after)}` }];
  }
  const { length } = schedule.slots.between(first - 1, first + sample * 1000 - 1);
  if (length <= sample) return [];
  return [{ field: 'triggers', message: 'fire more often than every second, all together' }];
}

function whyNotTogether(timing: Timing, triggerContext: TriggerContext, after: number): string {
  const { slots } = jobSchedule({ ...timing, blackouts: [] }, triggerContext);
  if (slots.next(after) !== null) return 'every slot falls into a blackout';
  const unlimited = jobSchedule({ ...timing, startAt: null, endAt: null, blackouts: [] }, triggerContext);
  const next = unlimited.slots.next(after);
  if (next !== null) return 'no slot lies between startAt and endAt';
  const past = unlimited.slots.next(epochStart);
  return past === null
    ? `nothing comes until the end of ${lastYear}`
    : `its time is over (first slot ${toInstant(past)})`;
}

/** The cycle of jobs that start one another, from `job` over `first` (whose end starts it) back to itself; or null. */
function cycleThrough(job: Job, first: string, others: readonly Job[]): string[] | null {
  const waitsFor = new Map(others.map((other) => [other.id, awaited(other)]));
  const seen = new Set<string>();
  const walk = (id: string, path: readonly string[]): string[] | null => {
    if (id === job.id) return [...path, id];
    if (seen.has(id)) return null;
    seen.add(id);
    for (const next of waitsFor.get(id) ?? []) {
      const found = walk(next, [...path, id]);
      if (found) return found;
    }
    return null;
  };
  return walk(first, [job.id])?.reverse() ?? null;
}

function awaited({ triggers }: Job): string[] {
  return triggers.flatMap((trigger) =>
    trigger.type === 'event' && trigger.job !== undefined ? [trigger.job] : [],
  );
}
