import {
  BelfryError,
  type Clock,
  type Job,
  type Log,
  type Millis,
  pause,
  type RunView,
  type Step,
  setTimer,
} from '../../shared/index.ts';
import type { Environment } from './commands/environment.ts';
import { withParameters } from './commands/prepare.ts';
import { type Masks, secretsIn, secretsOfHeaders, secretsOfUrl } from './output/mask.ts';
import { createRecorder } from './output/recorder.ts';
import type { EndedRun, NewStep, RunEnd, RunLedger, RunnerDeps, StepChange, StoredRun } from './ports.ts';
import {
  backOff,
  finalStatus,
  isStepDue,
  nextTry,
  type Standing,
  type StopReason,
  skipReason,
  standingAfter,
} from './run-policy.ts';
import { type StepOutcome, stopped } from './steps/run-command.ts';
import type { RunContext, StepRunner } from './steps/run-step.ts';

export type ExecutionDeps = RunnerDeps & { runStep: StepRunner; masks: Masks };

type Execution = {
  job: Job;
  runId: string;
  stop: Stop;
  begun(run: RunView): void;
  /** Takes the retries out whose work the run has done, now that it ends with success; their ids. */
  obsolete(run: StoredRun): string[];
};

/** Runs the steps of a queued run to their end and stores it. Throws what the ledger throws. */
export async function executeRun(deps: ExecutionDeps, execution: Execution): Promise<EndedRun> {
  const { clock, ledger, log, announce } = deps;
  const { job, stop, runId } = execution;
  let broken: { error: unknown } | undefined;
  const failed = (error: unknown) => {
    broken ??= { error };
    stop.request('cancelled', 'The run could not be stored.');
  };
  /** What is left lying about does not make the run's end any less true. */
  const untidy = (error: unknown) =>
    log('warn', `Earlier runs of ${job.id} could not be cleared away`, { error: textOf(error) });
  const environment = await environmentFor(deps, job);
  const mask = deps.masks(secretsOf(deps, job, environment));
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
    limit: deps.outputLimit(),
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

  const status = broken ? 'failed' : finalStatus({ ...done.standing, stop: stop.reason() });
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
  return [...deps.secrets(), ...webhooks, ...[environment, ...environments].flatMap(secretsIn)];
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
  standing: Standing;
  /** What the run's reason is unless it was stopped. */
  reason: string | null;
  /** All it did was to find that there was nothing to do. */
  quiet: boolean;
};

type RunStepsDeps = {
  clock: Clock;
  runStep: StepRunner;
  record: RunRecord;
  stop: Stop;
  context: RunContext;
};

/** Runs the steps from `first` on, in order, as far as each is due. */
async function runSteps(deps: RunStepsDeps, first: number): Promise<StepsDone> {
  const { clock, record, stop, context } = deps;
  const { steps } = context.job;
  let done = nothingDone(steps.length, first);
  for (const [position, step] of steps.entries()) {
    if (position < first) continue;
    const standing = { ...done.standing, stop: stop.closing() ? 'interrupted' : stop.reason() } as const;
    if (!isStepDue(step.when, standing)) {
      record.change(position, { status: 'skipped', error: skipReason(step.when, standing) });
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

/** A queued run may find that its job has become shorter than the step that it was to begin with. */
function nothingDone(steps: number, first: number): StepsDone {
  if (first < steps) return { standing: { failure: null, stop: null }, reason: null, quiet: true };
  const reason = `The job has no step ${first + 1} any more.`;
  return { standing: { failure: 'failed', stop: null }, reason, quiet: false };
}

/** Runs a step, and again after its pauses while it fails and has tries left. */
async function tryStep(deps: RunStepsDeps, position: number, step: Step): Promise<StepOutcome> {
  const { stop, context, clock } = deps;
  const tries = (step.retry?.attempts ?? 0) + 1;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await runStep(deps, position, step);
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
  const standing = standingAfter(done.standing, step, outcome.status);
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

/** One run in the ledger and before the eyes of clients: every change is stored, then announced. */
type RunRecord = {
  run(): StoredRun;
  /** Changes a step without holding up the run; stored soon, or with the next change. A failure comes out of `failed`. */
  change(position: number, change: StepChange): void;
  /** Final state, not announced. */
  finish(end: RunEnd): Promise<EndedRun>;
};

type RunRecordDeps = {
  clock: Clock;
  ledger: RunLedger;
  log: Log;
  announce(run: RunView): void;
  /** Belfry ends, and nothing is waited for any more. */
  closing(): boolean;
  /** A change could not be stored. */
  failed(error: unknown): void;
};

/** Changes wait so long, in milliseconds: a short command then costs one transaction at its end instead of three. */
const writeDelay = 50;
/** A disk that is full now may have room again soon: beginning and end are tried again after so long, in milliseconds. */
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
  const tell = () => announce(ledger.view(run));
  tell();

  /** Takes the changes that wait, each as one write. */
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
      cancel ??= clock.setTimer(writeDelay, () => void store().then(tell, failed));
    },
    async finish(end) {
      const steps = Promise.all(take().map((write) => persist(deps, id, write)));
      const [ended] = await Promise.all([persist(deps, id, () => ledger.finish(id, end)), steps]);
      return ended;
    },
  };
}

/** Tries until the ledger takes it: a run whose end is lost would look as if it were at work, and be run again. */
async function persist<T>(
  { clock, log, closing }: RunRecordDeps,
  runId: string,
  write: () => Promise<T>,
): Promise<T> {
  for (let told = false; ; told = true) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof BelfryError) || error.code !== 'DATABASE_UNUSABLE' || closing()) throw error;
      if (!told) log('error', `Run ${runId} waits to be stored`, { error: error.message });
    }
    await pause(clock, retryDelay);
  }
}

/** The brake of one run. */
export type Stop = {
  /** Why the run is to end, the first reason given; null while it is not. */
  reason(): StopReason | null;
  /** In words. */
  why(): string | null;
  /** Belfry itself ends: no clean-up either. */
  closing(): boolean;
  /** Stops the step at work; asked again it stops the clean-up that may be at work since. */
  request(reason: StopReason, why: string): void;
  /** Runs one step with a signal that aborts, its reason a StopReason, on a request or after `timeoutMs`. */
  step<T>(timeoutMs: number | null, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
};

/** A brake that nobody has pulled yet. */
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
