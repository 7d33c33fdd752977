import type { Command } from 'commander';
import {
  argvText,
  BelfryError,
  type ExportFormat,
  exportFormats,
  exportRun,
  fromInstant,
  type RunStatus,
  type RunView,
  runStatuses,
} from '../../../shared/index.ts';
import type { Context, Use } from '../context.ts';
import { writeOut } from '../files.ts';
import { showStarted } from '../follow.ts';
import { type PageOptions, showPages, withPages } from '../pages.ts';
import { counted, oneLine, paintStatus, pairs, table } from '../terminal.ts';
import { oneOf } from '../usage.ts';
import { span, when } from '../when.ts';

type ListOptions = PageOptions & { job?: string; status?: RunStatus; before?: string };

/** Runs: list, show, export, resume, retry, cancel. */
export function runCommands(program: Command, use: Use): void {
  const runs = program.command('runs').description('runs: what ran, how it went, and why something did not');
  withPages(runs.command('list', { isDefault: true }))
    .description('list the newest runs, or show one')
    .argument('[id]')
    .option('--job <id>', 'of this job')
    .option('--status <status>', 'in this state', oneOf(runStatuses))
    .option('--before <id>', 'older than this run')
    .action(
      use(async (context, id: string | undefined, { job, status, before, ...pages }: ListOptions) => {
        if (id !== undefined) return show(context, id);
        const query = {
          ...(job === undefined ? {} : { jobId: job }),
          ...(status === undefined ? {} : { status }),
          ...(before === undefined ? {} : { before }),
        };
        await showPages(
          context,
          pages,
          async (ask) => {
            const { runs: items, ...page } = await context.call('runs.page', { ...query, ...ask });
            return { items, ...page };
          },
          (list) => runTable(context, list),
        );
      }),
    );
  runs
    .command('show')
    .description('show a run with its steps')
    .argument('<id>')
    .action(use((context, id: string) => show(context, id)));
  exportCommand(runs, use);
  runs
    .command('resume')
    .description(
      'run the job of a failed run again from its failed step, with the results of the steps before',
    )
    .argument('<id>')
    .option('--wait', 'show its output, and end with its status: 0 for success, else 1')
    .addHelpText(
      'after',
      `
Examples:
  belfry runs --status failed
  belfry runs resume 3f2a91c4d5e60718 --wait`,
    )
    .action(
      use(async (context, id: string, { wait = false }: { wait?: boolean }) =>
        showStarted(context, await context.call('runs.resume', { id }), wait),
      ),
    );
  runs
    .command('retry')
    .description(
      'try a failed run again, with the same slot and parameters; a retry of it that waits starts at once, also in a pause',
    )
    .argument('<id>', 'the failed run, or the retry that waits')
    .option('--wait', 'show its output, and end with its status: 0 for success, else 1')
    .action(
      use(async (context, id: string, { wait = false }: { wait?: boolean }) =>
        showStarted(context, await context.call('runs.retry', { id }), wait),
      ),
    );
  runs
    .command('cancel')
    .description('stop a run that is at work or waits')
    .argument('<id>')
    .action(
      use(async (context, id: string) => {
        const run = await context.call('runs.cancel', { id });
        context.show(run, () => `The run ${run.id} of ${oneLine(run.jobName)} is ${run.status}.`);
      }),
    );
}

async function show(context: Context, id: string): Promise<void> {
  const run = await context.call('runs.get', { id });
  context.show(run, () => describeRun(context, run));
}

