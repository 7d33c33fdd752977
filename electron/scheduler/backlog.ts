import type { ClaimedRun } from './ports.ts';

/** Holds back the later runs of a catch-up until the earlier ones ended, since the overlap rule would drop them. */
export type Backlog = {
  /** Starts as many runs as may work side by side, and keeps the rest in order. */
  add(runs: readonly ClaimedRun[], maxInstances: number): void;
  /** A run of the job ended: the next one may start. */
  release(jobId: string): void;
};

export function createBacklog(dispatch: (run: ClaimedRun) => void): Backlog {
  const waiting = new Map<string, ClaimedRun[]>();
  return {
    add(runs, maxInstances) {
      const [first] = runs;
      if (!first) return;
      const queue = waiting.get(first.jobId);
      if (queue) {
        queue.push(...runs);
        return;
      }
      if (runs.length > maxInstances) waiting.set(first.jobId, runs.slice(maxInstances));
      for (const run of runs.slice(0, maxInstances)) dispatch(run);
    },
    release(jobId) {
      const queue = waiting.get(jobId);
      const next = queue?.shift();
      if (queue?.length === 0) waiting.delete(jobId);
      if (next) dispatch(next);
    },
  };
}
