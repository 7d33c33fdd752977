import { durationMillis, type Job, type JobView, type Trigger } from '../../../shared/index.ts';
import type { World } from './world.ts';

/** A job as the engine lists it. */
export function viewOf(world: World, job: Job): JobView {
  const runs = world.runs.filter((run) => run.jobId === job.id);
  const last = runs.find((run) => run.finishedAt !== null);
  const [next] = nextTimes(job, 1);
  return {
    id: job.id,
    name: job.name,
    description: job.description,
    enabled: job.enabled,
    builtin: world.builtins.has(job.id),
    schedule: wordsOf(job),
    nextRun: job.enabled && next !== undefined ? new Date(next).toISOString() : null,
    lastRun: last ? { id: last.id, status: last.status, finishedAt: last.finishedAt } : null,
    running: runs.some((run) => run.status === 'running'),
  };
}

export function wordsOf(job: Job): string {
  return job.triggers.map(triggerWords).join('; ');
}

export function triggerWords(trigger: Trigger): string {
  return trigger.type === 'interval'
    ? `Every ${durationMillis(trigger) / 60_000} minutes`
    : `By ${trigger.type}`;
}

/** Intervals from the full hour, everything else on the hour: enough for a picture, no more. */
export function nextTimes(job: Pick<Job, 'triggers'>, count: number): number[] {
  const now = Date.now();
  return job.triggers
    .flatMap((trigger) => {
      const step = trigger.type === 'interval' ? durationMillis(trigger) : 3_600_000;
      const first = Math.floor(now / step) * step + step;
      return Array.from({ length: count }, (_, index) => first + index * step);
    })
    .sort((a, b) => a - b)
    .slice(0, count);
}

export function instants(times: number[]): string[] {
  return times.map((at) => new Date(at).toISOString());
}
