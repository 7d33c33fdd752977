import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { exitCodeOf } from '../../shared/index.ts';
import { accountCommands } from './commands/accounts.ts';
import { doctorCommand, engineCommands, runCommand } from './commands/engine.ts';
import { jobCommands, runJobCommand } from './commands/jobs.ts';
import { queueCommands, seriesCommands, snippetCommands } from './commands/planning.ts';
import { postCommands } from './commands/posts.ts';
import { logsCommand, runCommands } from './commands/runs.ts';
import { nextCommand, simulateCommand } from './commands/schedule.ts';
import { configCommands, settingsCommands, workspaceCommands } from './commands/settings.ts';
import { createContext, type Globals, type Handler, type Io, type Use, wireOf } from './context.ts';
import { painter } from './terminal.ts';
import { subcommandHint, usageError } from './usage.ts';

/** Mistakes listed as text. */
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
    const shown = error instanceof CommanderError ? usageError(error, program, args) : error;
    const isAstray =
      error instanceof CommanderError
        ? error.code === 'commander.excessArguments'
        : wireOf(error).code === 'NOT_FOUND';
    return complain(shown, isAstray ? subcommandHint(program, args) : '', args, io);
  }
}

function complain(error: unknown, hint: string, args: readonly string[], io: Io): number {
  const found = wireOf(error);
  const wire = hint ? { ...found, message: `${found.message} ${hint}` } : found;
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

/** The whole command line; `exit` gets the exit code of the command that ran. */
function createProgram(io: Io, exit: (code: number) => void): Command {
  const program = new Command('belfry')
    .description('Runs your social-media work on time.')
    .version(version, '-V, --version', 'print the version')
    .option('--home <folder>', 'home folder (default: $BELFRY_HOME, or the one of this user)')
    .option('--json', 'print one JSON document, or one per line with --follow')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: () => {}, outputError: () => {} })
    .showSuggestionAfterError();

  const use: Use =
    <A extends unknown[]>(handler: Handler<A>) =>
    async (...args: A) => {
      const context = createContext(io, program.opts<Globals>());
      try {
        exit((await handler(context, ...args)) ?? 0);
      } finally {
        context.close();
      }
    };

  runCommand(program, use);
  engineCommands(program, use);
  jobCommands(program, use);
  runJobCommand(program, use);
  nextCommand(program, use);
  simulateCommand(program, use);
  runCommands(program, use);
  logsCommand(program, use);
  postCommands(program, use);
  seriesCommands(program, use);
  queueCommands(program, use);
  snippetCommands(program, use);
  accountCommands(program, use);
  workspaceCommands(program, use);
  settingsCommands(program, use);
  configCommands(program, use);
  doctorCommand(program, use);
  return program;
}
