import { type Command, Option } from 'commander';
import { type CallOutput, exitCodes, type OutputLine } from '../../../shared/index.ts';
import type { Context, Use } from '../context.ts';
import { followAll, followRun, lineText, onceOnly } from '../follow.ts';
import { wholeNumber } from '../usage.ts';

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
