import { BelfryError, type Millis, toInstant } from '../../shared/index.ts';
import type { PlannerNeeds, StoredSeries } from './ports.ts';
import { isWanted } from './series-times.ts';

/** Leaves one post to come out of its series. Throws NOT_FOUND when the rule has none at this time. */
export async function leaveOut(needs: PlannerNeeds, series: StoredSeries, at: Millis): Promise<void> {
  const known = await occurrenceAt(needs, series, at);
  if (!known && !isWanted(needs, series, at)) throw noSuchTime(series, at);
  const fresh = { at, postId: null, revision: series.revision, fingerprint: null };
  await needs.ledger.put(series.id, { ...(known ?? fresh), state: 'skipped' });
}

/** Takes a post in again that was left out. Throws NOT_FOUND when none was. */
export async function takeIn(needs: PlannerNeeds, series: StoredSeries, at: Millis): Promise<void> {
  const known = await occurrenceAt(needs, series, at);
  if (known?.state !== 'skipped') throw noSuchTime(series, at);
  if (known.postId === null) return needs.ledger.forget(series.id, at);
  await needs.ledger.put(series.id, { ...known, state: 'made' });
  await needs.posts.move(known.postId, at);
}

async function occurrenceAt(needs: PlannerNeeds, series: StoredSeries, at: Millis) {
  if (at <= needs.clock.now()) throw noSuchTime(series, at);
  return (await needs.ledger.occurrences(series.id, at)).find((one) => one.at === at);
}

function noSuchTime(series: StoredSeries, at: Millis): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what: `There is no such post at ${toInstant(at)}`,
    where: `in the series "${series.definition.name}"`,
    why: 'Its rule has none at this very time to come, or it is not skipped',
    remedy: `See its posts with: belfry series ${series.id}`,
  });
}
