import type { Millis } from '../../shared/index.ts';
import { dueAfter, type Entry, type Look } from './book.ts';
import { type Early, lookAt } from './early.ts';
import { leastGrace, plan } from './plan.ts';
import type { Claim, Claimed } from './ports.ts';

/** A cursor further ahead than this means that the clock was wrong when it was written, not that the future was handled. */
const absurdlyAhead = 25 * 3_600_000;

/** What is to become of an entry's slots; `due` is its next look when that is known already. */
export type Planned = { entry: Entry; claim: Claim; due?: Millis | null };

/** What the plan makes of everything that is due; `settle` names jobs whose skipped slots are recorded in any case. */
export function planAll(entries: Iterable<Entry>, look: Look, settle: ReadonlySet<string>): Planned[] {
  const planned: Planned[] = [];
  for (const entry of entries) {
    const { job, schedule, state, due } = entry;
    const isDue = due !== null && due <= look.now;
    const settled = settle.size > 0 && settle.has(job.id);
    if (!isDue && !settled) continue;
    const quick = isDue ? planSingle(entry, due, look) : null;
    if (quick) {
      planned.push(quick);
      continue;
    }
    const claim = plan({ ...look, job, schedule, cursor: state.cursor, settle: settled });
    if (claim) planned.push({ entry, claim });
  }
  return planned;
}

/**
 * Slots that are due within moments: claimed now, they start on time whatever the disk does. Here and below `forEach`
 * goes through thousands of entries without an object for each.
 */
export function planEarly(entries: ReadonlyMap<string, Entry>, now: Millis): Planned[] {
  const planned: Planned[] = [];
  let runs: Claim['runs'] = none;
  entries.forEach((entry) => {
    const { due } = entry;
    const at = lookAt(entry);
    if (due === null || at === null || at > now || due <= now) return;
    if (runs[0]?.slot !== due) runs = oneRun(due, due);
    planned.push({ entry, claim: single(entry, due, runs), due: entry.schedule.slots.next(due) });
  });
  return planned;
}

/** The common case, in which thousands of jobs may be due at once: one slot, on time, and nothing in its way. */
function planSingle(entry: Entry, slot: Millis, { now, pausedSince }: Look): Planned | null {
  const { schedule } = entry;
  if (schedule.blackouts !== null || pausedSince !== null || now - slot > leastGrace) return null;
  const next = schedule.slots.next(slot);
  if (next !== null && next <= now) return null;
  return { entry, claim: single(entry, slot, oneRun(slot, null)), due: next };
}

/** Nothing, in a list that thousands of claims share. */
const none: readonly never[] = [];

function oneRun(slot: Millis, notBefore: Millis | null): Claim['runs'] {
  return [{ slot, cause: 'schedule', notBefore }];
}

function single({ job, state }: Entry, slot: Millis, runs: Claim['runs']): Claim {
  return {
    jobId: job.id,
    jobName: job.name,
    expected: state.cursor,
    cursor: slot,
    runs,
    gaps: none,
  };
}

/**
 * Adds a random delay of up to the job's jitter to the start of runs; the slots stay where they are. One delay for all
 * runs of a catch-up keeps their order.
 */
export function withJitter(claim: Claim, jitterSeconds: number, now: Millis, random: () => number): Claim {
  if (jitterSeconds === 0) return claim;
  const delay = Math.floor(random() * jitterSeconds * 1000);
  return {
    ...claim,
    runs: claim.runs.map((run) => ({ ...run, notBefore: (run.notBefore ?? now) + delay })),
  };
}

/** The runs of early claims, each with what is needed to give its slot back; both lists are in the same order. */
export function earlyOf(planned: readonly Planned[], claimed: Claimed): Early[] {
  const made: Early[] = [];
  let next = 0;
  planned.forEach(({ entry, claim }) => {
    const run = claimed.runs[next];
    if (run?.jobId !== claim.jobId) return; // Its cursor was stale, or its slot had been claimed before.
    next += 1;
    if (run.slot !== null) made.push({ entry, run, slot: run.slot, expected: claim.expected });
  });
  return made;
}

/** Moves the cursors that were claimed on; what was stale keeps its old one. */
export function advance(planned: readonly Planned[], claimed: Claimed): void {
  const stale = new Set(claimed.stale);
  planned.forEach(({ entry, claim, due }) => {
    if (stale.has(claim.jobId)) return;
    entry.state.cursor = claim.cursor;
    entry.due = due === undefined ? dueAfter(entry.schedule, claim.cursor) : due;
  });
}

/** Entries whose cursor lies absurdly far in the future. */
export function entriesAhead(entries: Iterable<Entry>, now: Millis): Entry[] {
  const ahead: Entry[] = [];
  for (const entry of entries) if (entry.state.cursor > now + absurdlyAhead) ahead.push(entry);
  return ahead;
}
