import {
  BelfryError,
  type Millis,
  type Occurrence,
  type PostView,
  type SeriesDetails,
  type SeriesView,
  toInstant,
} from '../../shared/index.ts';
import type { PlannerDeps, StoredOccurrence, StoredSeries } from './ports.ts';
import { wantedTimes } from './series-plan.ts';
import { isTouched } from './series-posts.ts';

const dayMs = 86_400_000;
/** Posts to come that are shown though they are not made yet. */
const leastShown = 5;
const pastShown = 10;
const gapsShown = 20;

/** The series with this id; throws NOT_FOUND. */
export async function requireSeries(deps: PlannerDeps, id: string): Promise<StoredSeries> {
  const series = await deps.ledger.get(id);
  if (series && series.status !== 'removing') return series;
  throw new BelfryError({
    code: 'NOT_FOUND',
    what: `Unknown series "${id}"`,
    where: 'in the database',
    why: 'No series has this id',
    remedy: 'List them with: belfry series',
  });
}

/** A series in a list. */
export async function viewSeries(deps: PlannerDeps, series: StoredSeries): Promise<SeriesView> {
  const { definition } = series;
  const now = deps.clock.now();
  const known = await deps.ledger.occurrences(series.id, now);
  const skipped = new Set(known.flatMap(({ at, state }) => (state === 'skipped' ? at : [])));
  const times = upcoming(deps, series, now, skipped.size + 1);
  const next = times.find((at) => !skipped.has(at));
  return {
    id: series.id,
    name: definition.name,
    status: times.length === 0 ? 'ended' : series.status === 'paused' ? 'paused' : 'active',
    schedule: words(deps, series),
    timezone: definition.timezone,
    accounts: [...definition.post.accounts],
    next: next === undefined || series.status === 'paused' ? null : toInstant(next),
    past: series.handled,
    problem: series.problem,
  };
}

/** A series with its newest posts, those to come, and what was not made. */
export async function detailSeries(deps: PlannerDeps, series: StoredSeries): Promise<SeriesDetails> {
  const now = deps.clock.now();
  const past = await deps.ledger.pastOccurrences(series.id, now + 1, pastShown);
  const known = (await deps.ledger.occurrences(series.id, now)).filter(({ at }) => at > now);
  const horizon = now + series.definition.aheadDays * dayMs;
  const soon = upcoming(deps, series, now, Number.POSITIVE_INFINITY, horizon);
  const shown = soon.length < leastShown ? upcoming(deps, series, now, leastShown) : soon;
  const byTime = new Map(known.map((one) => [one.at, one]));
  const times = [...new Set([...shown, ...known.map(({ at }) => at)])].sort((a, b) => a - b);
  const ids = [...past, ...known].flatMap(({ postId }) => postId ?? []);
  const posts = new Map((await deps.posts.getAll(ids)).map((post) => [post.id, post]));
  const occurrences: Occurrence[] = [];
  for (const one of past) occurrences.push(await viewOccurrence(deps, one.at, one, posts));
  for (const at of times) occurrences.push(await viewOccurrence(deps, at, byTime.get(at), posts));
  return {
    view: await viewSeries(deps, series),
    series: series.definition,
    occurrences,
    gaps: await deps.ledger.gaps(series.id, gapsShown),
  };
}

async function viewOccurrence(
  deps: PlannerDeps,
  at: Millis,
  known: StoredOccurrence | undefined,
  posts: ReadonlyMap<string, PostView>,
): Promise<Occurrence> {
  if (!known) return { at: toInstant(at), state: 'planned', post: null };
  const post = posts.get(known.postId ?? '');
  const isEdited = known.state === 'made' && at > deps.clock.now() && (await isTouched(deps, known, post));
  return {
    at: toInstant(at),
    state: isEdited ? 'edited' : known.state,
    post: post ? { id: post.id, status: post.status } : null,
  };
}

/** Times of the rule after now, not more than `most` of them. */
function upcoming(
  deps: PlannerDeps,
  series: StoredSeries,
  now: Millis,
  most: number,
  until: Millis = Number.MAX_SAFE_INTEGER,
): Millis[] {
  if (series.cursor >= now) return wantedTimes(deps, series, until, most);
  // What lies between the cursor and now counts towards an end by number, though it is not to come any more.
  const between = wantedTimes(deps, series, now).length;
  return wantedTimes(deps, series, until, most + between).filter((at) => at > now);
}

function words({ fireTimes }: PlannerDeps, { definition, anchor }: StoredSeries): string {
  const { rule, timezone } = definition;
  // Only the words are wanted, and no time.
  return fireTimes({ triggers: [rule], timezone, anchor, from: anchor, until: anchor, count: 0 }).description;
}
