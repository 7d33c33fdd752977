import { type Job, type Millis, toInstant } from '../../shared/index.ts';
import { advance, earlyOf, entriesAhead, planAll, planEarly, withJitter } from './beat.ts';
import { dueAfter, type Entry, entryOf, type Look, nextState } from './book.ts';
import { type Early, lookAt, sortEarly } from './early.ts';
import { awaitedJobs, type Happening, happeningText, isWithin, skippedEvent, waitsFor } from './events.ts';
import { leastGrace } from './plan.ts';
import type { EventClaim, JobState, SchedulerNeeds } from './ports.ts';

/** The jobs that are followed, and what can be done for them. Callers take turns (see `serial`). */
export type Follower = {
  entries: ReadonlyMap<string, Entry>;
  /** Reads the configuration: slots of schedules that end are settled first, then the new ones begin. */
  reconcile(look: Look): Promise<void>;
  /** Claims and starts everything that is due, and claims what will be in a moment; whether anything started. */
  claimDue(look: Look): Promise<boolean>;
  /** Gives back what was claimed early and has not started: its slots are decided about anew. */
  giveBack(): Promise<void>;
  /** Puts cursors right that lie absurdly far in the future; asked after the clock was set back. */
  forgetFuture(now: Millis): Promise<void>;
  /** When to look next, or Infinity; a moment before a slot is due. */
  soonest(): Millis;
  /** When a job was first seen, or null; also of one that is disabled. */
  anchor(jobId: string): Millis | null;
  /** Whether any job waits for the end of this one. */
  awaits(jobId: string): boolean;
  /** Starts the jobs that wait for what happened; `answered` are ids of the endings among it. */
  answer(happenings: readonly Happening[], answered: string[], now: Millis): Promise<void>;
};

type Change = { job: Job | undefined; state: JobState };

