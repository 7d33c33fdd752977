import { type Announcer, createAnnouncer, createApi, type Handlers } from '../../../electron/api/index.ts';
import {
  type AccountMediaView,
  BelfryError,
  type Bridge,
  type Job,
  type Log,
  type MediaFiles,
  type RunView,
  type Status,
  settingsSchema,
  type TargetStatus,
  usualServer,
  waitsForOwner,
} from '../../../shared/index.ts';
import { cursorPages } from './cursor-pages.ts';
import { instants, nextTimes, triggerWords, viewOf, wordsOf } from './job-views.ts';
import { planHandlers } from './plans.ts';
import { postHandlersOn } from './posts.ts';
import { sampleAccount, sampleRun, sampleStatus } from './sample.ts';
import { signInHandlersOn } from './sign-in.ts';
import type { World } from './world.ts';

export type WindowEngine = {
  bridge: Bridge;
  announcer: Announcer;
  calls: { name: string; input: unknown }[];
};

/** An engine that only remembers: every call of the contract on plain data, checked by the real dispatcher. */
export function windowEngine(world: World, media: Pick<MediaFiles, 'look'>): WindowEngine {
  const log: Log = () => {};
  const announcer = createAnnouncer({ log });
  const api = createApi({ handlers: handlersOn(world, announcer, media), log });
  const calls: { name: string; input: unknown }[] = [];
  return {
    announcer,
    calls,
    bridge: {
      subscribe: announcer.subscribe,
      call(name, input) {
        calls.push({ name, input });
        return api.call(name, input);
      },
    },
  };
}

