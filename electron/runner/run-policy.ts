import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Job, Millis, RunStatus, Step, StepStatus } from '../../shared/index.ts';
import type { AcceptedRun, NewRun, StoredRun } from './ports.ts';

/** What becomes of a run that is due while others of its job may be at work. */
export type Admission =
  | { do: 'start' }
  | { do: 'wait' }
  /** The oldest run at work is stopped, what waited is skipped, and the new one takes the place. */
  | { do: 'replace' }
  | { do: 'skip'; reason: string };

/**
 * Applies `maxInstances` and `overlap` (design §3.3) to one more run of a job; `owed` says that its turn was promised
 * before (a retry, or a slot of a catch-up that runs each), so that the overlap rule does not ask for it again.
 */
export function admit(
  job: Pick<Job, 'maxInstances' | 'overlap'>,
  present: { running: number; waiting: number },
  owed = false,
): Admission {
  if (present.running < job.maxInstances) return { do: 'start' };
  if (owed) return { do: 'wait' };
  if (job.overlap === 'replace') return { do: 'replace' };
  const running =
    present.running === 1
      ? 'Another run of the job was still at work'
      : `${present.running} runs of the job were at work`;
  if (job.overlap === 'skip') return { do: 'skip', reason: `${running} (maxInstances ${job.maxInstances}).` };
  if (present.waiting > 0) return { do: 'skip', reason: `${running}, and another one was waiting already.` };
  return { do: 'wait' };
}

/** Why a run is ended before its time. */
export type StopReason = 'timed-out' | 'cancelled' | 'interrupted';

/** How a run stands between two steps. */
export type Standing = {
  /** Status that a failed step has given the run, or none yet. */
  failure: 'failed' | 'timed-out' | 'interrupted' | null;
  stop: StopReason | null;
};

/** Whether a step is run, given how the run stands: clean-up (`always`) also after a stop, except when Belfry ends. */
export function isStepDue(when: Step['when'], { failure, stop }: Standing): boolean {
  if (stop !== null) return when === 'always' && stop !== 'interrupted';
  if (when === 'always') return true;
  return (when === 'failure') === (failure !== null);
}

/** Why a step was left out, as a sentence. */
export function skipReason(when: Step['when'], { failure, stop }: Standing): string {
  if (stop !== null) return `The run was ${stop === 'timed-out' ? 'over its time' : stop}.`;
  if (when === 'failure') return 'It runs after a failure only.';
  return failure === null ? 'Not needed.' : 'A step before it failed.';
}

/** How the run stands after a step. */
export function standingAfter(standing: Standing, step: { continue: boolean }, status: StepStatus): Standing {
  if (standing.failure !== null || step.continue) return standing;
  if (status !== 'failed' && status !== 'timed-out' && status !== 'interrupted') return standing;
  return { ...standing, failure: status };
}

/** Final status of a run whose steps are done. */
export function finalStatus({ failure, stop }: Standing): RunStatus {
  return stop ?? failure ?? 'success';
}

/** A run cut off by crashes is repeated at most this often: it may be what brings Belfry down. */
const mostInterruptions = 3;

/** Milliseconds until the next try of a run that ended so, or null when it is not tried again. `attempt` counts from 1. */
function retryDelay(
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
function jobKey(job: Job): string {
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
