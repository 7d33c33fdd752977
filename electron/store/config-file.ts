import {
  linkSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  unwatchFile,
  watch,
  watchFile,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Conf from 'conf';
import { BelfryError, type ConfigInput, utf8Text } from '../../shared/index.ts';
import { editJsonText } from './config-edit.ts';
import { isMissing, reasonOf } from './file-errors.ts';

/** config.json on disk. It reads and writes; what the text means is checked before and after by the config store. */
export type ConfigFile = {
  path: string;
  /** undefined when there is no file; throws what the file system throws, and BAD_CONFIG for what is not UTF-8. */
  readText(): string | undefined;
  /** The text that the file would have if it said `value`: what stays the same stays as it was written. */
  textOf(value: ConfigInput): string;
  /** Changes the file so that it says `value`, whole or not at all, 0600. Throws HOME_UNUSABLE. */
  write(value: ConfigInput, text?: string): void;
  /** Calls `listener` shortly after the file may have changed; the result ends that. */
  watch(listener: () => void): () => void;
};

/** The part of a Conf or electron-store that is used: a write of the whole, atomic. */
export type StoreLike = { store: Record<string, unknown> };

/** Options that both Conf and electron-store take. */
export type StoreOptions = {
  cwd: string;
  /** File name for electron-store, … */
  name: string;
  /** … and for Conf. */
  configName: string;
  fileExtension: string;
  configFileMode: number;
  clearInvalidConfig: false;
  accessPropertiesByDotNotation: false;
  serialize(value: Record<string, unknown>): string;
  deserialize(text: string): Record<string, unknown>;
};

/** An editor writes a file in several steps; after this many milliseconds without another the text is whole. */
const quietMs = 150;
/** Folders on network drives and links into other folders send no word of a change: the file is read now and then. */
const lookMs = 5000;

/**
 * config.json through conf, or through electron-store when the desktop hands in `(options) => new ElectronStore(options)`.
 * The store is made at the first write and never reads: conf takes `null` and `[1,2]` for a configuration, throws in its
 * constructor on broken JSON, and would write a file of its own making over it.
 */
export function confFile(
  path: string,
  open: (options: StoreOptions) => StoreLike = (options) => new Conf(options),
): ConfigFile {
  let store: StoreLike | undefined;
  let text = '';
  const readText = () => readTextOf(path);
  const textOf = (value: ConfigInput) => editJsonText(readText() ?? '', value);
  const options: StoreOptions = {
    cwd: dirname(path),
    name: basename(path, '.json'),
    configName: basename(path, '.json'),
    fileExtension: 'json',
    configFileMode: 0o600,
    clearInvalidConfig: false,
    accessPropertiesByDotNotation: false,
    serialize: () => text,
    deserialize: () => ({}),
  };
  return {
    path,
    readText,
    textOf,
    write(value, wanted) {
      try {
        text = wanted ?? textOf(value);
        store ??= open(options);
        writeWhole(path, text, store, value);
      } catch (error) {
        throw error instanceof BelfryError ? error : unwritable(path, error);
      }
    },
    watch: (listener) => watchPath(path, listener),
  };
}

function readTextOf(path: string): string | undefined {
  try {
    return utf8Text(readFileSync(path), path, 'BAD_CONFIG');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * On a disk that is nearly full the system writes a part only, and atomically (under conf) takes that for done and puts
 * the torso in the file's place. So the old file is kept by a second name until the new one was read back.
 */
function writeWhole(path: string, text: string, store: StoreLike, value: ConfigInput): void {
  const target = readTextOf(path) === undefined ? undefined : realpathSync(path);
  const keep = `${target ?? path}.before`;
  removeTorsos(target ?? path);
  const kept = target !== undefined && link(target, keep);
  try {
    store.store = value;
    if (readTextOf(path) !== text) throw Object.assign(new Error('written in part'), { code: 'ENOSPC' });
  } catch (error) {
    if (kept && readTextOf(keep) !== readTextOf(path)) renameSync(keep, target);
    throw error;
  } finally {
    if (kept) rmSync(keep, { force: true });
  }
}

/** What a kill in the middle of a write left beside the file (atomically's names for its temporary files). */
function removeTorsos(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder))
    if (name.startsWith(`${basename(path)}.tmp-`)) rmSync(join(folder, name), { force: true });
}

function link(from: string, to: string): boolean {
  rmSync(to, { force: true });
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false; // Some file systems know no second names; the last good copy in run/ is left to go back to.
  }
}

function watchPath(path: string, listener: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const callback = () => {
    clearTimeout(timer);
    timer = setTimeout(listener, quietMs);
    timer.unref();
  };
  const close = watchFolder(path, callback);
  watchFile(path, { persistent: false, interval: lookMs }, callback);
  return () => {
    clearTimeout(timer);
    close();
    unwatchFile(path, callback);
  };
}

function watchFolder(path: string, callback: () => void): () => void {
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(path)) callback();
    });
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => {}; // No watchers left on this machine (inotify's limit); looking now and then goes on.
  }
}

function unwritable(path: string, cause: unknown): BelfryError {
  return new BelfryError({
    code: 'HOME_UNUSABLE',
    what: 'The configuration cannot be written',
    where: `to ${path}`,
    why: reasonOf(cause),
    remedy: 'Put this right and try again; the file is as it was',
    cause,
  });
}
