import {
  BelfryError,
  type ErrorCode,
  type Millis,
  type PostInput,
  problemsError,
  toInstant,
} from '../../shared/index.ts';
import { fillPost } from './fill-post.ts';
import { fingerprint } from './fingerprint.ts';
import { forgetMedia } from './keep-media.ts';
import type { PlannerNeeds, StoredOccurrence, StoredSeries } from './ports.ts';
import { planSeries, upkeepOf } from './series-plan.ts';
import { dayOf, isWanted, wantedTimes } from './series-times.ts';
import { takeBack } from './take-back.ts';

const dayMs = 86_400_000;

/**
 * Brings the posts of a series to where they should be: takes back what it does not want any more, makes what is due
 * within its days ahead. Every step is stored by itself and can be done again, so a kill at any instant loses nothing
 * and doubles nothing: a post is added under the name of its series and time.
 */
export async function passSeries(
  needs: PlannerNeeds,
  id: string,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const series = await needs.ledger.get(id);
  if (!series) return;
  await keepUp(needs, series);
  if (series.status === 'removing') return removeSeries(needs, id);
  if (series.status === 'active') await makePosts(needs, series, isStopped);
}

/** Forgets a series and its copies of media; the posts that it made stay. */
export async function removeSeries(needs: PlannerNeeds, id: string): Promise<void> {
  await needs.ledger.remove(id);
  await forgetMedia(needs.mediaFolder, id);
}

/** The post that a series makes for one time. Throws BAD_INPUT with the field of each mistake. */
export function postOf(needs: PlannerNeeds, series: Pick<StoredSeries, 'definition'>, at: Millis): PostInput {
  const { post, name, timezone } = series.definition;
  const filled = fillPost(post, toInstant(at), needs.config(), { date: dayOf(at, timezone) });
  if ('post' in filled) return filled.post;
  throw problemsError(filled.problems, `the series "${name}"`);
}

async function keepUp(needs: PlannerNeeds, series: StoredSeries): Promise<void> {
  const now = needs.clock.now();
  const made = (await needs.ledger.occurrences(series.id, now)).filter(({ at }) => at > now);
  for (const occurrence of made) {
    const next = upkeepOf(series, occurrence, isWanted(needs, series, occurrence.at));
    if (next.do === 'forget') await needs.ledger.forget(series.id, occurrence.at);
    if (next.do !== 'take-back') continue;
    const isGone = await takeBack(needs, occurrence, next.touched);
    if (next.leave === 'skipped') {
      if (isGone) await needs.ledger.put(series.id, { ...occurrence, postId: null });
    } else if (isGone) await needs.ledger.forget(series.id, occurrence.at);
    else if (series.status === 'active')
      await needs.ledger.put(series.id, { ...occurrence, revision: series.revision });
  }
}

async function makePosts(needs: PlannerNeeds, series: StoredSeries, isStopped: () => boolean): Promise<void> {
  const now = needs.clock.now();
  const wanted = wantedTimes(needs, series, now + series.definition.aheadDays * dayMs);
  const known = await needs.ledger.occurrences(series.id, series.cursor + 1);
  const plan = planSeries(series, wanted, known, { now, lateLimitHours: needs.lateLimitHours() });
  if (plan.before && !(await needs.ledger.advance(series.id, plan.before, now))) return;
  for (const at of plan.make) {
    if (isStopped()) return; // The next start goes on here.
    const problem = await make(needs, series, at);
    if (problem === null) continue;
    await tell(needs, series, problem);
    // What is late stays to be made: once it is too late it counts as lost, with this reason.
    if (at > now) await needs.ledger.advance(series.id, plan.after, now);
    return;
  }
  await tell(needs, series, null);
  await needs.ledger.advance(series.id, plan.after, now);
}

/** Errors that a person can do something about; all others are the machine's, and the next look tries again. */
const aboutThePost: readonly ErrorCode[] = ['BAD_INPUT', 'NOT_FOUND', 'TOO_LARGE'];

/** Makes one post; answers why it cannot be, null when it is made. */
async function make(needs: PlannerNeeds, series: StoredSeries, at: Millis): Promise<BelfryError | null> {
  try {
    const originKey = `series:${series.id}:${toInstant(at)}`;
    const post = await needs.posts.add(postOf(needs, series, at), { source: 'series', originKey });
    const occurrence: StoredOccurrence = {
      at,
      state: 'made',
      postId: post.id,
      revision: series.revision,
      fingerprint: fingerprint(post),
    };
    await needs.ledger.put(series.id, occurrence);
    return null;
  } catch (error) {
    if (error instanceof BelfryError && aboutThePost.includes(error.code)) return error;
    throw error;
  }
}

async function tell(needs: PlannerNeeds, series: StoredSeries, problem: BelfryError | null): Promise<void> {
  if (series.problem?.message === problem?.message) return;
  if (problem) needs.log('warn', problem.message, { series: series.id });
  await needs.ledger.change(series.id, { problem: problem ? problem.toWire() : null });
  needs.changed();
}
