import { lengthText } from './length-text.ts';
import { slotsText } from './plural.ts';

/** Why slots in a pause did not run. */
export const pausedReason = 'The scheduler was paused.';

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
export function lateReason(input: {
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
