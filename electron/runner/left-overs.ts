import type { RunView } from '../../shared/index.ts';
import type { AcceptedRun, RunnerNeeds, StoredRun } from './ports.ts';
import { endTree } from './processes/end-tree.ts';
import type { Identity, Processes } from './processes/port.ts';
import { nextTry } from './retry.ts';

type LeftOverNeeds = Pick<RunnerNeeds, 'ledger' | 'clock' | 'job' | 'log'> & {
  processes: Processes;
  announce(run: RunView): void;
  finished(run: RunView): void;
};

/** What a dead engine's commands get to end politely, in milliseconds. */
const grace = 2000;
/** A line of the log names no more runs than this. */
const mostNamed = 20;

/**
 * Closes what an engine left that died: its commands are ended, its runs become `interrupted`, and those that never
 * began, and tries that are due, are given back to be started.
 */
export async function closeLeftOvers(needs: LeftOverNeeds): Promise<AcceptedRun[]> {
  const left = await needs.ledger.leftOver();
  const running = left.filter((run) => run.status === 'running');
  const ended = await endCommands(needs, running);
  if (running.length > 0)
    needs.log('warn', 'Runs were cut off when Belfry ended without warning', {
      count: running.length,
      runs: running.slice(0, mostNamed).map((run) => run.id),
      endedProcesses: ended,
    });
  const retries = await Promise.all(running.map((run) => interrupt(needs, run)));
  const queued = left.filter((run) => run.status === 'queued').map(accepted);
  return [...queued, ...retries.flat()];
}

/** A stored run in the form in which it is accepted. */
export function accepted(run: StoredRun): AcceptedRun {
  const { id: runId, jobId, cause, slot, createdAt, attempt, originId, fromStep, parameters, jobKey } = run;
  const notBefore = run.notBefore ?? createdAt;
  const accepted = { runId, jobId, cause, slot, createdAt, notBefore };
  // A run that was resumed or asked for again by hand begins to count anew.
  return attempt === 1
    ? accepted
    : { ...accepted, retry: { attempt, originId, fromStep, parameters, jobKey } };
}

/** By their marker, and by pid and start time where the system hides the environment of others. */
async function endCommands(needs: LeftOverNeeds, runs: readonly StoredRun[]): Promise<number> {
  if (runs.length === 0) return 0;
  const marked = await endTree(needs, { runIds: new Set(runs.map((run) => run.id)) }, grace);
  const leaders = runs.flatMap((run) => run.steps.flatMap(leaderOf));
  const led = await Promise.all(leaders.map((leader) => endKnown(needs, leader)));
  return marked.length + led.flat().length;
}

function leaderOf({ status, pid, pidStartedAt }: StoredRun['steps'][number]): Identity[] {
  return status === 'running' && pid !== null && pidStartedAt !== null
    ? [{ pid, startedAt: pidStartedAt }]
    : [];
}

async function endKnown(needs: LeftOverNeeds, leader: Identity): Promise<number[]> {
  // Without its leader a group's number may belong to somebody else by now.
  if ((await needs.processes.startOf(leader.pid)) !== leader.startedAt) return [];
  return endTree(needs, { runIds: new Set(), leader }, grace);
}

async function interrupt(needs: LeftOverNeeds, run: StoredRun): Promise<AcceptedRun[]> {
  const { ledger, clock } = needs;
  const job = needs.job(run.jobId);
  const { run: closed, retry } = await ledger.finish(run.id, {
    status: 'interrupted',
    reason: 'Belfry ended without warning while it ran.',
    at: clock.now(),
    retry: job && nextTry(job, run, 'interrupted', clock.now()),
  });
  needs.announce(ledger.view(closed));
  if (!retry) needs.finished(ledger.view(closed));
  return retry ? [accepted(retry)] : [];
}
