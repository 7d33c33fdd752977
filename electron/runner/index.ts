import process from 'node:process';
import {
  BelfryError,
  type ErrorCode,
  type Job,
  type PlannedStep,
  type Problem,
  type RunParameters,
  type RunStatus,
  type RunView,
} from '../../shared/index.ts';
import type { NewRun, RunLedger, StoredRun } from '../store/index.ts';
import { checkSteps, previewSteps } from './check-steps.ts';
import { checkParameters, withParameters } from './commands/prepare.ts';
import type { AcceptedRun, RunnerDeps } from './deps.ts';
import { type ExecutionDeps, executeRun } from './execute-run.ts';
import { createStarter } from './helper/starter.ts';
import type { Identity, Processes } from './linux-processes.ts';
import { createMasks } from './output/text.ts';
import { endTree, systemProcesses } from './processes.ts';
import { failedStep, keptSteps, nextTry, startIndex } from './run-policy.ts';
import { createRunQueue, type RunningRun } from './run-queue.ts';
import { createOrphanReaper } from './steps/run-command.ts';
import { createStepRunner } from './steps/run-step.ts';

type RunNowOptions = {
  /** Step to begin with, counted from 1. */
  fromStep?: number;
  /** Arguments and variables for this run alone. */
  parameters?: RunParameters;
};

/** Runs jobs: now, when the scheduler hands a run over, and again after a failure. */
export type Runner = {
  /** Ends what a crashed engine left running and takes over what it had queued. Call it once, before any run is accepted. */
  start(): Promise<void>;
  /** Starts a run that is stored as `queued`, when its time has come and its job's overlap rule lets it. Never throws. */
  accept(run: AcceptedRun): void;
  /** Runs a job now. Throws NOT_FOUND, BAD_INPUT (fromStep), CONFLICT (already running) or STOPPING. */
  runNow(jobId: string, options?: RunNowOptions): Promise<RunView>;
  /** A dry run: what runNow would do, step by step, with everything looked up. Throws NOT_FOUND or BAD_INPUT. */
  preview(jobId: string, options?: Pick<RunNowOptions, 'fromStep' | 'parameters'>): Promise<PlannedStep[]>;
  /** Mistakes in a job's steps, for when it is saved; fields as `steps[2].command`. */
  check(job: Job): Promise<Problem[]>;
  /** Runs the job of a failed run again from its failed step, with the results of the steps before. Throws as runNow does. */
  resume(runId: string): Promise<RunView>;
  /**
   * Tries a failed run again from where it began, with the same slot and parameters. A retry of it that waits starts now
   * instead, whatever holds it. Throws as runNow does.
   */
  retry(runId: string): Promise<RunView>;
  /** A pause, the configuration or the schedule has changed: decides again about every run that waits. */
  review(): void;
  /** Ends a run and its processes; resolves when it has ended. Throws NOT_FOUND, or CONFLICT when it is over already. */
  cancel(runId: string): Promise<RunView>;
  /** Runs that execute now, oldest first. */
  running(): RunningRun[];
  /** Starts nothing more; runs get `drainMs` to end, then their processes are ended. A second call may shorten the time. */
  stop(options: { drainMs: number }): Promise<void>;
};

