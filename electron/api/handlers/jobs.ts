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
import type { Handlers } from '../dispatch.ts';
import type { ApiNeeds, LastRun } from '../ports.ts';

/** Calls about jobs, templates and workspaces: all of them edits of config.json. */
export function jobHandlers(needs: ApiNeeds) {
  const save = async (edit: (raw: ConfigInput) => ConfigInput): Promise<Config> => {
    const config = await needs.config.change(edit);
    await needs.jobsChanged();
    return config;
  };
  const viewOf = async (id: string) => view(needs, find(needs, id), await needs.jobs.lastRuns());

  return {
    'jobs.list': async ({ limit }) => {
      const lastRuns = await needs.jobs.lastRuns();
      return needs.jobs
        .all()
        .slice(0, limit)
        .map((job) => view(needs, job, lastRuns));
    },
    'jobs.get': async ({ id }) => {
      const job = find(needs, id);
      const next = await needs.scheduler.fireTimes({ job, from: needs.clock.now(), count: 10 });
      const anchor = needs.scheduler.anchor(id);
      return {
        job,
        view: view(needs, job, await needs.jobs.lastRuns()),
        next,
        ...(anchor === null ? {} : { anchor: toInstant(anchor) }),
      };
    },
    'jobs.add': async ({ job }) => {
      if (needs.jobs.all().some((other) => other.id === job.id)) throw taken(job.id);
      await check(needs, job);
      await save((raw) => ({ ...raw, jobs: [...(raw.jobs ?? []), trim(job)] }));
      return viewOf(job.id);
    },
    'jobs.addAll': async ({ jobs }) => {
      const problems = (await Promise.all(jobs.map((job, i) => problemsIn(needs, jobs, job, i)))).flat();
      if (problems.length > 0) throw problemsError(problems, 'the jobs to add');
      await save((raw) => ({ ...raw, jobs: [...(raw.jobs ?? []), ...jobs.map(trim)] }));
      const lastRuns = await needs.jobs.lastRuns();
      return jobs.map(({ id }) => view(needs, find(needs, id), lastRuns));
    },
    'jobs.set': async ({ id, job }) => {
      refuseBuiltin(needs, id, 'changed');
      find(needs, id);
      if (job.id !== id && needs.jobs.all().some((other) => other.id === job.id)) throw taken(job.id);
      await check(needs, job);
      await save((raw) => replaceJob(raw, id, () => trim(job)));
      return viewOf(job.id);
    },
    'jobs.remove': async ({ id }) => {
      refuseBuiltin(needs, id, 'removed');
      find(needs, id);
      await save((raw) => ({ ...raw, jobs: (raw.jobs ?? []).filter((job) => job.id !== id) }));
      return {};
    },
    'jobs.enable': async ({ id, enabled }) => {
      const job = find(needs, id);
      if (enabled) await check(needs, { ...job, enabled });
      await save((raw) =>
        needs.jobs.isBuiltin(id)
          ? switchBuiltin(raw, id, enabled)
          : replaceJob(raw, id, (job) => ({ ...job, enabled })),
      );
      return viewOf(id);
    },
    'jobs.run': ({ id, ...options }) => {
      find(needs, id);
      return needs.runner.runNow(id, given(options));
    },
    'jobs.preview': ({ id, ...options }) => {
      find(needs, id);
      return needs.runner.preview(id, given(options));
    },
    'jobs.templates': async () => [...needs.jobs.templates],
    'jobs.useTemplate': async ({ id }) => {
      const template = needs.jobs.templates.find((candidate) => candidate.id === id);
      if (!template) throw unknown('template', id, needs.jobs.templates, 'belfry jobs templates');
      await save((raw) => ({
        ...raw,
        workspaces: missing(raw.workspaces, template.workspaces),
        jobs: missing(raw.jobs, template.jobs.map(trim)),
      }));
      const lastRuns = await needs.jobs.lastRuns();
      return template.jobs.map((job) => view(needs, find(needs, job.id), lastRuns));
    },
    'workspaces.list': async () => needs.config.current().workspaces,
    'workspaces.put': async ({ workspace }) => {
      await save((raw) => ({
        ...raw,
        workspaces: [...(raw.workspaces ?? []).filter((other) => other.id !== workspace.id), workspace],
      }));
      return {};
    },
    'workspaces.remove': async ({ id }) => {
      const { workspaces } = needs.config.current();
      if (!workspaces.some((workspace) => workspace.id === id))
        throw unknown('workspace', id, workspaces, 'belfry workspaces');
      await save((raw) => ({
        ...raw,
        workspaces: (raw.workspaces ?? []).filter((workspace) => workspace.id !== id),
      }));
      return {};
    },
    'schedule.next': ({ id, job: unsaved, trigger, timezone, from, count }) => {
      const job = unsaved ?? (id === undefined ? undefined : find(needs, id));
      return needs.scheduler.fireTimes({
        ...(job ? { job } : {}),
        ...(trigger ? { trigger } : {}),
        ...(timezone ? { timezone } : {}),
        from: from === undefined ? needs.clock.now() : Date.parse(from),
        count,
      });
    },
  } satisfies Partial<Handlers>;
}

