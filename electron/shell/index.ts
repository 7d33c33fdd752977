import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';
import { app, safeStorage, utilityProcess } from 'electron';
import {
  BelfryError,
  type Bridge,
  type Clock,
  type Engine,
  type Log,
  toWireError,
} from '../../shared/index.ts';
import type { Vault } from '../accounts/index.ts';
import { createMediaReplies } from '../api/index.ts';
import { createClosers } from '../closers.ts';
import type { Host } from '../host.ts';
import type { HelperProcess } from '../runner/index.ts';
import {
  askToQuit,
  createNotifier,
  followTheme,
  type Notify,
  onShowRequest,
  openAddress,
  pickFiles,
  setAbout,
  setApplicationMenu,
  watchAppEvents,
  watchPower,
} from './application.ts';
import { type Arguments, routeOfLink, runtimeNotice } from './arguments.ts';
import { afterStart, ask } from './engine-calls.ts';
import { autostartEntry, autostartFile } from './machine.ts';
import { restrictWebContents, servePage, serveWindows } from './page.ts';
import { createQuit } from './quit.ts';
import { type DesktopTray, openTray, watchTrayHost } from './tray.ts';
import { createTrayActions } from './tray-state.ts';
import { createWindows } from './window.ts';

/** A panel may start after Belfry; without one by then the window is shown. */
const trayTimeoutMillis = 10_000;

type DesktopDeps = {
  args: Arguments;
  home: string;
  /** False: a home of its own (demonstration, `--home`), which a start at login must name. */
  usualHome: boolean;
  /** Folder of the built page. */
  page: string;
  /** Program of the helper that starts commands. */
  helper: string;
  /** Program of the thread for media. */
  mediaWorker: string;
  clock: Clock;
  log: Log;
  configFile: Host['configFile'];
  createEngine(host: Host): Engine;
  /** Fills the home with the demonstration and starts its network; only called for `--demo`. */
  openDemo(): Promise<Demo>;
};

/** A demonstration: its network's address, and its first steps once the engine has started. */
type Demo = { url: string; begin(engine: Bridge): Promise<void>; close(): Promise<void> };

/** Everything around the engine on a desktop. The application is ready; throws what the engine's start throws. */
export async function openDesktop(deps: DesktopDeps): Promise<void> {
  const { args, clock, log } = deps;
  const notice = runtimeNotice(process.versions.electron);
  const closers = createClosers(log);
  let tray: DesktopTray | undefined;
  let demo: Demo | undefined;

  const quitByUser = () => void quit.request('user');
  const windows = createWindows({
    clock,
    log,
    folder: deps.home,
    remarks: () => [
      ...(notice ? [notice] : []),
      ...(tray?.works() === false ? ['No tray on this desktop: closing the window quits Belfry'] : []),
    ],
    closesToTray: () => tray?.works() !== false,
    quit: quitByUser,
  });
  closers.add(windows.destroy);
  const notify = createNotifier(windows.show);
  const engine = deps.createEngine(
    createDesktopHost({ ...deps, demo: args.demo, notify, quit: () => void quit.request('command') }),
  );
  const quit = createQuit({
    clock,
    log,
    running: () => runningJobs(engine),
    drainMillis: () => drainMillis(engine),
    ask: (names, signal) => askToQuit(names, signal, windows.current()),
    ending: () => closers.close({}),
    async stop(drainMs) {
      await engine.stop({ drainMs });
      await demo?.close();
    },
    exit: () => app.exit(0),
  });
  const start = async () => {
    if (args.demo) demo = await deps.openDemo();
    await engine.start();
  };

  watchAppEvents({ log, quit: quit.request });
  restrictWebContents(log);
  setApplicationMenu({ open: windows.show, quit: quitByUser });
  setAbout(notice === null ? [] : [notice]);
  onShowRequest(windows.show);

  // The page loads, and the desktop is asked for a tray, while the engine starts.
  const trayHost = watchTrayHost(log);
  const started = start();
  const media = createMediaReplies(engine.media);
  servePage(deps.page, (request) => started.then(() => media(request)));
  serveWindows(afterStart(engine, started), windows.contents);
  if (!args.hidden) windows.show(routeOfLink(args.link));
  try {
    await started;
  } catch (error) {
    windows.destroy();
    throw error;
  }

  closers.add(followTheme(engine));
  closers.add(watchPower({ clock, wake: engine.wake, shutdown: () => void quit.request('system') }));
  const host = await trayHost;
  const act = createTrayActions({ engine, notify, open: windows.show, quit: quitByUser });
  tray = openTray({ engine, clock, log, host, runtimeNotice: notice, act, open: () => windows.show('') });
  closers.add(tray.close);
  closers.add(host.watch(windows.renewRemarks));
  windows.renewRemarks();
  if (args.hidden) closers.add(clock.setTimer(trayTimeoutMillis, () => tray?.works() || windows.show('')));
  if (demo) await begin(demo, engine, log);
}

async function begin(demo: Demo, engine: Engine, log: Log): Promise<void> {
  log('info', `The demonstration's network: ${demo.url}`);
  try {
    await demo.begin(engine);
  } catch (error) {
    log('error', toWireError(error).message);
  }
}

async function runningJobs(engine: Bridge): Promise<string[]> {
  const status = await ask(engine, 'status.get', {});
  return status.ok ? status.value.running.map(({ name }) => name) : [];
}

async function drainMillis(engine: Bridge): Promise<number> {
  const settings = await ask(engine, 'settings.get', {});
  return settings.ok ? settings.value.drainSeconds * 1000 : 0;
}

