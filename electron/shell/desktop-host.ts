import { app } from 'electron';
import type { Clock, Log } from '../../shared/index.ts';
import type { Host } from '../host.ts';
import { launchUtilityHelper } from './helper.ts';
import { launchAtLogin } from './login.ts';
import type { Notify } from './notify.ts';
import { openAddress } from './open-address.ts';
import { startAgain } from './own-command.ts';
import { pickFiles } from './pick-files.ts';
import { systemVault } from './vault.ts';

export type DesktopHostNeeds = {
  home: string;
  usualHome: boolean;
  clock: Clock;
  demo: boolean;
  helper: string;
  mediaWorker: string;
  configFile: Host['configFile'];
  notify: Notify;
  quit(): void;
  log: Log;
};

/** What a desktop gives the engine. */
export function createDesktopHost(needs: DesktopHostNeeds): Host {
  const { home, clock, demo, configFile, quit, log } = needs;
  return {
    mode: 'desktop',
    home,
    version: app.getVersion(),
    clock,
    demo,
    configFile,
    vaults: [systemVault],
    quit,
    browserWindow: () => null,
    openUrl: openAddress,
    pickFiles,
    async startDemo() {
      startAgain(['--demo']);
      return { url: null };
    },
    launchAtLogin: (enabled) => launchAtLogin(enabled, needs.usualHome ? null : home),
    mediaWorker: needs.mediaWorker,
    launchHelper: (args) => launchUtilityHelper(needs.helper, args),
    notify: ({ title, body, page }) => needs.notify({ title, body, route: `#/${page}` }),
    log,
  };
}
