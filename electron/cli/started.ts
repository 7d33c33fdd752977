import { exitCodes, type OutputLine, type RunView } from '../../shared/index.ts';
import type { Context } from './context.ts';
import { followRun } from './follow.ts';
import { interruptedCode, interruption } from './interruption.ts';
import { paintStatus } from './paint.ts';
import { oneLine, plain } from './text.ts';

/**
 * Says that a run was started; with `wait` passes its output on until it ends. Gives the exit code: with `wait` 0 for
 * success and 1 for every other end.
 */
export async function showStarted(context: Context, run: RunView, wait: boolean): Promise<number> {
  if (wait) return await untilEnd(context, run);
  context.show(
    run,
    ({ id, jobName, status }) =>
      `${oneLine(jobName)} is ${status} as run ${id}; see belfry logs ${id} --follow`,
  );
  return exitCodes.done;
}

async function untilEnd(context: Context, started: RunView): Promise<number> {
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
