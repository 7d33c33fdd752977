import ElectronStore from 'electron-store';
import { type ConfigFile, confFile } from '../store/index.ts';

/** config.json as the desktop writes it: through electron-store, which is the same file as the headless host's. */
export function storeFile(path: string): ConfigFile {
  return confFile(path, (options) => new ElectronStore(options));
}
