import {
  type FireTimes,
  type Job,
  type JobInput,
  jobSchema,
  type Problem,
  problemsError,
  unknownId,
  type Workspace,
} from '../../shared/index.ts';
import { checkJob, fireTimes, importCrontab, type LineRemark } from '../scheduler/index.ts';
import { configuredJobs, readConfigFile } from './config-file.ts';
import { type Context, wireOf } from './context.ts';
import { readTextFile } from './files.ts';
import { counted, oneLine } from './terminal.ts';
import { fullTime } from './when.ts';

export type ImportOptions = { crontab: string; workspace?: string; withUser?: boolean; yes?: boolean };

/** Shows what a crontab would become; adds the jobs only with `--yes`, and then all of them or none. */
export async function importJobs(context: Context, options: ImportOptions): Promise<void> {
  const { io } = context;
  const { text, where } = await readTextFile(io, options.crontab);
  const { workspaces, ...home } = options.yes ? await ofEngine(context) : await asItIs(context);
  const preview = readCrontab(text, {
    taken: home.taken,
    timezone: home.timezone ?? io.timezone,
    machine: io.systemZone,
    now: io.clock.now(),
    home: io.env['HOME'] || null,
    withUser: options.withUser ?? false,
    workspace: options.workspace === undefined ? undefined : find(workspaces, options.workspace),
  });
  if (!options.yes) {
    context.show({ ...preview, stored: false }, () => describePreview(context, preview));
    return;
  }
  if (preview.problems.length > 0) throw problemsError(preview.problems.map(asProblem), where);
  await addAll(context, preview.jobs, where);
  context.show({ ...preview, stored: true }, () => describeAdded(preview));
}

/** Adds the jobs, all or none; a mistake that the engine finds is named by the line that it comes from. */
async function addAll({ call }: Context, offers: Preview['jobs'], where: string): Promise<void> {
  if (offers.length === 0) return;
  try {
    await call('jobs.addAll', { jobs: offers.map(({ job }) => job) });
  } catch (error) {
    const { code, details = [] } = wireOf(error);
    if (code !== 'BAD_INPUT') throw error;
    const problems = details.map(({ field, message }) => {
      const [, index = '', inside = ''] = /^jobs\[(\d+)\]\.?(.*)$/.exec(field) ?? [];
      const line = offers[Number(index)]?.line;
      return index === '' || line === undefined
        ? { field, message }
        : { field: `line ${line}`, message: `${inside} ${message}` };
    });
    throw problemsError(problems, where);
  }
}

type Home = { taken: string[]; timezone: string | null; workspaces: Workspace[] };

async function ofEngine({ call }: Context): Promise<Home> {
  const jobs = await call('jobs.list', { limit: 10_000 });
  const { timezone } = await call('settings.get', {});
  return { taken: jobs.map(({ id }) => id), timezone, workspaces: await call('workspaces.list', {}) };
}

/** From the running engine, or from config.json without one: a preview needs no engine. */
async function asItIs(context: Context): Promise<Home> {
  try {
    return await ofEngine(context);
  } catch (error) {
    if (wireOf(error).code !== 'NOT_RUNNING') throw error;
  }
  const config = await readConfigFile(context.paths.config);
  const taken = configuredJobs(config).map(({ id }) => id);
  return { taken, timezone: config.settings.timezone, workspaces: config.workspaces };
}

function find(workspaces: readonly Workspace[], id: string): Workspace {
  const found = workspaces.find((workspace) => workspace.id === id);
  if (found) return found;
  throw unknownId('workspace', id, {
    known: workspaces.map((one) => one.id),
    where: 'in the option --workspace',
    remedy: 'List them with `belfry workspaces`',
  });
}

function asProblem({ line, message }: Preview['problems'][number]) {
  return { field: line === null ? '' : `line ${line}`, message };
}

/** A job that a crontab's line would become, and when it would run. */
type Offer = { line: number; job: JobInput; schedule: string; timezone: string; next: string[] };

/** What an import would do; nothing is stored by looking. */
type Preview = { jobs: Offer[]; remarks: LineRemark[]; problems: LineRemark[] };

type PreviewOptions = {
  taken: readonly string[];
  /** Zone of jobs without one. */
  timezone: string;
  /** Zone of this machine, in which cron reads the times. */
  machine: string;
  now: number;
  /** The user's home folder, in which cron runs commands. */
  home: string | null;
  withUser: boolean;
  workspace: Workspace | undefined;
};

