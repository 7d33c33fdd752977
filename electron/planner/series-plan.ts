import type { Millis } from '../../shared/index.ts';
import type { Advance, StoredOccurrence, StoredSeries } from './ports.ts';

/** What one look at a series decides about the posts of its rule. */
export type SeriesPlan = {
  /** Moves the cursor over what will never be made, before anything is made; null when there is nothing of that kind. */
  before: Advance | null;
  /** Posts to make, by time. At most the first one is late. */
  make: readonly Millis[];
  /** Moves the cursor up to now, after that. */
  after: Advance;
};

/**
 * Decides what to make of the posts that the rule wants in (cursor, horizon]. Pure.
 * Of those whose time has gone by unmade, only the latest is made, if it is not too late: what piled up while nothing ran
 * is told as one gap and never published in a burst.
 */
export function planSeries(
  series: Pick<StoredSeries, 'cursor' | 'problem'>,
  wanted: readonly Millis[],
  known: readonly Pick<StoredOccurrence, 'at'>[],
  { now, lateLimitHours }: { now: Millis; lateLimitHours: number },
): SeriesPlan {
  const done = new Set(known.map(({ at }) => at));
  const past = wanted.filter((at) => at <= now);
  const unmade = past.filter((at) => !done.has(at));
  const newest = past.at(-1);
  const late =
    newest !== undefined && !done.has(newest) && now - newest <= lateLimitHours * 3_600_000 ? newest : null;
  const lost = unmade.filter((at) => at !== late);
  const [first] = lost;
  const last = lost.at(-1);
  const cursor = late === null ? now : late - 1;
  const handled = past.filter((at) => at <= cursor).length;
  const before =
    first === undefined || last === undefined
      ? null
      : {
          expected: series.cursor,
          cursor,
          handled,
          gap: { count: lost.length, first, last, reason: reasonOf(series, lost.length, lateLimitHours) },
        };
  const from = before?.cursor ?? series.cursor;
  return {
    before,
    make: [...(late === null ? [] : [late]), ...wanted.filter((at) => at > now && !done.has(at))],
    after: {
      expected: from,
      cursor: Math.max(now, from),
      handled: past.length - (before?.handled ?? 0),
      gap: null,
    },
  };
}

function reasonOf({ problem }: Pick<StoredSeries, 'problem'>, count: number, hours: number): string {
  if (problem) return `Could not be made in time: ${problem.message}`;
  const rule = `posts may be ${hours} h late, and of several only the latest is made`;
  return `Belfry did not run when ${count === 1 ? 'it was' : 'they were'} due; ${rule}`;
}

/** What to do with a post that was made ahead and whose time is still to come. */
export type Upkeep =
  | { do: 'keep' }
  /** Take the post back, as if it had never been, when nobody has touched it; `touched` says what to do when somebody has, `leave` what remains of the occurrence. */
  | { do: 'take-back'; touched: 'keep' | 'cancel'; leave: 'nothing' | 'skipped' }
  | { do: 'forget' };

/** Pure: `wanted` says whether the rule, as it is now, has this instant. */
export function upkeepOf(
  series: Pick<StoredSeries, 'status' | 'revision'>,
  occurrence: StoredOccurrence,
  wanted: boolean,
): Upkeep {
  const { state, postId, revision } = occurrence;
  if (series.status === 'removing')
    return postId === null ? { do: 'forget' } : { do: 'take-back', touched: 'cancel', leave: 'nothing' };
  if (state === 'skipped') {
    if (postId !== null) return { do: 'take-back', touched: 'cancel', leave: 'skipped' };
    return wanted ? { do: 'keep' } : { do: 'forget' };
  }
  if (series.status === 'paused' || revision < series.revision)
    return { do: 'take-back', touched: 'keep', leave: 'nothing' };
  return { do: 'keep' };
}
