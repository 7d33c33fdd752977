import { type Command, Option } from 'commander';
import {
  argvText,
  BelfryError,
  type CallOutput,
  type ExportFormat,
  exitCodes,
  exportFormats,
  exportRun,
  fromInstant,
  type OutputLine,
  type RunStatus,
  type RunView,
  runStatuses,
} from '../../../shared/index.ts';
import type { Context, Use } from '../context.ts';
import { writeOut } from '../files.ts';
import { followAll, followRun, lineText, onceOnly, showStarted } from '../follow.ts';
import { type PageOptions, showPages, withPages } from '../pages.ts';
import { counted, oneLine, paintStatus, pairs, table } from '../terminal.ts';
import { oneOf, wholeNumber } from '../usage.ts';
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

type Options = { follow?: boolean; search?: string; limit?: number; cursor?: string; all?: boolean };

const usual = 1000;
const mostAtOnce = 500;

/** `belfry logs`: the output of one run, or the newest lines of all. */
export function logsCommand(program: Command, use: Use): void {
  program
    .command('logs')
    .description('output of a run, or the newest lines of all runs')
    .argument('[run-id]')
    .option('-f, --follow', 'go on with what comes; ends with the run, or with Ctrl-C')
    .option('--search <text>', 'only lines with this text')
    .option(
      '--limit <n>',
      `at most this many lines, the last ones (default: ${usual})`,
      wholeNumber(1, 10_000),
    )
    .option('--cursor <cursor>', 'the lines before those of another page, as that one said')
    .addOption(new Option('--all', 'every line, the oldest first').conflicts(['limit', 'cursor', 'follow']))
    .action(use(logs));
}

async function logs(context: Context, id: string | undefined, options: Options): Promise<number> {
  const query = {
    ...(id === undefined ? {} : { id }),
    ...(options.search === undefined ? {} : { search: options.search }),
    ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
  };
  if (options.all) {
    await every(context, query);
    return exitCodes.done;
  }
  if (!options.follow) {
    const limit = options.limit ?? usual;
    const { lines, cursor } = await newest(context, { ...query, limit });
    context.show(lines, () => lines.map((line) => lineText(context, line, id === undefined)).join('\n'));
    if (cursor !== null)
      context.io.err(`${remark(lines, query)} Use --all, or --cursor ${cursor} for the lines before.\n`);
    return exitCodes.done;
  }
  const last = { ...query, limit: options.limit ?? usual };
  return id === undefined ? everything(context, options, last) : oneRun(context, id, options, last);
}

type Query = { id?: string; search?: string; cursor?: string };

/** The newest `limit` lines that fit; the engine looks through so much at a time and is asked until they are found. */
async function newest(
  context: Context,
  { limit, ...query }: Query & { limit: number },
): Promise<CallOutput<'runs.outputPage'>> {
  const pages: OutputLine[][] = [];
  let found = 0;
  let cursor = query.cursor ?? null;
  do {
    const page: CallOutput<'runs.outputPage'> = await context.call('runs.outputPage', {
      ...query,
      ...(cursor === null ? {} : { cursor }),
      limit: Math.min(mostAtOnce, limit - found),
    });
    pages.unshift(page.lines);
    found += page.lines.length;
    cursor = page.cursor;
  } while (cursor !== null && found < limit);
  return { lines: pages.flat(), cursor };
}

/** Every line that fits, the oldest first, written as they come. */
async function every(context: Context, query: Query): Promise<void> {
  const { io, json } = context;
  let isFirst = true;
  let cursor: string | null = null;
  do {
    const page: CallOutput<'runs.outputPage'> = await context.call('runs.outputPage', {
      ...query,
      ...(cursor === null ? {} : { cursor }),
      order: 'oldest',
      limit: mostAtOnce,
    });
    const texts = page.lines.map((line) =>
      json ? JSON.stringify(line) : `${lineText(context, line, query.id === undefined)}\n`,
    );
    if (json && texts.length > 0) io.out(`${isFirst ? '[\n  ' : ',\n  '}${texts.join(',\n  ')}`);
    else if (texts.length > 0) io.out(texts.join(''));
    if (texts.length > 0) isFirst = false;
    await io.taken();
    cursor = page.cursor;
  } while (cursor !== null);
  if (json) io.out(isFirst ? '[]\n' : '\n]\n');
}

/** The lines of a run are numbered, so that the last one says how many there are. */
function remark(lines: readonly OutputLine[], { id, search, cursor }: Query): string {
  const count = lines.length.toLocaleString('en');
  const total =
    id !== undefined && search === undefined && cursor === undefined ? lines.at(-1)?.seq : undefined;
  if (total === undefined) return `Showing ${count} lines; there are more.`;
  return `Showing the last ${count} of ${total.toLocaleString('en')} lines.`;
}

type LastLines = Query & { limit: number };

async function oneRun(context: Context, id: string, options: Options, query: LastLines): Promise<number> {
  const print = printer(context, false);
  const isWanted = searcher(options.search);
  const printWanted = (line: OutputLine) => {
    if (isWanted(line)) print(line);
  };
  const last = (await context.call('runs.output', { id, tail: true, limit: 1 })).at(-1)?.seq ?? 0;
  for (const line of (await newest(context, query)).lines) if (line.seq <= last) print(line);
  await followRun(context, id, printWanted, last);
  return exitCodes.done;
}

async function everything(context: Context, options: Options, query: LastLines): Promise<never> {
  const isWanted = searcher(options.search);
  const once = onceOnly(printer(context, true));
  const early: OutputLine[] = [];
  let caughtUp = false;
  const following = followAll(context, (line) => {
    if (!isWanted(line)) return;
    if (caughtUp) once([line]);
    else early.push(line);
  });
  const catchUp = async () => {
    once((await newest(context, query)).lines);
    caughtUp = true;
    once(early);
  };
  const [end] = await Promise.all([following, catchUp()]);
  return end;
}

/** As the engine searches: anywhere in the line, whatever the case. */
function searcher(text: string | undefined): (line: OutputLine) => boolean {
  const wanted = text?.toLowerCase();
  return (line) => wanted === undefined || line.text.toLowerCase().includes(wanted);
}

function printer(context: Context, mixed: boolean): (line: OutputLine) => void {
  return (line) =>
    context.io.out(context.json ? `${JSON.stringify(line)}\n` : `${lineText(context, line, mixed)}\n`);
}
