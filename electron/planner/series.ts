import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  BelfryError,
  heldMediaId,
  inSteps,
  type Millis,
  type Occurrence,
  type PostView,
  type Problem,
  problemsError,
  type SeriesDetails,
  type SeriesInput,
  type SeriesView,
  toInstant,
} from '../../shared/index.ts';
import type { StoredOccurrence, StoredSeries } from '../store/index.ts';
import type { PlannerDeps } from './deps.ts';
import { fillPost } from './fill-post.ts';
import { dayOf, isWanted, planSeries, wantedTimes } from './series-plan.ts';
import { forgetMedia, isTouched, keepMedia, removeSeries, updateSeries } from './series-posts.ts';

/** Series looked at before the event loop gets its turn. */
const seriesPerStep = 10;

/** Posts that come again and again. */
export type SeriesCommands = {
  list(): Promise<SeriesView[]>;
  get(id: string): Promise<SeriesDetails>;
  /** IANA zones that series go by, each as often as it is used. */
  zones(): Promise<string[]>;
  /** Throws BAD_INPUT with all problems together. */
  add(input: SeriesInput): Promise<SeriesView>;
  /** Future posts that the user has not edited are made anew; past ones stay. */
  set(id: string, input: SeriesInput): Promise<SeriesView>;
  /** Future posts that the user has not edited are withdrawn until `resume`. */
  pause(id: string): Promise<SeriesView>;
  /** Goes on with the posts to come; those of the pause are reported as one gap. */
  resume(id: string): Promise<SeriesView>;
  /** `keep`: the posts that were made stay in the queue. `cancel`: they are withdrawn, edited ones cancelled. */
  remove(id: string, posts: 'keep' | 'cancel'): Promise<void>;
  /** Skips one post, or undoes that. Throws NOT_FOUND when the series has none at this time to come. */
  skip(id: string, at: Millis, skipped: boolean): Promise<SeriesDetails>;
};

/** Runs work when all that was given before it has ended. */
type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** The commands on series; what changes one is serialized with the updates, what asks servers does not hold them up. */
export function seriesCommands(deps: PlannerDeps, turn: Turn): SeriesCommands {
  const { ledger, clock, mediaFolder } = deps;
  const seen = async (id: string): Promise<SeriesView> => {
    await updateSeries(deps, id);
    deps.changed();
    return viewSeries(deps, await requireSeries(deps, id));
  };
  return {
    async list() {
      const all = (await ledger.list()).filter(({ status }) => status !== 'removing');
      return inSteps(
        all,
        nextTurn,
        (some) => Promise.all(some.map((series) => viewSeries(deps, series))),
        seriesPerStep,
      );
    },
    get: async (id) => detailSeries(deps, await requireSeries(deps, id)),
    async zones() {
      const all = (await ledger.list()).filter(({ status }) => status !== 'removing');
      return all.map(({ definition }) => definition.timezone);
    },
    async add(input) {
      const now = clock.now();
      const id = deps.random.id();
      const series: StoredSeries = {
        id,
        status: 'active',
        definition: withZone(deps, input),
        revision: 1,
        anchor: now,
        cursor: now,
        handled: 0,
        problem: null,
      };
      await checkSeries(deps, series);
      return turn(async () => {
        const post = await keepMedia(mediaFolder, series, series.definition.post);
        await ledger.add({ ...series, definition: { ...series.definition, post } });
        return seen(id);
      });
    },
    async set(id, input) {
      const before = await requireSeries(deps, id);
      await checkSeries(deps, { ...before, definition: withZoneOf(before, input) });
      return turn(async () => {
        await updateSeries(deps, id); // What is past is the old rule's.
        const known = await requireSeries(deps, id);
        // Another edit came between: its copies of media took the place of those that this one names.
        if (known.revision !== before.revision) throw editedMeanwhile(known);
        const revision = known.revision + 1;
        const post = await keepMedia(mediaFolder, { id, revision }, input.post);
        await ledger.change(id, {
          definition: { ...withZoneOf(known, input), post },
          revision,
          problem: null,
        });
        const view = await seen(id);
        await forgetMedia(mediaFolder, id, revision);
        return view;
      });
    },
    pause: (id) =>
      turn(async () => {
        const { status } = await requireSeries(deps, id);
        if (status === 'active') {
          await updateSeries(deps, id); // What was due before counts as what it was.
          await ledger.change(id, { status: 'paused' });
        }
        return seen(id);
      }),
    resume: (id) =>
      turn(async () => {
        const series = await requireSeries(deps, id);
        if (series.status === 'paused') {
          await endPause(deps, series);
          await ledger.change(id, { status: 'active' });
        }
        return seen(id);
      }),
    remove: (id, posts) =>
      turn(async () => {
        await requireSeries(deps, id);
        if (posts === 'keep') await removeSeries(deps, id);
        else {
          await ledger.change(id, { status: 'removing' });
          await updateSeries(deps, id);
        }
        deps.changed();
      }),
    skip: (id, at, skipped) =>
      turn(async () => {
        const series = await requireSeries(deps, id);
        await (skipped ? skipOccurrence : unskipOccurrence)(deps, series, at);
        await seen(id);
        return detailSeries(deps, await requireSeries(deps, id));
      }),
  };
}

/** The zone is kept from the beginning, so that a journey does not move the posts. */
function withZone(deps: PlannerDeps, input: SeriesInput): StoredSeries['definition'] {
  return { ...input, timezone: input.timezone ?? deps.defaultTimezone() };
}