/** A run in a few lines. */
function describeRun({ paint, reader }: Context, run: RunView): string {
  const steps = run.steps.map((step, index) => {
    const exit = step.exitCode === null ? '' : `, exit code ${step.exitCode}`;
    const signal = step.signal === null ? '' : `, ${step.signal}`;
    const took = durationOf(step);
    const error = step.error === null ? '' : `: ${oneLine(step.error)}`;
    const result = step.result === undefined ? [] : [`     Result ${oneLine(step.result)}`];
    const head = `  ${index + 1}. ${paintStatus(paint, step.status)}  ${oneLine(step.name)}`;
    return [`${head}${exit}${signal}${took ? `, ${took}` : ''}${error}`, ...result].join('\n');
  });
  const list = pairs([
    ['Run', run.id],
    ['Job', `${oneLine(run.jobName)} (${run.jobId})`],
    ['Status', paintStatus(paint, run.status)],
    ['Reason', run.reason === null ? undefined : oneLine(run.reason)],
    ['Cause', run.attempt > 1 ? `${run.cause}, attempt ${run.attempt}` : run.cause],
    ['Given', givenOf(run)],
    ['Due', run.slot === null ? undefined : when(run.slot, reader)],
    ['Missed slots', gapOf(run, reader)],
    ['Not before', run.notBefore === undefined ? undefined : when(run.notBefore, reader)],
    ['Started', run.startedAt === null ? undefined : when(run.startedAt, reader)],
    ['Took', durationOf(run)],
  ]);
  return [list, ...(steps.length > 0 ? ['Steps', ...steps] : [])].join('\n');
}

function runTable(context: Context, runs: readonly RunView[]): string {
  if (runs.length === 0) return 'No runs.';
  const rows = runs.map((run) => [
    run.id,
    run.jobId,
    paintStatus(context.paint, run.status),
    run.cause,
    when(run.startedAt ?? run.slot ?? run.createdAt, context.reader),
    durationOf(run) ?? '–',
    oneLine(run.reason ?? ''),
  ]);
  return table(['ID', 'JOB', 'STATUS', 'CAUSE', 'WHEN', 'TOOK', 'REASON'], rows, context.io.columns);
}

function durationOf({
  startedAt,
  finishedAt,
}: Pick<RunView, 'startedAt' | 'finishedAt'>): string | undefined {
  if (startedAt === null || finishedAt === null) return undefined;
  return span(fromInstant(finishedAt) - fromInstant(startedAt));
}

/** Parameters of the run, without the values of variables. */
function givenOf({ parameters }: RunView): string | undefined {
  if (!parameters) return undefined;
  const names = Object.keys(parameters.env).map((name) => `${name}=…`);
  return [argvText(parameters.args), ...names].filter(Boolean).join(' ');
}

function gapOf({ gap }: RunView, reader: Context['reader']): string | undefined {
  if (gap === null) return undefined;
  return `${gap.count}, from ${when(gap.first, reader)} to ${when(gap.last, reader)}`;
}

type ExportOptions = { format?: ExportFormat; output: string };

/** `belfry runs export`: a run with its steps and all of its output as one document. */
function exportCommand(runs: Command, use: Use): void {
  runs
    .command('export')
    .description('write a run with its steps and all of its output, as text or JSON')
    .argument('<id>')
    .option('--format <format>', 'text or json (default: text, or json with --json)', oneOf(exportFormats))
    .option('-o, --output <file>', 'file to write; - for standard output', '-')
    .addHelpText(
      'after',
      `
Examples:
  belfry runs export 3f2a91c4d5e60718 > run.txt
  belfry runs export 3f2a91c4d5e60718 --format json --output run.json`,
    )
    .action(use(exportToFile));
}

async function exportToFile(context: Context, id: string, options: ExportOptions): Promise<void> {
  const { io, json } = context;
  const format = options.format ?? (json ? 'json' : 'text');
  if (json && format === 'text' && options.output === '-') throw notBoth();
  const run = await context.call('runs.get', { id });
  let lines = 0;
  const document = exportRun(run, format, async (query) => {
    const page = await context.call('runs.output', query);
    if (!query.tail) lines += page.length;
    return page;
  });
  const file = await writeOut(io, options.output, document);
  if (file === null) return;
  context.show({ id, file, format, lines }, () => `Wrote ${counted(lines, 'line')} of run ${id} to ${file}.`);
}

function notBoth(): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: '--json and --format text do not go together',
    where: 'on the command line',
    why: 'With --json everything on standard output is JSON',
    remedy: 'Leave one of them out, or name a file with --output',
  });
}