function handlersOn(world: World, announcer: Announcer, media: Pick<MediaFiles, 'look'>): Handlers {
  const told = (
    name:
      | 'status.changed'
      | 'jobs.changed'
      | 'posts.changed'
      | 'accounts.changed'
      | 'settings.changed'
      | 'series.changed',
  ) => announcer.announce({ name });
  const medias = new Map<string, AccountMediaView>();
  const job = (id: string) => found(world.jobs, id, 'job');
  const jobsChanged = () => {
    told('jobs.changed');
    told('status.changed');
  };
  const putRun = (run: RunView) => {
    world.runs = world.runs.some((other) => other.id === run.id)
      ? world.runs.map((other) => (other.id === run.id ? run : other))
      : [run, ...world.runs];
    announcer.announce({ name: 'runs.changed', run });
    told('status.changed');
    return run;
  };

  const runPages = cursorPages<RunView>((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));

  return {
    ...planHandlers(world, told),
    ...postHandlersOn(world, announcer),
    'status.get': async () => statusOf(world),
    'scheduler.start': async () => {
      world.paused = false;
      told('status.changed');
      return {};
    },
    'scheduler.stop': async () => {
      world.paused = true;
      told('status.changed');
      return {};
    },
    'engine.quit': async () => ({}),

    'jobs.list': async ({ limit }) => world.jobs.slice(0, limit).map((entry) => viewOf(world, entry)),
    'jobs.get': async ({ id }) => ({
      job: job(id),
      view: viewOf(world, job(id)),
      next: {
        timezone: job(id).timezone ?? 'America/New_York',
        description: wordsOf(job(id)),
        next: instants(nextTimes(job(id), 10)),
      },
    }),
    'jobs.add': async ({ job: added }) => {
      if (world.jobs.some((other) => other.id === added.id)) throw taken(added.id);
      world.jobs = [...world.jobs, added];
      jobsChanged();
      return viewOf(world, added);
    },
    'jobs.addAll': async ({ jobs: added }) => {
      const double = added.find(({ id }) => world.jobs.some((other) => other.id === id));
      if (double) throw taken(double.id);
      world.jobs = [...world.jobs, ...added];
      jobsChanged();
      return added.map((entry) => viewOf(world, entry));
    },
    'jobs.set': async ({ id, job: changed }) => {
      job(id);
      world.jobs = world.jobs.map((other) => (other.id === id ? changed : other));
      jobsChanged();
      return viewOf(world, changed);
    },
    'jobs.remove': async ({ id }) => {
      job(id);
      world.jobs = world.jobs.filter((other) => other.id !== id);
      jobsChanged();
      return {};
    },
    'jobs.enable': async ({ id, enabled }) => {
      world.jobs = world.jobs.map((other) => (other.id === id ? { ...other, enabled } : other));
      jobsChanged();
      return viewOf(world, job(id));
    },
    'jobs.run': async ({ id }) => putRun(freshRun(world, job(id), null)),
    'jobs.preview': async ({ id, fromStep = 1, parameters }) =>
      job(id)
        .steps.slice(fromStep - 1)
        .map((step, index) => ({
          name: step.name,
          type: step.type,
          when: step.when,
          argv:
            step.type === 'command'
              ? [...(step.command ?? []), ...(index === 0 ? (parameters?.args ?? []) : [])]
              : [],
          shell: false,
          cwd: '/srv/belfry',
          env: ['HOME', 'PATH', ...Object.keys(parameters?.env ?? {})],
          problem: null,
        })),
    'jobs.templates': async () => world.templates,
    'jobs.useTemplate': async ({ id }) => {
      const template = found(world.templates, id, 'template');
      const fresh = template.jobs.filter((entry) => !world.jobs.some((other) => other.id === entry.id));
      world.jobs = [...world.jobs, ...fresh];
      world.workspaces = [...world.workspaces, ...template.workspaces];
      jobsChanged();
      return fresh.map((entry) => viewOf(world, entry));
    },

    'workspaces.list': async () => world.workspaces,
    'workspaces.put': async ({ workspace }) => {
      world.workspaces = [...world.workspaces.filter((other) => other.id !== workspace.id), workspace];
      return {};
    },
    'workspaces.remove': async ({ id }) => {
      world.workspaces = world.workspaces.filter((other) => other.id !== id);
      return {};
    },

    'schedule.next': async ({ id, job: unsaved, trigger, timezone, count }) => {
      const subject: Pick<Job, 'triggers'> =
        unsaved ?? (id ? job(id) : { triggers: trigger ? [trigger] : [] });
      return {
        timezone: timezone ?? 'America/New_York',
        description: subject.triggers.map(triggerWords).join('; '),
        next: instants(nextTimes(subject, count)),
      };
    },

    'runs.list': async ({ before, limit, ...filter }) => {
      const fitting = runsThatFit(world, filter);
      const from = before ? fitting.indexOf(found(fitting, before, 'run')) + 1 : 0;
      return fitting.slice(from, from + limit);
    },
    'runs.get': async ({ id }) => found(world.runs, id, 'run'),
    'runs.resume': async ({ id }) => {
      const run = found(world.runs, id, 'run');
      return putRun(freshRun(world, job(run.jobId), `Resumed run ${run.id}.`));
    },
    'runs.retry': async ({ id }) => {
      const run = found(world.runs, id, 'run');
      return putRun(freshRun(world, job(run.jobId), `Tries run ${run.id} again.`));
    },
    'runs.cancel': async ({ id }) =>
      putRun({ ...found(world.runs, id, 'run'), status: 'cancelled', finishedAt: new Date().toISOString() }),
    'runs.page': async ({ cursor, limit, ...filter }) => {
      const { items: runs, ...page } = runPages(runsThatFit(world, filter), { cursor, limit });
      return { runs, ...page };
    },
    'runs.output': async ({ id, after = 0, tail, limit }) => {
      const all = id ? (world.output.get(id) ?? []) : [...world.output.values()].flat();
      const fitting = all.filter((line) => line.seq > after);
      return tail ? fitting.slice(-limit) : fitting.slice(0, limit);
    },
    'runs.outputPage': async ({ id, search = '', order, limit }) => {
      const all = id ? (world.output.get(id) ?? []) : [...world.output.values()].flat();
      const fitting = all.filter((line) => line.text.toLowerCase().includes(search.toLowerCase()));
      return { lines: order === 'newest' ? fitting.slice(-limit) : fitting.slice(0, limit), cursor: null };
    },

    'accounts.list': async ({ limit }) => world.accounts.slice(0, limit),
    'accounts.add': async ({ network, server: given, login, token }) => {
      const server = given ?? usualServer(network, login) ?? '';
      if (token === 'wrong') {
        throw new BelfryError({
          code: 'SIGN_IN_NEEDED',
          what: 'The token was refused',
          where: `at ${server}`,
          why: 'The server answered 401',
          remedy: 'Make a new token and try again',
        });
      }
      const account = sampleAccount({ id: 'new', network, server, handle: `@new@${new URL(server).host}` });
      world.accounts = [...world.accounts, account];
      told('accounts.changed');
      return account;
    },
    'accounts.set': async ({ id, order }) => {
      const account = found(world.accounts, id, 'account');
      const next = { ...account, order: order ?? account.order };
      world.accounts = world.accounts.map((one) => (one.id === id ? next : one));
      told('accounts.changed');
      return next;
    },
    'accounts.verify': async ({ id }) => found(world.accounts, id, 'account'),
    'accounts.setServer': async ({ id, server }) => {
      const account = found(world.accounts, id, 'account');
      const moved: typeof account = {
        ...account,
        server: server ?? account.movedTo ?? account.server,
        status: 'ready',
        reason: null,
        movedTo: null,
      };
      world.accounts = world.accounts.map((one) => (one.id === id ? moved : one));
      told('accounts.changed');
      return moved;
    },
    'accounts.media': async ({ id }) => medias.get(id) ?? { id, media: {}, hasBucketKey: false },
    'accounts.setMedia': async ({ id, media = {}, key }) => {
      const view = { id, media, hasBucketKey: key !== undefined };
      medias.set(id, view);
      told('accounts.changed');
      return view;
    },
    'accounts.remove': async ({ id }) => {
      world.accounts = world.accounts.filter((account) => account.id !== id);
      told('accounts.changed');
      return {};
    },

    ...signInHandlersOn(world, announcer),

    'settings.get': async () => world.settings,
    'settings.set': async (patch) => {
      world.settings = settingsSchema.parse({ ...world.settings, ...patch });
      told('settings.changed');
      return world.settings;
    },
    'warnings.confirm': async ({ code }) => {
      world.warnings = world.warnings.filter((warning) => warning.code !== code);
      told('status.changed');
      return {};
    },
    'shell.open': async () => ({}),
    'media.look': ({ path }) => media.look(path),
    'shell.pickFiles': async () => ({ paths: world.picked }),
    'demo.start': async () => ({ url: 'http://127.0.0.1:1/#code=demo' }),
  };
}

