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
import type { StoredOccurrence, StoredSeries } from '../store/index.ts';
import type { PlannerDeps } from './deps.ts';
import { fillPost } from './fill-post.ts';
import { dayOf, fingerprint, isWanted, planSeries, upkeepOf, wantedTimes } from './series-plan.ts';

const dayMs = 86_400_000;

/**
 * Brings the posts of a series to where they should be: withdraws what it does not want any more, makes what is due
 * within its days ahead. Every step is stored by itself and can be done again, so a kill at any instant loses nothing
 * and doubles nothing: a post is added under the name of its series and time.
 */
export async function updateSeries(
  deps: PlannerDeps,
  id: string,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const series = await deps.ledger.get(id);
  if (!series) return;
  await keepUp(deps, series);
  if (series.status === 'removing') return removeSeries(deps, id);
  if (series.status === 'active') await makePosts(deps, series, isStopped);
}

/** Forgets a series and its copies of media; the posts that it made stay. */
export async function removeSeries(deps: PlannerDeps, id: string): Promise<void> {
  await deps.ledger.remove(id);
  await forgetMedia(deps.mediaFolder, id);
}

/** The post that a series makes for one time. Throws BAD_INPUT with the field of each mistake. */
function postOf(deps: PlannerDeps, series: Pick<StoredSeries, 'definition'>, at: Millis): PostInput {
  const { post, name, timezone } = series.definition;
  const filled = fillPost(post, toInstant(at), deps.config(), { date: dayOf(at, timezone) });
  if ('post' in filled) return filled.post;
  throw problemsError(filled.problems, `the series "${name}"`);
}

async function keepUp(deps: PlannerDeps, series: StoredSeries): Promise<void> {
  const now = deps.clock.now();
  const made = (await deps.ledger.occurrences(series.id, now)).filter(({ at }) => at > now);
  for (const occurrence of made) {
    const next = upkeepOf(series, occurrence, isWanted(deps, series, occurrence.at));
    if (next.do === 'forget') await deps.ledger.forget(series.id, occurrence.at);
    if (next.do !== 'withdraw') continue;
    const isGone = await withdrawPost(deps, occurrence, next.touched);
    if (next.leave === 'skipped') {
      if (isGone) await deps.ledger.put(series.id, { ...occurrence, postId: null });
    } else if (isGone) await deps.ledger.forget(series.id, occurrence.at);
    else if (series.status === 'active')
      await deps.ledger.put(series.id, { ...occurrence, revision: series.revision });
  }
}

async function makePosts(deps: PlannerDeps, series: StoredSeries, isStopped: () => boolean): Promise<void> {
  const now = deps.clock.now();
  const wanted = wantedTimes(deps, series, now + series.definition.aheadDays * dayMs);
  const known = await deps.ledger.occurrences(series.id, series.cursor + 1);
  const plan = planSeries(series, wanted, known, { now, lateLimitHours: deps.lateLimitHours() });
  if (plan.before && !(await deps.ledger.advance(series.id, plan.before, now))) return;
  for (const at of plan.make) {
    if (isStopped()) return; // The next start goes on here.
    const problem = await make(deps, series, at);
    if (problem === null) continue;
    await reportProblem(deps, series, problem);
    // What is late stays to be made: once it is too late it counts as lost, with this reason.
    if (at > now) await deps.ledger.advance(series.id, plan.after, now);
    return;
  }
  await reportProblem(deps, series, null);
  await deps.ledger.advance(series.id, plan.after, now);
}

/** Errors that the user can correct; all others are temporary, and the next update tries again. */
const aboutThePost: readonly ErrorCode[] = ['BAD_INPUT', 'NOT_FOUND', 'TOO_LARGE'];

/** Makes one post; answers why it cannot be, null when it is made. */
async function make(deps: PlannerDeps, series: StoredSeries, at: Millis): Promise<BelfryError | null> {
  try {
    const originKey = `series:${series.id}:${toInstant(at)}`;
    const post = await deps.posts.add(postOf(deps, series, at), { source: 'series', originKey });
    const occurrence: StoredOccurrence = {
      at,
      state: 'made',
      postId: post.id,
      revision: series.revision,
      fingerprint: fingerprint(post),
    };
    await deps.ledger.put(series.id, occurrence);
    return null;
  } catch (error) {
    if (error instanceof BelfryError && aboutThePost.includes(error.code)) return error;
    throw error;
  }
}

async function reportProblem(
  deps: PlannerDeps,
  series: StoredSeries,
  problem: BelfryError | null,
): Promise<void> {
  if (series.problem?.message === problem?.message) return;
  if (problem) deps.log('warn', problem.message, { series: series.id });
  await deps.ledger.change(series.id, { problem: problem ? problem.toWire() : null });
  deps.changed();
}

const open: readonly TargetStatus[] = ['draft', 'queued', 'failed', 'missed'];

/** Whether the post of an occurrence was edited, moved or begun to be published; false for one that is gone. */
export async function isTouched(
  deps: PlannerDeps,
  occurrence: StoredOccurrence,
  post: PostView | undefined,
): Promise<boolean> {
  if (!post) return false;
  if (fingerprint(post) !== occurrence.fingerprint) return true;
  // A post that is as it was made has no history.
  return (await deps.posts.history(post.id)).length > 0;
}

/**
 * Withdraws the post of an occurrence: an untouched one is removed, an edited one kept or cancelled.
 * Answers whether there is no such post any more. Can be called twice.
 */
async function withdrawPost(
  deps: PlannerDeps,
  occurrence: StoredOccurrence,
  touched: 'keep' | 'cancel',
): Promise<boolean> {
  const { postId } = occurrence;
  if (postId === null) return true;
  const known = await deps.posts.get(postId);
  if (!(await isTouched(deps, occurrence, known)) && (await deps.posts.withdraw(postId))) return true;
  // Not withdrawn, it was changed in this very moment.
  const post = await deps.posts.get(postId);
  if (!post) return true;
  if (touched === 'cancel' && post.targets.some(({ status }) => open.includes(status)))
    await deps.posts.cancel(post.id);
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
