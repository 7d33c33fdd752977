import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { findElectron, root } from './electron.ts';
import { type Process, processesOf } from './processes.ts';
import { type Session, startSession } from './session.ts';
import { type Tray, trayOf } from './tray.ts';

export type LaunchOptions = {
  /** The home folder; everything that Belfry writes stays below it. */
  home: string;
  /** More arguments, such as `--hidden`. */
  args?: string[];
  env?: Record<string, string>;
  /** A session that already runs, for a second Belfry; default: a new one with a tray, ended with the test. */
  session?: Session;
};

/** Belfry on a real desktop: real Electron, real screen, real session bus. */
export type Desktop = {
  app: ElectronApplication;
  session: Session;
  tray: Tray;
  pid: number;
  /** All that it printed. */
  output(): string;
  processes(): Process[];
  /** Resolves with the exit code when the main process has ended. */
  exited: Promise<number | null>;
  /** Starts Belfry once more for the same home, with these arguments, and waits for that second process to end. */
  startAgain(...args: string[]): Promise<{ code: number | null; output: string }>;
};

/**
 * Starts Belfry on a desktop of its own; what is left of it is killed when the test ends. It always starts hidden, and its
 * window is opened as a user would: Playwright can hang when a window opens while it attaches
 * (https://github.com/microsoft/playwright/issues/29386).
 */
export async function launchDesktop(options: LaunchOptions): Promise<Desktop> {
  const session = options.session ?? (await startSession({ tray: true }));
  const electron = findElectron();
  const env = environment(session, options);
  const plain = [...electron.switches, root, '--home', options.home];
  const own = options.args ?? [];
  const staysHidden = own.includes('--hidden');
  const args = [...plain, ...own, ...(staysHidden ? [] : ['--hidden'])];
  let output = '';
  const collect = (child: ChildProcess) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
  };
  onTestFinished(async () => {
    for (const { pid } of processesOf(options.home)) kill(pid);
    if (!options.session) await session.stop();
  });
  const app = await _electron.launch({ executablePath: electron.path, args, env, timeout: 180_000 });
  const child = app.process();
  collect(child);
  const pid = child.pid ?? 0;
  const tray = trayOf(session.bus, session.watcher, pid);
  const startAgain = (...more: string[]) => runToEnd(electron.path, [...plain, ...more], env);
  if (!staysHidden) {
    if (session.hasTray) await tray.click('Open Belfry');
    else await startAgain();
  }
  return {
    app,
    session,
    pid,
    tray,
    output: () => output,
    processes: () => processesOf(options.home),
    exited: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
    startAgain,
  };
}

/** Starts Belfry without a test's hand on it and waits for its end. */
export function startDesktop(options: LaunchOptions & { session: Session }) {
  const { path, switches } = findElectron();
  const args = [...switches, root, '--home', options.home, ...(options.args ?? [])];
  return runToEnd(path, args, environment(options.session, options));
}

/** Our own environment with the session's screen and bus, and no folder of the person who runs the tests. */
export function environment(session: Session, options: LaunchOptions): Record<string, string> {
  const folders = {
    XDG_CONFIG_HOME: 'xdg/config',
    XDG_DATA_HOME: 'xdg/data',
    XDG_CACHE_HOME: 'xdg/cache',
    XDG_STATE_HOME: 'xdg/state',
  };
  const { ELECTRON_RUN_AS_NODE: _, WAYLAND_DISPLAY: __, ...own } = process.env;
  const env: Record<string, string> = { ...session.env };
  for (const [name, value] of Object.entries(own))
    if (value !== undefined && !(name in env)) env[name] = value;
  for (const [name, folder] of Object.entries(folders)) {
    env[name] = join(options.home, folder);
    mkdirSync(env[name], { recursive: true });
  }
  return { ...env, ...options.env };
}

function runToEnd(path: string, args: string[], env: Record<string, string>) {
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}
