import { type Status, toInstant, waitsForOwner } from '../../../shared/index.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiNeeds } from '../ports.ts';
import type { KnownSites } from './known-sites.ts';

/** Calls about the engine as a whole. */
export function statusHandlers(needs: ApiNeeds, sites: KnownSites) {
  return {
    'status.get': () => status(needs),
    'scheduler.start': async () => {
      await needs.scheduler.start();
      return {};
    },
    'scheduler.stop': async () => {
      await needs.scheduler.stop();
      return {};
    },
    'engine.quit': async () => {
      needs.host.quit();
      return {};
    },
    'warnings.confirm': async ({ code }) => {
      await needs.warnings.confirm(code);
      return {};
    },
    'shell.open': async ({ url }) => {
      await needs.host.openUrl(url, await sites.knows(url));
      return {};
    },
    'shell.pickFiles': async () => ({ paths: await needs.host.pickFiles() }),
    'demo.start': () => needs.host.startDemo(),
  } satisfies Partial<Handlers>;
}

async function status(needs: ApiNeeds): Promise<Status> {
  const jobs = needs.jobs.all();
  const trouble = needs.warnings.trouble();
  // What the database cannot say any more must not hide why.
  const orElse =
    <T>(value: T) =>
    (error: unknown) => {
      if (trouble.length === 0) throw error;
      return value;
    };
  const [lastRuns, posts, overdue, warnings, waiting] = await Promise.all([
    needs.jobs.lastRuns().catch(orElse(new Map() as Awaited<ReturnType<ApiNeeds['jobs']['lastRuns']>>)),
    needs.posts.counts().catch(orElse({ queued: 0, needYou: 0 })),
    needs.posts.overdue().catch(orElse([])),
    needs.warnings.list().catch(orElse(trouble)),
    accountsThatWait(needs).catch(orElse({ accounts: [], posts: 0 })),
  ]);
  return {
    version: needs.about.version,
    pid: needs.about.pid,
    mode: needs.about.mode,
    home: needs.about.home,
    startedAt: toInstant(needs.about.startedAt),
    scheduler: needs.scheduler.paused() ? 'paused' : 'running',
    running: needs.runner.running().map((run) => ({
      ...run,
      startedAt: run.startedAt === null ? null : toInstant(run.startedAt),
    })),
    next: nextOf(needs),
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
    timezones: zonesOf(needs),
    demo: needs.about.demo,
  };
}

/** Built-in jobs are left out: nobody plans by their times. */
function zonesOf({ jobs, config, scheduler }: ApiNeeds): string[] {
  const own = jobs.all().flatMap(({ id, timezone }) => (jobs.isBuiltin(id) ? [] : (timezone ?? [])));
  const queues = config.current().queues.flatMap(({ timezone }) => timezone ?? []);
  return [...new Set([scheduler.timezone(), ...own, ...queues])];
}

async function accountsThatWait(needs: ApiNeeds): Promise<{ accounts: Status['accounts']; posts: number }> {
  const accounts = (await needs.accounts.list()).filter(({ status: one }) => waitsForOwner(one));
  const { posts, by } = await needs.posts.waitingFor(accounts.map(({ id }) => id));
  return {
    accounts: accounts.map(({ id, handle, status: one, reason }) => ({
      ...{ id, handle, status: one, reason },
      posts: by.get(id) ?? 0,
    })),
    posts,
  };
}

/** The next slot of all jobs; the minute-by-minute built-in ones are no news and only count when alone. */
function nextOf(needs: ApiNeeds): Status['next'] {
  const slots = needs.jobs.all().flatMap((job) => {
    const at = job.enabled ? needs.scheduler.next(job.id) : null;
    return at === null ? [] : [{ jobId: job.id, name: job.name, at, builtin: needs.jobs.isBuiltin(job.id) }];
  });
  const [first] = slots.sort((a, b) => Number(a.builtin) - Number(b.builtin) || a.at - b.at);
  return first ? { jobId: first.jobId, name: first.name, at: toInstant(first.at) } : null;
}
