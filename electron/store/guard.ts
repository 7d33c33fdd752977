import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { BelfryError, type Clock, type Log, toInstant, type WireError } from '../../shared/index.ts';
import { keepsNumbers } from './continuity.ts';
import { makeCopy } from './copies.ts';
import { syncFile } from './durable-file.ts';
import { reasonOf } from './file-errors.ts';
import type { HomePaths } from './home-paths.ts';
import { lossNote } from './restore.ts';
import { isDamage, isTrouble, sqliteReason } from './sqlite-errors.ts';

/** First bytes of every SQLite database (https://www.sqlite.org/fileformat.html#the_database_header). */
const magic = 'SQLite format 3\0';
/** SQLITE_CORRUPT_VTAB: the search index alone is damaged. */
const indexDamage = 267;

type GuardDeps = {
  home: HomePaths;
  clock: Clock;
  log: Log;
  raw: DatabaseSync;
  /** Called once, when the database was lost. */
  lost(trouble: WireError): void;
};

/** Watches over the files of an open database. */
export type Guard = {
  /** Why nothing may be written any more; undefined while all is well. */
  lost(): BelfryError | undefined;
  /** Checks whether the files are still those that were opened. */
  check(): void;
  /** Hears of an error of SQLite's; gives the one to throw in its place. */
  failed(error: unknown): BelfryError | undefined;
  /** Resolves when all that could be saved of a lost database is saved. */
  rescued(): Promise<void>;
  /** Lets go of the file; only after the database was closed. */
  release(): void;
};

/**
 * Notices that belfry.db or its -wal was deleted, replaced or cut off under the open connection, or that it is damaged.
 * From then on nothing is written, so that no job starts and no post goes out without being recorded; what the connection
 * still knows is saved as a copy, and a note makes the next start restore the newest one with publishing paused.
 */
export function guardDatabase({ home, clock, log, raw, lost }: GuardDeps): Guard {
  const { db } = home;
  // Held until the database is closed: closing any handle of the file drops SQLite's locks on it (POSIX).
  const handle = openSync(db, 'r');
  const walNumber = numberOf(`${db}-wal`);
  const stable = keepsNumbers(db);
  let loss: BelfryError | undefined;
  let rescue: Promise<void> = Promise.resolve();

  /** What happened to the main file, as a sentence; undefined when it is the one that was opened, whole. */
  const harmOfFile = (): string | undefined => {
    const there = statSync(db, { throwIfNoEntry: false });
    if (!there) return 'The file was deleted or moved away';
    if (stable && there.ino !== fstatSync(handle).ino) return 'Another file was put in its place';
    return harmInside(handle);
  };
  const harmOfWal = (): string | undefined => {
    if (walNumber === undefined) return undefined;
    const number = numberOf(`${db}-wal`);
    if (number === undefined) return 'Its -wal was deleted or moved away';
    return stable && number !== walNumber ? 'Another file was put in the place of its -wal' : undefined;
  };

  function lose(reason: string, sayNextStart: boolean): BelfryError {
    raw.exec('PRAGMA query_only = ON');
    loss = lostError(home, reason, toInstant(clock.now()));
    const isDeleted = fstatSync(handle).nlink === 0;
    if (sayNextStart) noteLoss(home, isDeleted, reason, log);
    log('error', loss.message);
    rescue = save();
    lost(loss.toWire());
    return loss;
  }

  /** A copy of all that the connection still knows. */
  async function save(): Promise<void> {
    try {
      const { path } = await makeCopy(raw, home.backups, clock.now());
      log('info', `All that the lost database held is saved in ${path}`);
    } catch (error) {
      log('error', `The lost database could not be saved once more: ${reasonOf(error)}`);
    }
  }

  return {
    lost: () => loss,
    check() {
      if (loss) return;
      const harm = harmOfFile();
      if (harm !== undefined) return void lose(harm, true);
      const missing = harmOfWal();
      if (missing === undefined) return;
      // What is only in the -wal can still be read through its open handle, and is put into the main file.
      lose(missing, !emptyWal(raw, log));
    },
    failed(error) {
      if (loss) return isTrouble(error) ? loss : undefined;
      const damaged =
        isDamage(error) && !(error instanceof Error && 'errcode' in error && error.errcode === indexDamage);
      // The next start checks the file itself, and restores it if the damage is real.
      return damaged ? lose(sqliteReason(error), false) : undefined;
    },
    rescued: () => rescue,
    release: () => closeSync(handle),
  };
}

/** What the file's own header says against it: no database any more, or shorter than SQLite last left it. */
function harmInside(handle: number): string | undefined {
  const { size } = fstatSync(handle);
  const header = Buffer.alloc(100);
  if (readSync(handle, header, 0, header.length, 0) < header.length) return 'The file was emptied or cut off';
  if (header.toString('latin1', 0, 16) !== magic) return 'The file was overwritten';
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const pages = header.readUInt32BE(28);
  const isValid = header.readUInt32BE(24) === header.readUInt32BE(92);
  return isValid && pages * pageSize > size ? 'The file was cut off' : undefined;
}

function numberOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function emptyWal(raw: DatabaseSync, log: Log): boolean {
  try {
    return raw.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
  } catch (error) {
    log('error', `The -wal that was removed could not be written back: ${sqliteReason(error)}`);
    return false;
  }
}

/** A folder that was deleted with all that was in it is made again to save the rest; one that was moved is not. */
function noteLoss(home: HomePaths, isDeleted: boolean, reason: string, log: Log): void {
  const path = lossNote(home);
  try {
    if (isDeleted) mkdirSync(home.backups, { recursive: true, mode: 0o700 });
    writeFileSync(path, `${reason}\n`, { mode: 0o600 });
    syncFile(path);
  } catch (error) {
    log('error', `The loss of the database could not be noted at ${path}: ${reasonOf(error)}`);
  }
}

function lostError(home: HomePaths, reason: string, at: string): BelfryError {
  return new BelfryError({
    code: 'DATABASE_UNUSABLE',
    what: 'The database was lost while Belfry was running',
    where: `at ${home.db} on ${at}`,
    why: `${reason}. No job starts and nothing is published, since it could not be recorded`,
    remedy: `Restart Belfry: it goes on from the newest copy in ${home.backups}, with publishing paused until you confirm`,
    field: 'database',
  });
}
