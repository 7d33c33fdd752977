import { app, session } from 'electron';
import type { Log } from '../../shared/index.ts';
import { isOurPage } from './page-files.ts';

/**
 * The parts of Electron's security checklist that hold for every page: no permissions, no navigation away, no new windows,
 * no embedded views. Addresses for the browser go through the call `shell.open`.
 */
export function refuseEverythingForeign(log: Log): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => {
    log('warn', 'A permission was refused to the window', { permission });
    answer(false);
  });
  session.defaultSession.setPermissionCheckHandler(() => false);
  session.defaultSession.setDevicePermissionHandler(() => false);
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (!isOurPage(url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
