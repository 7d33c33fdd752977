import type { Command } from 'commander';
import { type Job, type JobView, jobSchema, type Problem } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { readJsonFile } from '../json-file.ts';
import { inList, parseMany } from '../many.ts';
import { type PageOptions, pagesOf, showPages, withPages } from '../pages.ts';
import { paintStatus } from '../paint.ts';
import { pairs, table } from '../table.ts';
import { counted, oneLine } from '../text.ts';
import type { Use } from '../use.ts';
import { fullTime, when } from '../when.ts';
import { importCommand } from './import-jobs.ts';

/** Jobs: list, show, add, set, import, remove, enable, disable, templates, use. */
export function jobCommands(program: Command, use: Use): void {
  const jobs = program.command('jobs').description('jobs: what Belfry runs, and when');
  withPages(jobs.command('list', { isDefault: true }))
    .description('list the jobs, or show one')
    .argument('[id]')
    .action(
      use(async (context, id: string | undefined, pages: PageOptions) => {
        if (id !== undefined) return show(context, id);
        const all = await context.call('jobs.list', { limit: 10_000 });
        await showPages(
          context,
          pages,
          async (ask) => pagesOf(all, ask),
          (list) => jobTable(context, list),
        );
      }),
    );
  jobs
    .command('show')
    .description('show a job: its schedule, its next runs, its steps')
    .argument('<id>')
    .action(use((context, id: string) => show(context, id)));
  jobs
    .command('add')
    .description('add a job, or a list of jobs')
    .argument('<file>', 'JSON file, or - for standard input')
    .action(use(add));
  jobs
    .command('set')
    .description('replace a job by another')
    .argument('<id>')
    .argument('<file>', 'JSON file, or - for standard input')
    .action(use(set));
  importCommand(jobs, use);
  jobs
    .command('remove')
    .description('remove a job; its past runs stay')
    .argument('<id>')
    .action(
      use(async (context, id: string) => {
        await context.call('jobs.remove', { id });
        context.show({}, () => `Removed the job ${id}.`);
      }),
    );
  for (const enabled of [true, false]) {
    const verb = enabled ? 'enable' : 'disable';
    jobs
      .command(verb)
      .description(enabled ? 'let a job run by its schedule' : 'keep a job from running by its schedule')
      .argument('<id>')
      .action(
        use(async (context, id: string) => {
          const job = await context.call('jobs.enable', { id, enabled });
          context.show(job, () => `${verb === 'enable' ? 'Enabled' : 'Disabled'} the job ${id}.`);
        }),
      );
  }
  jobs
    .command('templates')
    .description('ready-made jobs')
    .action(
      use(async (context) => {
        const list = await context.call('jobs.templates', {});
        const rows = list.map((t) => [t.id, t.name, counted(t.jobs.length, 'job'), oneLine(t.description)]);
        context.show(list, () => table(['ID', 'NAME', 'JOBS', 'WHAT'], rows, context.io.columns));
      }),
    );
  jobs
    .command('use')
    .description('add the jobs of a template, disabled')
    .argument('<template>')
    .action(
      use(async (context, id: string) => {
        const list = await context.call('jobs.useTemplate', { id });
        context.show(list, () => jobTable(context, list));
      }),
    );
}

async function show(context: Context, id: string): Promise<void> {
  const found = await context.call('jobs.get', { id });
  const { job, view, next } = found;
  context.show(found, () => {
    const steps = job.steps.map((step, i) => `  ${i + 1}. ${oneLine(step.name)}`);
    const times = next.next.map((at) => `  ${fullTime(at, next.timezone)}`);
    return [
      pairs([
        ['Job', `${oneLine(view.name)} (${view.id})`],
        ['What', oneLine(view.description)],
        ['State', stateOf(context, view)],
        ['Schedule', view.schedule],
        ['Time zone', next.timezone],
        ['Clock changes', next.daylightSaving],
        ['Last run', lastOf(context, view)],
      ]),
      'Steps',
      ...steps,
      ...(times.length > 0 ? ['Next runs', ...times] : []),
    ].join('\n');
  });
}

async function add(context: Context, file: string): Promise<void> {
  const input = await readJsonFile(context.io, file);
  parseMany(jobSchema, input, twice);
  const { checkJob } = await import('../../scheduler/index.ts');
  const taken = new Set((await context.call('jobs.list', { limit: 10_000 })).map((job) => job.id));
  // Everything that can be known is looked at before the first is added.
  const jobs = parseMany(jobSchema, input, (list) => [
    ...already(list, taken),
    ...list.flatMap((job, i) => checkJob(job).map(inList(i))),
  ]);
  const [only] = jobs;
  if (!Array.isArray(input.value) && only) {
    const view = await context.call('jobs.add', { job: only });
    return context.show(view, () => jobTable(context, [view]));
  }
  const added = jobs.length === 0 ? [] : await context.call('jobs.addAll', { jobs });
  context.show(added, () => jobTable(context, added));
}

async function set(context: Context, id: string, file: string): Promise<void> {
  const input = await readJsonFile(context.io, file);
  const [job] = parseMany(jobSchema, input, (list) =>
    list.length === 1 ? [] : [{ field: '', message: 'must be one job, since one is replaced' }],
  );
  if (!job) return;
  const view = await context.call('jobs.set', { id, job });
  context.show(view, () => jobTable(context, [view]));
}

function twice(list: Job[]): Problem[] {
  return list.flatMap((job, i) =>
    list.findIndex((other) => other.id === job.id) < i
      ? [{ field: `[${i}].id`, message: `"${job.id}" is there twice` }]
      : [],
  );
}

function already(list: Job[], taken: ReadonlySet<string>): Problem[] {
  return list.flatMap((job, i) =>
    taken.has(job.id)
      ? [{ field: `[${i}].id`, message: `"${job.id}" exists; use \`belfry jobs set ${job.id} FILE\`` }]
      : [],
  );
}

function jobTable(context: Context, jobs: readonly JobView[]): string {
  if (jobs.length === 0) return 'There are no jobs. `belfry jobs templates` lists ready-made ones.';
  const rows = jobs.map((job) => [
    job.id,
    stateOf(context, job),
    oneLine(job.schedule),
    when(job.nextRun, context.reader),
    lastOf(context, job),
  ]);
  return table(['ID', 'STATE', 'SCHEDULE', 'NEXT', 'LAST'], rows, context.io.columns);
}

function stateOf({ paint }: Context, job: JobView): string {
  if (job.running) return paintStatus(paint, 'running');
  return job.enabled ? 'on' : paint('dim', 'off');
}

function lastOf({ paint, reader }: Context, { lastRun }: JobView): string {
  if (!lastRun) return '–';
  const at = lastRun.finishedAt === null ? '' : ` ${when(lastRun.finishedAt, reader)}`;
  return `${paintStatus(paint, lastRun.status)}${at}`;
}
