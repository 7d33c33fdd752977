import { app, nativeTheme, shell } from 'electron';
import { type Bridge, type Clock, type Engine, type Log, toWireError } from '../../shared/index.ts';
import type { Host } from '../host.ts';
import { watchAppEvents } from './app-events.ts';
import type { Arguments } from './arguments.ts';
import { ask } from './ask.ts';
import { onSummons } from './instance.ts';
import { serveWindows } from './ipc.ts';
import { routeOfLink } from './link.ts';
import { launchAtLogin } from './login.ts';
import { setAbout, setApplicationMenu } from './menu.ts';
import { createNotifier } from './notify.ts';
import { startAgain } from './own-command.ts';
import { servePage } from './page-protocol.ts';
import { watchPower } from './power.ts';
import { createQuit } from './quit.ts';
import { askToQuit } from './quit-dialog.ts';
import { runtimeNotice } from './runtime-notice.ts';
import { refuseEverythingForeign } from './security.ts';
import { createTray } from './tray.ts';
import { createTrayActions } from './tray-actions.ts';
import { watchTrayHost } from './tray-host.ts';
import { trayView } from './tray-menu.ts';
import { keepTrayState } from './tray-state.ts';
import { systemVault } from './vault.ts';
import { createWindows } from './window.ts';

/** A panel may come later than we do when a session starts; then it is time to show the window after all. */
const trayPatienceMillis = 10_000;

export type DesktopNeeds = {
  args: Arguments;
  home: string;
  /** False: a home of its own (demonstration, `--home`), which a start at login must name. */
  usualHome: boolean;
  /** Folder of the built page. */
  page: string;
  clock: Clock;
  log: Log;
  configFile: Host['configFile'];
  createEngine(host: Host): Engine;
  /** Fills the home with the demonstration and starts its network; only called for `--demo`. */
  openDemo(): Promise<Demo>;
};

/** A demonstration: its network's address, and its first steps once the engine has started. */
type Demo = { url: string; begin(engine: Engine): Promise<void>; close(): Promise<void> };

/** Everything around the engine on a desktop. The application is ready; throws what the engine's start throws. */
export async function openDesktop(needs: DesktopNeeds): Promise<void> {
  const { args, clock, log } = needs;
  const notice = runtimeNotice(process.versions.electron);
  let trayWorks = () => true;
  const remarks = () => [
    ...(args.demo ? ['Demonstration'] : []),
    ...(notice ? [notice] : []),
    ...(trayWorks() ? [] : ['No tray on this desktop: closing the window quits Belfry']),
  ];
  const windows = createWindows({
    clock,
    log,
    folder: needs.home,
    remarks,
    closesToTray: () => trayWorks(),
    quit: () => void quit.request('person'),
  });
  const notify = createNotifier(windows.show);
  const home = needs.usualHome ? null : needs.home;
  const engine = needs.createEngine({
    mode: 'desktop',
    home: needs.home,
    version: app.getVersion(),
    demo: args.demo,
    configFile: needs.configFile,
    vaults: [systemVault],
    quit: () => void quit.request('command'),
    link: () => null,
    openUrl: (url) => shell.openExternal(url),
    async startDemo() {
      startAgain(['--demo']);
      return { url: null };
    },
    launchAtLogin: (enabled) => launchAtLogin(enabled, home),
    notify: ({ title, body, page }) => notify({ title, body, route: `#/${page}` }),
    log,
  });
  const closers: (() => unknown)[] = [];
  const quit = createQuit({
    clock,
    log,
    running: () => runningJobs(engine),
    drainMillis: () => drainMillis(engine),
    ask: (names, signal) => askToQuit(names, signal, windows.current()),
    ending() {
      for (const close of closers.splice(0)) close();
      windows.destroy();
    },
    async stop(drainMs) {
      await engine.stop({ drainMs });
      await demo?.close();
    },
    exit: () => app.exit(0),
  });

  watchAppEvents({ log, quit: quit.request });
  const demo = args.demo ? await needs.openDemo() : undefined;
  await engine.start();

  refuseEverythingForeign(log);
  servePage(needs.page);
  serveWindows(engine, windows.contents);
  setApplicationMenu({ open: windows.show, quit: () => void quit.request('person') });
  setAbout(remarks());
  onSummons(windows.show);
  closers.push(watchPower({ clock, wake: engine.wake, shutdown: () => void quit.request('system') }));
  closers.push(followTheme(engine));

  const tray = createTray(
    createTrayActions({ engine, notify, open: windows.show, quit: () => void quit.request('person') }),
    () => windows.show(''),
  );
  const trayHost = await watchTrayHost(log, (present) => {
    if (present) tray.renew();
  });
  trayWorks = () => trayHost.present() || tray.used();
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const state = keepTrayState({
    engine,
    clock,
    timezone,
    runtimeNotice: notice,
    draw: (current) => tray.draw(trayView(current)),
  });
  closers.push(state.quitting, state.stop, () => void trayHost.close());

  if (!args.hidden) windows.show(routeOfLink(args.link));
  else
    closers.push(
      clock.setTimer(trayPatienceMillis, () => {
        if (!trayWorks()) windows.show('');
      }),
    );

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

/** Menus and title bars follow the setting too. */
function followTheme(engine: Bridge): () => void {
  const apply = async () => {
    const settings = await ask(engine, 'settings.get', {});
    if (settings.ok) nativeTheme.themeSource = settings.value.theme;
  };
  void apply();
  return engine.subscribe(({ name }) => {
    if (name === 'settings.changed') void apply();
  });
}
