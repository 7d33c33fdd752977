import type { Job } from '../../shared/index.ts';
import type { Environment } from './commands/environment.ts';
import type { Mask } from './output/mask.ts';
import type { Recorder } from './output/recorder.ts';
import type { StepChange, StoredRun } from './ports.ts';
import type { StepOutcome } from './steps/outcome.ts';

/** Everything that the steps of one run share. */
export type RunContext = {
  job: Job;
  run: StoredRun;
  recorder: Recorder;
  mask: Mask;
  environment: Environment;
  /** Results of the steps so far: JSON by step name. */
  results: Map<string, string>;
};

/** Runs the step at `position` until it is over or `signal` aborts with a StopReason; a failure is an outcome, never thrown. */
export type StepRunner = (
  context: RunContext,
  position: number,
  signal: AbortSignal,
  change: (change: StepChange) => void,
) => Promise<StepOutcome>;
