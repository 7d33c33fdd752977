import { type ConfigInput, type Status, toInstant, waitsForOwner } from '../../../shared/index.ts';
import type { KnownSites } from './accounts.ts';
import type { ApiDeps, Handlers } from './deps.ts';

/** Calls about the engine as a whole. */
export function engineHandlers(deps: ApiDeps, sites: KnownSites) {
  return {
    'status.get': () => readStatus(deps),
    'scheduler.start': async () => {
      await deps.scheduler.start();
      return {};
    },
    'scheduler.stop': async () => {
      await deps.scheduler.stop();
      return {};
    },
    'engine.quit': async () => {
      deps.host.quit();
      return {};
    },
    'warnings.confirm': async ({ code }) => {
      await deps.warnings.confirm(code);
      return {};
    },
    'media.look': ({ path }) => deps.media.look(path),
    'shell.open': async ({ url }) => {
      await deps.host.openUrl(url, await sites.knows(url));
      return {};
    },
    'shell.pickFiles': async () => ({ paths: await deps.host.pickFiles() }),
    'demo.start': () => deps.host.startDemo(),
  } satisfies Partial<Handlers>;
}

async function readStatus(deps: ApiDeps): Promise<Status> {
  const jobs = deps.jobs.all();
  const trouble = deps.warnings.trouble();
  // What the database cannot say any more must not hide why.
  const fallback =
    <T>(value: T) =>
    (error: unknown) => {
      if (trouble.length === 0) throw error;
      return value;
    };
  const [lastRuns, posts, overdue, warnings, waiting, seriesZones] = await Promise.all([
    deps.jobs.lastRuns().catch(fallback(new Map() as Awaited<ReturnType<ApiDeps['jobs']['lastRuns']>>)),
    deps.posts.counts().catch(fallback({ queued: 0, needYou: 0 })),
    deps.posts.overdue().catch(fallback([])),
    deps.warnings.list().catch(fallback(trouble)),
    accountsAwaitingUser(deps).catch(fallback({ accounts: [], posts: 0 })),
    deps.plans.series.zones().catch(fallback([])),
  ]);
  return {
    version: deps.about.version,
    pid: deps.about.pid,
    mode: deps.about.mode,
    home: deps.about.home,
    startedAt: toInstant(deps.about.startedAt),
    scheduler: deps.scheduler.paused() ? 'paused' : 'running',
    running: deps.runner.running().map((run) => ({
      ...run,
      startedAt: run.startedAt === null ? null : toInstant(run.startedAt),
    })),
    next: nextOf(deps),
    counts: {
      jobs: jobs.length,
      enabledJobs: jobs.filter((job) => job.enabled).length,
      queuedPosts: posts.queued,
      needYou: posts.needYou,
      accountsNeedYou: waiting.accounts.length,
      waitingPosts: waiting.posts,
      failingJobs: jobs.filter((job) => ['failed', 'timed-out'].includes(lastRuns.get(job.id)?.status ?? ''))
        .length,
    },
    accounts: waiting.accounts,
    overdue,
    warnings,
    trouble,
    timezones: [...new Set([...zonesOf(deps), ...seriesZones])],
    demo: deps.about.demo,
  };
}

/** Built-in jobs are left out: their times matter to no plan of the user. */
function zonesOf({ jobs, config, scheduler }: ApiDeps): string[] {
  const own = jobs.all().flatMap(({ id, timezone }) => (jobs.isBuiltin(id) ? [] : (timezone ?? [])));
  const queues = config.current().queues.flatMap(({ timezone }) => timezone ?? []);
  return [scheduler.timezone(), ...own, ...queues];
}

async function accountsAwaitingUser(deps: ApiDeps): Promise<{ accounts: Status['accounts']; posts: number }> {
  const accounts = (await deps.accounts.list()).filter(({ status: one }) => waitsForOwner(one));
  const { posts, by } = await deps.posts.waitingFor(accounts.map(({ id }) => id));
  return {
    accounts: accounts.map(({ id, handle, status: one, reason }) => ({
      ...{ id, handle, status: one, reason },
      posts: by.get(id) ?? 0,
    })),
    posts,
  };
}

/** The next slot of all jobs; the built-in ones are no news and only count when alone. */
function nextOf(deps: ApiDeps): Status['next'] {
  const slots = deps.jobs.all().flatMap((job) => {
    const at = job.enabled ? deps.scheduler.next(job.id) : null;
    return at === null ? [] : [{ jobId: job.id, name: job.name, at, builtin: deps.jobs.isBuiltin(job.id) }];
  });
  const [first] = slots.sort((a, b) => Number(a.builtin) - Number(b.builtin) || a.at - b.at);
  return first ? { jobId: first.jobId, name: first.name, at: toInstant(first.at) } : null;
}

/** Calls about the settings in config.json. */
export function settingsHandlers(deps: ApiDeps) {
  return {
    'settings.get': async () => deps.config.current().settings,
    'settings.set': async (patch) => {
      // First the system, so that config.json never promises what the host cannot do.
      const { launchAtLogin } = patch;
      if (launchAtLogin !== undefined && launchAtLogin !== deps.config.current().settings.launchAtLogin) {
        await deps.host.launchAtLogin(launchAtLogin);
      }
      const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      const config = await deps.config.change(
        (raw): ConfigInput => ({ ...raw, settings: { ...raw.settings, ...given } }),
      );
      await deps.jobsChanged();
      return config.settings;
    },
  } satisfies Partial<Handlers>;
}