/** Without a zone of its own a new definition keeps the one that the series has. */
function withZoneOf({ definition }: StoredSeries, input: SeriesInput): StoredSeries['definition'] {
  return { ...input, timezone: input.timezone ?? definition.timezone };
}

function editedMeanwhile({ id, definition }: StoredSeries): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: 'The series was edited meanwhile',
    where: `series "${definition.name}" (${id})`,
    why: 'Another edit was stored while this one was being checked',
    remedy: 'Look at it again, then repeat your edit',
  });
}

async function endPause(deps: PlannerDeps, series: StoredSeries): Promise<void> {
  const now = deps.clock.now();
  const known = await deps.ledger.occurrences(series.id, series.cursor + 1);
  const wanted = wantedTimes(deps, series, now);
  // With no lateness allowed, everything that was not made is a gap.
  const { before, after } = planSeries(series, wanted, known, { now, lateLimitHours: -1 });
  const gap = before?.gap ? { ...before.gap, reason: 'The series was paused' } : null;
  await deps.ledger.advance(series.id, before ? { ...before, gap } : after, now);
}

/** Checks a series whole, its post against its accounts too; throws BAD_INPUT with all problems together. */
async function checkSeries(
  deps: PlannerDeps,
  series: Pick<StoredSeries, 'definition' | 'anchor' | 'cursor' | 'handled'>,
): Promise<void> {
  const problems = [
    ...ruleProblems(deps, series),
    ...heldProblems(series.definition),
    ...(await postProblems(deps, series.definition)),
  ];
  if (problems.length > 0) throw problemsError(problems, 'the series');
}

/** A file of a post goes with that post: a series needs its own. */
function heldProblems({ post }: SeriesInput): Problem[] {
  const lists = [
    { field: 'post.media', media: post.media },
    ...post.thread.map(({ media }, index) => ({ field: `post.thread[${index}].media`, media })),
  ];
  return lists.flatMap(({ field, media }) =>
    media.flatMap(({ path }, index) =>
      heldMediaId(path) === undefined
        ? []
        : [
            {
              field: `${field}[${index}].path`,
              message: 'is the file of a post and goes with it; name a file on this machine',
            },
          ],
    ),
  );
}

function ruleProblems(
  deps: PlannerDeps,
  series: Pick<StoredSeries, 'definition' | 'anchor' | 'cursor' | 'handled'>,
): Problem[] {
  try {
    const [first] = wantedTimes(deps, series, Number.MAX_SAFE_INTEGER, 1);
    return first === undefined ? [{ field: 'end', message: 'comes before the next post of the rule' }] : [];
  } catch (error) {
    if (!(error instanceof BelfryError) || error.code !== 'BAD_INPUT') throw error;
    return (error.details ?? []).map(({ field, message }) => ({
      field: field.replace(/^triggers\[0\]/, 'rule'),
      message,
    }));
  }
}

async function postProblems(
  deps: PlannerDeps,
  { post, timezone }: SeriesInput & { timezone: string },
): Promise<Problem[]> {
  const now: Millis = deps.clock.now();
  const strangers = post.accounts.flatMap((id, index) =>
    deps.hasAccount(id)
      ? []
      : [
          {
            field: `accounts[${index}]`,
            message: `names an unknown account "${id}"; \`belfry accounts\` lists them`,
          },
        ],
  );
  const filled = fillPost(post, null, deps.config(), { date: dayOf(now, timezone) });
  const rest = 'post' in filled ? (await deps.posts.check(filled.post)).problems : filled.problems;
  return [...strangers, ...rest].map(({ field, message }) => ({ field: `post.${field}`, message }));
}

/** Skips one future post of its series. Throws NOT_FOUND when the rule has none at this time. */
async function skipOccurrence(deps: PlannerDeps, series: StoredSeries, at: Millis): Promise<void> {
  const known = await occurrenceAt(deps, series, at);
  if (!known && !isWanted(deps, series, at)) throw noSuchTime(series, at);
  const fresh = { at, postId: null, revision: series.revision, fingerprint: null };
  await deps.ledger.put(series.id, { ...(known ?? fresh), state: 'skipped' });
}

/** Undoes a skip. Throws NOT_FOUND when none was. */
async function unskipOccurrence(deps: PlannerDeps, series: StoredSeries, at: Millis): Promise<void> {
  const known = await occurrenceAt(deps, series, at);
  if (known?.state !== 'skipped') throw noSuchTime(series, at);
  if (known.postId === null) return deps.ledger.forget(series.id, at);
  await deps.ledger.put(series.id, { ...known, state: 'made' });
  await deps.posts.move(known.postId, at);
}

async function occurrenceAt(deps: PlannerDeps, series: StoredSeries, at: Millis) {
  if (at <= deps.clock.now()) throw noSuchTime(series, at);
  return (await deps.ledger.occurrences(series.id, at)).find((one) => one.at === at);
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

const dayMs = 86_400_000;
/** Posts to come that are shown though they are not made yet. */
const leastShown = 5;
const pastShown = 10;
const gapsShown = 20;

/** The series with this id; throws NOT_FOUND. */
async function requireSeries(deps: PlannerDeps, id: string): Promise<StoredSeries> {
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
async function viewSeries(deps: PlannerDeps, series: StoredSeries): Promise<SeriesView> {
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
async function detailSeries(deps: PlannerDeps, series: StoredSeries): Promise<SeriesDetails> {
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
