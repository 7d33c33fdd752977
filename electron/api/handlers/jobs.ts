import {
  BelfryError,
  type Config,
  type ConfigInput,
  type Job,
  type JobInput,
  type JobView,
  jobSchema,
  type Problem,
  problemsError,
  toInstant,
  unknownAccounts,
  unknownId,
  withoutDefaults,
} from '../../../shared/index.ts';
import { type ApiDeps, type Handlers, requireFound } from './deps.ts';

type LastRuns = Awaited<ReturnType<ApiDeps['jobs']['lastRuns']>>;

/** Calls about jobs, templates and workspaces: all of them edits of config.json. */
export function jobHandlers(deps: ApiDeps) {
  const save = async (edit: (raw: ConfigInput) => ConfigInput): Promise<Config> => {
    const config = await deps.config.change(edit);
    await deps.jobsChanged();
    return config;
  };
  const viewOf = async (id: string) => view(deps, requireJob(deps, id), await deps.jobs.lastRuns());

  return {
    'jobs.list': async ({ limit }) => {
      const lastRuns = await deps.jobs.lastRuns();
      return deps.jobs
        .all()
        .slice(0, limit)
        .map((job) => view(deps, job, lastRuns));
    },
    'jobs.get': async ({ id }) => {
      const job = requireJob(deps, id);
      const next = await deps.scheduler.fireTimes({ job, from: deps.clock.now(), count: 10 });
      const anchor = deps.scheduler.anchor(id);
      return {
        job,
        view: view(deps, job, await deps.jobs.lastRuns()),
        next,
        ...(anchor === null ? {} : { anchor: toInstant(anchor) }),
      };
    },
    'jobs.add': async ({ job }) => {
      if (deps.jobs.all().some((other) => other.id === job.id)) throw taken(job.id);
      await check(deps, job);
      await save((raw) => ({ ...raw, jobs: [...(raw.jobs ?? []), toInput(job)] }));
      return viewOf(job.id);
    },
    'jobs.addAll': async ({ jobs }) => {
      const problems = (await Promise.all(jobs.map((job, i) => problemsIn(deps, jobs, job, i)))).flat();
      if (problems.length > 0) throw problemsError(problems, 'the jobs to add');
      await save((raw) => ({ ...raw, jobs: [...(raw.jobs ?? []), ...jobs.map(toInput)] }));
      const lastRuns = await deps.jobs.lastRuns();
      return jobs.map(({ id }) => view(deps, requireJob(deps, id), lastRuns));
    },
    'jobs.set': async ({ id, job }) => {
      refuseBuiltin(deps, id, 'changed');
      requireJob(deps, id);
      if (job.id !== id && deps.jobs.all().some((other) => other.id === job.id)) throw taken(job.id);
      await check(deps, job);
      await save((raw) => replaceJob(raw, id, () => toInput(job)));
      return viewOf(job.id);
    },
    'jobs.remove': async ({ id }) => {
      refuseBuiltin(deps, id, 'removed');
      requireJob(deps, id);
      await save((raw) => ({ ...raw, jobs: (raw.jobs ?? []).filter((job) => job.id !== id) }));
      return {};
    },
    'jobs.enable': async ({ id, enabled }) => {
      const job = requireJob(deps, id);
      if (enabled) await check(deps, { ...job, enabled });
      await save((raw) =>
        deps.jobs.isBuiltin(id)
          ? switchBuiltin(raw, id, enabled)
          : replaceJob(raw, id, (job) => ({ ...job, enabled })),
      );
      return viewOf(id);
    },
    'jobs.run': ({ id, ...options }) => {
      requireJob(deps, id);
      return deps.runner.runNow(id, definedOnly(options));
    },
    'jobs.preview': ({ id, ...options }) => {
      requireJob(deps, id);
      return deps.runner.preview(id, definedOnly(options));
    },
    'jobs.templates': async () => [...deps.jobs.templates],
    'jobs.useTemplate': async ({ id }) => {
      const template = deps.jobs.templates.find((candidate) => candidate.id === id);
      if (!template) throw unknown('template', id, deps.jobs.templates, 'belfry jobs templates');
      await save((raw) => ({
        ...raw,
        workspaces: withMissing(raw.workspaces, template.workspaces),
        jobs: withMissing(raw.jobs, template.jobs.map(toInput)),
      }));
      const lastRuns = await deps.jobs.lastRuns();
      return template.jobs.map((job) => view(deps, requireJob(deps, job.id), lastRuns));
    },
    'workspaces.list': async () => deps.config.current().workspaces,
    'workspaces.put': async ({ workspace }) => {
      await save((raw) => ({
        ...raw,
        workspaces: [...(raw.workspaces ?? []).filter((other) => other.id !== workspace.id), workspace],
      }));
      return {};
    },
    'workspaces.remove': async ({ id }) => {
      const { workspaces } = deps.config.current();
      if (!workspaces.some((workspace) => workspace.id === id))
        throw unknown('workspace', id, workspaces, 'belfry workspaces');
      await save((raw) => ({
        ...raw,
        workspaces: (raw.workspaces ?? []).filter((workspace) => workspace.id !== id),
      }));
      return {};
    },
    'schedule.next': ({ id, job: unsaved, trigger, timezone, from, count }) => {
      const job = unsaved ?? (id === undefined ? undefined : requireJob(deps, id));
      return deps.scheduler.fireTimes({
        ...(job ? { job } : {}),
        ...(trigger ? { trigger } : {}),
        ...(timezone ? { timezone } : {}),
        from: from === undefined ? deps.clock.now() : Date.parse(from),
        count,
      });
    },
  } satisfies Partial<Handlers>;
}

