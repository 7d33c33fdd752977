import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  Menu,
  type MenuItemConstructorOptions,
  Notification,
  nativeTheme,
  net,
  powerMonitor,
  shell,
} from 'electron';
import ElectronStore from 'electron-store';
import {
  type Bridge,
  type Clock,
  exitCodeOf,
  type Log,
  toWireError,
  type WakeReason,
} from '../../shared/index.ts';
import { type ConfigFile, confFile, defaultHome, type HomePaths, prepareHome } from '../store/index.ts';
import { type Arguments, chooseHome, routeOfLink } from './arguments.ts';
import { ask } from './engine-calls.ts';
import { watchOnline } from './machine.ts';
import { dialogTimeoutMillis, type QuitCause } from './quit.ts';

/**
 * Who this application is to the system, before anything else happens: its name, its home folder (made when missing),
 * and its link scheme. Throws HOME_UNUSABLE.
 */
export function setIdentity(
  args: Arguments,
  demoHome: (home: string) => string,
): { paths: HomePaths; usualHome: boolean } {
  app.setName('Belfry');
  app.setAppUserModelId('com.belfry.desktop');
  const { home, usual } = chooseHome(args, defaultHome(process.platform, process.env), demoHome);
  const paths = prepareHome(home);
  app.setPath('userData', paths.dir);
  // What the browser engine keeps (caches, local storage) does not belong beside the user's own files.
  app.setPath('sessionData', join(paths.dir, 'browser'));
  app.setPath('crashDumps', join(paths.dir, 'browser', 'crashes'));
  if (app.isPackaged) app.setAsDefaultProtocolClient('belfry');
  return { paths, usualHome: usual };
}

/** What a second start hands to the first. */
type Request = Pick<Arguments, 'hidden' | 'link'>;

/** True when this is the first start for its home folder; a second one has passed its request on and may end. */
export function claimInstance(args: Arguments): boolean {
  const request: Request = { hidden: args.hidden, link: args.link };
  return app.requestSingleInstanceLock(request);
}

/** Calls `show` when the user starts Belfry again, clicks its icon in the dock, or follows a `belfry://` link. */
export function onShowRequest(show: (route: string) => void): void {
  app.on('second-instance', (_event, _argv, _folder, data) => {
    const request = data as Partial<Request> | null;
    const link = request?.link ?? null;
    if (request?.hidden !== true || link !== null) show(routeOfLink(link));
  });
  app.on('activate', () => show(''));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    show(routeOfLink(url));
  });
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Every way in which the system asks this application to end, and the errors that nothing caught. */
export function watchAppEvents({ log, quit }: { log: Log; quit(cause: QuitCause): Promise<void> }): void {
  for (const signal of signals) {
    // A library (when-exit, under conf) listens since its import, and Chromium has put its own handler over that since:
    // only a first listener makes Node install its handler again.
    process.removeAllListeners(signal);
    process.on(signal, () => void quit('signal'));
  }
  // Windows says it only to windows; without one the end is like a power cut, which the store survives.
  app.on('browser-window-created', (_event, window) => window.on('session-end', () => void quit('system')));
  app.on('before-quit', (event) => {
    event.preventDefault();
    void quit('user');
  });
  // Without a listener Electron quits with the last window; Belfry lives in the tray.
  app.on('window-all-closed', () => {});
  // One failed callback must not end the work of all jobs; what is lost with it is found again at the next start.
  process.on('uncaughtException', (error) =>
    log('error', toWireError(error).message, { stack: error.stack }),
  );
  process.on('unhandledRejection', (reason) => log('error', toWireError(reason).message));
}

type MenuDeps = { open(route: string): void; quit(): void };

/** The menu bar: hidden on Linux and Windows, but its keys (copy, paste, zoom) work everywhere. */
export function setApplicationMenu({ open, quit }: MenuDeps): void {
  const mac = process.platform === 'darwin';
  const about: MenuItemConstructorOptions = { label: 'About Belfry', click: () => app.showAboutPanel() };
  const leave: MenuItemConstructorOptions = { label: 'Quit Belfry', accelerator: 'CmdOrCtrl+Q', click: quit };
  const settings: MenuItemConstructorOptions = {
    label: 'Settings',
    accelerator: 'CmdOrCtrl+,',
    click: () => open('#/settings'),
  };
  const template: MenuItemConstructorOptions[] = [
    {
      label: mac ? 'Belfry' : 'File',
      submenu: [about, { type: 'separator' }, settings, { type: 'separator' }, { role: 'close' }, leave],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : ([{ role: 'toggleDevTools' }] as MenuItemConstructorOptions[])),
      ],
    },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** What "About Belfry" shows. */
export function setAbout(remarks: readonly string[]): void {
  app.setAboutPanelOptions({
    applicationName: 'Belfry',
    applicationVersion: app.getVersion(),
    version: `Electron ${process.versions.electron}`,
    copyright: 'MIT licence',
    credits: remarks.join('\n'),
  });
}

