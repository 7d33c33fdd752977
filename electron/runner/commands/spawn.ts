import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { BelfryError, type ErrorCode } from '../../../shared/index.ts';
import type { Environment } from './environment.ts';

/** A command that is ready to run, with everything filled in. */
export type ReadyCommand = {
  file: string;
  args: readonly string[];
  cwd: string;
  environment: Environment;
  /** `file` is one line for the system's shell. */
  shell: boolean;
  /** For errors: `step "Ingest" of job "news"`. */
  where: string;
};

export type Exit = { code: number | null; signal: string | null };

/** The helper process died, and with it the knowledge of what became of a command that it had started. */
export type Lost = 'lost';

/** A running command. */
export type Child = {
  pid: number;
  /** See `Processes.startOf`; null when the process had ended before. */
  startedAt: Promise<string | null>;
  stdout: Readable;
  stderr: Readable;
  /** Its process has ended; its pipes may still be open. */
  exited: Promise<Exit | Lost>;
};

const codes: Record<string, { code: ErrorCode; why: string; remedy: string }> = {
  ENOENT: {
    code: 'COMMAND_NOT_FOUND',
    why: 'The file, or the interpreter that its first line names, does not exist',
    remedy: 'Look at the first line of the script',
  },
  EACCES: {
    code: 'COMMAND_NOT_FOUND',
    why: 'The system does not allow to execute it',
    remedy: 'Check the rights of the file and of its disk',
  },
  ENOEXEC: {
    code: 'COMMAND_NOT_FOUND',
    why: 'The file is no program of this machine',
    remedy: 'Give a script a first line such as #!/bin/sh',
  },
  E2BIG: {
    code: 'BAD_INPUT',
    why: 'Arguments and environment together are longer than the system allows',
    remedy: 'Hand large values over in a file',
  },
};

/** Why the system refused to start a command; `code` as in errno(3), '' for none. */
export function startError(command: ReadyCommand, code: string, message: string): BelfryError {
  const known = codes[code] ?? { code: 'INTERNAL', why: message, remedy: 'Try again later' };
  return new BelfryError({
    ...known,
    what: `The command cannot be started (${code || 'no code'})`,
    where: `${command.where}: ${command.file}`,
  });
}

/**
 * Starts a command in a process group of its own, with its input closed and its output in raw streams. execa must not
 * buffer the output, and its promise is not awaited: a grandchild that holds the pipe could keep it open for ever.
 * Throws COMMAND_NOT_FOUND, BAD_INPUT or INTERNAL when the command cannot be started.
 */
export async function spawnHere(
  command: ReadyCommand,
  startOf: (pid: number) => Promise<string | null>,
): Promise<Child> {
  const running = execa(command.file, [...command.args], {
    cwd: command.cwd,
    env: command.environment,
    extendEnv: false,
    shell: command.shell,
    stdin: 'ignore',
    buffer: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    detached: process.platform !== 'win32',
    cleanup: false,
    reject: false,
    windowsHide: true,
  });
  const { nodeChildProcess: child, pid, stdout, stderr } = running;
  if (pid === undefined) {
    const { code, originalMessage, shortMessage } = await running;
    throw startError(command, code ?? '', originalMessage ?? shortMessage ?? 'No reason was given');
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { pid, startedAt: startOf(pid), stdout, stderr, exited };
}

/**
 * Lets one start through per turn of the event loop: each blocks it for some milliseconds, and a hundred jobs that are
 * due together must not freeze the tray.
 */
export function createGate(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
}
