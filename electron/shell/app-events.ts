import { app } from 'electron';
import { type Log, toWireError } from '../../shared/index.ts';
import type { QuitCause } from './quit.ts';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Every way in which the system tells this application to end, and the mistakes that nobody caught. */
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
    void quit('person');
  });
  // Without a listener Electron quits with the last window; Belfry lives in the tray.
  app.on('window-all-closed', () => {});
  // One failed callback must not end the work of all jobs; what is lost with it is found again at the next start.
  process.on('uncaughtException', (error) =>
    log('error', toWireError(error).message, { stack: error.stack }),
  );
  process.on('unhandledRejection', (reason) => log('error', toWireError(reason).message));
}
