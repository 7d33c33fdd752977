import { app } from 'electron';
import { type Bridge, type Clock, type Engine, type Log, toWireError } from '../../shared/index.ts';
import { createClosers } from '../closers.ts';
import type { Host } from '../host.ts';
import {
  followTheme,
  onShowRequest,
  setAbout,
  setApplicationMenu,
  watchAppEvents,
  watchPower,
} from './application.ts';
import { type Arguments, routeOfLink, runtimeNotice } from './arguments.ts';
import { createDesktopHost } from './desktop-host.ts';
import { askToQuit, createNotifier } from './dialogs.ts';
import { afterStart, ask } from './engine-calls.ts';
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
  servePage(deps.page);
  setApplicationMenu({ open: windows.show, quit: quitByUser });
  setAbout(notice === null ? [] : [notice]);
  onShowRequest(windows.show);

  // The page loads, and the desktop is asked for a tray, while the engine starts.
  const trayHost = watchTrayHost(log);
  const started = start();
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
