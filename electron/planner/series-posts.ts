import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  BelfryError,
  type ErrorCode,
  heldMediaId,
  type MediaInput,
  type Millis,
  type PostInput,
  type PostView,
  problemsError,
  type SeriesPost,
  type TargetStatus,
  toInstant,
} from '../../shared/index.ts';
import { fillPost } from './fill-post.ts';
import type { PlannerNeeds, StoredOccurrence, StoredSeries } from './ports.ts';
import { dayOf, fingerprint, isWanted, planSeries, upkeepOf, wantedTimes } from './series-plan.ts';

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
function postOf(needs: PlannerNeeds, series: Pick<StoredSeries, 'definition'>, at: Millis): PostInput {
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

const open: readonly TargetStatus[] = ['draft', 'queued', 'failed', 'missed'];

/** Whether a person has changed the post of an occurrence, moved it or begun to publish it; false for one that is gone. */
export async function isTouched(
  needs: PlannerNeeds,
  occurrence: StoredOccurrence,
  post: PostView | undefined,
): Promise<boolean> {
  if (!post) return false;
  if (fingerprint(post) !== occurrence.fingerprint) return true;
  // Whatever happened to a post since it was made stands in its history.
  return (await needs.posts.history(post.id)).length > 0;
}

/**
 * Takes the post of an occurrence back: one that nobody touched is forgotten, another one kept or cancelled.
 * Answers whether there is no such post any more. Can be called twice.
 */
async function takeBack(
  needs: PlannerNeeds,
  occurrence: StoredOccurrence,
  touched: 'keep' | 'cancel',
): Promise<boolean> {
  const { postId } = occurrence;
  if (postId === null) return true;
  const known = await needs.posts.get(postId);
  if (!(await isTouched(needs, occurrence, known)) && (await needs.posts.withdraw(postId))) return true;
  // Not withdrawn, it was touched in this very moment.
  const post = await needs.posts.get(postId);
  if (!post) return true;
  if (touched === 'cancel' && post.targets.some(({ status }) => open.includes(status)))
    await needs.posts.cancel(post.id);
  return false;
}

/** Copies the files of a series into `folder`, so that moving them later loses nothing; the same post with the paths of the copies. */
export async function keepMedia(
  folder: string,
  series: { id: string; revision: number },
  post: SeriesPost,
): Promise<SeriesPost> {
  let count = 0;
  const keep = async (medium: MediaInput): Promise<MediaInput> => {
    if (heldMediaId(medium.path) !== undefined) return medium;
    const place = join(folder, series.id, String(series.revision), String(count));
    count += 1;
    await mkdir(place, { recursive: true, mode: 0o700 });
    const path = join(place, basename(medium.path));
    if (path !== medium.path) await copyFile(medium.path, path);
    return { ...medium, path };
  };
  const keepAll = async (media: readonly MediaInput[]) => {
    const kept: MediaInput[] = [];
    for (const medium of media) kept.push(await keep(medium));
    return kept;
  };
  const media = await keepAll(post.media);
  const thread: SeriesPost['thread'] = [];
  for (const part of post.thread) thread.push({ ...part, media: await keepAll(part.media) });
  return { ...post, media, thread };
}

/** Removes the copies of a series; with `but`, those of its other revisions. */
export async function forgetMedia(folder: string, id: string, but?: number): Promise<void> {
  const home = join(folder, id);
  if (but === undefined) return rm(home, { recursive: true, force: true });
  const revisions = await namesIn(home);
  for (const revision of revisions.filter((name) => name !== String(but)))
    await rm(join(home, revision), { recursive: true, force: true });
}

/** Removes copies of series that are not known: what a kill between copying and storing left behind. */
export async function sweepMedia(folder: string, known: readonly string[]): Promise<void> {
  const ids = await namesIn(folder);
  for (const id of ids.filter((name) => !known.includes(name))) await forgetMedia(folder, id);
}

/** No folder: no series ever had media. One that cannot be read is an error. */
function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
