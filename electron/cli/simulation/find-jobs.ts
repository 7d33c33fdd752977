import {
  type Config,
  fromInstant,
  type Job,
  jobSchema,
  type Millis,
  problemsError,
  unknownId,
} from '../../../shared/index.ts';
import { checkJob, checkJobs } from '../../scheduler/index.ts';
import { readAnchors } from '../../store/index.ts';
import { builtinJobs } from '../../templates/index.ts';
import type { Context } from '../context.ts';
import { wireOf } from '../failure.ts';
import { parseJson, readTextFile, type TextFile } from '../json-file.ts';
import { parseMany } from '../many.ts';
import { parseConfig, readConfigFile } from '../read-config.ts';

/** What is simulated. */
export type Subject = {
  jobs: Job[];
  /** Zone of jobs without one, where it is set; null = this machine's. */
  timezone: string | null;
  /** When Belfry first saw a job, where that is known. */
  anchors: ReadonlyMap<string, Millis>;
};

/** The jobs that a name means: a file (one job, a list, or a whole configuration), `-`, or the id of a job. */
export async function findJobs(context: Context, name: string): Promise<Subject> {
  // An id has no dots and slashes (design §3.1), and a file without them can be written as ./name.
  return name === '-' || /[./\\]/.test(name) ? await ofFile(context, name) : await ofId(context, name);
}

async function ofFile(context: Context, name: string): Promise<Subject> {
  const file = await readTextFile(context.io, name);
  const value = parseJson(file.text, file.where);
  if (isConfig(value)) {
    const { jobs, settings } = parseConfig(file.text, file.where);
    return { jobs, timezone: settings.timezone, anchors: readAnchors(context.paths.db) };
  }
  const jobs = Array.isArray(value) ? listed(value, name, file) : [alone(context, value, name, file)];
  // A file for a job that exists is a change of it, which keeps its phase.
  return { jobs, timezone: null, anchors: readAnchors(context.paths.db) };
}

function isConfig(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'jobs' in value && !('steps' in value);
}

function listed(value: unknown[], name: string, { folder }: TextFile): Job[] {
  return parseMany(jobSchema, { value, name, folder }, (jobs) =>
    checkJobs(jobs, builtinJobs).map(({ field, message }) => ({
      field: field.replace(/^jobs/, ''),
      message,
    })),
  );
}

function alone(context: Context, value: unknown, name: string, { folder, where }: TextFile): Job {
  const [job] = parseMany(jobSchema, { value, name, folder });
  if (!job) throw new Error('One value was parsed into none');
  const problems = checkJob(job);
  if (problems.length > 0) throw problemsError(problems, where);
  return asEnabled(context, job);
}

async function ofId(context: Context, id: string): Promise<Subject> {
  try {
    return await ofEngine(context, id);
  } catch (error) {
    if (wireOf(error).code !== 'NOT_RUNNING') throw error;
    const config = await readConfigFile(context.paths.config);
    const jobs = await withSources(id, async (wanted) => ofConfig(config, wanted, context.paths.config));
    return {
      jobs: jobs.map((job) => (job.id === id ? asEnabled(context, job) : job)),
      timezone: config.settings.timezone,
      anchors: readAnchors(context.paths.db),
    };
  }
}

async function ofEngine(context: Context, id: string): Promise<Subject> {
  const anchors = new Map<string, Millis>();
  const { timezone } = await context.call('settings.get', {});
  const jobs = await withSources(id, async (wanted) => {
    const { job, anchor } = await context.call('jobs.get', { id: wanted });
    if (anchor !== undefined) anchors.set(job.id, fromInstant(anchor));
    return wanted === id ? asEnabled(context, job) : job;
  });
  return { jobs, timezone, anchors };
}

function ofConfig({ jobs }: Config, id: string, where: string): Job {
  const all = [...builtinJobs, ...jobs];
  const job = all.find((candidate) => candidate.id === id);
  if (job) return job;
  throw unknownId('job', id, {
    known: all.map((one) => one.id),
    where: `in ${where}`,
    remedy: 'Check the id, name another home with --home, or write a file with a dot or slash: ./FILE',
  });
}

/** A job, and those whose end it waits for: without them it would never run. */
async function withSources(id: string, get: (id: string) => Promise<Job>): Promise<Job[]> {
  const found = new Map<string, Job>();
  for (const wanted = [id]; wanted.length > 0; ) {
    const next = wanted.shift() ?? id;
    if (found.has(next)) continue;
    const job = await get(next);
    found.set(next, job);
    wanted.push(
      ...job.triggers.flatMap((trigger) => (trigger.type === 'event' ? [trigger.job ?? []] : [])).flat(),
    );
  }
  return [...found.values()];
}

/** Who asks about one job wants to know what it would do. */
function asEnabled({ io }: Context, job: Job): Job {
  if (job.enabled) return job;
  io.err(`The job ${job.id} is disabled; this shows what it would do if it were not.\n`);
  return { ...job, enabled: true };
}
