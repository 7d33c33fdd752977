// A run from its first step to its stored end: what it may print and for how long, its steps in order, its record, its stop.
import {
  BelfryError,
  type Clock,
  type Job,
  type Millis,
  pause,
  type RunView,
  type Step,
  setTimer,
} from '../../shared/index.ts';
import type { EndedRun, NewStep, RunEnd, StepChange, StoredRun } from '../store/index.ts';
import { type Environment, withParameters } from './commands/prepare.ts';
import type { RunnerDeps } from './deps.ts';
import { createRecorder } from './output/recorder.ts';
import { type Masks, secretsIn, secretsOfHeaders, secretsOfUrl } from './output/text.ts';
import {
  backOff,
  finalStatus,
  isStepDue,
  nextTry,
  progressAfter,
  type RunProgress,
  type StopReason,
  skipReason,
} from './run-policy.ts';
import { type StepOutcome, stopped } from './steps/run-command.ts';
import type { RunContext, StepRunner } from './steps/run-step.ts';

const mebibyte = 1024 * 1024;

export type ExecutionDeps = RunnerDeps & { runStep: StepRunner; masks: Masks };

type Execution = {
  job: Job;
  runId: string;
  stop: Stop;
  begun(run: RunView): void;
  /** Removes the waiting retries whose work the run has done, now that it succeeded; their ids. */
  obsolete(run: StoredRun): string[];
};

