import { chmodSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { BelfryError, instantSchema, modes } from '../../shared/index.ts';
import { writeDurably } from './durable-file.ts';
import { isMissing } from './file-errors.ts';
import type { HomePaths } from './home-paths.ts';
import { isBusy, sqliteReason } from './sqlite-errors.ts';

const ownerSchema = z.object({
  pid: z.int(),
  startedAt: instantSchema,
  mode: z.enum(modes),
  socket: z.string(),
  version: z.string(),
});
/** Who owns a home folder, for people and clients to read; never the proof of it. */
export type Owner = z.infer<typeof ownerSchema>;

/** The lock on a home folder, held until `release` or the end of the process, however it ends. */
export type HomeLock = {
  /** False when the lock file was removed or replaced: then another engine could take the home as well. */
  isThere(): boolean;
  /** Locks a new file in the place of the one that is gone. Throws ALREADY_RUNNING when another engine was faster. */
  retake(): Promise<void>;
  release(): void;
};

/** Longest wait for a look of `isOwned` or a predecessor's last moment to pass, in milliseconds. */
const patience = 500;

/**
 * Locks held by this process. The system takes a POSIX lock away as soon as the process closes ANY handle of the
 * file, so inside the owning process nothing may open lock.db again: neither a second lock nor a mere reading.
 */
const held = new Set<string>();

/**
 * Makes this process the one owner of the home folder: an exclusive SQLite lock on run/lock.db, which the system
 * frees the instant the process dies. Throws ALREADY_RUNNING when another engine (or this one) has it.
 */
export async function takeHome(paths: HomePaths, owner: Owner): Promise<HomeLock> {
  if (held.has(paths.lockDb)) throw alreadyRunning(paths, readOwner(paths));
  held.add(paths.lockDb);
  const text = `${JSON.stringify(owner, null, 2)}\n`;
  let lock: DatabaseSync | undefined;
  let number: number | undefined;
  const take = async () => {
    lock = lockFile(paths);
    number = statSync(paths.lockDb).ino;
    await writeDurably(paths.ownerJson, text);
  };
  try {
    await take();
  } catch (error) {
    lock?.close();
    held.delete(paths.lockDb);
    throw error;
  }
  return {
    isThere: () => statSync(paths.lockDb, { throwIfNoEntry: false })?.ino === number,
    async retake() {
      mkdirSync(paths.run, { recursive: true, mode: 0o700 });
      const gone = lock;
      await take();
      gone?.close();
    },
    release: once(() => {
      if (lock) release(paths, lock);
    }),
  };
}

/** What run/owner.json says; undefined without one. It may be left over: whoever answers on the socket is the owner. */
export function readOwner(paths: HomePaths): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(readFileSync(paths.ownerJson, 'utf8'))).data;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a living engine owns the home folder; asks the system, not owner.json. */
export function isOwned(paths: HomePaths): boolean {
  if (held.has(paths.lockDb)) return true;
  let looking: DatabaseSync | undefined;
  try {
    looking = new DatabaseSync(paths.lockDb, { readOnly: true, timeout: 0 });
    looking.exec('SELECT name FROM sqlite_schema');
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    looking?.close();
  }
}

function lockFile(paths: HomePaths): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(paths.lockDb, { timeout: patience });
    chmodSync(paths.lockDb, 0o600); // By name: opening the file here would drop the lock.
    lock.exec('BEGIN EXCLUSIVE'); // The journal mode stays the default: in WAL mode this would let readers in.
    return lock;
  } catch (error) {
    lock?.close();
    if (isBusy(error)) throw alreadyRunning(paths, readOwner(paths));
    throw new BelfryError({
      code: 'HOME_UNUSABLE',
      what: 'The home folder cannot be locked',
      where: `at ${paths.lockDb}`,
      why: sqliteReason(error),
      remedy: 'Delete this file while no Belfry is running, and check the disk',
      cause: error,
    });
  }
}

function release(paths: HomePaths, lock: DatabaseSync): void {
  rmSync(paths.ownerJson, { force: true });
  lock.close();
  held.delete(paths.lockDb);
}

function alreadyRunning(paths: HomePaths, owner: Owner | undefined): BelfryError {
  const who = owner ? ` (${owner.mode}, pid ${owner.pid}, since ${owner.startedAt})` : '';
  return new BelfryError({
    code: 'ALREADY_RUNNING',
    what: `Belfry is already running${who}`,
    where: `in ${paths.dir}`,
    why: 'A home folder has one engine at a time',
    remedy: 'Use that one, end it with `belfry quit`, or choose another folder with --home',
  });
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
