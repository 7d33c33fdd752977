import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  argvText,
  exitCodes,
  type Job,
  type JobView,
  jobSchema,
  type PlannedStep,
  type Problem,
  type RunParameters,
} from '../../../shared/index.ts';
import type { Context, Use } from '../context.ts';
import type { ImportOptions } from '../crontab.ts';
import { inList, parseMany, readJsonFile } from '../files.ts';
import { showStarted } from '../follow.ts';
import { type PageOptions, pagesOf, showPages, withPages } from '../pages.ts';
import { counted, oneLine, paintStatus, pairs, table } from '../terminal.ts';
import { wholeNumber } from '../usage.ts';
import { fullTime, when } from '../when.ts';

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
  jobs
    .command('import')
    .description('show what a crontab would become; with --yes, add it')
    .requiredOption('--crontab <file>', 'crontab, such as `crontab -l` prints; - for standard input')
    .option('--workspace <id>', 'run the commands in this workspace')
    .option('--with-user', 'a system crontab: a user stands before each command')
    .option('--yes', 'add the jobs to the running engine')
    .action(
      use(async (context, options: ImportOptions) => {
        const { importJobs } = await import('../crontab.ts');
        await importJobs(context, options);
      }),
    );
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

type RunOptions = ParameterOptions & { wait?: boolean; dryRun?: boolean; fromStep?: number };

/** `belfry run-job`: runs a job by hand, which never moves its schedule. */
export function runJobCommand(program: Command, use: Use): void {
  program
    .command('run-job')
    .description('run a job now')
    .argument('<id>')
    .option('--wait', 'show its output, and end with its status: 0 for success, else 1')
    .addOption(
      new Option(
        '--dry-run',
        'show what each step would run and where, without running it; ends with 1 when one could not be started',
      ).conflicts('wait'),
    )
    .option('--from-step <n>', 'start at this step, counted from 1', wholeNumber(1, 100))
    .option(
      '--arg <word>',
      'add this argument to the first command that runs; may be repeated',
      (word, before: string[]) => [...before, word],
      [],
    )
    .option(
      '--env <name=value>',
      'set this variable for every command; may be repeated. It is kept with the run: no secrets here',
      addVariable,
      {},
    )
    .addHelpText(
      'after',
      `
Examples:
  belfry run-job news_pipeline --wait
  belfry run-job news_pipeline --dry-run --from-step 2
  belfry run-job news_pipeline --arg --topic --arg 'City council' --env MODE=test`,
    )
    .action(use(runJob));
}

async function runJob(context: Context, id: string, options: RunOptions): Promise<number> {
  const { fromStep, dryRun = false, wait = false } = options;
  const input = { id, ...(fromStep === undefined ? {} : { fromStep }), ...parametersOf(options) };
  if (!dryRun) return await showStarted(context, await context.call('jobs.run', input), wait);
  const planned = await context.call('jobs.preview', input);
  context.show(planned, () => describeDryRun(context, planned, fromStep ?? 1));
  return planned.some(({ problem }) => problem !== null) ? exitCodes.failed : exitCodes.done;
}

/** What `--arg` and `--env` gave, each as often as it stood there. */
type ParameterOptions = { arg: string[]; env: Record<string, string> };

/** Parameters of a run, or nothing when none were given. */
function parametersOf({ arg, env }: ParameterOptions): { parameters?: RunParameters } {
  return arg.length === 0 && Object.keys(env).length === 0 ? {} : { parameters: { args: arg, env } };
}

/** Takes one more `NAME=VALUE`. */
function addVariable(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be of the form NAME=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

const whenWords = {
  success: '',
  failure: ', after a failure only',
  always: ', in any case',
} as const satisfies Record<PlannedStep['when'], string>;

/** A dry run as text: each step with its exact words, where it would run, and why it could not; `first` counts from 1. */
function describeDryRun(context: Context, planned: readonly PlannedStep[], first: number): string {
  const commands = planned.filter(({ env }) => env.length > 0);
  const common = (commands[0]?.env ?? []).filter((name) => commands.every(({ env }) => env.includes(name)));
  const steps = planned.map((step, index) => describeStep(context, step, first + index, common));
  const variables =
    common.length === 0
      ? []
      : [`Every command gets ${counted(common.length, 'variable')}: ${common.join(', ')}`];
  const problems = planned.filter(({ problem }) => problem !== null).length;
  const end =
    problems === 0 ? 'Nothing was run.' : `Nothing was run; ${counted(problems, 'step')} could not be.`;
  return [...steps, ...variables, end].join('\n');
}

function describeStep(
  { paint }: Context,
  { name, type, when, argv, shell, cwd, env, problem }: PlannedStep,
  number: number,
  common: readonly string[],
): string {
  const what = { command: shell ? 'Shell line' : 'Command', builtin: 'Action', webhook: 'Request' }[type];
  const own = env.filter((variable) => !common.includes(variable));
  const facts = pairs([
    [what, shell || type !== 'command' ? argv.map(oneLine).join(' ') : argvText(argv)],
    ['Folder', cwd ?? undefined],
    ['Variables', own.join(', ')],
    ['Problem', problem === null ? undefined : paint('red', oneLine(problem))],
  ]);
  const indented = facts.split('\n').map((line) => `   ${line}`);
  return [`${number}. ${oneLine(name)}${whenWords[when]}`, ...indented].join('\n');
}
