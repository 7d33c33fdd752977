// What is decided about a run: whether it may start beside others, with which step, which steps are due, whether it is tried again.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  BelfryError,
  type Job,
  type Millis,
  type RunStatus,
  type Step,
  type StepStatus,
} from '../../shared/index.ts';
import type { NewRun, NewStep, StoredRun } from '../store/index.ts';
import type { AcceptedRun } from './deps.ts';

/** What becomes of a run that is due while others of its job may be running. */
export type Admission =
  | { do: 'start' }
  | { do: 'wait' }
  /** The oldest run is stopped, what waited is skipped, and the new one starts in its stead. */
  | { do: 'replace' }
  | { do: 'skip'; reason: string };

/**
 * The concurrency policy: applies `maxInstances` and `overlap` (design §3.3) to one more run of a job. A `promised` run
 * (a retry, or a slot of a catch-up that runs each) has passed the overlap rule before and waits instead of being skipped.
 */
export function admit(
  job: Pick<Job, 'maxInstances' | 'overlap'>,
  present: { running: number; waiting: number },
  promised = false,
): Admission {
  if (present.running < job.maxInstances) return { do: 'start' };
  if (promised) return { do: 'wait' };
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

/** How far a run has come between two steps. */
export type RunProgress = {
  /** Status that a failed step has given the run, or none yet. */
  failure: 'failed' | 'timed-out' | 'interrupted' | null;
  stop: StopReason | null;
};

/** Whether a step is run: clean-up (`always`) also after a stop, except when Belfry itself ends. */
export function isStepDue(when: Step['when'], { failure, stop }: RunProgress): boolean {
  if (stop !== null) return when === 'always' && stop !== 'interrupted';
  if (when === 'always') return true;
  return (when === 'failure') === (failure !== null);
}

/** Why a step was skipped, as a sentence. */
export function skipReason(when: Step['when'], { failure, stop }: RunProgress): string {
  if (stop !== null) return `The run was ${stop === 'timed-out' ? 'over its time' : stop}.`;
  if (when === 'failure') return 'It runs after a failure only.';
  return failure === null ? 'Not needed.' : 'A step before it failed.';
}

/** The progress of a run after a step. */
export function progressAfter(
  progress: RunProgress,
  step: { continue: boolean },
  status: StepStatus,
): RunProgress {
  if (progress.failure !== null || step.continue) return progress;
  if (status !== 'failed' && status !== 'timed-out' && status !== 'interrupted') return progress;
  return { ...progress, failure: status };
}

/** Final status of a run whose steps are done. */
export function finalStatus({ failure, stop }: RunProgress): RunStatus {
  return stop ?? failure ?? 'success';
}

/** A run cut off by crashes is repeated at most this often: it may be what makes Belfry crash. */
const mostInterruptions = 3;

/** Milliseconds until the next try of a run that ended with this status, or null for none. `attempt` counts from 1. */
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

/** The retry of a run that ended with `status` at `now`, or undefined when it is not tried again. */
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

/** What a job does and when, compared to see whether it was edited while a retry waited; begins with whether it is enabled. */
function jobKey(job: Job): string {
  const { triggers, timezone, startAt, endAt, blackouts, steps } = job;
  const text = JSON.stringify([triggers, timezone, startAt, endAt, blackouts, steps]);
  return `${job.enabled ? 'on' : 'off'} ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

/** Why a waiting retry is dropped, or null: its job was disabled or edited since. */
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
  // Each slot of a job without coalesce is work of its own; a run by hand does the work of all.
  if (run.slot !== null && !job.coalesce) return false;
  return run.fromStep <= retry.fromStep && isDeepStrictEqual(run.parameters, retry.parameters);
}

/** The steps before the one (counted from 0) with which a run begins, with the results that `earlier` has for them. */
export function keptSteps(job: Job, fromStep: number, earlier: StoredRun | undefined): NewStep[] {
  return job.steps.slice(0, fromStep).map(({ name }, position) => {
    const step = earlier?.steps[position];
    if (step?.name !== name || step.result === null)
      return { name, status: 'skipped', error: 'Left out: the run began after it.' };
    return { name, status: 'skipped', error: `Kept from run ${earlier?.id}.`, result: step.result };
  });
}

/** Index of the step with which a run is resumed: the first that neither succeeded nor was skipped. */
export function failedStep(run: StoredRun): number {
  const index = run.steps.findIndex(({ status }) => status !== 'success' && status !== 'skipped');
  return Math.max(index, 0);
}

/** Index of the step (counted from 1) with which a run is to begin. Throws BAD_INPUT when there is none. */
export function startIndex(job: Job, fromStep = 1): number {
  if (Number.isInteger(fromStep) && fromStep >= 1 && fromStep <= job.steps.length) return fromStep - 1;
  throw new BelfryError({
    code: 'BAD_INPUT',
    what: `There is no step ${fromStep}`,
    where: `job "${job.id}"`,
    why: `It has ${job.steps.length} steps, counted from 1`,
    remedy: `Give a number from 1 to ${job.steps.length}`,
    field: 'fromStep',
  });
}
