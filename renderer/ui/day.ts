import type { Millis } from '../../shared/index.ts';

const hour = 3_600_000;

/** One row of the timeline: marks as shares (0…1) of the time shown. */
export type Lane = {
  readonly id: string;
  readonly name: string;
  readonly kind: 'job' | 'posts';
  readonly marks: readonly number[];
  /** So often that single marks would blur into a line. */
  readonly dense: boolean;
};

/** Beyond this many marks a lane is drawn as a line. */
const mostMarks = 60;

/** Places instants on a lane that shows `length` milliseconds from `from`; others are left out. */
export function laneOf(
  about: Pick<Lane, 'id' | 'name' | 'kind'>,
  instants: readonly Millis[],
  from: Millis,
  length: Millis,
): Lane {
  const marks = instants.map((at) => (at - from) / length).filter((share) => share >= 0 && share <= 1);
  return { ...about, marks, dense: marks.length > mostMarks };
}

/** The full hours of a zone worth labelling in the time shown: every `step` hours by the wall clock. */
export function hourTicks(
  from: Millis,
  length: Millis,
  step: number,
  hourOf: (at: Millis) => number,
): { at: Millis; share: number; hour: number }[] {
  const first = Math.ceil(from / (hour / 2)) * (hour / 2);
  const ticks: { at: Millis; share: number; hour: number }[] = [];
  // Half hours are tried because some zones are off by one.
  for (let at = first; at <= from + length; at += hour / 2) {
    const wall = hourOf(at);
    if (Number.isInteger(wall) && wall % step === 0)
      ticks.push({ at, share: (at - from) / length, hour: wall });
  }
  return ticks;
}
