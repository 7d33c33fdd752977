import type { BrowserWindow } from 'electron';
import ElectronStore from 'electron-store';
import { type Log, toWireError } from '../../shared/index.ts';
import { isPlace, type WindowPlace } from './window-bounds.ts';

/** Remembers where the window was, in window.json of `folder`. A disk that is full or cannot be read only costs the place. */
export function rememberPlace(folder: string, log: Log) {
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
    log('warn', `The place of the window could not be ${what}`, { reason: toWireError(error).message });
  return {
    read(): WindowPlace | null {
      try {
        const place = file().get('place');
        return isPlace(place) ? place : null;
      } catch (error) {
        failed('read', error);
        return null;
      }
    },
    write(window: BrowserWindow): void {
      try {
        const place = { ...window.getNormalBounds(), maximized: window.isMaximized() };
        if (isPlace(place)) file().set('place', place);
      } catch (error) {
        failed('kept', error);
      }
    },
  };
}
