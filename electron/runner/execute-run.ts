import { type Job, type RunView, setTimer } from '../../shared/index.ts';
import type { Environment } from './commands/environment.ts';
import { outcome } from './flow.ts';
import { type Masks, secretsIn, secretsOfHeaders, secretsOfUrl } from './masks.ts';
import { createRecorder } from './output/recorder.ts';
import { withParameters } from './parameters.ts';
import type { EndedRun, RunnerNeeds, StoredRun } from './ports.ts';
import { nextTry } from './retry.ts';
import type { RunContext, StepRunner } from './run-context.ts';
import { beginRun } from './run-record.ts';
import { runSteps } from './run-steps.ts';
import type { Stop } from './stop.ts';

export type ExecutionNeeds = RunnerNeeds & { runStep: StepRunner; masks: Masks };

export type Execution = {
  job: Job;
  runId: string;
  stop: Stop;
  begun(run: RunView): void;
  /** Takes the retries out whose work the run has done, now that it ends with success; their ids. */
  obsolete(run: StoredRun): string[];
};

/** Runs the steps of a queued run to their end and stores it. Throws what the ledger throws. */
export async function executeRun(needs: ExecutionNeeds, execution: Execution): Promise<EndedRun> {
  const { clock, ledger, log, announce } = needs;
  const { job, stop, runId } = execution;
  let broken: { error: unknown } | undefined;
  const failed = (error: unknown) => {
    broken ??= { error };
    stop.request('cancelled', 'The run could not be stored.');
  };
  /** What is left lying about does not make the run's end any less true. */
  const untidy = (error: unknown) =>
    log('warn', `Earlier runs of ${job.id} could not be cleared away`, { error: textOf(error) });
  const environment = await environmentFor(needs, job);
  const mask = needs.masks(secretsOf(needs, job, environment));
  const steps = job.steps.map(({ name }) => ({ name }));
  const record = await beginRun(
    { clock, ledger, log, announce, closing: stop.closing, failed },
    runId,
    steps,
    clock.now(),
  );
  const run = record.run();
  execution.begun(ledger.view(run));

  const recorder = createRecorder({
    clock,
    ledger,
    mask,
    runId,
    limit: needs.outputLimit(),
    announce: (lines) => needs.announceOutput(runId, lines),
    failed,
  });
  const context: RunContext = {
    job: withParameters(job, run.fromStep, run.parameters),
    run,
    recorder,
    mask,
    environment,
    results: resultsOf(run),
  };
  const cancelTimer = limitTime(needs, job, stop);
  const done = await runSteps({ ...needs, record, stop, context }, run.fromStep).finally(cancelTimer);
  await recorder.drain().catch(failed);

  const status = broken ? 'failed' : outcome({ ...done.standing, stop: stop.reason() });
  const reason = broken
    ? `The run could not be stored: ${textOf(broken.error)}`
    : (stop.why() ?? done.reason);
  const stored = record.finish({
    status,
    reason: reason && mask.text(reason),
    at: clock.now(),
    retry: nextTry(job, run, status, clock.now()),
    obsolete: status === 'success' ? execution.obsolete(run) : [],
  });
  const isQuiet = status === 'success' && done.quiet && reason !== null;
  const [ended] = await Promise.all([
    stored,
    isQuiet ? ledger.forgetQuiet(job.id, reason, runId).catch(untidy) : undefined,
  ]);
  return ended;
}

/** Only commands have an environment, and the login shell's may take its time at the first start. */
async function environmentFor(needs: RunnerNeeds, job: Job): Promise<Environment> {
  return job.steps.some((step) => step.type === 'command') ? needs.environment() : {};
}

function secretsOf(needs: RunnerNeeds, job: Job, environment: Environment): string[] {
  const webhooks = job.steps.flatMap((step) =>
    step.type === 'webhook' ? [...secretsOfUrl(step.url), ...secretsOfHeaders(step.headers)] : [],
  );
  const environments = job.steps.flatMap((step) => {
    if (step.type !== 'command') return [];
    const workspace = step.workspace === undefined ? undefined : needs.workspace(step.workspace);
    return [step.env, workspace?.env ?? {}];
  });
  return [...needs.secrets(), ...webhooks, ...[environment, ...environments].flatMap(secretsIn)];
}

/** Results of the steps before the first one to run. */
function resultsOf({ steps }: StoredRun): Map<string, string> {
  return new Map(steps.flatMap(({ name, result }): [string, string][] => (result ? [[name, result]] : [])));
}

function limitTime({ clock }: RunnerNeeds, { timeoutSeconds }: Job, stop: Stop): () => void {
  if (timeoutSeconds === null) return () => {};
  return setTimer(clock, timeoutSeconds * 1000, () =>
    stop.request('timed-out', `The run took longer than its time-out of ${timeoutSeconds} s.`),
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