export { claimInstance, exitWithError, setIdentity, storeFile } from './application.ts';
export { type Arguments, parseArguments } from './arguments.ts';

export { createLog } from './machine.ts';
export { registerPageScheme } from './page.ts';

type DesktopHostDeps = Omit<DesktopDeps, 'args' | 'page' | 'createEngine' | 'openDemo'> & {
  demo: boolean;
  notify: Notify;
  quit(): void;
};

/** What a desktop gives the engine. */
function createDesktopHost(deps: DesktopHostDeps): Host {
  const { home, clock, demo, configFile, quit, log } = deps;
  return {
    mode: 'desktop',
    home,
    version: app.getVersion(),
    clock,
    demo,
    configFile,
    vaults: [systemVault],
    quit,
    browserWindow: () => null,
    openUrl: openAddress,
    pickFiles,
    async startDemo() {
      relaunch(['--demo']);
      return { url: null };
    },
    launchAtLogin: (enabled) => launchAtLogin(enabled, deps.usualHome ? null : home),
    mediaWorker: deps.mediaWorker,
    launchHelper: (args) => launchUtilityHelper(deps.helper, args),
    notify: ({ title, body, page }) => deps.notify({ title, body, route: `#/${page}` }),
    log,
  };
}

/** Runs the helper's program (see `HelperHost`) on Electron's Node, which the application itself may not be. Never throws. */
export function launchUtilityHelper(program: string, args: readonly string[]): HelperProcess {
  // An empty environment would mean ours.
  const env = { LANG: 'C' };
  const child = utilityProcess.fork(program, [...args], { env, stdio: 'ignore', serviceName: 'Commands' });
  return {
    ended: new Promise((resolve) => {
      child.once('exit', (code) => resolve(`exit code ${code}`));
    }),
    kill: () => endByForce(child.pid),
  };
}

/** Electron's own way to end it is SIGTERM, which the helper leaves to the engine. */
function endByForce(pid: number | undefined): void {
  if (pid === undefined) return; // It has ended, or never began.
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: it ended a moment ago, before its exit event.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Starts Belfry, hidden, at login, or no longer; `home` is null for the usual home folder. */
async function launchAtLogin(enabled: boolean, home: string | null): Promise<void> {
  const args = ['--hidden', ...(home === null ? [] : ['--home', home])];
  if (process.platform !== 'linux') {
    const [path = process.execPath, ...first] = ownCommand(args);
    app.setLoginItemSettings({ openAtLogin: enabled, path, args: first });
    return;
  }
  const id =
    home === null ? 'belfry' : `belfry-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
  const file = autostartFile(process.env, homedir(), id);
  if (enabled) await writeWhole(file, autostartEntry(ownCommand(args)));
  else await rm(file, { force: true });
}

async function writeWhole(file: string, text: string): Promise<void> {
  if ((await readOrNothing(file)) === text) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

async function readOrNothing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined; // Not there yet, or unreadable: writing it reports the error.
  }
}

/** Switches that a machine without a sandbox or GPU needs at every start. */
const inherited = ['--no-sandbox', '--disable-gpu'];

/** The command line that starts this application, with `args`: an AppImage by its own file, a checkout through Electron. */
function ownCommand(args: readonly string[]): string[] {
  const switches = process.argv.filter((arg) => inherited.includes(arg));
  const program = process.env['APPIMAGE'] ?? process.execPath;
  return [program, ...switches, ...(app.isPackaged ? [] : [app.getAppPath()]), ...args];
}

/** Starts this application once more, on its own. */
function relaunch(args: readonly string[]): void {
  const [program = process.execPath, ...rest] = ownCommand(args);
  spawn(program, rest, { detached: true, stdio: 'ignore' }).unref();
}

/** Secrets sealed by the key store of the system. Plain text, which Chromium falls back to on Linux, is refused. */
const systemVault: Vault = {
  backend: 'os',
  status() {
    const error = vaultProblem();
    return error ? { ok: false, error } : { ok: true };
  },
  async encrypt(text) {
    const error = vaultProblem();
    if (error) throw error;
    return safeStorage.encryptString(text).toString('base64');
  },
  async decrypt(sealed) {
    const error = vaultProblem();
    if (error) throw error;
    try {
      return safeStorage.decryptString(Buffer.from(sealed, 'base64'));
    } catch (cause) {
      throw vaultUnavailable(
        'A secret cannot be opened',
        'It was sealed by another user or on another machine',
        cause,
      );
    }
  },
};

function vaultProblem(): BelfryError | undefined {
  if (process.platform === 'linux' && !hasKeyStore())
    return vaultUnavailable('Secrets cannot be kept', 'This desktop has no key store, only plain text');
  if (!safeStorage.isEncryptionAvailable())
    return vaultUnavailable('Secrets cannot be kept', 'The key store of this system does not answer');
  return undefined;
}

/** `basic_text` seals with a constant; an Electron that does not say what it uses cannot be trusted either. */
function hasKeyStore(): boolean {
  const backend = safeStorage.getSelectedStorageBackend?.() ?? 'unknown';
  return backend !== 'basic_text' && backend !== 'unknown';
}

function vaultUnavailable(what: string, why: string, cause?: unknown): BelfryError {
  return new BelfryError({
    code: 'VAULT_UNAVAILABLE',
    what,
    where: 'in the key store of the system',
    why,
    remedy:
      'Unlock or install a key store (GNOME Keyring, KWallet), or choose "key file" for secrets in the settings',
    ...(cause === undefined ? {} : { cause }),
  });
}