function view(deps: ApiDeps, job: Job, lastRuns: LastRuns): JobView {
  const last = lastRuns.get(job.id);
  const next = job.enabled ? deps.scheduler.next(job.id) : null;
  return {
    id: job.id,
    name: job.name,
    description: job.description,
    enabled: job.enabled,
    builtin: deps.jobs.isBuiltin(job.id),
    schedule: deps.scheduler.describe(job),
    nextRun: next === null ? null : toInstant(next),
    lastRun: last
      ? {
          id: last.id,
          status: last.status,
          finishedAt: last.finishedAt === null ? null : toInstant(last.finishedAt),
        }
      : null,
    running: deps.jobs.isRunning(job.id),
  };
}

function unknown(kind: string, id: string, all: readonly { id: string }[], command: string): BelfryError {
  const known = all.map((one) => one.id);
  return unknownId(kind, id, { known, where: 'in config.json', remedy: `List them with: ${command}` });
}

function requireJob(deps: ApiDeps, id: string): Job {
  const job = deps.jobs.all().find((candidate) => candidate.id === id);
  if (!job) throw unknown('job', id, deps.jobs.all(), 'belfry jobs');
  return job;
}

/** Schedule and steps; the commands of an enabled job are looked up too. */
async function check(deps: ApiDeps, job: Job): Promise<void> {
  const problems = [...deps.scheduler.check(job), ...(await stepProblems(deps, job))];
  if (problems.length > 0) throw problemsError(problems, `the job "${job.id}"`);
}

async function stepProblems(deps: ApiDeps, job: Job): Promise<Problem[]> {
  return [...(await deps.runner.check(job)), ...unknownAccounts(job, deps.config.current().accounts)];
}

/** What is wrong with one of some jobs that are to be added together; fields begin with `jobs[index]`. */
async function problemsIn(deps: ApiDeps, jobs: readonly Job[], job: Job, index: number): Promise<Problem[]> {
  const problems = [...deps.scheduler.check(job, jobs), ...(await stepProblems(deps, job))];
  if (deps.jobs.all().some(({ id }) => id === job.id))
    problems.unshift({ field: 'id', message: `"${job.id}" exists already` });
  if (jobs.findIndex(({ id }) => id === job.id) < index)
    problems.unshift({ field: 'id', message: `"${job.id}" is there twice` });
  return problems.map(({ field, message }) => ({ field: `jobs[${index}].${field}`, message }));
}

function refuseBuiltin(deps: ApiDeps, id: string, verb: string): void {
  if (!deps.jobs.isBuiltin(id)) return;
  throw new BelfryError({
    code: 'CONFLICT',
    what: `The job "${id}" cannot be ${verb}`,
    where: 'among the built-in jobs',
    why: 'It is a part of Belfry',
    remedy: `Switch it off instead: belfry jobs disable ${id}`,
  });
}

function taken(id: string): BelfryError {
  return new BelfryError({
    code: 'ALREADY_EXISTS',
    what: `There is already a job "${id}"`,
    where: 'in config.json',
    why: 'Ids are unique',
    remedy: `Choose another id, or change that job: belfry jobs set ${id} FILE`,
    field: 'job.id',
  });
}

/** `withoutDefaults` promises that parsing its result gives the job again, so it is one as users write it. */
function toInput(job: Job): JobInput {
  return withoutDefaults(jobSchema, job) as JobInput;
}

function replaceJob(raw: ConfigInput, id: string, edit: (job: JobInput) => JobInput): ConfigInput {
  return { ...raw, jobs: (raw.jobs ?? []).map((job) => (job.id === id ? edit(job) : job)) };
}

function switchBuiltin(raw: ConfigInput, id: string, enabled: boolean): ConfigInput {
  const others = (raw.settings?.disabledBuiltins ?? []).filter((other) => other !== id);
  return { ...raw, settings: { ...raw.settings, disabledBuiltins: enabled ? others : [...others, id] } };
}

function withMissing<T extends { id: string }>(present: T[] | undefined, wanted: readonly T[]): T[] {
  const list = present ?? [];
  return [...list, ...wanted.filter((entry) => !list.some((other) => other.id === entry.id))];
}

/** Options without those that were left out: an optional property of the runner is there or not, never undefined. */
function definedOnly<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Calls about runs and their output. */
export function runHandlers({ runs, runner }: Pick<ApiDeps, 'runs' | 'runner'>) {
  const requireRun = async (id: string) => requireFound(await runs.get(id), 'run', id, 'belfry runs');
  return {
    'runs.list': (query) => runs.list(query),
    'runs.page': (query) => runs.page(query),
    'runs.get': ({ id }) => requireRun(id),
    'runs.cancel': async ({ id }) => {
      await requireRun(id);
      return runner.cancel(id);
    },
    'runs.resume': async ({ id }) => {
      await requireRun(id);
      return runner.resume(id);
    },
    'runs.retry': async ({ id }) => {
      await requireRun(id);
      return runner.retry(id);
    },
    'runs.output': async (query) => {
      if (query.id !== undefined) await requireRun(query.id);
      return runs.output(query);
    },
    'runs.outputPage': async (query) => {
      if (query.id !== undefined) await requireRun(query.id);
      return runs.outputPage(query);
    },
  } satisfies Partial<Handlers>;
}
