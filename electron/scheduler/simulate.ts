// Plays a period with given sleep, downtime and changes of the clock, to show what would run.
import {
  BelfryError,
  type Job,
  type Millis,
  type Problem,
  pathOf,
  problemsError,
} from '../../shared/index.ts';
import type { Claim } from '../store/index.ts';
import {
  advance,
  isWithin,
  jobsAhead,
  type Occurrence,
  occurrenceText,
  planAll,
  skippedEvent,
  waitsFor,
} from './claims.ts';
import { sleepThreshold } from './plan.ts';
import { type ScheduledJob, scheduledJob, scheduleKey, type Tick } from './scheduled-job.ts';

/** Something that happens in a simulation; `at` is real time. */
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

/** A longer list would be of no use. */
const mostEvents = 100_000;

/**
 * Simulates a period with the plan that the engine uses (design §3.3): what would run, be skipped or be missed, and why.
 * Nothing is stored and nothing runs; every run counts as successful at once. Throws BAD_INPUT.
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
  const scheduledJobs = jobs
    .filter((job) => job.enabled)
    .map((job) => {
      const state = {
        jobId: job.id,
        anchor: anchor?.(job.id) ?? from,
        cursor: from - 1,
        active: true,
        schedule: scheduleKey(job, job.timezone ?? timezone),
      };
      return scheduledJob(job, state, timezone);
    });
  const events: SimulatedEvent[] = [];
  let at = from;
  let shift = 0;
  let awake = true;

  function add(event: SimulatedEvent): void {
    events.push(event);
    if (events.length > mostEvents) throw tooLong();
  }

  function tick(because: string): void {
    const now = at + shift;
    for (const scheduled of jobsAhead(scheduledJobs, now)) rewind(scheduled, now);
    const tick: Tick = { now, pausedSince: null, because };
    const planned = planAll(scheduledJobs, tick, new Set());
    for (const claim of planned) record(claim, now);
    advance(planned, { runs: [], stale: [] });
    for (const { jobId, runs } of planned)
      for (const _ of runs) occur({ event: 'job', job: jobId, outcome: 'success' });
  }

  function rewind(scheduled: ScheduledJob, now: Millis): void {
    Object.assign(scheduled, scheduledJob(scheduled.job, { ...scheduled.state, cursor: now }, timezone));
  }

  function record(claim: Claim, now: Millis): void {
    const { jobId } = claim;
    for (const { status, ...gap } of claim.gaps) add({ at, clock: now, kind: status, jobId, ...gap });
    for (const { slot, cause } of claim.runs)
      add({ at, clock: now, kind: 'run', jobId, slot, cause, reason: null });
  }

  function occur(occurrence: Occurrence): void {
    const now = at + shift;
    for (const scheduled of scheduledJobs) {
      if (!waitsFor(scheduled.job, occurrence) || !isWithin(scheduled.job, now)) continue;
      const skipped = skippedEvent(scheduled, occurrence, now);
      if (skipped) {
        record(skipped, now);
        continue;
      }
      const jobId = scheduled.job.id;
      add({
        at,
        clock: now,
        kind: 'run',
        jobId,
        slot: null,
        cause: 'event',
        reason: occurrenceText(occurrence),
      });
      occur({ event: 'job', job: jobId, outcome: 'success' });
    }
  }

  function soonest(): Millis {
    return scheduledJobs.reduce(
      (first, { due }) => (due !== null && due < first ? due : first),
      Number.POSITIVE_INFINITY,
    );
  }

  return {
    events,
    /** Simulates up to an instant. */
    until(end: Millis): void {
      while (awake) {
        const next = Math.max(at, soonest() - shift);
        if (next > end) break;
        at = next;
        tick('Several slots came at once');
      }
      at = Math.max(at, Math.min(end, to));
    },
    apply(change: ReturnType<typeof changesOf>[number]): void {
      if (change.kind === 'clock') shift += change.seconds * 1000;
      add({ ...change, clock: at + shift });
      if (change.kind === 'clock' && awake) {
        tick('The computer was asleep or its clock was set forward');
        if (change.seconds * 1000 >= sleepThreshold) occur({ event: 'wake' });
      }
      if (change.kind === 'stop' || change.kind === 'sleep') awake = false;
      if (change.kind === 'wake') {
        awake = true;
        tick('The computer was asleep or its clock was set forward');
        occur({ event: 'wake' });
      }
      if (change.kind === 'start') {
        awake = true;
        tick('Belfry was not running');
        occur({ event: 'start' });
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

/** A period, `to` not included. */
type Span = { from: Millis; to: Millis };

/** What happens to the machine. */
type World = {
  /** The computer sleeps. */
  sleep: readonly Span[];
  /** Belfry does not run. */
  off: readonly Span[];
  /** The machine's clock is set by so many seconds, forward or back. */
  clock: readonly { at: Millis; seconds: number }[];
};

/** A change of the machine's state. */
type Change =
  | { at: Millis; kind: 'start' | 'stop' | 'sleep' | 'wake' }
  | { at: Millis; kind: 'clock'; seconds: number };

/** What is wrong with the times of a simulation. */
function checkWorld({ from, to, sleep, off, clock }: World & Span): Problem[] {
  const problems: Problem[] = [];
  if (!(from < to)) problems.push({ field: 'to', message: 'must be after "from"' });
  for (const [name, spans] of Object.entries({ sleep, off })) {
    spans.forEach((span, index) => {
      const field = pathOf([name, index]);
      if (!(span.from < span.to)) problems.push({ field, message: 'must end after it begins' });
      else if (span.to <= from || span.from >= to)
        problems.push({ field, message: 'lies outside the time that is simulated' });
    });
  }
  clock.forEach(({ at, seconds }, index) => {
    const field = pathOf(['clock', index]);
    if (at < from || at >= to) problems.push({ field, message: 'lies outside the time that is simulated' });
    if (seconds === 0 || !Number.isFinite(seconds))
      problems.push({ field, message: 'must set the clock by at least a second, forward or back' });
  });
  return problems;
}

/** The changes in order of time. */
function changesOf({ from, to, sleep, off, clock }: World & Span): Change[] {
  const changes: Change[] = [
    ...absences(sleep, off).flatMap(({ from: begin, to: end, down }): Change[] => [
      { at: begin, kind: down ? 'stop' : 'sleep' },
      { at: end, kind: down ? 'start' : 'wake' },
    ]),
    ...clock.map(({ at, seconds }): Change => ({ at, kind: 'clock', seconds })),
  ];
  return changes
    .map((change) => ({ ...change, at: Math.max(change.at, from) }))
    .filter(({ at }) => at <= to)
    .sort((a, b) => a.at - b.at);
}

/** Spans in order, with those that touch merged; a merged span with downtime in it is downtime as a whole. */
function absences(sleep: readonly Span[], off: readonly Span[]): (Span & { down: boolean })[] {
  const all = [
    ...sleep.map((span) => ({ ...span, down: false })),
    ...off.map((span) => ({ ...span, down: true })),
  ].sort((a, b) => a.from - b.from);
  const merged: (Span & { down: boolean })[] = [];
  for (const span of all) {
    const last = merged.at(-1);
    if (!last || span.from > last.to) merged.push(span);
    else {
      last.to = Math.max(last.to, span.to);
      last.down ||= span.down;
    }
  }
  return merged;
}
