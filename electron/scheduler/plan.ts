// What becomes of the slots since the last one that was handled: run, merged, missed or skipped, and why.
import type { Job, Millis } from '../../shared/index.ts';
import type { Claim, Gap } from '../store/index.ts';
import type { Window } from './blackout-windows.ts';
import type { JobSchedule } from './scheduled-job.ts';
import { newest } from './triggers/instants.ts';
import { lengthText, slotsText } from './words/phrases.ts';

/** The scheduler ticks at least this often, whatever timers do; a slot handled within this time is on time (design §3.3). */
export const longestSleep = 15_000;

/** Timers are not exact to zero: a shorter grace counts as this many milliseconds. */
export const leastGrace = 1000;

type PlanInput = {
  job: Pick<Job, 'id' | 'name' | 'coalesce' | 'misfireGraceSeconds' | 'maxCatchUp'>;
  schedule: JobSchedule;
  /** The last slot that was handled. */
  cursor: Millis;
  now: Millis;
  /** Slots later than this fell into a pause; null = none did. */
  pausedSince: Millis | null;
  /** Why slots may be late: "Belfry was not running". */
  because: string;
  /** Record skipped slots even if none is due to run, because the schedule is about to change or end. */
  recordSkipped: boolean;
};

/**
 * Decides what becomes of a job's slots in (cursor, now] (design §3.3): which run, which are recorded, and why.
 * Null when there is nothing to do. Slots in a blackout wait for the first one after it, so that they leave one record.
 */
export function plan(input: PlanInput): Claim | null {
  const { job, schedule, cursor, now } = input;
  const { slots } = schedule;
  const first = slots.next(cursor);
  if (first === null || first > now) return null;

  const pausedFrom = input.pausedSince === null ? now : clamp(input.pausedSince, cursor, now);
  const windows = schedule.blackouts?.within(cursor, pausedFrom) ?? [];
  const open = openSlots(input, pausedFrom, windows, first);
  const paused = gapOf(input, [{ from: pausedFrom, to: now }], 'skipped', pausedReason);
  const waits = open.count === 0 && paused.length === 0;
  if (waits && !input.recordSkipped && schedule.nextRun(now) !== null) return null;

  return {
    jobId: job.id,
    jobName: job.name,
    expected: cursor,
    cursor: open.only ?? newest(slots, cursor, now, 1)[0] ?? now,
    runs: open.chosen.map((slot) => ({
      slot,
      cause: open.chosen.length === 1 && now - slot <= longestSleep ? 'schedule' : 'catch-up',
      notBefore: null,
    })),
    gaps: [...lateGap(input, open), ...blackoutGaps(input, windows), ...paused],
  };
}

/** Slots after `from`, up to `to`. */
type Range = { from: Millis; to: Millis };

/** Slots outside blackouts and pause: where they are, how many, how many are not too late, and which run. */
type Open = {
  ranges: Range[];
  count: number;
  inGrace: number;
  chosen: Millis[];
  /** The slot, in the common case that exactly one is due, without blackout or pause. */
  only: Millis | null;
};

function openSlots(input: PlanInput, to: Millis, windows: readonly Window[], first: Millis): Open {
  const { job, schedule, cursor, now } = input;
  const notTooLate = now - grace(job) - 1;
  const single = to === now && schedule.blackouts === null && isAlone(input, first);
  if (single) {
    const chosen = first > notTooLate ? [first] : [];
    return { ranges: [{ from: cursor, to }], count: 1, inGrace: chosen.length, chosen, only: first };
  }
  const ranges = openRanges(cursor, to, windows);
  const recent = notTooLate <= cursor ? ranges : after(ranges, notTooLate);
  const chosen: Millis[] = [];
  for (const range of [...recent].reverse()) {
    const wanted = (job.coalesce ? 1 : job.maxCatchUp) - chosen.length;
    if (wanted === 0) break;
    chosen.unshift(...newest(schedule.slots, range.from, range.to, wanted));
  }
  const count = total(input, ranges);
  return { ranges, count, inGrace: recent === ranges ? count : total(input, recent), chosen, only: null };
}

function isAlone({ schedule, now }: PlanInput, first: Millis): boolean {
  const second = schedule.slots.next(first);
  return second === null || second > now;
}

/** The range (from, to] without the blackouts. */
function openRanges(from: Millis, to: Millis, windows: readonly Window[]): Range[] {
  const open: Range[] = [];
  let since = from;
  for (const window of windows) {
    if (window.from - 1 > since) open.push({ from: since, to: window.from - 1 });
    since = window.to - 1;
  }
  if (since < to) open.push({ from: since, to });
  return open;
}

