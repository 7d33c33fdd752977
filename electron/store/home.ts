import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BelfryError, type Warning } from '../../shared/index.ts';
import { isMissing, reasonOf } from './file-errors.ts';
import { type HomePaths, homePaths, type Machine, thisMachine } from './home-paths.ts';
import { readOwner } from './owner.ts';

/** Rights of the group and of all others to change what is in a folder. */
const writableByOthers = 0o022;

/** Names that show that a folder is a home of Belfry's, so that its rights are ours to tighten. */
const ourNames = ['belfry.db', 'config.json', 'secrets.json', 'run'];

/**
 * Makes the home folder with run/, media/ and backups/, all 0700, and proves that files can be written there.
 * Throws HOME_UNUSABLE with the reason: something in the way, no rights, read-only, no space.
 */
export function prepareHome(dir: string, machine: Machine = thisMachine()): HomePaths {
  const wanted = resolve(dir);
  makeHome(wanted);
  const paths = homePaths(
    attempt(wanted, () => realpathSync(wanted)),
    machine,
  );
  for (const folder of [paths.run, paths.media, paths.backups]) makePrivate(folder);
  proveWritable(paths.run);
  if (!inHome(paths)) makeSocketFolder(paths.socket);
  return paths;
}

/** The paths of a home folder for a client that only wants to look: makes nothing, follows links. */
export function locateHome(dir: string, machine: Machine = thisMachine()): HomePaths {
  const wanted = resolve(dir);
  try {
    const paths = homePaths(realpathSync(wanted), machine);
    // The engine may have been started where XDG_RUNTIME_DIR is another one (a service, a cron job).
    return inHome(paths) ? paths : { ...paths, socket: readOwner(paths)?.socket ?? paths.socket };
  } catch (error) {
    if (isMissing(error)) return homePaths(wanted, machine);
    throw unusable(wanted, error);
  }
}

/**
 * The warning that others can write into the home folder, and so can change jobs and what they run; null when they
 * cannot, on Windows, and on file systems without rights, where run/ stays open too whatever is done.
 */
export function homeExposure(paths: HomePaths): Warning | null {
  const isOpen = (folder: string) =>
    ((statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) & writableByOthers) !== 0;
  if (process.platform === 'win32' || !isOpen(paths.dir) || isOpen(paths.run)) return null;
  return new BelfryError({
    code: 'HOME_UNUSABLE',
    what: 'Others can write into the home folder',
    where: `at ${paths.dir}`,
    why: 'Whoever can replace config.json there decides what Belfry runs and publishes',
    remedy: `Run: chmod go-w '${paths.dir}', or use a folder of its own with --home`,
    field: 'home',
  }).toWire();
}

/** Whether the socket lies where nothing but the home folder decides: inside it, or in Windows' space of pipes. */
function inHome(paths: HomePaths): boolean {
  return dirname(paths.socket) === paths.run || paths.socket.startsWith('\\\\.\\pipe\\');
}

/** A folder with other things in it (`--home /tmp`) keeps its rights: only an empty one or one of ours is tightened. */
function makeHome(dir: string): void {
  attempt(dir, () => {
    makeFolders(dir);
    const names = readdirSync(dir);
    if (names.length === 0 || names.some((name) => ourNames.includes(name))) chmodSync(dir, 0o700);
  });
}

/** `mkdir -p`; Node's own never returns where the system answers ENOENT in a folder that exists, such as /proc. */
function makeFolders(dir: string): void {
  if (isFolder(dir)) return;
  if (dir !== dirname(dir)) makeFolders(dirname(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if (!isFolder(dir)) throw error; // Another start may have made it in this very moment.
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function makePrivate(folder: string): void {
  attempt(folder, () => {
    makeFolders(folder);
    chmodSync(folder, 0o700);
  });
}

/** Rights tell too little (read-only mounts, quotas, full disks): only a write proves that writing works. */
function proveWritable(folder: string): void {
  const probe = join(folder, `probe-${process.pid}`);
  attempt(folder, () => {
    try {
      writeFileSync(probe, 'Belfry was here.', { mode: 0o600 });
    } finally {
      rmSync(probe, { force: true });
    }
  });
}

/** Its parent may be shared (/tmp): a folder that another user put there first must not be trusted. */
function makeSocketFolder(socket: string): void {
  const folder = dirname(socket);
  attempt(folder, () => {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      if (!lstatSync(folder, { throwIfNoEntry: false })) throw error;
    }
    const found = lstatSync(folder);
    const mine = found.isDirectory() && found.uid === process.getuid?.();
    if (!mine) throw new Error(`${basename(folder)} is there already and is not a folder of this user`);
    chmodSync(folder, 0o700);
  });
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): BelfryError {
  const inTheWay = fileOnTheWay(path);
  return new BelfryError({
    code: 'HOME_UNUSABLE',
    what: 'The home folder cannot be used',
    where: `at ${path}`,
    why: inTheWay ? `${inTheWay} is a file, not a folder` : reasonOf(cause),
    remedy: inTheWay
      ? 'Move that file away, or choose another folder with --home'
      : 'Put this right, or choose another folder with --home',
    cause,
  });
}

/** The nearest part of the path that exists, when it is not a folder. */
function fileOnTheWay(path: string): string | undefined {
  for (let part = path; part !== dirname(part); part = dirname(part)) {
    try {
      return statSync(part).isDirectory() ? undefined : part;
    } catch {
      // This part does not exist or cannot be looked at; the parts above it may tell.
    }
  }
  return undefined;
}
