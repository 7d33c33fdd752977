import type { Command } from 'commander';
import { exitCodes, type OutputLine } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { followAll, followRun } from '../follow.ts';
import { interruptedCode, interruption } from '../interruption.ts';
import { lineText, onceOnly } from '../output.ts';
import { wholeNumber } from '../usage.ts';
import type { Use } from '../use.ts';

type Options = { follow?: boolean; search?: string; limit?: number };

/** `belfry logs`: the output of one run, or the newest lines of all. */
export function logsCommand(program: Command, use: Use): void {
  program
    .command('logs')
    .description('output of a run, or the newest lines of all runs')
    .argument('[run-id]')
    .option('-f, --follow', 'go on with what comes; ends with the run, or with Ctrl-C')
    .option('--search <text>', 'only lines with this text')
    .option('--limit <n>', 'at most this many lines, the last ones (default: 1000)', wholeNumber(1, 10_000))
    .action(use(logs));
}

async function logs(context: Context, id: string | undefined, options: Options): Promise<number> {
  const query = {
    tail: true,
    limit: options.limit ?? 1000,
    ...(id === undefined ? {} : { id }),
    ...(options.search === undefined ? {} : { search: options.search }),
  };
  if (!options.follow) {
    const lines = await context.call('runs.output', query);
    context.show(lines, () => lines.map((line) => lineText(context, line, id === undefined)).join('\n'));
    return exitCodes.done;
  }
  return id === undefined ? everything(context, options, query) : oneRun(context, id, options, query);
}

type Query = { tail: boolean; limit: number; id?: string; search?: string };

async function oneRun(context: Context, id: string, options: Options, query: Query): Promise<number> {
  const print = printer(context, false);
  const wanted = options.search?.toLowerCase();
  const newest = (await context.call('runs.output', { id, tail: true, limit: 1 })).at(-1)?.seq ?? 0;
  for (const line of await context.call('runs.output', query)) if (line.seq <= newest) print(line);
  const printWanted = (line: OutputLine) => {
    if (wanted === undefined || line.text.toLowerCase().includes(wanted)) print(line);
  };
  await followRun(context, id, printWanted, newest);
  return exitCodes.done;
}

async function everything(context: Context, options: Options, query: Query): Promise<number> {
  const once = onceOnly(printer(context, true));
  const early: OutputLine[] = [];
  let caughtUp = false;
  const stopped = interruption(context.io);
  const following = followAll(
    context,
    options,
    (line) => {
      if (caughtUp) once([line]);
      else early.push(line);
    },
    stopped.promise,
  );
  once(await context.call('runs.output', query));
  caughtUp = true;
  once(early);
  const end = await following.finally(stopped.leave);
  if (end === 'stopped') return interruptedCode;
  // A closed connection answers every call with the reason.
  await context.call('status.get', {});
  return exitCodes.failed;
}

function printer(context: Context, mixed: boolean): (line: OutputLine) => void {
  return (line) =>
    context.io.out(context.json ? `${JSON.stringify(line)}\n` : `${lineText(context, line, mixed)}\n`);
}
