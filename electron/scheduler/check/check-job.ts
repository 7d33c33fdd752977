import { type Job, type Millis, nearest, type Problem, pathOf } from '../../../shared/index.ts';
import { checkTriggers } from './check-triggers.ts';
import { cycleThrough } from './job-cycle.ts';

/** What a check may know besides the job; without `now`, times in the past are fine (a job keeps its date after it ran). */
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
  const place = {
    timezone: job.timezone ?? context.timezone ?? 'UTC',
    anchor: context.anchor ?? context.now ?? 0,
  };
  const after = job.enabled ? context.now : undefined;
  return [...checkTriggers(job, place, after), ...checkJobEvents(job, context.others)];
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
