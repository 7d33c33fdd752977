import { CommanderError } from 'commander';
import { exitCodeOf } from '../../shared/index.ts';
import { wireOf } from './failure.ts';
import type { Io } from './io.ts';
import { painter } from './paint.ts';
import { createProgram } from './program.ts';
import { usageError } from './usage.ts';

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
    return complain(error instanceof CommanderError ? usageError(error, program, args) : error, args, io);
  }
}

function complain(error: unknown, args: readonly string[], io: Io): number {
  const wire = wireOf(error);
  // Asked of the arguments themselves: the mistake may be what kept them from being read.
  const json = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined).includes('--json');
  if (json) io.out(`${JSON.stringify({ error: wire }, undefined, 2)}\n`);
  else io.err(`${painter(io.color)('red', wire.message)}\n${listed(wire.details)}`);
  return exitCodeOf(wire.code);
}

/** More than one mistake reads better as a list; a single one is in the message. */
function listed(details: { field: string; message: string }[] = []): string {
  if (details.length < 2) return '';
  return details.map(({ field, message }) => `  ${field ? `${field}: ` : ''}${message}\n`).join('');
}
