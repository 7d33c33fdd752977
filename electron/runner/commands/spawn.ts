// Starting a command from the engine's own process, and the environment that commands get.
import process from 'node:process';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { BelfryError, type Clock, type ErrorCode, type Log } from '../../../shared/index.ts';

/** Environment variables by name. */
export type Environment = Record<string, string>;

type EngineEnvironment = Readonly<Record<string, string | undefined>>;

/** Variables that a command must not see: Belfry's own (keys among them), its service manager's, Electron's and those of `npm start`. */
const hidden =
  /^(BELFRY_|CREDENTIALS_DIRECTORY$|NOTIFY_SOCKET$|LISTEN_|WATCHDOG_|ELECTRON_|CHROME_DESKTOP$|npm_|INIT_CWD$)/;

/** The engine's environment as commands get it, with `path` in place of its PATH where one is given. */
export function commandEnvironment(engine: EngineEnvironment, path: string | null): Environment {
  const kept = Object.entries(engine).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !hidden.test(entry[0]),
  );
  const environment = Object.fromEntries(kept);
  if (path !== null) environment[pathName(environment)] = path;
  return environment;
}

/** Name of the variable that holds the search path: Windows spells it `Path`, and ignores case. */
export function pathName(environment: Readonly<Environment>): string {
  return Object.keys(environment).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
}

/** The start-up files of a shell may hang; commands wait for them this long, in milliseconds. */
const shellTimeout = 10_000;

type EnvironmentDeps = {
  clock: Clock;
  log: Log;
  /** `settings.path`: wins over everything; null = the login shell's. */
  path(): string | null;
  /** The engine's own environment. */
  engine?: EngineEnvironment;
};

/** The environment of commands, see `RunnerDeps`: PATH from the settings, else from the login shell (asked once), else the engine's own. */
export function createEnvironment(deps: EnvironmentDeps): () => Promise<Environment> {
  const engine = deps.engine ?? process.env;
  let login: Promise<string | null> | undefined;
  return async () => {
    const chosen = deps.path();
    if (chosen !== null) return commandEnvironment(engine, chosen);
    login ??= askShell(deps, engine);
    return commandEnvironment(engine, await login);
  };
}

async function askShell({ log, clock }: EnvironmentDeps, engine: EngineEnvironment): Promise<string | null> {
  const start = clock.monotonic();
  const path = await captureLoginPath({
    shell: engine['SHELL'],
    platform: process.platform,
    environment: commandEnvironment(engine, null),
    timeoutMs: shellTimeout,
  });
  if (path === null && process.platform !== 'win32')
    log('warn', "The login shell's PATH could not be had; commands get the engine's own", {
      shell: engine['SHELL'],
      milliseconds: Math.round(clock.monotonic() - start),
    });
  return path;
}

type LoginPathDeps = {
  /** The user's shell, as `$SHELL` names it; undefined = /bin/sh. */
  shell: string | undefined;
  platform: NodeJS.Platform;
  environment: Readonly<Record<string, string | undefined>>;
  /** The start-up files of the shell may hang. */
  timeoutMs: number;
};

/** Printed around the PATH, since start-up files may print something too. */
const mark = '__BELFRY_PATH__';
/** fish joins lists with spaces, so it needs another command line. */
const fish = /(^|\/)fish$/;

/**
 * PATH of the user's login shell: an application that the desktop starts gets a short one (macOS: /usr/bin:/bin). Null on
 * Windows, where the PATH is the user's already, and when the shell fails or takes too long.
 */
export async function captureLoginPath(deps: LoginPathDeps): Promise<string | null> {
  if (deps.platform === 'win32') return null;
  const shell = deps.shell || '/bin/sh';
  const path = fish.test(shell) ? '(string join : $PATH)' : '"$PATH"';
  const { stdout, failed } = await execa(
    shell,
    ['-l', '-i', '-c', `printf '%s%s%s' ${mark} ${path} ${mark}`],
    {
      env: { ...deps.environment, TERM: 'dumb', DISABLE_AUTO_UPDATE: 'true' },
      extendEnv: false,
      stdin: 'ignore',
      stderr: 'ignore',
      timeout: deps.timeoutMs,
      forceKillAfterDelay: 200,
      killDescendants: true,
      cleanup: false,
      reject: false,
      maxBuffer: 1024 * 1024,
    },
  );
  const found = stdout.split(mark)[1]?.trim();
  return failed || !found ? null : found;
}

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
