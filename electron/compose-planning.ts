import { join } from 'node:path';
import type { Announcer } from './api/index.ts';
import type { Ground } from './compose-ground.ts';
import type { Host } from './host.ts';
import { createPlanner, type PlannerNeeds } from './planner/index.ts';
import { systemRandom as random } from './random.ts';
import { fireTimes } from './scheduler/index.ts';
import { createSeriesLedger } from './store/index.ts';

/** Where series keep copies of their media. */
export function seriesFolder(home: string): string {
  return join(home, 'series');
}

/** Series, weekly slots and named texts, which come to posts of the publisher's. */
export function composePlanner(
  host: Host,
  ground: Ground,
  { announce }: Announcer,
  { posts, hasAccount }: Pick<PlannerNeeds, 'posts' | 'hasAccount'>,
) {
  const { store, home, config } = ground;
  return createPlanner({
    clock: host.clock,
    random,
    log: host.log,
    ledger: createSeriesLedger(store.db, store.epoch),
    posts,
    config: config.current,
    hasAccount,
    lateLimitHours: () => ground.settings().lateLimitHours,
    defaultTimezone: ground.timezone,
    fireTimes,
    mediaFolder: seriesFolder(home.dir),
    isCertain: async () => !(await store.publishingPaused()),
    changed: () => {
      announce({ name: 'series.changed' });
      announce({ name: 'status.changed' });
    },
  });
}
