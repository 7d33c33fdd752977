import type { Command } from 'commander';
import { exitCodes, type OutputLine, type RunView } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { followRun } from '../follow.ts';
import { interruptedCode, interruption } from '../interruption.ts';
import { paintStatus } from '../paint.ts';
import { oneLine, plain } from '../text.ts';
import { wholeNumber } from '../usage.ts';
import type { Use } from '../use.ts';

type Options = { wait?: boolean; fromStep?: number };

/** `belfry run-job`: runs a job by hand, which never moves its schedule. */
export function runJobCommand(program: Command, use: Use): void {
  program
    .command('run-job')
    .description('run a job now')
    .argument('<id>')
    .option('--wait', 'show its output, and end with its status: 0 for success, else 1')
    .option('--from-step <n>', 'start at this step, counted from 1', wholeNumber(1, 100))
    .action(use(runJob));
}

async function runJob(context: Context, id: string, options: Options): Promise<number> {
  const started = await context.call('jobs.run', {
    id,
    ...(options.fromStep === undefined ? {} : { fromStep: options.fromStep }),
  });
  if (!options.wait) {
    context.show(
      started,
      (run) =>
        `${oneLine(run.jobName)} is ${run.status} as run ${run.id}; see belfry logs ${run.id} --follow`,
    );
    return exitCodes.done;
  }
  return await wait(context, started);
}

async function wait(context: Context, started: RunView): Promise<number> {
  const { io, json, paint } = context;
  const interrupted = interruption(io);
  const following = followRun(context, started.id, (line) => {
    if (!json) print(context, line);
  });
  const ended = await Promise.race([following, interrupted.promise]).finally(interrupted.leave);
  if (!ended) {
    // The run belongs to the engine; only this command ends.
    io.err(`\nThe run goes on: belfry logs ${started.id} --follow, or belfry runs cancel ${started.id}\n`);
    return interruptedCode;
  }
  context.show(ended, () => '');
  if (!json) {
    const reason = ended.reason === null ? '' : `: ${oneLine(ended.reason)}`;
    io.err(`${oneLine(ended.jobName)}: ${paintStatus(paint, ended.status)}${reason}\n`);
  }
  return ended.status === 'success' ? exitCodes.done : exitCodes.failed;
}

/** The job's own words as they are, each on its own stream, so that they can be piped on. */
function print({ io, paint }: Context, line: OutputLine): void {
  const text = `${plain(line.text)}\n`;
  if (line.stream === 'stdout') io.out(text);
  else io.err(line.stream === 'belfry' ? paint('dim', text) : text);
}