/** Builds the runner; it does nothing before `start`. */
export function createRunner(deps: RunnerDeps): Runner {
  const { clock, ledger, log, announce } = deps;
  const finished = (run: RunView) => {
    deps.alert({ kind: 'run', run });
    deps.jobEnded(run.jobId);
  };
  const processes = systemProcesses(process.platform);
  const reaper = createOrphanReaper({ processes, clock, log });
  const starter = createStarter({
    ...deps,
    // Windows has no sockets that a command could write to, and starts processes without forking.
    helper: process.platform === 'win32' ? undefined : deps.helper,
    startOf: processes.startOf,
  });
  const execution: ExecutionDeps = {
    ...deps,
    masks: createMasks(),
    runStep: createStepRunner({ ...deps, processes, start: starter.start }),
  };
  let stopping: Promise<void> | undefined;

  const queue = createRunQueue({
    clock,
    log,
    job: deps.job,
    decideStart: deps.decideStart,
    execute: (run) => executeRun(execution, run),
    async skip({ runId }, status, reason) {
      const { run, last } = await ledger.finish(runId, { status, reason, at: clock.now() });
      announce(ledger.view(run));
      if (last) finished(await givenUp(ledger, run));
      else if (status === 'missed') finished(ledger.view(run));
    },
    ended({ run, retry, obsolete }) {
      reaper.add(run.id);
      announce(ledger.view(run));
      for (const dropped of obsolete) announce(ledger.view(dropped));
      if (!retry) return finished(ledger.view(run));
      announce(ledger.view(retry));
      queue.accept(acceptedRun(retry));
    },
  });

  async function launch(
    job: Job,
    run: Pick<NewRun, 'cause' | 'reason'> & Partial<Pick<NewRun, 'parameters'>>,
    fromStep: number,
    from?: StoredRun,
  ) {
    refuseStart(job);
    const stored = await ledger.create(
      {
        ...run,
        jobId: job.id,
        jobName: job.name,
        attempt: 1,
        fromStep,
        kept: keptSteps(job, fromStep, from),
        ...(from ? { originId: from.originId, slot: from.slot } : {}),
      },
      clock.now(),
    );
    queue.accept(acceptedRun(stored));
    return firstView(stored);
  }

  function refuseStart(job: Job): void {
    if (stopping) throw refuse('STOPPING', job.id, 'Belfry is about to end', 'Start it again');
    const refusal = queue.refusal(job);
    if (refusal)
      throw refuse('CONFLICT', job.id, refusal, 'Wait for its end, cancel it, or let the job overlap');
  }

  /** A run as it begins, or as it waits. */
  async function firstView(run: StoredRun): Promise<RunView> {
    const begun = await queue.begun(run.id);
    return begun ?? ledger.view((await ledger.get(run.id)) ?? run);
  }

  return {
    async start() {
      const runs = await recoverOrphans({ ...deps, processes, finished });
      for (const run of runs) queue.accept(run);
    },
    accept: queue.accept,
    async runNow(jobId, { fromStep, parameters } = {}) {
      const job = findJob(deps, jobId);
      const first = startIndex(job, fromStep);
      const checked = checkParameters(parameters);
      const from = first === 0 ? undefined : await ledger.lastEnded(jobId);
      return launch(job, { cause: 'manual', reason: null, parameters: checked }, first, from);
    },
    async preview(jobId, { fromStep, parameters } = {}) {
      const job = findJob(deps, jobId);
      const first = startIndex(job, fromStep);
      return previewSteps(deps, withParameters(job, first, checkParameters(parameters)), first);
    },
    check: (job) => checkSteps(deps, job),
    async resume(runId) {
      const from = await findRun(deps, runId);
      const job = findJob(deps, from.jobId);
      const first = resumeAt(job, from);
      return launch(
        job,
        { cause: 'retry', reason: `Resumes run ${runId}.`, parameters: from.parameters },
        first,
        from,
      );
    },
    async retry(runId) {
      const from = await findRun(deps, runId);
      const job = findJob(deps, from.jobId);
      const waits = queue.retryOf(from.originId);
      const waiting = waits && (await ledger.get(waits.runId));
      if (waiting) {
        refuseStart(job);
        queue.startNow(waiting.id);
        return firstView(waiting);
      }
      return launch(
        job,
        { cause: 'retry', reason: `Tries run ${runId} again.`, parameters: from.parameters },
        retryAt(job, from),
        from,
      );
    },
    review: queue.review,
    async cancel(runId) {
      const run = await findRun(deps, runId);
      if (await queue.stop(runId, 'cancelled', 'It was cancelled.'))
        return ledger.view((await ledger.get(runId)) ?? run);
      queue.withdraw(runId);
      const { last, ...ended } = await ledger.finish(runId, {
        status: 'cancelled',
        reason: 'It was cancelled before it began.',
        at: clock.now(),
      });
      const cancelled = ledger.view(ended.run);
      announce(cancelled);
      if (last) finished(cancelled);
      return cancelled;
    },
    running: queue.running,
    stop({ drainMs }) {
      const ended = queue.close(drainMs);
      stopping ??= ended.then(() => reaper.finish()).finally(starter.stop);
      return stopping;
    },
  };
}

function findJob({ job }: RunnerDeps, id: string): Job {
  const found = job(id);
  if (found) return found;
  throw notFound('job', id);
}

async function findRun({ ledger }: RunnerDeps, id: string): Promise<StoredRun> {
  const found = await ledger.get(id);
  if (found) return found;
  throw notFound('run', id);
}

function notFound(kind: 'job' | 'run', id: string): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what: `There is no ${kind} "${id}"`,
    where: `among the ${kind}s of this home`,
    why: 'It may have been removed or misspelt',
    remedy: `See "belfry ${kind}s" for their ids`,
  });
}

function refuse(code: ErrorCode, jobId: string, why: string, remedy: string): BelfryError {
  return new BelfryError({ code, what: 'The job cannot be run now', where: `job "${jobId}"`, why, remedy });
}

const over: readonly RunStatus[] = ['failed', 'timed-out', 'cancelled', 'interrupted'];

/** Where a run goes on when it is resumed. Throws CONFLICT. */
function resumeAt(job: Job, run: StoredRun): number {
  return sameSteps(job, run, failedStep(run));
}

/** Where a run begins when it is tried again. Throws CONFLICT. */
function retryAt(job: Job, run: StoredRun): number {
  return sameSteps(job, run, run.fromStep);
}

