import type { Host } from '../../electron/host.ts';
import { confFile } from '../../electron/store/index.ts';
import { systemClock } from '../../electron/system.ts';
import { workshopEntry } from './workshop-entry.ts';

/** A host that gives the whole engine what it needs and nothing to look at; `own` is what a test is about. */
export function plainHost(own: Pick<Host, 'home'> & Partial<Host>): Host {
  return {
    mode: 'headless',
    version: '0.1.0',
    clock: systemClock,
    demo: false,
    configFile: confFile,
    vaults: [],
    quit: () => {},
    browserWindow: () => null,
    openUrl: async () => {},
    pickFiles: async () => [],
    startDemo: async () => ({ url: null }),
    launchAtLogin: async () => {},
    notify: () => {},
    mediaWorker: workshopEntry,
    log: () => {},
    ...own,
  };
}
