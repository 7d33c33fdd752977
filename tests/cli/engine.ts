import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  createAnnouncer,
  createApi,
  type Handlers,
  type HostCalls,
  startSocketServer,
} from '../../electron/api/index.ts';
import { locateHome } from '../../electron/store/index.ts';
import { systemClock } from '../../electron/system.ts';
import {
  type AccountInput,
  BelfryError,
  type Bridge,
  type Job,
  type JobView,
  type OutputLine,
  type PostInput,
  type PostView,
  type RunView,
  type Settings,
  settingsSchema,
} from '../../shared/index.ts';
import { handlersWith, listeningLog, status } from '../api/world.ts';
import { temporaryHome } from '../support/home.ts';
import { sampleTarget } from '../support/window/sample.ts';

export const at = '2026-11-22T09:00:00.000Z';

export function jobView(id: string, some: Partial<JobView> = {}): JobView {
  return {
    id,
    name: `Job ${id}`,
    description: '',
    enabled: true,
    builtin: false,
    schedule: 'every 3 hours',
    nextRun: null,
    lastRun: null,
    running: false,
    ...some,
  };
}

export function runView(id: string, some: Partial<RunView> = {}): RunView {
  return {
    id,
    jobId: 'news',
    jobName: 'News',
    cause: 'manual',
    slot: null,
    status: 'running',
    attempt: 1,
    createdAt: at,
    startedAt: at,
    finishedAt: null,
    reason: null,
    gap: null,
    steps: [],
    ...some,
  };
}

export function postView(id: string, some: Partial<PostView> = {}): PostView {
  return {
    id,
    status: 'queued',
    publishAt: at,
    text: 'Hello',
    media: [],
    thread: [],
    poll: null,
    firstComment: null,
    tags: [],
    key: null,
    targets: [sampleTarget({ account: 'ada', dueAt: at })],
    source: 'cli',
    runId: null,
    note: '',
    visibility: null,
    contentWarning: null,
    language: null,
    sensitive: null,
    createdAt: at,
    ...some,
  };
}

