// What runs and crashed engines leave behind: processes that are ended, and runs that are closed or taken over.
import type { Clock, Log } from '../../shared/index.ts';
import type { AcceptedRun, RunnerDeps, StoredRun } from './ports.ts';
import { endTree, type Identity, type Processes } from './processes/process-tree.ts';
import { nextTry } from './run-policy.ts';

type RecoveryDeps = Pick<RunnerDeps, 'ledger' | 'clock' | 'job' | 'log' | 'announce' | 'finished'> & {
  processes: Processes;
};

/** Commands of a crashed engine get this long to end before they are killed, in milliseconds. */
const recoveryGrace = 2000;
/** Runs named in a line of the log. */
const mostNamed = 20;

/**
 * Cleans up after an engine that crashed: ends its commands and stores its runs as `interrupted`. Resolves with the runs
 * to start: those that never began, and the retries of the interrupted ones.
 */
export async function recoverOrphans(deps: RecoveryDeps): Promise<AcceptedRun[]> {
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
export function acceptedRun(run: StoredRun): AcceptedRun {
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

/** Ends processes that runs left in sessions of their own, where only the run id in their environment shows whose they are. */
type OrphanReaper = {
  /** A run has ended: its orphans are searched for soon. */
  add(runId: string): void;
  /** Searches now, and resolves when all orphans have ended. */
  finish(): Promise<void>;
};

/** One search serves all runs that ended within this time, in milliseconds: it costs more than a short run. */
const delay = 1000;
const grace = 1000;

export function createOrphanReaper(deps: { processes: Processes; clock: Clock; log: Log }): OrphanReaper {
  let waiting = new Set<string>();
  let work: Promise<void> = Promise.resolve();
  let cancel: (() => void) | undefined;

  const reap = () => {
    cancel?.();
    cancel = undefined;
    const runIds = waiting;
    waiting = new Set();
    if (runIds.size === 0) return;
    work = Promise.all([work, endTree(deps, { runIds }, grace)]).then(
      ([, ended]) => {
        if (ended.length > 0) deps.log('info', 'Ended processes that runs had left behind', { pids: ended });
      },
      (error) => deps.log('error', 'Could not search for orphaned processes', { error: String(error) }),
    );
  };
  return {
    add(runId) {
      waiting.add(runId);
      cancel ??= deps.clock.setTimer(delay, reap);
    },
    finish() {
      reap();
      return work;
    },
  };
}
