import { fromInstant, type Job, type Millis } from '../../shared/index.ts';
import type { Windows } from './blackout-windows.ts';
import { leastGrace } from './plan.ts';
import type { Turn, WaitingRun } from './ports.ts';
import { disabledReason, endedReason, removedReason, tooLateReason } from './words/gap-reason.ts';

export type TurnInput = {
  /** Undefined when it is gone. */
  job: Pick<Job, 'enabled' | 'endAt' | 'misfireGraceSeconds'> | undefined;
  blackouts: Windows | null;
  paused: boolean;
  now: Millis;
  /** Ask the misfire grace as well: the run was not only waiting for an earlier run of its job. */
  grace: boolean;
};

const go: Turn = { do: 'go' };
const paused: Turn = { do: 'hold', until: null };

/** Applies to a waiting run what holds or ends its job's slots: a slot is decided once, but may wait long after that. */
export function turnOf(run: WaitingRun, { job, blackouts, paused: isPaused, now, grace }: TurnInput): Turn {
  if (!job) return drop('skipped', removedReason);
  const isRetry = run.attempt > 1;
  // A job that is off can be run by hand, retries included.
  if (!job.enabled && !isRetry) return drop('skipped', disabledReason);
  if (isRetry && hasEnded(job, run, now)) return drop('skipped', endedReason);
  if (isPaused) return paused;
  const window = blackouts?.at(now);
  if (window) return { do: 'hold', until: window.to };
  return grace && !isRetry && isTooLate(job, run, now)
    ? drop('missed', tooLateReason(job.misfireGraceSeconds ?? 0))
    : go;
}

/** Whether the job came to its end after the run had been stored. */
function hasEnded({ endAt }: Pick<Job, 'endAt'>, run: WaitingRun, now: Millis): boolean {
  if (endAt === null) return false;
  const end = fromInstant(endAt);
  return now > end && run.createdAt <= end;
}

/** Jitter is meant and does not count as lateness, nor does what the plan let pass when it claimed the slot. */
function isTooLate(
  { misfireGraceSeconds }: Pick<Job, 'misfireGraceSeconds'>,
  { slot, notBefore, createdAt }: WaitingRun,
  now: Millis,
): boolean {
  if (misfireGraceSeconds === null || slot === null) return false;
  const claimed = Math.max(createdAt, slot);
  const jitter = Math.max(0, notBefore - claimed);
  return now - jitter - slot > Math.max(misfireGraceSeconds * 1000, claimed - slot + leastGrace);
}

function drop(status: 'skipped' | 'missed', reason: string): Turn {
  return { do: 'drop', status, reason };
}