/** Executes the steps of a queued run and stores how it ended. Throws what the ledger throws. */
export async function executeRun(deps: ExecutionDeps, execution: Execution): Promise<EndedRun> {
  const { clock, ledger, log, announce, databaseLost } = deps;
  const { job, stop, runId } = execution;
  let broken: { error: unknown } | undefined;
  const failed = (error: unknown) => {
    broken ??= { error };
    stop.request('cancelled', 'The run could not be stored.');
  };
  const environment = await environmentFor(deps, job);
  const mask = deps.masks(secretsOf(deps, job, environment));
  const steps = job.steps.map(({ name }) => ({ name }));
  const record = await beginRun(
    { clock, ledger, log, announce, databaseLost, closing: stop.closing, failed },
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
    limit: deps.settings().outputLimitMiB * mebibyte,
    announce: (lines) => deps.announceOutput(runId, lines),
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
  const cancelTimer = limitTime(deps, job, stop);
  const done = await runSteps({ ...deps, record, stop, context }, run.fromStep).finally(cancelTimer);
  await recorder.drain().catch(failed);

  const status = broken ? 'failed' : finalStatus({ ...done.progress, stop: stop.reason() });
  const reason = broken
    ? `The run could not be stored: ${textOf(broken.error)}`
    : (stop.why() ?? done.reason);
  return record.finish({
    status,
    reason: reason && mask.text(reason),
    at: clock.now(),
    retry: nextTry(job, run, status, clock.now()),
    obsolete: status === 'success' ? execution.obsolete(run) : [],
  });
}

/** Only commands need an environment, and the first one may wait for the login shell. */
async function environmentFor(deps: RunnerDeps, job: Job): Promise<Environment> {
  return job.steps.some((step) => step.type === 'command') ? deps.environment() : {};
}

function secretsOf(deps: RunnerDeps, job: Job, environment: Environment): string[] {
  const webhooks = job.steps.flatMap((step) =>
    step.type === 'webhook' ? [...secretsOfUrl(step.url), ...secretsOfHeaders(step.headers)] : [],
  );
  const environments = job.steps.flatMap((step) => {
    if (step.type !== 'command') return [];
    const workspace = step.workspace === undefined ? undefined : deps.workspace(step.workspace);
    return [step.env, workspace?.env ?? {}];
  });
  return [...deps.knownSecrets, ...webhooks, ...[environment, ...environments].flatMap(secretsIn)];
}

/** Results of the steps before the first one to run. */
function resultsOf({ steps }: StoredRun): Map<string, string> {
  return new Map(steps.flatMap(({ name, result }): [string, string][] => (result ? [[name, result]] : [])));
}

function limitTime({ clock }: RunnerDeps, { timeoutSeconds }: Job, stop: Stop): () => void {
  if (timeoutSeconds === null) return () => {};
  return setTimer(clock, timeoutSeconds * 1000, () =>
    stop.request('timed-out', `The run took longer than its time-out of ${timeoutSeconds} s.`),
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Clean-up steps after a stop get this long, in milliseconds. */
const cleanUpTime = 60_000;

type StepsDone = {
  progress: RunProgress;
  /** The run's reason unless it was stopped. */
  reason: string | null;
};

type RunStepsDeps = {
  clock: Clock;
  runStep: StepRunner;
  record: RunRecord;
  stop: Stop;
  context: RunContext;
};

/** Runs the steps from `first` on that are due, in order. */
async function runSteps(deps: RunStepsDeps, first: number): Promise<StepsDone> {
  const { clock, record, stop, context } = deps;
  const { steps } = context.job;
  let done = nothingDone(steps.length, first);
  for (const [position, step] of steps.entries()) {
    if (position < first) continue;
    const progress = { ...done.progress, stop: stop.closing() ? 'interrupted' : stop.reason() } as const;
    if (!isStepDue(step.when, progress)) {
      record.change(position, { status: 'skipped', error: skipReason(step.when, progress) });
      continue;
    }
    record.change(position, { status: 'running', startedAt: clock.now() });
    const outcome = await tryStep(deps, position, step);
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

/** A job that was edited since may no longer have the step with which the run begins. */
function nothingDone(steps: number, first: number): StepsDone {
  if (first < steps) return { progress: { failure: null, stop: null }, reason: null };
  const reason = `The job has no step ${first + 1} any more.`;
  return { progress: { failure: 'failed', stop: null }, reason };
}

/** Runs a step, and repeats it after its delays while it fails and has tries left. */
async function tryStep(deps: RunStepsDeps, position: number, step: Step): Promise<StepOutcome> {
  const { stop, context, clock } = deps;
  const tries = (step.retry?.attempts ?? 0) + 1;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await runStep(deps, position, step);
    // A step that was cut off may have done its work: only the user, or the job's `retryInterrupted`, repeats it.
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

function runStep({ stop, runStep, record, context }: RunStepsDeps, position: number, step: Step) {
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
  const progress = progressAfter(done.progress, step, outcome.status);
  const failedNow = progress.failure !== null && done.progress.failure === null;
  const how = outcome.status === 'interrupted' ? 'was cut off' : 'failed';
  const reason = failedNow ? `Step "${step.name}" ${how}: ${error ?? outcome.status}` : done.reason;
  return {
    progress,
    // A command has a summary only where something is worth knowing; a built-in action's is shown where it is the only step.
    reason: reason ?? (alone || step.type === 'command' ? (outcome.summary ?? null) : null),
  };
}

/** A run in the ledger and as clients see it: every change is stored, then announced. */
type RunRecord = {
  run(): StoredRun;
  /** Changes a step without waiting; it is stored soon, or with the next change. A failure goes to `failed`. */
  change(position: number, change: StepChange): void;
  /** Final state, not announced. */
  finish(end: RunEnd): Promise<EndedRun>;
};

type RunRecordDeps = Pick<RunnerDeps, 'clock' | 'ledger' | 'log' | 'announce' | 'databaseLost'> & {
  /** Belfry ends: do not wait for anything any more. */
  closing(): boolean;
  /** A change could not be stored. */
  failed(error: unknown): void;
};

/** Changes are collected for this long, in milliseconds: a short command then takes one transaction instead of three. */
const writeDelay = 50;
/** A full disk may have space again soon: beginning and end are written again after this long, in milliseconds. */
const retryDelay = 1000;

/** Begins a queued run. Throws CONFLICT when it is no longer queued. */
async function beginRun(
  deps: RunRecordDeps,
  id: string,
  steps: readonly NewStep[],
  at: Millis,
): Promise<RunRecord> {
  const { clock, ledger, announce, failed } = deps;
  let run = await persist(deps, id, () => ledger.begin(id, steps, at));
  const waiting = new Map<number, StepChange>();
  let cancel: (() => void) | undefined;
  const announceRun = () => announce(ledger.view(run));
  announceRun();

  /** The changes that wait, each as one write. */
  const take = () => {
    cancel?.();
    cancel = undefined;
    const changes = [...waiting];
    waiting.clear();
    return changes.map(
      ([position, change]) =>
        () =>
          ledger.changeStep(id, position, change),
    );
  };
  const store = () => Promise.all(take().map((write) => write()));
  return {
    run: () => run,
    change(position, change) {
      run = {
        ...run,
        steps: run.steps.map((step) => (step.position === position ? { ...step, ...change } : step)),
      };
      waiting.set(position, { ...waiting.get(position), ...change });
      cancel ??= clock.setTimer(writeDelay, () => void store().then(announceRun, failed));
    },
    async finish(end) {
      const steps = Promise.all(take().map((write) => persist(deps, id, write)));
      const [ended] = await Promise.all([persist(deps, id, () => ledger.finish(id, end)), steps]);
      return ended;
    },
  };
}

/**
 * Writes until the ledger takes it: a run whose end is lost would seem to be running, and be repeated. Gives up when
 * Belfry ends or the database is lost, where the next start sees to the run.
 */
async function persist<T>(
  { clock, log, closing, databaseLost }: RunRecordDeps,
  runId: string,
  write: () => Promise<T>,
): Promise<T> {
  for (let logged = false; ; logged = true) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof BelfryError) || error.code !== 'DATABASE_UNUSABLE') throw error;
      if (closing() || databaseLost()) throw error;
      if (!logged) log('error', `Run ${runId} waits to be stored`, { error: error.message });
    }
    await pause(clock, retryDelay);
  }
}

/** Stops a run: the step that runs now, and all that would follow. */
export type Stop = {
  /** The first reason that was given, or null while there is none. */
  reason(): StopReason | null;
  /** The reason in words. */
  why(): string | null;
  /** Belfry itself ends: clean-up steps do not run either. */
  closing(): boolean;
  /** Aborts the step that runs now; a second call aborts the clean-up step that followed. */
  request(reason: StopReason, why: string): void;
  /** Runs a step with a signal that aborts on a request or after `timeoutMs`; the signal's reason is a StopReason. */
  step<T>(timeoutMs: number | null, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
};

export function createStop(clock: Clock): Stop {
  let reason: StopReason | null = null;
  let why: string | null = null;
  let closing = false;
  let current: AbortController | undefined;
  return {
    reason: () => reason,
    why: () => why,
    closing: () => closing,
    request(next, text) {
      reason ??= next;
      why ??= text;
      closing ||= next === 'interrupted';
      current?.abort(next);
    },
    async step(timeoutMs, work) {
      const controller = new AbortController();
      current = controller;
      const cancel =
        timeoutMs === null ? undefined : setTimer(clock, timeoutMs, () => controller.abort('timed-out'));
      try {
        return await work(controller.signal);
      } finally {
        cancel?.();
        current = undefined;
      }
    },
  };
}
