import type { RunStatus, Step, StepStatus } from '../../shared/index.ts';

/** Why a run is ended before its time. */
export type StopReason = 'timed-out' | 'cancelled' | 'interrupted';

/** How a run stands between two steps. */
export type Standing = {
  /** Status that a failed step has given the run, or none yet. */
  failure: 'failed' | 'timed-out' | 'interrupted' | null;
  stop: StopReason | null;
};

/** Whether a step is run, given how the run stands: clean-up (`always`) also after a stop, except when Belfry ends. */
export function isDue(when: Step['when'], { failure, stop }: Standing): boolean {
  if (stop !== null) return when === 'always' && stop !== 'interrupted';
  if (when === 'always') return true;
  return (when === 'failure') === (failure !== null);
}

/** Why a step was left out, as a sentence. */
export function whySkipped(when: Step['when'], { failure, stop }: Standing): string {
  if (stop !== null) return `The run was ${stop === 'timed-out' ? 'over its time' : stop}.`;
  if (when === 'failure') return 'It runs after a failure only.';
  return failure === null ? 'Not needed.' : 'A step before it failed.';
}

/** How the run stands after a step. */
export function after(standing: Standing, step: { continue: boolean }, status: StepStatus): Standing {
  if (standing.failure !== null || step.continue) return standing;
  if (status !== 'failed' && status !== 'timed-out' && status !== 'interrupted') return standing;
  return { ...standing, failure: status };
}

/** Final status of a run whose steps are done. */
export function outcome({ failure, stop }: Standing): RunStatus {
  return stop ?? failure ?? 'success';
}