/** An engine that keeps everything in lists: enough to see what the command line asks for and does with the answers. */
export function memory() {
  const jobs = new Map<string, Job>();
  const runs = new Map<string, RunView>();
  const posts = new Map<string, PostView>();
  const lines: OutputLine[] = [];
  const tokens: AccountInput[] = [];
  const posted: PostInput[] = [];
  let settings: Settings = settingsSchema.parse({});
  let paused = false;
  const find = <T>(list: Map<string, T>, id: string, kind: string): T => {
    const found = list.get(id);
    if (found !== undefined) return found;
    throw new BelfryError({
      code: 'NOT_FOUND',
      what: `Unknown ${kind} "${id}"`,
      where: 'in memory',
      why: 'Nothing has this id',
      remedy: 'List them',
    });
  };
  const view = (job: Job) => jobView(job.id, { name: job.name, enabled: job.enabled });
  const handlers: Partial<Handlers> = {
    'status.get': async () => ({ ...status, scheduler: paused ? 'paused' : 'running' }),
    'scheduler.start': async () => {
      paused = false;
      return {};
    },
    'scheduler.stop': async () => {
      paused = true;
      return {};
    },
    'jobs.list': async ({ limit }) => [...jobs.values()].slice(0, limit).map(view),
    'jobs.get': async ({ id }) => {
      const job = find(jobs, id, 'job');
      return { job, view: view(job), next: { timezone: 'UTC', description: 'every 3 hours', next: [at] } };
    },
    'jobs.add': async ({ job }) => view(jobs.set(job.id, job).get(job.id) ?? job),
    'jobs.addAll': async ({ jobs: added }) => {
      for (const job of added) jobs.set(job.id, job);
      return added.map(view);
    },
    'jobs.set': async ({ id, job }) => {
      find(jobs, id, 'job');
      jobs.delete(id);
      jobs.set(job.id, job);
      return view(job);
    },
    'jobs.remove': async ({ id }) => {
      find(jobs, id, 'job');
      jobs.delete(id);
      return {};
    },
    'jobs.enable': async ({ id, enabled }) => {
      const job = { ...find(jobs, id, 'job'), enabled };
      jobs.set(id, job);
      return view(job);
    },
    'jobs.run': async ({ id, fromStep }) => {
      find(jobs, id, 'job');
      const run = runView(`run-${runs.size + 1}`, {
        jobId: id,
        reason: fromStep ? `from step ${fromStep}` : null,
      });
      runs.set(run.id, run);
      return run;
    },
    'runs.list': async ({ status: wanted, jobId, limit }) =>
      [...runs.values()]
        .filter((run) => (!wanted || run.status === wanted) && (!jobId || run.jobId === jobId))
        .slice(0, limit),
    'runs.page': async ({ status: wanted, jobId, ...page }) => {
      const { items, ...rest } = pageOf(
        [...runs.values()].filter(
          (run) => (!wanted || run.status === wanted) && (!jobId || run.jobId === jobId),
        ),
        page,
      );
      return { runs: items, ...rest };
    },
    'runs.get': async ({ id }) => find(runs, id, 'run'),
    'runs.output': async ({ id, after, tail, limit }) => {
      const fitting = lines.filter((line) => (!id || line.runId === id) && line.seq > (after ?? 0));
      return tail ? fitting.slice(-limit) : fitting.slice(0, limit);
    },
    'runs.outputPage': async ({ id, search = '', order, cursor, limit }) => {
      const fitting = lines.filter(
        (line) => (!id || line.runId === id) && line.text.toLowerCase().includes(search.toLowerCase()),
      );
      const isNewest = order === 'newest';
      const page = pageOf(isNewest ? fitting.toReversed() : fitting, { cursor, limit, count: false });
      return { lines: isNewest ? page.items.toReversed() : page.items, cursor: page.cursor };
    },
    'posts.count': async ({ status: wanted }) => ({
      count: [...posts.values()].filter((post) => !wanted || wanted.includes(post.status)).length,
      more: false,
    }),
    'posts.list': async ({ status: wanted, limit }) =>
      [...posts.values()].filter((post) => !wanted || wanted.includes(post.status)).slice(0, limit),
    'posts.page': async ({ status: wanted, ...page }) => {
      const { items, ...rest } = pageOf(
        [...posts.values()].filter((post) => !wanted || wanted.includes(post.status)),
        page,
      );
      return { posts: items, ...rest };
    },
    'posts.get': async ({ id }) => find(posts, id, 'post'),
    'posts.add': async ({ post }) => {
      posted.push(post);
      const made = postView(`post-${posted.length}`, { text: post.text, publishAt: post.publishAt });
      posts.set(made.id, made);
      return made;
    },
    'posts.cancel': async ({ id }) => ({ ...find(posts, id, 'post'), status: 'cancelled' }),
    'posts.settle': async ({ id, account, published }) => ({
      ...find(posts, id, 'post'),
      status: published ? 'published' : 'queued',
      note: account,
    }),
    'accounts.list': async () => [],
    'accounts.add': async (input) => {
      tokens.push(input);
      return {
        id: input.id ?? 'ada',
        network: input.network,
        server: input.server ?? 'https://m.example',
        handle: '@ada',
        status: 'ready',
        reason: null,
        tokenExpiresAt: null,
        movedTo: null,
        order: 'independent',
      };
    },
    'settings.get': async () => settings,
    'settings.set': async (patch) => {
      settings = settingsSchema.parse({ ...settings, ...patch });
      return settings;
    },
    'schedule.next': async ({ id, count, timezone }) => {
      find(jobs, id ?? '', 'job');
      return { timezone: timezone ?? 'UTC', description: 'of the engine', next: [at].slice(0, count) };
    },
  };
  return { handlers, jobs, runs, posts, lines, tokens, posted };
}

export type Memory = ReturnType<typeof memory>;

/** Serves an engine on the socket of a home of its own, until the test ends; `seen` lists the calls that were answered. */
export async function serve(
  handlers: Partial<Handlers>,
  hostCalls: Partial<HostCalls> = {},
  home = temporaryHome(),
) {
  mkdirSync(join(home, 'run'), { recursive: true });
  const { log } = listeningLog();
  const announcer = createAnnouncer({ log });
  const api = createApi({ handlers: handlersWith(handlers), log });
  const seen: string[] = [];
  const watched: Bridge = {
    async call(name, input) {
      const answer = await api.call(name, input);
      seen.push(name);
      return answer;
    },
    subscribe(listener) {
      seen.push('subscribe');
      return announcer.subscribe(listener);
    },
  };
  const socket = await startSocketServer({
    bridge: { call: watched.call, subscribe: watched.subscribe },
    path: locateHome(home).socket,
    clock: systemClock,
    log,
    hostCalls,
  });
  onTestFinished(() => socket.close());
  return { home, announce: announcer.announce, close: socket.close, seen };
}

/** A page of a list as the engine gives it; here a cursor is an index of the list. */
function pageOf<T>(
  all: readonly T[],
  { cursor = '0', limit, count }: { cursor?: string | undefined; limit: number; count: boolean },
) {
  const end = Number(cursor) + limit;
  return {
    items: all.slice(Number(cursor), end),
    cursor: end < all.length ? String(end) : null,
    total: count ? { count: all.length, more: false } : null,
  };
}
