import { createHash } from 'node:crypto';
import { fromInstant, type Millis, type PostView } from '../../shared/index.ts';
import type { Advance, StoredOccurrence, StoredSeries } from '../store/index.ts';
import type { PlannerDeps } from './deps.ts';

/** What one update of a series decides about the posts of its rule. */
type SeriesPlan = {
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
 * is reported as one gap and never published in a burst.
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
type Upkeep =
  | { do: 'keep' }
  /** Remove the post if the user has not edited it; `touched` says what to do if they have, `leave` what remains of the occurrence. */
  | { do: 'withdraw'; touched: 'keep' | 'cancel'; leave: 'nothing' | 'skipped' }
  | { do: 'forget' };

/** Pure: `wanted` says whether the rule, as it is now, has this instant. */
export function upkeepOf(
  series: Pick<StoredSeries, 'status' | 'revision'>,
  occurrence: StoredOccurrence,
  wanted: boolean,
): Upkeep {
  const { state, postId, revision } = occurrence;
  if (series.status === 'removing')
    return postId === null ? { do: 'forget' } : { do: 'withdraw', touched: 'cancel', leave: 'nothing' };
  if (state === 'skipped') {
    if (postId !== null) return { do: 'withdraw', touched: 'cancel', leave: 'skipped' };
    return wanted ? { do: 'keep' } : { do: 'forget' };
  }
  if (series.status === 'paused' || revision < series.revision)
    return { do: 'withdraw', touched: 'keep', leave: 'nothing' };
  return { do: 'keep' };
}

/** SHA-256 of what the user can change about a post; it differs from the one taken at creation once they did. */
export function fingerprint(post: PostView): string {
  const { text, thread, media, targets, publishAt, note } = post;
  const { visibility, contentWarning, language, sensitive } = post;
  const parts = [
    text,
    thread.map((part) => part.text),
    media.map(({ name, alt }) => [name, alt]),
    targets.map(({ account, status }) => [account, status]),
    [publishAt, note, visibility, contentWarning, language, sensitive],
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const page = 200;

/** When the rule of a series wants posts after its cursor, up to `until`, its end observed; at most `most`. */
export function wantedTimes(
  { fireTimes }: Pick<PlannerDeps, 'fireTimes'>,
  series: Pick<StoredSeries, 'definition' | 'anchor' | 'cursor' | 'handled'>,
  until: Millis,
  most = Number.POSITIVE_INFINITY,
): Millis[] {
  const { rule, timezone, end } = series.definition;
  const last = end && 'at' in end ? Math.min(fromInstant(end.at), until) : until;
  const left = end && 'count' in end ? Math.min(end.count - series.handled, most) : most;
  const times: Millis[] = [];
  let after = series.cursor;
  while (times.length < left) {
    const count = Math.min(page, left - times.length);
    const query = { triggers: [rule], timezone, anchor: series.anchor, from: after, until: last, count };
    const next = fireTimes(query).next.map(fromInstant);
    times.push(...next);
    if (next.length < count) break;
    after = next.at(-1) ?? last;
  }
  return times;
}

/** Whether the rule wants a post at this instant after its cursor; looks at that instant alone, however far it lies. */
export function isWanted(
  deps: Pick<PlannerDeps, 'fireTimes'>,
  series: Pick<StoredSeries, 'definition' | 'anchor' | 'cursor' | 'handled'>,
  at: Millis,
): boolean {
  const { end } = series.definition;
  if (at <= series.cursor) return false;
  if (wantedTimes(deps, { ...series, cursor: at - 1 }, at, 1)[0] !== at) return false;
  // An end by number is at most some thousand posts away.
  return !(end && 'count' in end) || wantedTimes(deps, series, at).includes(at);
}

/** The day of a post in the zone of its series, such as 2026-11-22. */
export function dayOf(at: Millis, timezone: string): string {
  // The Swedish form of a date is the ISO one.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(at);
}
