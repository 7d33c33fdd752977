import type { BrowserWindow } from 'electron';
import ElectronStore from 'electron-store';
import { isPlace, type WindowPlace } from './window-bounds.ts';

/** Remembers where the window was, in window.json of `folder`. */
export function rememberPlace(folder: string) {
  const store = new ElectronStore<{ place?: unknown }>({
    name: 'window',
    cwd: folder,
    // Nothing is lost with it: an unreadable file only puts the window into the middle again.
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
