import type { Millis } from '../../shared/index.ts';
import { dueAfter, type Entry } from './book.ts';
import { plan } from './plan.ts';
import type { Claim, Claimed, ClaimedRun } from './ports.ts';

/** A cursor further ahead than this means that the clock was wrong when it was written, not that the future was handled. */
const absurdlyAhead = 25 * 3_600_000;

/** One look at the clock. */
export type Look = {
  now: Millis;
  /** Slots later than this fell into a pause; null = none did. */
  pausedSince: Millis | null;
  /** Why slots may be late. */
  because: string;
};

export type Planned = { entry: Entry; claim: Claim };

/** What the plan makes of everything that is due; `settle` names jobs whose skipped slots are recorded in any case. */
export function planAll(entries: Iterable<Entry>, look: Look, settle: ReadonlySet<string>): Planned[] {
  const planned: Planned[] = [];
  for (const entry of entries) {
    const { job, schedule, state, due } = entry;
    const settled = settle.has(job.id);
    if (!settled && (due === null || due > look.now)) continue;
    const claim = plan({ ...look, job, schedule, cursor: state.cursor, settle: settled });
    if (claim) planned.push({ entry, claim });
  }
  return planned;
}

/** Adds a random delay of up to the job's jitter to the start of each run; the slots stay where they are. */
export function withJitter(claim: Claim, jitterSeconds: number, now: Millis, random: () => number): Claim {
  if (jitterSeconds === 0) return claim;
  const delayed = () => now + Math.floor(random() * jitterSeconds * 1000);
  return { ...claim, runs: claim.runs.map((run) => ({ ...run, notBefore: delayed() })) };
}

/** Moves the cursors that were claimed on; what was stale keeps its old one. */
export function advance(planned: readonly Planned[], claimed: Claimed): void {
  const stale = new Set(claimed.stale);
  for (const { entry, claim } of planned) {
    if (stale.has(claim.jobId)) continue;
    entry.state = { ...entry.state, cursor: claim.cursor };
    entry.due = dueAfter(entry.schedule, claim.cursor);
  }
}

/** Entries whose cursor lies absurdly far in the future. */
export function entriesAhead(entries: Iterable<Entry>, now: Millis): Entry[] {
  return [...entries].filter((entry) => entry.state.cursor > now + absurdlyAhead);
}

/** Runs of one job together, in order. */
export function byJob(runs: readonly ClaimedRun[]): Map<string, ClaimedRun[]> {
  const grouped = new Map<string, ClaimedRun[]>();
  for (const run of runs) {
    const known = grouped.get(run.jobId);
    if (known) known.push(run);
    else grouped.set(run.jobId, [run]);
  }
  return grouped;
}