function freshRun(world: World, job: Job, reason: string | null): RunView {
  const now = new Date().toISOString();
  return sampleRun({
    id: `run-${world.runs.length + 1}`,
    jobId: job.id,
    jobName: job.name,
    cause: 'manual',
    slot: null,
    status: 'running',
    createdAt: now,
    finishedAt: null,
    reason,
    steps: job.steps.map((step, index) => ({
      name: step.name,
      status: index === 0 ? 'running' : 'pending',
      exitCode: null,
      signal: null,
      startedAt: index === 0 ? now : null,
      finishedAt: null,
      error: null,
    })),
  });
}

function statusOf(world: World): Status {
  const views = world.jobs.map((job) => viewOf(world, job));
  const next = views
    .flatMap((view) => (view.nextRun ? [{ jobId: view.id, name: view.name, at: view.nextRun }] : []))
    .sort((a, b) => a.at.localeCompare(b.at))[0];
  const count = (...statuses: TargetStatus[]) =>
    world.posts.filter((post) => statuses.includes(post.status)).length;
  const inNeed = world.accounts.filter(({ status }) => waitsForOwner(status));
  const waitingFor = (id: string) =>
    world.posts.filter((post) =>
      post.targets.some(({ account, status }) => account === id && status === 'queued'),
    ).length;
  return sampleStatus({
    mode: world.mode,
    startedAt: '2026-11-22T08:00:00.000Z',
    scheduler: world.paused ? 'paused' : 'running',
    running: world.runs
      .filter((run) => run.status === 'running')
      .map((run) => ({ runId: run.id, jobId: run.jobId, name: run.jobName, startedAt: run.startedAt })),
    next: world.paused ? null : (next ?? null),
    counts: {
      jobs: world.jobs.length,
      enabledJobs: world.jobs.filter((job) => job.enabled).length,
      queuedPosts: count('queued', 'sending'),
      needYou: count('failed', 'unconfirmed', 'missed'),
      accountsNeedYou: inNeed.length,
      waitingPosts: inNeed.reduce((sum, { id }) => sum + waitingFor(id), 0),
      failingJobs: views.filter((view) => view.lastRun?.status === 'failed').length,
    },
    accounts: inNeed.map(({ id, handle, status, reason }) => ({
      ...{ id, handle, status, reason },
      posts: waitingFor(id),
    })),
    warnings: world.warnings,
    timezones: [...new Set(['America/New_York', ...world.jobs.flatMap(({ timezone }) => timezone ?? [])])],
    demo: world.demo,
  });
}

function runsThatFit(
  world: World,
  { jobId, status }: { jobId?: string | undefined; status?: string | undefined },
) {
  return world.runs.filter((run) => (!jobId || run.jobId === jobId) && (!status || run.status === status));
}

function found<T extends { id: string }>(list: readonly T[], id: string, what: string): T {
  const entry = list.find((candidate) => candidate.id === id);
  if (entry) return entry;
  throw new BelfryError({
    code: 'NOT_FOUND',
    what: `Unknown ${what} "${id}"`,
    where: `among the ${what}s`,
    why: 'It does not exist or was removed',
    remedy: 'Go back to the list',
  });
}

function taken(id: string): BelfryError {
  return new BelfryError({
    code: 'ALREADY_EXISTS',
    what: `The id "${id}" is taken`,
    where: 'in jobs',
    why: 'Ids must be unique',
    remedy: 'Choose another id',
    field: 'job.id',
  });
}
