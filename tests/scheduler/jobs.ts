import { type Job, type JobInput, jobSchema } from '../../shared/index.ts';

/** A job with its defaults, from the parts that a test is about. */
export function jobOf(parts: Partial<JobInput> = {}): Job {
  const steps = [{ type: 'command' as const, name: 'Step', command: ['true'] }];
  return jobSchema.parse({ id: 'job', name: 'Job', timezone: 'UTC', steps, ...parts });
}

/** A cron trigger. */
export function cron(expression: string) {
  return { type: 'cron' as const, expression };
}
