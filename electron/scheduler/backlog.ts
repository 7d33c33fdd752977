import type { Clock } from '../../shared/index.ts';
import type { ClaimedRun } from './ports.ts';

/** Holds back the later runs of a catch-up until the earlier ones ended, since the overlap rule would drop them. */
export type Backlog = {
  /** Starts as many runs as may work side by side, and keeps the rest in order. */
  add(runs: readonly ClaimedRun[], maxInstances: number): void;
  /** A run of the job ended: the next one may start. */
  release(jobId: string): void;
  /** Goes on for jobs whose last run ended without a word (it was skipped, or cancelled before it began). */
  nudge(busy: (jobId: string) => boolean): void;
};

/** A run that was handed over this long ago (milliseconds) and is not at work has ended. */
const settled = 10_000;

type Queue = { runs: ClaimedRun[]; since: number };

export function createBacklog(clock: Clock, dispatch: (run: ClaimedRun) => void): Backlog {
  const waiting = new Map<string, Queue>();

  function release(jobId: string): void {
    const queue = waiting.get(jobId);
    const next = queue?.runs.shift();
    if (!queue || !next) return;
    queue.since = clock.monotonic();
    if (queue.runs.length === 0) waiting.delete(jobId);
    dispatch(next);
  }

  return {
    add(runs, maxInstances) {
      const [first] = runs;
      if (!first) return;
      if (runs.length === 1) {
        dispatch(first); // A slot of the present: the runner's overlap rule decides.
        return;
      }
      const queue = waiting.get(first.jobId);
      if (queue) {
        queue.runs.push(...runs);
        return;
      }
      const [now, later] = [runs.slice(0, maxInstances), runs.slice(maxInstances)];
      if (later.length > 0) waiting.set(first.jobId, { runs: later, since: clock.monotonic() });
      for (const run of now) dispatch(run);
    },
    release,
    nudge(busy) {
      for (const [jobId, { since, runs }] of waiting) {
        const due = (runs[0]?.notBefore ?? 0) <= clock.now() && clock.monotonic() - since > settled;
        if (due && !busy(jobId)) release(jobId);
      }
    },
  };
}