type PowerDeps = { clock: Clock; wake(reason: WakeReason): void; shutdown(): void };

/** Passes on events of the system: hints for the scheduler, and the end of the session. */
export function watchPower({ clock, wake, shutdown }: PowerDeps): () => void {
  powerMonitor.on('resume', () => wake('resume'));
  powerMonitor.on('unlock-screen', () => wake('unlock'));
  powerMonitor.on('shutdown', ((event: { preventDefault(): void }) => {
    // The system waits for us for a few seconds.
    event.preventDefault();
    shutdown();
  }) as () => void);
  return watchOnline(
    clock,
    () => net.isOnline(),
    () => wake('online'),
  );
}

/** The box closes by itself, in case no user is at the screen. */
const messageMillis = 60_000;

/** Says why Belfry cannot start, on stderr and if wanted on the screen; then ends with its exit code. */
export async function exitWithError(error: unknown, { show }: { show: boolean }): Promise<void> {
  const { code, message } = toWireError(error);
  process.stderr.write(`${message}\n`);
  if (show) {
    await app.whenReady();
    const signal = AbortSignal.timeout(messageMillis);
    await dialog.showMessageBox({
      type: 'error',
      title: 'Belfry',
      message: 'Belfry cannot start',
      detail: message,
      signal,
    });
  }
  app.exit(exitCodeOf(code));
}

/** config.json as the desktop writes it: through electron-store, which is the same file as the headless host's. */
export function storeFile(path: string): ConfigFile {
  return confFile(path, (options) => new ElectronStore(options));
}

/** Menus and title bars follow the setting too; the result ends that. */
export function followTheme(engine: Bridge): () => void {
  const apply = async () => {
    const settings = await ask(engine, 'settings.get', {});
    if (settings.ok) nativeTheme.themeSource = settings.value.theme;
  };
  void apply();
  return engine.subscribe(({ name }) => {
    if (name === 'settings.changed') void apply();
  });
}

/**
 * Opens an address in the browser. One that Belfry does not know is shown first: a page that was led astray must not be able
 * to open any site it likes (Electron's security checklist, "shell.openExternal").
 */
export async function openAddress(url: string, known: boolean): Promise<void> {
  if (known || (await isWanted(url))) await shell.openExternal(url);
}

async function isWanted(url: string): Promise<boolean> {
  const options = {
    type: 'question' as const,
    title: 'Open a link?',
    message: `Open ${new URL(url).host} in your browser?`,
    detail: url.slice(0, 500),
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  };
  const parent = BrowserWindow.getFocusedWindow();
  const { response } = await (parent
    ? dialog.showMessageBox(parent, options)
    : dialog.showMessageBox(options));
  return response === 0;
}

/** Pictures and films; what they really are is seen when they are added. */
const filters = [
  {
    name: 'Pictures and films',
    extensions: ['jpg', 'jpeg', 'png', 'gif', 'webp', 'avif', 'heic', 'mp4', 'mov', 'webm', 'm4v'],
  },
  { name: 'All files', extensions: ['*'] },
];

/** Asks the user for files; their paths, or none when nothing was chosen. */
export async function pickFiles(): Promise<string[]> {
  const options = { properties: ['openFile' as const, 'multiSelections' as const], filters };
  const parent = BrowserWindow.getFocusedWindow();
  const chosen = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
  return chosen.canceled ? [] : chosen.filePaths;
}

/** Asks whether work may be interrupted; `parent` is needed on macOS, where only attached boxes can be withdrawn. */
export async function askToQuit(
  names: readonly string[],
  signal: AbortSignal,
  parent: BrowserWindow | undefined,
): Promise<boolean> {
  const options = {
    type: 'question' as const,
    title: 'Quit Belfry?',
    message: names.length === 1 ? `${names[0]} is running` : `${names.length} jobs are running`,
    detail: `${names.length > 1 ? `${names.join(', ')}. ` : ''}They get a few seconds to end. Belfry quits in ${dialogTimeoutMillis / 1000} seconds if you do not answer.`,
    buttons: ['Quit', 'Stay'],
    defaultId: 1,
    cancelId: 1,
    signal,
  };
  const { response } = await (parent
    ? dialog.showMessageBox(parent, options)
    : dialog.showMessageBox(options));
  // Whoever destroys the parent window inside the box's own call-back crashes GTK (seen with Electron 25).
  await new Promise((resolve) => setTimeout(resolve, 100));
  return response === 0;
}

/** Shows a notification of the system; a click on it opens the window at `route`. */
export type Notify = (notification: { title: string; body: string; route: string }) => void;

/** Notifications whose click calls `open`. */
export function createNotifier(open: (route: string) => void): Notify {
  // A notification that nothing holds is collected together with its click handler.
  const shown = new Set<Notification>();
  return ({ title, body, route }) => {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    shown.add(notification);
    notification.on('click', () => open(route));
    for (const event of ['click', 'close', 'failed'] as const) {
      notification.on(event as 'close', () => shown.delete(notification));
    }
    notification.show();
  };
}
