import { existsSync, mkdirSync } from 'node:fs';
import {
  BelfryError,
  type Bridge,
  type Engine,
  type MediaFiles,
  readingCalls,
  type WakeReason,
  type Warning,
} from '../shared/index.ts';
import { createAlerts } from './alerts/index.ts';
import {
  type Announcer,
  type Api,
  createAnnouncer,
  createApi,
  createHandlers,
  startSocketServer,
} from './api/index.ts';
import { createClosers } from './closers.ts';
import type { Host } from './host.ts';
import { timesOfJobs } from './jobs-and-posts.ts';
import {
  type Core,
  createExecution,
  createPublishing,
  createScheduling,
  type Execution,
  openCore,
  type Publishing,
  type Scheduling,
} from './modules.ts';
import { homeExposure, watchHome } from './store/index.ts';
import { builtinJobs, templates } from './templates/index.ts';

/**
 * The engine for one home folder. Nothing happens before `start`, which throws ALREADY_RUNNING, HOME_UNUSABLE,
 * DATABASE_UNUSABLE; `start` and `stop` can be called twice and share one promise each.
 */
export function createApp(host: Host): Engine {
  const announcer: Announcer = createAnnouncer({ log: host.log });
  let modules: Modules | undefined;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  const open = async () => {
    modules = await startModules(host, announcer, engine);
  };
  const close = async (options: { drainMs?: number }) => {
    // A failed start has already cleaned up and thrown to its caller.
    await starting?.catch(() => {});
    await modules?.close(options);
  };

  const media = (): MediaFiles => {
    if (modules) return modules.media;
    throw notNow(stopping !== undefined);
  };
  const engine: Engine = {
    start() {
      starting ??= open();
      return starting;
    },
    stop(options = {}) {
      if (stopping && options.drainMs !== undefined) modules?.hurry(options.drainMs);
      stopping ??= close(options);
      return stopping;
    },
    wake(reason) {
      if (!stopping) modules?.wake(reason);
    },
    async call(name, input) {
      // Reading goes on while running jobs are drained, so that whoever watches sees their end.
      if (modules && (!stopping || readingCalls.has(name))) return modules.call(name, input);
      return { ok: false, error: notNow(stopping !== undefined).toWire() };
    },
    subscribe: announcer.subscribe,
    media: {
      look: async (path) => media().look(path),
      thumbnail: async (wanted) => media().thumbnail(wanted),
      upload: async (sent) => media().upload(sent),
    },
  };
  return engine;
}

function notNow(stopping: boolean): BelfryError {
  return new BelfryError({
    code: stopping ? 'STOPPING' : 'NOT_RUNNING',
    what: stopping ? 'Belfry is ending' : 'Belfry is still starting',
    where: 'in this engine',
    why: stopping ? 'Somebody quit it, and running jobs are drained' : 'Its home folder is not open yet',
    remedy: stopping ? 'Start it again' : 'Try again in a moment',
  });
}

/** All modules of one engine, started. */
type Modules = {
  call: Bridge['call'];
  media: MediaFiles;
  wake(reason: WakeReason): void;
  /** `drainMs`: time for running jobs to end; default from the settings. */
  close(options: { drainMs?: number }): Promise<void>;
  /** Gives running jobs no more than `drainMs` from now, while it closes. */
  hurry(drainMs: number): void;
};

/** What to do about a file whose content only the running engine knows. */
const keepRunning =
  'Do not stop Belfry, for it alone still knows what was in it: make space or correct the rights there, and it is put back within seconds';

/**
 * Starts every module in order and hands functions over between them; what was opened is closed again when one fails.
 * `bridge` is the engine as clients of the local socket see it, which outlives everything but the home's lock and store.
 */
