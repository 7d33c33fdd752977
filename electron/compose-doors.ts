import type { Warning } from '../shared/index.ts';
import { type Announcer, type Api, createApi, createHandlers } from './api/index.ts';
import type { Ground } from './compose-ground.ts';
import type { Posting } from './compose-posting.ts';
import type { Running } from './compose-running.ts';
import type { Host } from './host.ts';
import { homeExposure } from './store/index.ts';
import { builtinJobs, templates } from './templates/index.ts';

/** Every call of the contract, answered by the rooms. */
export function composeApi(
  host: Host,
  ground: Ground,
  posting: Posting,
  running: Running,
  homeWarnings: () => Warning[],
): Api {
  const { config, store, home, startedAt } = ground;
  const { scheduler } = running;
  /** Why slots cannot be claimed; a lost database, which the store tells of itself, is said once. */
  const claiming = (): Warning[] => {
    const trouble = running.trouble();
    const isNew = store.trouble().every(({ message }) => message !== trouble?.message);
    return trouble && isNew ? [trouble] : [];
  };
  return createApi({
    log: host.log,
    handlers: createHandlers({
      about: {
        version: host.version,
        pid: process.pid,
        mode: host.mode,
        home: home.dir,
        startedAt,
        demo: host.demo,
      },
      config,
      jobs: {
        all: ground.jobs,
        isBuiltin: (id) => builtinJobs.some((job) => job.id === id),
        templates,
        lastRuns: running.runs.lastRuns,
      },
      scheduler: {
        ...scheduler,
        start: scheduler.resume,
        stop: scheduler.pause,
        timezone: ground.timezone,
      },
      runner: running.runner,
      runs: running.runs,
      posts: posting.publisher,
      plans: posting.planner,
      accounts: posting.accounts,
      warnings: {
        list: async () =>
          [
            config.problem(),
            ...claiming(),
            ground.zoneProblem,
            ...store.warnings(),
            ...homeWarnings(),
            homeExposure(home),
            ...(await posting.planner.warnings()),
          ].filter((warning) => warning !== null),
        trouble: () => [...store.trouble(), ...claiming()],
        confirm: store.confirm,
      },
      host,
      clock: host.clock,
      jobsChanged: scheduler.jobsChanged,
    }),
  });
}

/** Clients hear of every change of config.json, and the scheduler takes it over. */
export function followConfig(
  host: Host,
  ground: Ground,
  posting: Posting,
  running: Running,
  { announce }: Announcer,
): void {
  ground.config.onChange(() => {
    for (const name of ['settings.changed', 'jobs.changed', 'accounts.changed', 'status.changed'] as const) {
      announce({ name });
    }
    posting.planner.look();
    posting.accounts.look().catch((error: unknown) => {
      host.log('error', 'Changed accounts could not be looked at', { error: String(error) });
    });
    running.scheduler.jobsChanged().catch((error: unknown) => {
      host.log('error', 'Changed jobs could not be taken over', { error: String(error) });
    });
  });
}