/** The parts of ranges after an instant. */
function after(ranges: readonly Range[], instant: Millis): Range[] {
  return ranges
    .map(({ from, to }) => ({ from: Math.max(from, instant), to }))
    .filter(({ from, to }) => from < to);
}

/** The parts of ranges before an instant. */
function before(ranges: readonly Range[], instant: Millis): Range[] {
  return ranges
    .map(({ from, to }) => ({ from, to: Math.min(to, instant - 1) }))
    .filter(({ from, to }) => from < to);
}

/** One record for all slots that were too late, merged into a later one, or too many. */
function lateGap(input: PlanInput, open: Open): Gap[] {
  const { job } = input;
  const late = open.count - open.inGrace;
  const left = open.inGrace - open.chosen.length;
  if (late + left === 0) return [];
  const [firstRun] = open.chosen;
  const ranges = firstRun === undefined ? open.ranges : before(open.ranges, firstRun);
  const status = late > 0 || (left > 0 && !job.coalesce) ? 'missed' : 'skipped';
  const reason = lateReason({ ...job, because: input.because, late, left, graceSeconds: grace(job) / 1000 });
  return gapOf(input, ranges, status, reason, late + left);
}

/** One record for each blackout. */
function blackoutGaps(input: PlanInput, windows: readonly Window[]): Gap[] {
  const byName = new Map<string, Range[]>();
  for (const { from, to, name } of windows) {
    const range = { from: from - 1, to: to - 1 };
    const known = byName.get(name);
    if (known) known.push(range);
    else byName.set(name, [range]);
  }
  return [...byName].flatMap(([name, ranges]) => gapOf(input, ranges, 'skipped', blackoutReason(name)));
}

/** A record of the slots in some ranges, or [] when there are none. */
function gapOf(
  input: PlanInput,
  ranges: readonly Range[],
  status: Gap['status'],
  reason: string,
  count = total(input, ranges),
): Gap[] {
  if (count === 0) return [];
  const { slots } = input.schedule;
  const isFilled = ({ from, to }: Range) => slots.count(from, to) > 0;
  const [head, tail] = [ranges.find(isFilled), ranges.findLast(isFilled)];
  const first = head && slots.next(head.from);
  const last = tail && newest(slots, tail.from, tail.to, 1)[0];
  return first && last ? [{ status, count, first, last, reason }] : [];
}

function total({ schedule }: PlanInput, ranges: readonly Range[]): number {
  return ranges.reduce((sum, { from, to }) => sum + (from < to ? schedule.slots.count(from, to) : 0), 0);
}

function grace({ misfireGraceSeconds }: PlanInput['job']): number {
  return misfireGraceSeconds === null
    ? Number.POSITIVE_INFINITY
    : Math.max(misfireGraceSeconds * 1000, leastGrace);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Why slots in a pause did not run. */
const pausedReason = 'The scheduler was paused.';

/** Why runs that waited were dropped. */
export const removedReason = 'The job does not exist any more.';
export const disabledReason = 'The job was disabled before its turn came.';
export const endedReason = 'The job came to its end (endAt) before its turn came.';

/** Why a run that waited for its start did not run. */
export function tooLateReason(graceSeconds: number): string {
  return `It could not start within ${lengthText(Math.max(graceSeconds, 1))} of its slot (misfireGraceSeconds).`;
}

/** Why slots in a blackout did not run. */
export function blackoutReason(name: string): string {
  return `It was the blackout "${name}".`;
}

/** Why slots were not run after a gap: what happened, and which rule of the job left them out. */
function lateReason(input: {
  because: string;
  /** Slots beyond the misfire grace. */
  late: number;
  graceSeconds: number;
  /** Slots inside it that were not run. */
  left: number;
  coalesce: boolean;
  maxCatchUp: number;
}): string {
  const { because, late, graceSeconds, left, coalesce, maxCatchUp } = input;
  const parts: string[] = [];
  if (late > 0) {
    parts.push(
      `${slotsText(late)} ${late === 1 ? 'was' : 'were'} more than ${lengthText(graceSeconds)} late (misfireGraceSeconds)`,
    );
  }
  if (left > 0) {
    const were = left === 1 ? 'was' : 'were';
    parts.push(
      coalesce
        ? `${slotsText(left)} ${were} merged into the run of the latest one (coalesce)`
        : `${slotsText(left)} ${were} more than the ${maxCatchUp} that are caught up (maxCatchUp)`,
    );
  }
  return `${because}: ${parts.join(', ')}.`;
}

/** A wall clock that ran ahead by this much counts as sleep, in milliseconds (design §3.3). */
export const sleepThreshold = 30_000;