function view(needs: ApiNeeds, job: Job, lastRuns: ReadonlyMap<string, LastRun>): JobView {
  const last = lastRuns.get(job.id);
  const next = job.enabled ? needs.scheduler.next(job.id) : null;
  return {
    id: job.id,
    name: job.name,
    description: job.description,
    enabled: job.enabled,
    builtin: needs.jobs.isBuiltin(job.id),
    schedule: needs.scheduler.describe(job),
    nextRun: next === null ? null : toInstant(next),
    lastRun: last
      ? {
          id: last.id,
          status: last.status,
          finishedAt: last.finishedAt === null ? null : toInstant(last.finishedAt),
        }
      : null,
    running: needs.runner.running().some((run) => run.jobId === job.id),
  };
}

function unknown(kind: string, id: string, all: readonly { id: string }[], command: string): BelfryError {
  const known = all.map((one) => one.id);
  return unknownId(kind, id, { known, where: 'in config.json', remedy: `List them with: ${command}` });
}

function find(needs: ApiNeeds, id: string): Job {
  const job = needs.jobs.all().find((candidate) => candidate.id === id);
  if (!job) throw unknown('job', id, needs.jobs.all(), 'belfry jobs');
  return job;
}

/** Schedule and steps; the commands of an enabled job are looked up too. */
async function check(needs: ApiNeeds, job: Job): Promise<void> {
  const problems = [...needs.scheduler.check(job), ...(await stepProblems(needs, job))];
  if (problems.length > 0) throw problemsError(problems, `the job "${job.id}"`);
}

async function stepProblems(needs: ApiNeeds, job: Job): Promise<Problem[]> {
  return [...(await needs.runner.check(job)), ...unknownAccounts(job, needs.config.current().accounts)];
}

/** What is wrong with one of some jobs that are to be added together; fields begin with `jobs[index]`. */
async function problemsIn(
  needs: ApiNeeds,
  jobs: readonly Job[],
  job: Job,
  index: number,
): Promise<Problem[]> {
  const problems = [...needs.scheduler.check(job, jobs), ...(await stepProblems(needs, job))];
  if (needs.jobs.all().some(({ id }) => id === job.id))
    problems.unshift({ field: 'id', message: `"${job.id}" exists already` });
  if (jobs.findIndex(({ id }) => id === job.id) < index)
    problems.unshift({ field: 'id', message: `"${job.id}" is there twice` });
  return problems.map(({ field, message }) => ({ field: `jobs[${index}].${field}`, message }));
}

function refuseBuiltin(needs: ApiNeeds, id: string, verb: string): void {
  if (!needs.jobs.isBuiltin(id)) return;
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

/** `withoutDefaults` promises that parsing its result gives the job again, so it is one as a person writes it. */
function trim(job: Job): JobInput {
  return withoutDefaults(jobSchema, job) as JobInput;
}

function replaceJob(raw: ConfigInput, id: string, edit: (job: JobInput) => JobInput): ConfigInput {
  return { ...raw, jobs: (raw.jobs ?? []).map((job) => (job.id === id ? edit(job) : job)) };
}

function switchBuiltin(raw: ConfigInput, id: string, enabled: boolean): ConfigInput {
  const others = (raw.settings?.disabledBuiltins ?? []).filter((other) => other !== id);
  return { ...raw, settings: { ...raw.settings, disabledBuiltins: enabled ? others : [...others, id] } };
}

function missing<T extends { id: string }>(present: T[] | undefined, wanted: readonly T[]): T[] {
  const list = present ?? [];
  return [...list, ...wanted.filter((entry) => !list.some((other) => other.id === entry.id))];
}

/** Options without those that were left out: an optional property of the runner is there or not, never undefined. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