/** Reads a crontab and looks ahead: jobs, their next three runs, and the remarks on each line. */
function readCrontab(text: string, options: PreviewOptions): Preview {
  const { taken, timezone, machine, now, withUser, workspace } = options;
  // The folder of a workspace replaces the user's home.
  const home = workspace ? null : options.home;
  const read = importCrontab(text, { taken, timezone, machine, withUser, home });
  const preview: Preview = { jobs: [], remarks: read.remarks, problems: read.problems };
  for (const { line, job: input, schedule } of read.jobs) {
    const offered = workspace ? inWorkspace(input, workspace) : input;
    const job = jobSchema.parse(offered);
    const problems = checkJob(job, { timezone, now });
    preview.problems.push(...problems.map((problem) => ({ line, message: asSentence(problem) })));
    if (problems.length > 0) continue;
    const times = upcoming(job, timezone, now);
    preview.jobs.push({ line, job: offered, schedule, timezone: times.timezone, next: times.next });
  }
  preview.remarks = sorted(preview.remarks);
  preview.problems = sorted(preview.problems);
  return preview;
}

function upcoming(job: Job, timezone: string, now: number): FireTimes {
  const { triggers, blackouts } = job;
  return fireTimes({ triggers, blackouts, timezone: job.timezone ?? timezone, from: now, count: 3 });
}

function asSentence({ field, message }: Problem): string {
  return `${field} ${message}`;
}

/** By line; what is about the whole comes last. */
function sorted(remarks: readonly LineRemark[]): LineRemark[] {
  const lineOf = ({ line }: LineRemark) => line ?? Number.POSITIVE_INFINITY;
  return [...remarks].sort((a, b) => (lineOf(a) === lineOf(b) ? 0 : lineOf(a) - lineOf(b)));
}

type Step = JobInput['steps'][number];

/**
 * A job whose commands run in a workspace: those that begin with its command become steps of it, all others run in its
 * folder and environment. What the crontab itself sets goes first.
 */
function inWorkspace(job: JobInput, workspace: Workspace): JobInput {
  return { ...job, steps: job.steps.map((step) => stepIn(step, workspace)) };
}

function stepIn(step: Step, { id, cwd, command: begin, env }: Workspace): Step {
  if (step.type !== 'command' || step.command === undefined) return step;
  const { command, ...rest } = step;
  const begins = !step.shell && begin.every((word, i) => command[i] === word);
  if (begins) return { ...rest, workspace: id, args: command.slice(begin.length) };
  const both = { ...env, ...step.env };
  return { ...step, cwd: step.cwd ?? cwd, ...(Object.keys(both).length === 0 ? {} : { env: both }) };
}

/** A preview as text: every job with its line, schedule and next runs, then what there is to say. */
function describePreview(context: Context, { jobs, remarks, problems }: Preview): string {
  const { paint } = context;
  return [
    ...jobs.map((offer) => `${describeOffer(context, offer)}\n`),
    ...list('Problems', problems, (text) => paint('red', text)),
    ...list('Remarks', remarks, (text) => text),
    ending(jobs.length, problems.length),
  ].join('\n');
}

/** What was added, and what there is to say of it. */
function describeAdded({ jobs, remarks }: Preview): string {
  if (jobs.length === 0) return nothing;
  const ids = jobs.map(({ job }) => job.id).join(', ');
  return [...list('Remarks', remarks, (text) => text), `Added ${counted(jobs.length, 'job')}: ${ids}.`].join(
    '\n',
  );
}

const nothing = 'There is nothing to import.';

function describeOffer({ paint }: Context, { line, job, schedule, timezone, next }: Offer): string {
  const title = `${paint('bold', oneLine(job.name))} (${job.id})`;
  const commands = job.steps.map((step) => `  ${oneLine(commandOf(step))}`);
  const times = next.map((at) => `  ${fullTime(at, timezone)}`);
  return [`${title}, line ${line}`, ...commands, `  ${oneLine(schedule)}`, ...times].join('\n');
}

function commandOf(step: Offer['job']['steps'][number]): string {
  if (step.type !== 'command') return step.name;
  const words = step.command ?? [`[${step.workspace}]`, ...(step.args ?? [])];
  return `$ ${words.join(' ')}`;
}

function list(head: string, remarks: readonly LineRemark[], mark: (text: string) => string): string[] {
  if (remarks.length === 0) return [];
  const lines = remarks.map(
    ({ line, message }) => `  ${line === null ? '' : `line ${line}: `}${mark(oneLine(message))}`,
  );
  return [head, ...lines, ''];
}

function ending(jobs: number, problems: number): string {
  if (problems > 0) return `Nothing was stored. Correct ${counted(problems, 'problem')}, then look again.`;
  if (jobs === 0) return nothing;
  return `Nothing was stored. Add --yes to add ${jobs === 1 ? 'this job' : `these ${jobs} jobs`}.`;
}
