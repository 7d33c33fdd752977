import process from 'node:process';
import { execa } from 'execa';
import { type Child, type Exit, type ReadyCommand, startError } from './child.ts';

/**
 * Starts a command through execa in a process group of its own, its input closed, its output in raw streams: execa
 * must never buffer it, and its promise is not waited for, since a grandchild with the pipe can keep it open for ever.
 * `startOf` tells its start time. Throws COMMAND_NOT_FOUND, BAD_INPUT or INTERNAL when it cannot be started.
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
 * Lets one start per turn of the event loop through: each holds the loop for some milliseconds, and a hundred jobs
 * due together must not freeze the tray.
 */
export function createGate(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
}
