import process from 'node:process';
import { execa } from 'execa';
import type { Clock, Log } from '../../../shared/index.ts';

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
