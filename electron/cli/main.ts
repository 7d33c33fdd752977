import { CommanderError } from 'commander';
import { exitCodeOf } from '../../shared/index.ts';
import { wireOf } from './failure.ts';
import type { Io } from './io.ts';
import { painter } from './paint.ts';
import { createProgram } from './program.ts';
import { subcommandHint, usageError } from './usage.ts';

/** Mistakes listed for people. */
const mostListed = 20;

/** Runs one command line (without node and script) and gives its exit code (design §6). Never rejects. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let code = 0;
  const program = createProgram(io, (given) => {
    code = given;
  });
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const told = error instanceof CommanderError ? usageError(error, program, args) : error;
    return complain(told, subcommandHint(program, args), args, io);
  }
}

function complain(error: unknown, hint: string, args: readonly string[], io: Io): number {
  const found = wireOf(error);
  const wire = found.code === 'NOT_FOUND' && hint ? { ...found, message: `${found.message} ${hint}` } : found;
  // Asked of the arguments themselves: the mistake may be what kept them from being read.
  const json = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined).includes('--json');
  if (json) io.out(`${JSON.stringify({ error: wire }, undefined, 2)}\n`);
  else io.err(`${painter(io.color)('red', wire.message)}\n${listed(wire.details)}`);
  return exitCodeOf(wire.code);
}

/** More than one mistake reads better as a list; a single one is in the message. All of them are in `--json`. */
function listed(details: { field: string; message: string }[] = []): string {
  if (details.length < 2) return '';
  const lines = details
    .slice(0, mostListed)
    .map(({ field, message }) => `  ${field ? `${field}: ` : ''}${message}\n`);
  const more = details.length - lines.length;
  return [...lines, ...(more > 0 ? [`  … and ${more} more; --json lists all\n`] : [])].join('');
}
