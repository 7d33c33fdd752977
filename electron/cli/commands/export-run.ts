import type { Command } from 'commander';
import { BelfryError, type ExportFormat, exportFormats, exportRun } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { counted } from '../text.ts';
import { oneOf } from '../usage.ts';
import type { Use } from '../use.ts';
import { writeOut } from '../write-out.ts';

type Options = { format?: ExportFormat; output: string };

/** `belfry runs export`: a run with its steps and all of its output as one document. */
export function exportCommand(runs: Command, use: Use): void {
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

async function exportToFile(context: Context, id: string, options: Options): Promise<void> {
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
