import { BelfryError, type Job } from '../../shared/index.ts';
import type { NewStep, StoredRun } from './ports.ts';

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