async function startModules(host: Host, announcer: Announcer, bridge: Bridge): Promise<Modules> {
  const { clock, log } = host;
  const closers = createClosers(log);
  try {
    const core = await openCore(host, closers);
    const alerts = createAlerts({ notify: host.notify, clock });
    closers.add(alerts.close);
    const { tell } = alerts;
    core.store.onTrouble(({ message }) => {
      tell({ kind: 'database', reason: message });
      announcer.posts();
    });
    const scheduling = createScheduling(host, core, announcer, tell);
    const publishing = await createPublishing(host, core, scheduling, announcer, tell);
    const execution = createExecution(host, core, scheduling, publishing, announcer, tell);
    const { scheduler } = scheduling;
    const { runner, environment } = execution;
    let homeWarnings = (): Warning[] => [];
    const api = createCalls(host, core, scheduling, publishing, execution, () => homeWarnings());
    followConfig(host, core, scheduling, publishing, announcer);

    const socket = await startSocketServer({
      bridge,
      path: core.home.socket,
      clock,
      log,
      hostCalls: {
        'host.link': async () => ({ url: host.browserWindow()?.mintLink() ?? null }),
        'host.address': async () => ({ url: host.browserWindow()?.address ?? null }),
        'host.endSessions': async () => {
          host.browserWindow()?.endSessions();
          return {};
        },
        'host.path': async () => ({ path: (await environment())['PATH'] ?? '' }),
      },
    });
    closers.add(() => socket.close());
    const { home, lock } = core;
    const homeWatch = watchHome({
      clock,
      log,
      changed: announcer.status,
      parts: [
        {
          name: 'The lock of the home folder',
          path: home.lockDb,
          isThere: lock.isThere,
          putBack: lock.retake,
        },
        {
          name: 'The local socket',
          path: home.socket,
          isThere: socket.isThere,
          putBack: socket.listenAgain,
        },
        {
          name: 'The file of the secrets',
          path: home.secrets,
          isThere: publishing.secretsFile.isThere,
          putBack: publishing.secretsFile.putBack,
          vital: true,
          remedy: keepRunning,
        },
        {
          name: 'The key of the secrets',
          ...publishing.keyFile,
          vital: true,
          remedy: keepRunning,
        },
        {
          name: 'The media folder',
          path: home.media,
          isThere: () => existsSync(home.media),
          putBack: () => void mkdirSync(home.media, { recursive: true, mode: 0o700 }),
          loss: 'Files of posts that wait were in it, and those posts cannot go out without them',
        },
      ],
    });
    homeWarnings = homeWatch.warnings;
    closers.add(() => homeWatch.stop());

    await publishing.accounts.start();
    closers.add(() => publishing.accounts.stop());
    closers.add(() => publishing.workshop.close());
    closers.add(() => publishing.viewing.close());
    await publishing.media.start();
    closers.add(() => publishing.media.stop());
    closers.add(() => scheduler.stop());
    await scheduler.recover();
    // It knows by now whether the user has paused it, and with it publishing.
    closers.add(() => publishing.publisher.stop());
    await publishing.publisher.start();
    closers.add(() => publishing.planner.stop());
    await runner.start();
    closers.add(({ drainMs = core.config.settings().drainSeconds * 1000 }) => runner.stop({ drainMs }));
    // Nothing new goes out while runs drain; the next start publishes what they still add.
    closers.add(() => publishing.publisher.stop());
    await scheduler.start(runner);
    closers.add(() => scheduler.drain());
    // Making the posts of many series can take long, and neither jobs nor clients wait for it.
    publishing.planner
      .start()
      .catch((error: unknown) => log('error', 'Series could not be started', { error: String(error) }));
    const wake = (reason: WakeReason) => {
      scheduler.wake(reason);
      publishing.publisher.wake();
      publishing.planner.look();
    };

    // The promise is the one that closing waits for.
    const hurry = (drainMs: number) => void runner.stop({ drainMs });
    return { call: api.call, media: publishing.media, wake, close: closers.close, hurry };
  } catch (error) {
    await closers.close({ drainMs: 0 });
    throw error;
  }
}

/** Every call of the contract, answered by the modules. */
function createCalls(
  host: Host,
  core: Core,
  { scheduler, ...scheduling }: Scheduling,
  publishing: Publishing,
  execution: Execution,
  homeWarnings: () => Warning[],
): Api {
  const { config, store, home, startedAt } = core;
  /** Why slots cannot be claimed; a lost database, which the store tells of itself, is said once. */
  const claiming = (): Warning[] => {
    const trouble = scheduling.trouble();
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
        all: config.jobs,
        isBuiltin: (id) => builtinJobs.some((job) => job.id === id),
        templates,
        lastRuns: execution.runs.lastRuns,
        isRunning: execution.isRunning,
      },
      scheduler: {
        ...scheduler,
        ...timesOfJobs(scheduler, publishing.publisher),
        async start() {
          await scheduler.resume();
          publishing.publisher.wake();
        },
        async stop() {
          await scheduler.pause();
          publishing.publisher.wake();
        },
        timezone: config.timezone,
      },
      runner: execution.runner,
      runs: execution.runs,
      posts: publishing.publisher,
      media: publishing.media,
      plans: publishing.planner,
      accounts: publishing.accounts,
      warnings: {
        list: async () =>
          [
            config.problem(),
            ...claiming(),
            core.zoneProblem,
            ...store.warnings(),
            ...homeWarnings(),
            homeExposure(home),
            ...(await publishing.planner.warnings()),
          ].filter((warning) => warning !== null),
        trouble: () => [...store.trouble(), ...claiming()],
        async confirm(code) {
          await store.confirm(code);
          publishing.publisher.wake();
        },
      },
      host,
      clock: host.clock,
      jobsChanged: scheduler.jobsChanged,
    }),
  });
}

/** Clients hear of every change of config.json, and the scheduler takes it over. */
function followConfig(
  host: Host,
  core: Core,
  { scheduler }: Scheduling,
  publishing: Publishing,
  announcer: Announcer,
): void {
  core.config.onChange(() => {
    announcer.config();
    publishing.planner.look();
    publishing.publisher.wake();
    publishing.accounts.look().catch((error: unknown) => {
      host.log('error', 'Changed accounts could not be looked at', { error: String(error) });
    });
    scheduler.jobsChanged().catch((error: unknown) => {
      host.log('error', 'Changed jobs could not be taken over', { error: String(error) });
    });
  });
}
