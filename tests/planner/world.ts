import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createPlanner, type Planner, type PlannerDeps } from '../../electron/planner/index.ts';
import { fireTimes } from '../../electron/scheduler/index.ts';
import { createSeriesLedger } from '../../electron/store/index.ts';
import {
  type Config,
  configSchema,
  type PostDraft,
  type PostRequestDraft,
  parse,
  postInputSchema,
  postRequestSchema,
  type SeriesDraft,
  seriesInputSchema,
} from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { createStage, type StageOptions } from '../support/publishing.ts';
import { seededRandom } from '../support/random.ts';

/** Plans over a publisher at work: real database, real HTTP to fake networks, a clock that is moved by hand. */
export async function plannerWorld(
  options: {
    start?: string;
    models?: StageOptions['models'];
    needs?(needs: PlannerDeps): Partial<PlannerDeps>;
  } = {},
) {
  const clock = handClock(options.start ?? '2026-11-22T09:00:00Z');
  const stage = await createStage({
    clock,
    ...(options.models ? { models: options.models } : {}),
    // As they are put together in the engine: the publisher asks the planner that runs.
    needs: { nextSlots: async (ids, taken) => (await running.promise).nextSlots(ids, taken) },
  });
  const running = Promise.withResolvers<Planner>();
  const world = {
    stage,
    clock,
    config: configSchema.parse({}) as Config,
    zone: 'UTC',
    lateLimitHours: 24,
    changes: 0,
    accounts: [...stage.networks.keys()],
    /** A planner as it is after a start of the engine, over the same database. */
    engine() {
      const needs: PlannerDeps = {
        clock,
        random: seededRandom(2 + world.changes),
        log: () => undefined,
        ledger: createSeriesLedger(stage.database.db, stage.epoch),
        posts: stage.publisher,
        config: () => world.config,
        hasAccount: (id) => world.accounts.includes(id),
        lateLimitHours: () => world.lateLimitHours,
        defaultTimezone: () => world.zone,
        fireTimes,
        mediaFolder: join(stage.home, 'series'),
        isCertain: async () => true,
        changed: () => {
          world.changes += 1;
        },
      };
      const planner = createPlanner({ ...needs, ...options.needs?.(needs) });
      onTestFinished(() => planner.stop());
      running.resolve(planner);
      return planner;
    },
    request: (post: PostRequestDraft) => parse(postRequestSchema, post, 'a test'),
    post: (post: PostDraft) => parse(postInputSchema, post, 'a test'),
    series: (series: SeriesDraft) => parse(seriesInputSchema, series, 'a test'),
    /** Times and texts of all posts, by time. */
    async posts() {
      const list = await stage.publisher.list(listQuery);
      return list
        .map(({ id, text, status, publishAt, targets }) => ({ id, text, status, publishAt, targets }))
        .sort((a, b) => (a.publishAt ?? '').localeCompare(b.publishAt ?? ''));
    },
  };
  return world;
}

const listQuery = { limit: 10_000, order: 'latest' as const };
