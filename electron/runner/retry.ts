import type { Job, Millis, RunStatus } from '../../shared/index.ts';

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
