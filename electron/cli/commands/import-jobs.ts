import type { Command } from 'commander';
import { problemsError, unknownId, type Workspace } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import type { Preview } from '../crontab/read-crontab.ts';
import { wireOf } from '../failure.ts';
import { readTextFile } from '../json-file.ts';
import type { Use } from '../use.ts';

type Options = { crontab: string; workspace?: string; withUser?: boolean; yes?: boolean };

/** `belfry jobs import`: shows what a crontab would become; stores it only with `--yes`, and then all of it or nothing. */
export function importCommand(jobs: Command, use: Use): void {
  jobs
    .command('import')
    .description('show what a crontab would become; with --yes, add it')
    .requiredOption('--crontab <file>', 'crontab, such as `crontab -l` prints; - for standard input')
    .option('--workspace <id>', 'run the commands in this workspace')
    .option('--with-user', 'a system crontab: a user stands before each command')
    .option('--yes', 'add the jobs to the running engine')
    .action(use(importJobs));
}

async function importJobs(context: Context, options: Options): Promise<void> {
  const { readCrontab } = await import('../crontab/read-crontab.ts');
  const { describeAdded, describePreview } = await import('../crontab/describe.ts');
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

/** Adds the jobs, all or none; what the engine finds wrong is told by the line that it comes from. */
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

/** The running engine's, or without one what config.json says: a preview needs no engine. */
async function asItIs(context: Context): Promise<Home> {
  try {
    return await ofEngine(context);
  } catch (error) {
    if (wireOf(error).code !== 'NOT_RUNNING') throw error;
  }
  const { readConfigFile } = await import('../read-config.ts');
  const { builtinJobs } = await import('../../templates/index.ts');
  const { jobs, workspaces, settings } = await readConfigFile(context.paths.config);
  const taken = [...builtinJobs, ...jobs].map(({ id }) => id);
  return { taken, timezone: settings.timezone, workspaces };
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
