import { BelfryError, type Job, type Millis, problemsError } from '../../../shared/index.ts';
import { advance, entriesAhead, planAll } from '../beat.ts';
import { type Entry, entryOf, type Look } from '../book.ts';
import { sleepFrom } from '../drift.ts';
import { type Happening, happeningText, isWithin, skippedEvent, waitsFor } from '../events.ts';
import { scheduleKey } from '../job-schedule.ts';
import type { Claim } from '../ports.ts';
import { changesOf, checkWorld, type World } from './world.ts';

/** Something that happens in a simulation; `at` is the time of day in the real world. */
export type SimulatedEvent = {
  at: Millis;
  /** What the machine's clock shows then; differs from `at` after the clock was set. */
  clock: Millis;
} & (
  | { kind: 'start' | 'stop' | 'sleep' | 'wake' }
  | { kind: 'clock'; seconds: number }
  | {
      kind: 'run';
      jobId: string;
      slot: Millis | null;
      cause: 'schedule' | 'catch-up' | 'event';
      reason: string | null;
    }
  | { kind: 'missed' | 'skipped'; jobId: string; count: number; first: Millis; last: Millis; reason: string }
);

export type Simulation = {
  events: SimulatedEvent[];
  /** What became of each job's slots. */
  totals: { jobId: string; runs: number; skipped: number; missed: number }[];
};

export type SimulationInput = {
  jobs: readonly Job[];
  /** Zone of jobs without one. */
  timezone: string;
  from: Millis;
  to: Millis;
  /** When Belfry first saw each job; default: `from`. */
  anchor?: (jobId: string) => Millis | undefined;
} & World;

/** A longer list would say nothing to anybody. */
const mostEvents = 100_000;

/**
 * Plays a stretch of time with the plan that the engine uses (design §3.3): what would run, what would be skipped or
 * missed, and why. Nothing is stored and nothing runs; every run is taken to succeed at once. Throws BAD_INPUT.
 */
export function simulate(input: SimulationInput): Simulation {
  const problems = checkWorld(input);
  if (problems.length > 0) throw problemsError(problems, 'the simulation');
  const play = createPlay(input);
  for (const change of changesOf(input)) {
    play.until(change.at);
    play.apply(change);
  }
  play.until(input.to);
  return { events: play.events, totals: totalsOf(input.jobs, play.events) };
}

function createPlay({ jobs, timezone, from, to, anchor }: SimulationInput) {
  const entries = jobs
    .filter((job) => job.enabled)
    .map((job) => {
      const state = {
        jobId: job.id,
        anchor: anchor?.(job.id) ?? from,
        cursor: from - 1,
        active: true,
        schedule: scheduleKey(job, job.timezone ?? timezone),
      };
      return entryOf(job, state, timezone);
    });
  const events: SimulatedEvent[] = [];
  let at = from;
  let shift = 0;
  let awake = true;

  function add(event: SimulatedEvent): void {
    events.push(event);
    if (events.length > mostEvents) throw tooLong();
  }

  function look(because: string): void {
    const now = at + shift;
    for (const entry of entriesAhead(entries, now)) rewind(entry, now);
    const look: Look = { now, pausedSince: null, because };
    const planned = planAll(entries, look, new Set());
    for (const { claim } of planned) record(claim, now);
    advance(planned, { runs: [], stale: [] });
    for (const { claim } of planned)
      for (const _ of claim.runs) happen({ event: 'job', job: claim.jobId, outcome: 'success' });
  }

  function rewind(entry: Entry, now: Millis): void {
    Object.assign(entry, entryOf(entry.job, { ...entry.state, cursor: now }, timezone));
  }

  function record(claim: Claim, now: Millis): void {
    const { jobId } = claim;
    for (const { status, ...gap } of claim.gaps) add({ at, clock: now, kind: status, jobId, ...gap });
    for (const { slot, cause } of claim.runs)
      add({ at, clock: now, kind: 'run', jobId, slot, cause, reason: null });
  }

  function happen(happening: Happening): void {
    const now = at + shift;
    for (const entry of entries) {
      if (!waitsFor(entry.job, happening) || !isWithin(entry.job, now)) continue;
      const skipped = skippedEvent(entry, happening, now);
      if (skipped) {
        record(skipped, now);
        continue;
      }
      const jobId = entry.job.id;
      add({
        at,
        clock: now,
        kind: 'run',
        jobId,
        slot: null,
        cause: 'event',
        reason: happeningText(happening),
      });
      happen({ event: 'job', job: jobId, outcome: 'success' });
    }
  }

  function soonest(): Millis {
    return entries.reduce(
      (first, { due }) => (due !== null && due < first ? due : first),
      Number.POSITIVE_INFINITY,
    );
  }

  return {
    events,
    /** Plays on to an instant. */
    until(end: Millis): void {
      while (awake) {
        const next = Math.max(at, soonest() - shift);
        if (next > end) break;
        at = next;
        look('Several slots came at once');
      }
      at = Math.max(at, Math.min(end, to));
    },
    apply(change: ReturnType<typeof changesOf>[number]): void {
      if (change.kind === 'clock') shift += change.seconds * 1000;
      add({ ...change, clock: at + shift });
      if (change.kind === 'clock' && awake) {
        look('The computer was asleep or its clock was set forward');
        if (change.seconds * 1000 >= sleepFrom) happen({ event: 'wake' });
      }
      if (change.kind === 'stop' || change.kind === 'sleep') awake = false;
      if (change.kind === 'wake') {
        awake = true;
        look('The computer was asleep or its clock was set forward');
        happen({ event: 'wake' });
      }
      if (change.kind === 'start') {
        awake = true;
        look('Belfry was not running');
        happen({ event: 'start' });
      }
    },
  };
}

function totalsOf(jobs: readonly Job[], events: readonly SimulatedEvent[]): Simulation['totals'] {
  const totals = new Map(jobs.map(({ id }) => [id, { jobId: id, runs: 0, skipped: 0, missed: 0 }]));
  for (const event of events) {
    const total = 'jobId' in event ? totals.get(event.jobId) : undefined;
    if (!total) continue;
    if (event.kind === 'run') total.runs += 1;
    else if (event.kind === 'skipped' || event.kind === 'missed') total[event.kind] += event.count;
  }
  return [...totals.values()];
}

function tooLong(): BelfryError {
  return new BelfryError({
    code: 'TOO_LARGE',
    what: `More than ${mostEvents} things would happen`,
    where: 'in the simulation',
    why: 'The time is too long for jobs that run this often',
    remedy: 'Choose a shorter time or fewer jobs',
  });
}