/** Keeps the ledger, the entries in memory and the runner in step; the ledger always goes first. */
export function createFollower(needs: SchedulerNeeds): Follower {
  const { ledger, log, random } = needs;
  const entries = new Map<string, Entry>();
  /** States of all jobs ever seen; those of followed jobs are kept in their entries. */
  let states = new Map<string, JobState>();
  let loaded = false;
  /** Claimed slots that are not due yet. */
  let early: Early[] = [];
  /** The earliest look at any entry, until one changes: an idle look must not go through thousands of jobs. */
  let soonest: Millis | null = null;
  /** The earliest slot of any entry, found with it. */
  let soonestDue: Millis = Number.POSITIVE_INFINITY;
  /** Jobs whose end others wait for, until the configuration is read again. */
  let awaited: ReadonlySet<string> | null = null;

  async function claim(look: Look, among: Iterable<Entry>, settle: ReadonlySet<string>): Promise<boolean> {
    const planned = planAll(among, look, settle);
    if (planned.length === 0) return false;
    const claims = planned.map(({ entry, claim }) =>
      withJitter(claim, entry.job.jitterSeconds, look.now, random.next),
    );
    const claimed = await ledger.claim(claims, look.now);
    for (const run of claimed.runs) needs.dispatch(run);
    advance(planned, claimed);
    soonest = null;
    for (const made of claims)
      if (made.gaps.length > 0 && !claimed.stale.includes(made.jobId)) needs.gaps?.(made);
    if (claimed.stale.length > 0) await reload(claimed.stale);
    return true;
  }

  async function claimEarly(now: Millis): Promise<void> {
    const planned = planEarly(entries, now);
    if (planned.length === 0) return;
    const claimed = await ledger.claim(
      planned.map(({ claim }) => claim),
      now,
    );
    const made = earlyOf(planned, claimed);
    for (const { entry, slot } of made) entry.early = slot;
    early = early.concat(made);
    advance(planned, claimed);
    soonest = null;
    if (claimed.stale.length > 0) await reload(claimed.stale);
  }

  /** Starts the claimed runs whose slots have come; whether there were any. */
  async function startEarly(now: Millis): Promise<boolean> {
    if (early.length === 0) return false;
    const sorted = sortEarly(early, now);
    if (!sorted) {
      await giveBack();
      return false;
    }
    early = sorted.wait;
    sorted.start.forEach(({ entry }) => {
      entry.early = null;
    });
    soonest = null;
    for (const { run } of sorted.start) needs.dispatch(run);
    return sorted.start.length > 0;
  }

  async function giveBack(): Promise<void> {
    if (early.length === 0) return;
    await ledger.giveBack(
      early.map(({ run: { runId, jobId }, slot, expected }) => ({ runId, jobId, slot, cursor: expected })),
    );
    for (const { entry, expected } of early) {
      entry.state.cursor = expected;
      entry.early = null;
      entry.due = dueAfter(entry.schedule, expected);
    }
    early = [];
    soonest = null;
  }

  /** Somebody else moved these cursors: what the ledger says holds. */
  async function reload(jobIds: readonly string[]): Promise<void> {
    log('warn', 'Cursors had moved and were read again', { jobs: jobIds });
    states = byId(await ledger.states());
    for (const id of jobIds) {
      const [entry, state] = [entries.get(id), states.get(id)];
      if (entry && state) entries.set(id, entryOf(entry.job, state, needs.defaultTimezone()));
    }
    soonest = null;
  }

  async function forgetFuture(now: Millis): Promise<void> {
    const ahead = entriesAhead(entries.values(), now);
    if (ahead.length === 0) return;
    log('warn', 'The clock was far ahead when slots were last handled; schedules go on from now', {
      jobs: ahead.map(({ job, state }) => `${job.id}: ${toInstant(state.cursor)}`),
    });
    await follow(ahead.map(({ job, state }) => ({ job, state: { ...state, cursor: now } })));
  }

  /** Stores states, then follows them. */
  async function follow(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    await ledger.saveStates(changes.map(({ state }) => state));
    soonest = null;
    for (const { job, state } of changes) {
      states.set(state.jobId, state);
      if (job && state.active) entries.set(job.id, entryOf(job, state, needs.defaultTimezone()));
      else entries.delete(state.jobId);
    }
  }

  /** States that the configuration asks for and the ledger does not have yet. */
  function changes(now: Millis, handled: Millis): Change[] {
    const jobs = new Map(needs.jobs().map((job) => [job.id, job]));
    const timezone = needs.defaultTimezone();
    return [...new Set([...states.keys(), ...jobs.keys()])].flatMap((id) => {
      const job = jobs.get(id);
      const state = nextState({ state: stateOf(id), job, timezone, handled, now });
      return state ? [{ job, state }] : [];
    });
  }

  function nextLook(): Millis {
    if (soonest !== null) return soonest;
    let first = Number.POSITIVE_INFINITY;
    let firstDue = Number.POSITIVE_INFINITY;
    entries.forEach((entry) => {
      const at = lookAt(entry);
      if (at !== null && at < first) first = at;
      if (entry.due !== null && entry.due < firstDue) firstDue = entry.due;
    });
    soonestDue = firstDue;
    for (const { slot } of early) if (slot < first) first = slot;
    soonest = first;
    return first;
  }

  function stateOf(id: string): JobState | undefined {
    return entries.get(id)?.state ?? states.get(id);
  }

  /** Follows jobs whose schedule stayed the same, with whatever else of them was edited. */
  function refresh(): void {
    const timezone = needs.defaultTimezone();
    for (const job of needs.jobs()) {
      const [entry, state] = [entries.get(job.id), stateOf(job.id)];
      if (entry) entry.job = job;
      else if (job.enabled && state?.active) entries.set(job.id, entryOf(job, state, timezone));
    }
    soonest = null;
  }

  return {
    entries,
    anchor: (jobId) => stateOf(jobId)?.anchor ?? null,
    async claimDue(look) {
      const started = await startEarly(look.now);
      if (nextLook() <= look.now) {
        const claimed = soonestDue <= look.now && (await claim(look, entries.values(), nothing));
        if (look.pausedSince === null) await claimEarly(look.now);
        return started || claimed;
      }
      // Nothing else says soon that these slots are handled, and after a crash they must not count as given back.
      if (started && nextLook() - look.now > leastGrace) await ledger.markSeen(look.now);
      return started;
    },
    giveBack,
    forgetFuture,
    soonest: nextLook,
    async reconcile(look) {
      await giveBack();
      let handled = look.now;
      if (loaded) {
        const ending = new Set(changes(look.now, look.now).map(({ state }) => state.jobId));
        await claim(
          look,
          [...entries.values()].filter(({ job }) => ending.has(job.id)),
          ending,
        );
      } else {
        states = byId(await ledger.states());
        handled = (await ledger.seen()) ?? Number.NEGATIVE_INFINITY;
      }
      await follow(changes(look.now, handled));
      refresh();
      awaited = null;
      loaded = true;
    },
    awaits(jobId) {
      awaited ??= awaitedJobs([...entries.values()].map(({ job }) => job));
      return awaited.has(jobId);
    },
    async answer(happenings, answered, now) {
      const claim: EventClaim = { runs: [], skipped: [], answered };
      for (const happening of happenings) {
        for (const entry of entries.values()) {
          const { job } = entry;
          if (!waitsFor(job, happening) || !isWithin(job, now)) continue;
          const skipped = skippedEvent(entry, happening, now);
          const jitter = Math.floor(random.next() * job.jitterSeconds * 1000);
          const run = { jobId: job.id, jobName: job.name, reason: happeningText(happening) };
          if (skipped) claim.skipped.push(skipped);
          else claim.runs.push({ ...run, notBefore: now + jitter });
        }
      }
      if (claim.runs.length + claim.skipped.length + answered.length === 0) return;
      for (const run of await ledger.claimEvent(claim, now)) needs.dispatch(run);
    },
  };
}

const nothing: ReadonlySet<string> = new Set();

function byId(states: readonly JobState[]): Map<string, JobState> {
  return new Map(states.map((state) => [state.jobId, state]));
}
