import type { Clock, Log, Mode } from '../shared/index.ts';
import type { Vault } from './accounts/index.ts';
import type { Alert } from './alerts/index.ts';
import type { HelperHost } from './runner/index.ts';
import type { ConfigFile } from './store/index.ts';

/** The window as it is opened in a browser. */
export type BrowserWindow = {
  address: string;
  /** A fresh link with a code for one use. */
  mintLink(): string;
  /** Every window that is open needs a fresh link. */
  endSessions(): void;
};

/** What a host (desktop or headless) gives the engine. */
export type Host = {
  mode: Mode;
  /** The home folder; made when missing. */
  home: string;
  version: string;
  clock: Clock;
  /** The home is the demonstration's. */
  demo: boolean;
  /** Opens config.json (electron-store on the desktop, conf headless). */
  configFile(path: string): ConfigFile;
  /** Ways of the host's own to keep secrets; the key-file vault is always there besides. */
  vaults: Vault[];
  /** Ends the application, work drained. */
  quit(): void;
  /** The window in a browser; null when this host has a window of its own, or none. */
  browserWindow(): BrowserWindow | null;
  /** Opens an address in the browser; one that is not `known` only when the user, who sees it first, agrees. */
  openUrl(url: string, known: boolean): Promise<void>;
  /** Asks the user for files to post; paths on this machine. */
  pickFiles(): Promise<string[]>;
  startDemo(): Promise<{ url: string | null }>;
  launchAtLogin(enabled: boolean): Promise<void>;
  notify(alert: Alert): void;
  /** Program of the thread that looks into films and pictures and makes pictures. */
  mediaWorker: string;
  /** Starts the helper that starts commands; left out = the engine starts them itself. */
  launchHelper?: HelperHost['launch'];
  log: Log;
};
