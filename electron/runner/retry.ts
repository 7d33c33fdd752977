import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Job, Millis, RunStatus } from '../../shared/index.ts';
import type { AcceptedRun, NewRun, StoredRun } from './ports.ts';

/** A run cut off by crashes is repeated at most this often: it may be what brings Belfry down. */
const mostInterruptions = 3;

/** Milliseconds until the next try of a run that ended so, or null when it is not tried again. `attempt` counts from 1. */
export function retryDelay(
  job: Pick<Job, 'retry' | 'retryInterrupted'>,
  status: RunStatus,
  attempt: number,
): Millis | null {
  if (status === 'interrupted')
    return job.retryInterrupted && attempt <= job.retry.attempts + mostInterruptions ? 0 : null;
  if (status !== 'failed' && status !== 'timed-out') return null;
  if (attempt > job.retry.attempts) return null;
  return backOff(job.retry, attempt);
}

/** Milliseconds to wait after the failure of try number `attempt` (from 1). */
export function backOff(retry: { delaySeconds: number; factor: number }, attempt: number): Millis {
  return retry.delaySeconds * retry.factor ** (attempt - 1) * 1000;
}

/** The run that tries again what this one did not manage, or undefined when none does; `now` is when it ended. */
export function nextTry(job: Job, run: StoredRun, status: RunStatus, now: Millis): NewRun | undefined {
  const delay = retryDelay(job, status, run.attempt);
  if (delay === null) return undefined;
  const tries = status === 'interrupted' ? '' : ` of ${job.retry.attempts + 1}`;
  return {
    jobId: run.jobId,
    jobName: job.name,
    cause: 'retry',
    slot: run.slot,
    attempt: run.attempt + 1,
    fromStep: run.fromStep,
    kept: run.steps.slice(0, run.fromStep),
    originId: run.originId,
    parameters: run.parameters,
    jobKey: jobKey(job),
    notBefore: now + delay,
    reason: `Try ${run.attempt + 1}${tries}: run ${run.id} was ${status}.`,
  };
}

/** What a job does and when, to tell whether it was edited while a retry waited; begins with whether it is enabled. */
export function jobKey(job: Job): string {
  const { triggers, timezone, startAt, endAt, blackouts, steps } = job;
  const text = JSON.stringify([triggers, timezone, startAt, endAt, blackouts, steps]);
  return `${job.enabled ? 'on' : 'off'} ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

/** Why a waiting retry is not to come any more, or null: its job was disabled or edited since. */
export function retryEnds(job: Job, retry: NonNullable<AcceptedRun['retry']>): string | null {
  const most = job.retry.attempts + 1 + (job.retryInterrupted ? mostInterruptions : 0);
  if (retry.attempt > most) return 'The job was edited: it is not tried as often any more.';
  if (retry.jobKey === null) return null; // Stored by an older version, which kept no key.
  const [then, before] = retry.jobKey.split(' ');
  const [now, after] = jobKey(job).split(' ');
  if (then === 'on' && now === 'off') return 'The job was disabled.';
  return before === after ? null : 'The job was edited.';
}

/** Whether a run that ended with success has done the work for which a retry waits. */
export function isDoneBy(run: StoredRun, job: Job, { retry, createdAt }: AcceptedRun): boolean {
  if (!retry) return false;
  if (run.originId === retry.originId) return true;
  if (run.startedAt === null || run.startedAt < createdAt) return false;
  // Each slot of a job without coalesce is work of its own; what was run by hand stands for all.
  if (run.slot !== null && !job.coalesce) return false;
  return run.fromStep <= retry.fromStep && isDeepStrictEqual(run.parameters, retry.parameters);
}
