import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  BelfryError,
  inSteps,
  type Millis,
  type SeriesDetails,
  type SeriesInput,
  type SeriesView,
} from '../../shared/index.ts';
import { forgetMedia, keepMedia } from './keep-media.ts';
import type { PlannerNeeds, StoredSeries } from './ports.ts';
import { checkSeries } from './series-check.ts';
import { passSeries, removeSeries } from './series-pass.ts';
import { planSeries } from './series-plan.ts';
import { leaveOut, takeIn } from './series-skip.ts';
import { wantedTimes } from './series-times.ts';
import { detailSeries, requireSeries, viewSeries } from './series-view.ts';

/** Series looked at before the event loop gets its turn. */
const seriesPerStep = 10;

/** Posts that come again and again. */
export type SeriesCommands = {
  list(): Promise<SeriesView[]>;
  get(id: string): Promise<SeriesDetails>;
  /** Throws BAD_INPUT with all problems together. */
  add(input: SeriesInput): Promise<SeriesView>;
  /** Posts to come that nobody has touched are made anew; what is past stays. */
  set(id: string, input: SeriesInput): Promise<SeriesView>;
  /** Posts to come that nobody has touched are taken back until `resume`. */
  pause(id: string): Promise<SeriesView>;
  /** Goes on with the posts to come; those of the pause are told as one gap. */
  resume(id: string): Promise<SeriesView>;
  /** `keep`: the posts that were made stay in the queue. `cancel`: they are taken back, edited ones cancelled. */
  remove(id: string, posts: 'keep' | 'cancel'): Promise<void>;
  /** Leaves one post out, or takes it in again. Throws NOT_FOUND when the series has none at this time to come. */
  skip(id: string, at: Millis, skipped: boolean): Promise<SeriesDetails>;
};

/** Runs work when all that was given before it has ended. */
type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** The commands on series; what changes one has its turn with the passes, what asks servers does not hold them up. */
export function seriesCommands(needs: PlannerNeeds, turn: Turn): SeriesCommands {
  const { ledger, clock, mediaFolder } = needs;
  const seen = async (id: string): Promise<SeriesView> => {
    await passSeries(needs, id);
    needs.changed();
    return viewSeries(needs, await requireSeries(needs, id));
  };
  return {
    async list() {
      const all = (await ledger.list()).filter(({ status }) => status !== 'removing');
      return inSteps(
        all,
        nextTurn,
        (some) => Promise.all(some.map((series) => viewSeries(needs, series))),
        seriesPerStep,
      );
    },
    get: async (id) => detailSeries(needs, await requireSeries(needs, id)),
    async add(input) {
      const now = clock.now();
      const id = needs.random.id();
      const series: StoredSeries = {
        id,
        status: 'active',
        definition: settled(needs, input),
        revision: 1,
        anchor: now,
        cursor: now,
        handled: 0,
        problem: null,
      };
      await checkSeries(needs, series);
      return turn(async () => {
        const post = await keepMedia(mediaFolder, series, series.definition.post);
        await ledger.add({ ...series, definition: { ...series.definition, post } });
        return seen(id);
      });
    },
    async set(id, input) {
      const before = await requireSeries(needs, id);
      await checkSeries(needs, { ...before, definition: settledAs(before, input) });
      return turn(async () => {
        await passSeries(needs, id); // What is past is the old rule's.
        const known = await requireSeries(needs, id);
        // Another edit came between: its copies of media took the place of those that this one names.
        if (known.revision !== before.revision) throw editedMeanwhile(known);
        const revision = known.revision + 1;
        const post = await keepMedia(mediaFolder, { id, revision }, input.post);
        await ledger.change(id, {
          definition: { ...settledAs(known, input), post },
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
        const { status } = await requireSeries(needs, id);
        if (status === 'active') {
          await passSeries(needs, id); // What was due before counts as what it was.
          await ledger.change(id, { status: 'paused' });
        }
        return seen(id);
      }),
    resume: (id) =>
      turn(async () => {
        const series = await requireSeries(needs, id);
        if (series.status === 'paused') {
          await endPause(needs, series);
          await ledger.change(id, { status: 'active' });
        }
        return seen(id);
      }),
    remove: (id, posts) =>
      turn(async () => {
        await requireSeries(needs, id);
        if (posts === 'keep') await removeSeries(needs, id);
        else {
          await ledger.change(id, { status: 'removing' });
          await passSeries(needs, id);
        }
        needs.changed();
      }),
    skip: (id, at, skipped) =>
      turn(async () => {
        const series = await requireSeries(needs, id);
        await (skipped ? leaveOut : takeIn)(needs, series, at);
        await seen(id);
        return detailSeries(needs, await requireSeries(needs, id));
      }),
  };
}

/** The zone is kept from the beginning, so that a journey does not move the posts. */
function settled(needs: PlannerNeeds, input: SeriesInput): StoredSeries['definition'] {
  return { ...input, timezone: input.timezone ?? needs.defaultTimezone() };
}

/** Without a zone of its own a new definition keeps the one that the series has. */
function settledAs({ definition }: StoredSeries, input: SeriesInput): StoredSeries['definition'] {
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

async function endPause(needs: PlannerNeeds, series: StoredSeries): Promise<void> {
  const now = needs.clock.now();
  const known = await needs.ledger.occurrences(series.id, series.cursor + 1);
  const wanted = wantedTimes(needs, series, now);
  // With no lateness allowed, everything that was not made is a gap.
  const { before, after } = planSeries(series, wanted, known, { now, lateLimitHours: -1 });
  const gap = before?.gap ? { ...before.gap, reason: 'The series was paused' } : null;
  await needs.ledger.advance(series.id, before ? { ...before, gap } : after, now);
}
