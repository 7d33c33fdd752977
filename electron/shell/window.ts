import { join } from 'node:path';
import { app, BrowserWindow, nativeImage, screen, type WebContents } from 'electron';
import ElectronStore from 'electron-store';
import { type Clock, type Log, toWireError } from '../../shared/index.ts';
import { appIcon } from './icons.ts';
import { pageUrl } from './page-files.ts';
import {
  createWindowKeeper,
  initialBounds,
  isWindowState,
  type KeptWindow,
  smallest,
  type WindowState,
} from './window-state.ts';

type WindowDeps = {
  clock: Clock;
  log: Log;
  /** Folder of the file that remembers where the window was. */
  folder: string;
  /** What is said about this Belfry as a whole, in the title and on the page. */
  remarks(): readonly string[];
  closesToTray(): boolean;
  quit(): void;
};

type Windows = {
  /** Shows the window at a route, '' for where it is. */
  show(route: string): void;
  /** Those that hear announcements. */
  contents(): WebContents[];
  current(): BrowserWindow | undefined;
  renewRemarks(): void;
  /** Destroys the window, for the end of the application. */
  destroy(): void;
};

/** The one window of Belfry. */
export function createWindows(deps: WindowDeps): Windows {
  const memory = openWindowState(deps.folder, deps.log);
  let current: BrowserWindow | undefined;
  let remarks: { renew(): void } | undefined;
  const keeper = createWindowKeeper({
    clock: deps.clock,
    closesToTray: deps.closesToTray,
    quit: deps.quit,
    open(route) {
      const window = openWindow(deps.log, memory.read());
      current = window;
      remarks = showRemarks(window, deps.remarks);
      window.on('close', (event) => {
        event.preventDefault();
        memory.write(window);
        keeper.close();
      });
      window.on('closed', () => {
        current = undefined;
        remarks = undefined;
        keeper.gone();
      });
      void window.loadURL(pageUrl + route);
      return kept(window, memory.write);
    },
  });
  return {
    show: keeper.show,
    contents: () => (current ? [current.webContents] : []),
    current: () => current,
    renewRemarks: () => remarks?.renew(),
    destroy() {
      if (!current) return;
      memory.write(current);
      current.destroy();
    },
  };
}

function openWindow(log: Log, last: WindowState | null): BrowserWindow {
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter((display) => display.id !== main.id);
  const window = new BrowserWindow({
    ...initialBounds(
      last,
      [main, ...others].map((display) => display.workArea),
    ),
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    autoHideMenuBar: true,
    icon: nativeImage.createFromDataURL(appIcon),
    title: 'Belfry',
    webPreferences: {
      preload: join(__dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      // Its dictionaries would be fetched from Google's servers.
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (last?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('show', () => void app.dock?.show());
  window.on('hide', () => app.dock?.hide());
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    log('error', 'The window has crashed and is closed; open it again from the tray', { reason });
    window.destroy();
  });
  return window;
}

function kept(window: BrowserWindow, remember: (window: BrowserWindow) => void): KeptWindow {
  return {
    present(route) {
      if (route !== '') void window.loadURL(pageUrl + route);
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    hide: () => window.hide(),
    destroy() {
      remember(window);
      window.destroy();
    },
  };
}

/** Size and position of the window, kept in window.json of `folder`; a disk that is full or unreadable loses nothing else. */
function openWindowState(folder: string, log: Log) {
  let store: ElectronStore<{ place?: unknown }> | undefined;
  const file = () => {
    store ??= new ElectronStore({
      name: 'window',
      cwd: folder,
      // Nothing is lost with it: an unreadable file only puts the window into the middle again.
      clearInvalidConfig: true,
      configFileMode: 0o600,
    });
    return store;
  };
  const failed = (what: string, error: unknown) =>
    log('warn', `The position of the window could not be ${what}`, { reason: toWireError(error).message });
  return {
    read(): WindowState | null {
      try {
        const state = file().get('place');
        return isWindowState(state) ? state : null;
      } catch (error) {
        failed('read', error);
        return null;
      }
    },
    write(window: BrowserWindow): void {
      try {
        const state = { ...window.getNormalBounds(), maximized: window.isMaximized() };
        if (isWindowState(state)) file().set('place', state);
      } catch (error) {
        failed('kept', error);
      }
    },
  };
}

/** Shows remarks about this Belfry (an old runtime, a desktop without a tray) in the title and in a corner of the page. */
function showRemarks(window: BrowserWindow, remarks: () => readonly string[]): { renew(): void } {
  let title = window.getTitle();
  let inserted: Promise<string> | undefined;
  const setTitle = () => window.setTitle([title, ...remarks()].join(' – '));
  const setCorner = async () => {
    // Styles from here are not subject to the page's policy.
    const { webContents } = window;
    const before = await inserted;
    if (before !== undefined) await webContents.removeInsertedCSS(before);
    if (remarks().length > 0) inserted = webContents.insertCSS(cornerStyle(remarks().join(' · ')));
  };
  window.on('page-title-updated', (event, pageTitle) => {
    event.preventDefault();
    title = pageTitle;
    setTitle();
  });
  window.webContents.on('did-finish-load', () => {
    inserted = undefined;
    void setCorner();
  });
  setTitle();
  return {
    renew() {
      setTitle();
      if (!window.webContents.isLoading()) void setCorner();
    },
  };
}

function cornerStyle(text: string): string {
  return `body::after { content: ${JSON.stringify(text)}; position: fixed; right: 0; bottom: 0; z-index: 9999; padding: 2px 8px;
    font: 11px system-ui; color: #fff; background: #8a3b12; border-top-left-radius: 6px; pointer-events: none; }`;
}
