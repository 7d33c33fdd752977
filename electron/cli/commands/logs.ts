import type { Command } from 'commander';
import { exitCodes, type OutputLine } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { followAll, followRun } from '../follow.ts';
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
  const isWanted = searcher(options.search);
  const printWanted = (line: OutputLine) => {
    if (isWanted(line)) print(line);
  };
  const newest = (await context.call('runs.output', { id, tail: true, limit: 1 })).at(-1)?.seq ?? 0;
  for (const line of await context.call('runs.output', query)) if (line.seq <= newest) print(line);
  await followRun(context, id, printWanted, newest);
  return exitCodes.done;
}

async function everything(context: Context, options: Options, query: Query): Promise<never> {
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
    once(await context.call('runs.output', query));
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
