import { join } from 'node:path';
import { app, BrowserWindow, nativeImage, screen, type WebContents } from 'electron';
import type { Clock, Log } from '../../shared/index.ts';
import { appIcon } from './icons.ts';
import { pageUrl } from './page-files.ts';
import { placeWindow, smallest, type WindowPlace } from './window-bounds.ts';
import { createWindowKeeper, type KeptWindow } from './window-keeper.ts';
import { rememberPlace } from './window-place.ts';
import { showRemarks } from './window-remarks.ts';

export type WindowNeeds = {
  clock: Clock;
  log: Log;
  /** Folder of the file that remembers where the window was. */
  folder: string;
  /** What is said about this Belfry as a whole, in the title and on the page. */
  remarks(): readonly string[];
  closesToTray(): boolean;
  quit(): void;
};

export type Windows = {
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
export function createWindows(needs: WindowNeeds): Windows {
  const memory = rememberPlace(needs.folder, needs.log);
  let current: BrowserWindow | undefined;
  let remarks: { renew(): void } | undefined;
  const keeper = createWindowKeeper({
    clock: needs.clock,
    closesToTray: needs.closesToTray,
    quit: needs.quit,
    open(route) {
      const window = openWindow(needs.log, memory.read());
      current = window;
      remarks = showRemarks(window, needs.remarks);
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

function openWindow(log: Log, last: WindowPlace | null): BrowserWindow {
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter((display) => display.id !== main.id);
  const window = new BrowserWindow({
    ...placeWindow(
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
