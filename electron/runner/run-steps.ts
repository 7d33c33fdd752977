import { type Clock, pause, type Step } from '../../shared/index.ts';
import { after, isDue, type Standing, whySkipped } from './flow.ts';
import { backOff } from './retry.ts';
import type { RunContext, StepRunner } from './run-context.ts';
import type { RunRecord } from './run-record.ts';
import { type StepOutcome, stopped } from './steps/outcome.ts';
import type { Stop } from './stop.ts';

/** Clean-up steps after a stop get this long, in milliseconds. */
const cleanUpTime = 60_000;

export type StepsDone = {
  standing: Standing;
  /** What the run's reason is unless it was stopped. */
  reason: string | null;
  /** All it did was to find that there was nothing to do. */
  quiet: boolean;
};

export type RunStepsNeeds = {
  clock: Clock;
  runStep: StepRunner;
  record: RunRecord;
  stop: Stop;
  context: RunContext;
};

/** Runs the steps from `first` on, in order, as far as each is due. */
export async function runSteps(needs: RunStepsNeeds, first: number): Promise<StepsDone> {
  const { clock, record, stop, context } = needs;
  const { steps } = context.job;
  let done = nothingDone(steps.length, first);
  for (const [position, step] of steps.entries()) {
    if (position < first) continue;
    const standing = { ...done.standing, stop: stop.closing() ? 'interrupted' : stop.reason() } as const;
    if (!isDue(step.when, standing)) {
      record.change(position, { status: 'skipped', error: whySkipped(step.when, standing) });
      continue;
    }
    record.change(position, { status: 'running', startedAt: clock.now() });
    const outcome = await tryStep(needs, position, step);
    const { exitCode = null, signal = null, result = null } = outcome;
    const error = outcome.error == null ? null : context.mask.text(outcome.error);
    record.change(position, {
      status: outcome.status,
      exitCode,
      signal,
      error,
      result,
      finishedAt: clock.now(),
    });
    if (result !== null) context.results.set(step.name, result);
    done = add(done, step, outcome, error, steps.length === 1);
  }
  return done;
}

/** A queued run may find that its job has become shorter than the step that it was to begin with. */
function nothingDone(steps: number, first: number): StepsDone {
  if (first < steps) return { standing: { failure: null, stop: null }, reason: null, quiet: true };
  const reason = `The job has no step ${first + 1} any more.`;
  return { standing: { failure: 'failed', stop: null }, reason, quiet: false };
}

/** Runs a step, and again after its pauses while it fails and has tries left. */
async function tryStep(needs: RunStepsNeeds, position: number, step: Step): Promise<StepOutcome> {
  const { stop, context, clock } = needs;
  const tries = (step.retry?.attempts ?? 0) + 1;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await runStep(needs, position, step);
    // What was cut off may have done its work: only a person, or the job's `retryInterrupted`, has it repeated.
    const over =
      ['success', 'interrupted'].includes(outcome.status) || stop.reason() !== null || attempt >= tries;
    if (over || !step.retry) return outcome;
    const delay = backOff(step.retry, attempt);
    const why = outcome.error ?? outcome.status;
    context.recorder.say(position, `${why} Try ${attempt + 1} of ${tries} in ${delay / 1000} s.`);
    await stop.step(null, (signal) => pause(clock, delay, signal));
    if (stop.reason() !== null) return stopped(stop.reason() ?? 'cancelled');
  }
}

function runStep({ stop, runStep, record, context }: RunStepsNeeds, position: number, step: Step) {
  return stop.step(limitOf(step, stop), (signal) =>
    runStep(context, position, signal, (change) => record.change(position, change)),
  );
}

/** Milliseconds that a step may take. */
function limitOf(step: Step, stop: Stop): number | null {
  const own = step.timeoutSeconds === null ? null : step.timeoutSeconds * 1000;
  return stop.reason() === null ? own : Math.min(own ?? cleanUpTime, cleanUpTime);
}

function add(
  done: StepsDone,
  step: Step,
  outcome: StepOutcome,
  error: string | null,
  alone: boolean,
): StepsDone {
  const standing = after(done.standing, step, outcome.status);
  const failedNow = standing.failure !== null && done.standing.failure === null;
  const how = outcome.status === 'interrupted' ? 'was cut off' : 'failed';
  const reason = failedNow ? `Step "${step.name}" ${how}: ${error ?? outcome.status}` : done.reason;
  return {
    standing,
    // A command sums up only what somebody should know; of a built-in action's everyday words only its own run speaks.
    reason: reason ?? (alone || step.type === 'command' ? (outcome.summary ?? null) : null),
    quiet: done.quiet && outcome.quiet === true,
  };
}