/** The step at `first`, when the run failed and its steps up to there are still the job's, or their results would mean something else. */
function sameSteps(job: Job, run: StoredRun, first: number): number {
  const same = run.steps
    .slice(0, first === 0 ? 0 : first + 1)
    .every((step, index) => step.name === job.steps[index]?.name);
  const hasFailed = over.includes(run.status);
  if (hasFailed && same) return first;
  throw refuse(
    'CONFLICT',
    job.id,
    hasFailed ? `Its steps have changed since run ${run.id}` : `Run ${run.id} is ${run.status}`,
    'Run the job from the beginning, or name the step with --from-step',
  );
}

/**
 * The end of a run whose next try was skipped, as it is reported: how the last try ended, and why no other follows.
 * `skipped` is the try that was left out.
 */
async function givenUp(ledger: RunLedger, skipped: StoredRun): Promise<RunView> {
  const last = await ledger.lastEnded(skipped.jobId, skipped.originId);
  // Retention may have removed it in the meantime.
  if (!last) return ledger.view(skipped);
  const reason = [last.reason, 'It was not tried again.', skipped.reason].filter(Boolean).join(' ');
  return ledger.view({ ...last, reason });
}

type RecoveryDeps = Pick<RunnerDeps, 'ledger' | 'clock' | 'job' | 'log' | 'announce'> & {
  processes: Processes;
  finished(run: RunView): void;
};

/** Commands of a crashed engine get this long to end before they are killed, in milliseconds. */
const recoveryGrace = 2000;
/** Runs named in a line of the log. */
const mostNamed = 20;

/**
 * Cleans up after an engine that crashed: ends its commands and stores its runs as `interrupted`. Resolves with the runs
 * to start: those that never began, and the retries of the interrupted ones.
 */
async function recoverOrphans(deps: RecoveryDeps): Promise<AcceptedRun[]> {
  const left = await deps.ledger.orphans();
  const running = left.filter((run) => run.status === 'running');
  const ended = await endCommands(deps, running);
  if (running.length > 0)
    deps.log('warn', 'Runs were cut off when Belfry ended without warning', {
      count: running.length,
      runs: running.slice(0, mostNamed).map((run) => run.id),
      endedProcesses: ended,
    });
  const retries = await Promise.all(running.map((run) => interrupt(deps, run)));
  const queued = left.filter((run) => run.status === 'queued').map(acceptedRun);
  return [...queued, ...retries.flat()];
}

/** A stored run as the run queue accepts it. */
function acceptedRun(run: StoredRun): AcceptedRun {
  const { id: runId, jobId, cause, slot, createdAt, attempt, originId, fromStep, parameters, jobKey } = run;
  const notBefore = run.notBefore ?? createdAt;
  const acceptedRun = { runId, jobId, cause, slot, createdAt, notBefore };
  // Tries are counted anew for a run that was resumed or repeated by hand.
  return attempt === 1
    ? acceptedRun
    : { ...acceptedRun, retry: { attempt, originId, fromStep, parameters, jobKey } };
}

/** Finds them by the run id in their environment, and by pid and start time where the system hides that. */
async function endCommands(deps: RecoveryDeps, runs: readonly StoredRun[]): Promise<number> {
  if (runs.length === 0) return 0;
  const marked = await endTree(deps, { runIds: new Set(runs.map((run) => run.id)) }, recoveryGrace);
  const leaders = runs.flatMap((run) => run.steps.flatMap(leaderOf));
  const led = await Promise.all(leaders.map((leader) => endKnown(deps, leader)));
  return marked.length + led.flat().length;
}

function leaderOf({ status, pid, pidStartedAt }: StoredRun['steps'][number]): Identity[] {
  return status === 'running' && pid !== null && pidStartedAt !== null
    ? [{ pid, startedAt: pidStartedAt }]
    : [];
}

async function endKnown(deps: RecoveryDeps, leader: Identity): Promise<number[]> {
  // Once its leader is gone, the number of a process group may belong to other processes.
  if ((await deps.processes.startOf(leader.pid)) !== leader.startedAt) return [];
  return endTree(deps, { runIds: new Set(), leader }, recoveryGrace);
}

async function interrupt(deps: RecoveryDeps, run: StoredRun): Promise<AcceptedRun[]> {
  const { ledger, clock } = deps;
  const job = deps.job(run.jobId);
  const { run: closed, retry } = await ledger.finish(run.id, {
    status: 'interrupted',
    reason: 'Belfry ended without warning while it ran.',
    at: clock.now(),
    retry: job && nextTry(job, run, 'interrupted', clock.now()),
  });
  deps.announce(ledger.view(closed));
  if (!retry) deps.finished(ledger.view(closed));
  return retry ? [acceptedRun(retry)] : [];
}

export { stepProblems } from './check-steps.ts';
export { captureLoginPath, commandEnvironment, createEnvironment } from './commands/prepare.ts';
export type { AcceptedRun, HelperHost, HelperProcess, RunnerDeps } from './deps.ts';
export { createMasks } from './output/text.ts';
