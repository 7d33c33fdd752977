import { Command } from 'commander';
import { version } from '../../package.json';
import { accountCommands } from './commands/accounts.ts';
import { configCommands } from './commands/config.ts';
import { doctorCommand } from './commands/doctor.ts';
import { engineCommands } from './commands/engine.ts';
import { jobCommands } from './commands/jobs.ts';
import { logsCommand } from './commands/logs.ts';
import { nextCommand } from './commands/next.ts';
import { postCommands } from './commands/posts.ts';
import { queueCommands } from './commands/queue.ts';
import { runCommand } from './commands/run.ts';
import { runJobCommand } from './commands/run-job.ts';
import { runCommands } from './commands/runs.ts';
import { seriesCommands } from './commands/series.ts';
import { settingsCommands } from './commands/settings.ts';
import { simulateCommand } from './commands/simulate.ts';
import { snippetCommands } from './commands/snippets.ts';
import { workspaceCommands } from './commands/workspaces.ts';
import { createContext, type Globals } from './context.ts';
import type { Io } from './io.ts';
import type { Handler, Use } from './use.ts';

/** The whole command line; `exit` gets the exit code of the command that ran. */
export function createProgram(io: Io, exit: (code: number) => void): Command {
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
