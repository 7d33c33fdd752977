import { type Command, Option } from 'commander';
import { exitCodes } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { describeDryRun } from '../dry-run.ts';
import { addVariable, type ParameterOptions, parametersOf } from '../run-parameters.ts';
import { showStarted } from '../started.ts';
import { wholeNumber } from '../usage.ts';
import type { Use } from '../use.ts';

type Options = ParameterOptions & { wait?: boolean; dryRun?: boolean; fromStep?: number };

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

async function runJob(context: Context, id: string, options: Options): Promise<number> {
  const { fromStep, dryRun = false, wait = false } = options;
  const input = { id, ...(fromStep === undefined ? {} : { fromStep }), ...parametersOf(options) };
  if (!dryRun) return await showStarted(context, await context.call('jobs.run', input), wait);
  const planned = await context.call('jobs.preview', input);
  context.show(planned, () => describeDryRun(context, planned, fromStep ?? 1));
  return planned.some(({ problem }) => problem !== null) ? exitCodes.failed : exitCodes.done;
}
