import { join } from 'node:path';
import { app, BrowserWindow, nativeImage, screen, type WebContents } from 'electron';
import ElectronStore from 'electron-store';
import type { Clock, Log } from '../../shared/index.ts';
import { appIcon } from './icons.ts';
import { pageUrl } from './page-files.ts';
import { isPlace, placeWindow, smallest, type WindowPlace } from './window-bounds.ts';
import { createWindowKeeper, type KeptWindow } from './window-keeper.ts';

export type WindowNeeds = {
  clock: Clock;
  log: Log;
  /** Folder of the file that remembers where the window was. */
  folder: string;
  /** Added to every title: a demonstration, a runtime for development. */
  remarks(): readonly string[];
  closesToTray(): boolean;
  quit(): void;
};

export type Windows = {
  /** Shows the window at a route, '' for where it is. */
  show(route: string): void;
  contents(): WebContents[];
  current(): BrowserWindow | undefined;
  /** Destroys the window, for the end of the application. */
  destroy(): void;
};

/** The one window of Belfry. */
export function createWindows(needs: WindowNeeds): Windows {
  const memory = rememberPlace(needs.folder);
  let current: BrowserWindow | undefined;
  const keeper = createWindowKeeper({
    clock: needs.clock,
    closesToTray: needs.closesToTray,
    quit: needs.quit,
    open(route) {
      current = openWindow(needs, memory.read());
      const window = current;
      window.on('close', (event) => {
        event.preventDefault();
        memory.write(window);
        keeper.close();
      });
      window.on('closed', () => {
        current = undefined;
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
    destroy() {
      if (!current) return;
      memory.write(current);
      current.destroy();
    },
  };
}

function openWindow(needs: WindowNeeds, last: WindowPlace | null): BrowserWindow {
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
    title: titleOf('Belfry', needs.remarks()),
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
  window.on('page-title-updated', (event, title) => {
    event.preventDefault();
    window.setTitle(titleOf(title, needs.remarks()));
  });
  window.webContents.on('did-finish-load', () => showRemarks(window, needs.remarks()));
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    needs.log('error', 'The window has crashed and is closed; open it again from the tray', { reason });
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

function titleOf(title: string, remarks: readonly string[]): string {
  return [title, ...remarks].join(' – ');
}

/** A title bar is not shown everywhere, so a remark also stands in a corner of the page. */
function showRemarks(window: BrowserWindow, remarks: readonly string[]): void {
  if (remarks.length === 0) return;
  const text = JSON.stringify(remarks.join(' · '));
  void window.webContents.insertCSS(
    `body::after { content: ${text}; position: fixed; right: 0; bottom: 0; z-index: 9999; padding: 2px 8px; font: 11px system-ui;
      color: #fff; background: #8a3b12; border-top-left-radius: 6px; pointer-events: none; }`,
  );
}

function rememberPlace(folder: string) {
  const store = new ElectronStore<{ place?: unknown }>({
    name: 'window',
    cwd: folder,
    clearInvalidConfig: true,
    configFileMode: 0o600,
  });
  return {
    read(): WindowPlace | null {
      const place = store.get('place');
      return isPlace(place) ? place : null;
    },
    write(window: BrowserWindow): void {
      store.set('place', { ...window.getNormalBounds(), maximized: window.isMaximized() });
    },
  };
}
