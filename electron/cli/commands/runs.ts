import type { Command } from 'commander';
import { fromInstant, type RunStatus, type RunView, runStatuses } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { paintStatus } from '../paint.ts';
import { pairs, table } from '../table.ts';
import { oneLine } from '../text.ts';
import { oneOf, wholeNumber } from '../usage.ts';
import type { Use } from '../use.ts';
import { span, when } from '../when.ts';

type ListOptions = { job?: string; status?: RunStatus; before?: string; limit?: number };

/** Runs: list, show, cancel. */
export function runCommands(program: Command, use: Use): void {
  const runs = program.command('runs').description('runs: what ran, how it went, and why something did not');
  runs
    .command('list', { isDefault: true })
    .description('list the newest runs, or show one')
    .argument('[id]')
    .option('--job <id>', 'of this job')
    .option('--status <status>', 'in this state', oneOf(runStatuses))
    .option('--before <id>', 'older than this run')
    .option('--limit <n>', 'at most this many', wholeNumber(1, 10_000))
    .action(
      use(async (context, id: string | undefined, { job, ...rest }: ListOptions) => {
        if (id !== undefined) return show(context, id);
        const list = await context.call('runs.list', {
          ...rest,
          ...(job === undefined ? {} : { jobId: job }),
        });
        context.show(list, () => runTable(context, list));
      }),
    );
  runs
    .command('show')
    .description('show a run with its steps')
    .argument('<id>')
    .action(use((context, id: string) => show(context, id)));
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
export function describeRun({ paint, reader }: Context, run: RunView): string {
  const steps = run.steps.map((step) => {
    const exit = step.exitCode === null ? '' : `, exit code ${step.exitCode}`;
    const signal = step.signal === null ? '' : `, ${step.signal}`;
    const error = step.error === null ? '' : `: ${oneLine(step.error)}`;
    return `  ${paintStatus(paint, step.status)}  ${oneLine(step.name)}${exit}${signal}${error}`;
  });
  const list = pairs([
    ['Run', run.id],
    ['Job', `${oneLine(run.jobName)} (${run.jobId})`],
    ['Status', paintStatus(paint, run.status)],
    ['Reason', run.reason === null ? undefined : oneLine(run.reason)],
    ['Cause', run.attempt > 1 ? `${run.cause}, attempt ${run.attempt}` : run.cause],
    ['Due', run.slot === null ? undefined : when(run.slot, reader)],
    ['Missed slots', gapOf(run, reader)],
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

function durationOf(run: RunView): string | undefined {
  if (run.startedAt === null || run.finishedAt === null) return undefined;
  return span(fromInstant(run.finishedAt) - fromInstant(run.startedAt));
}

function gapOf({ gap }: RunView, reader: Context['reader']): string | undefined {
  if (gap === null) return undefined;
  return `${gap.count}, from ${when(gap.first, reader)} to ${when(gap.last, reader)}`;
}
