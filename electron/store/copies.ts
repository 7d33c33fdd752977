import { chmodSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as sqlite from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import type { Millis } from '../../shared/index.ts';
import { syncFile } from './durable-file.ts';
import { newestVersion, versionOf } from './migrations.ts';
import { isDamage, isReadOnly, sqliteReason } from './sqlite-errors.ts';

/** A copy of the database in backups/; `at` is when it was made. */
export type Copy = { path: string; at: Millis };

const kept = 7;
/** `belfry-20261122T090000Z.db`: sorts by time, and every file system takes it. */
const pattern = /^belfry-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/;

/** All copies, newest first; one whose time is still to come (the clock was set back since) counts as the oldest. */
export function listCopies(folder: string, now: Millis): Copy[] {
  const rank = (copy: Copy) => (copy.at > now ? copy.at - now - Number.MAX_SAFE_INTEGER : copy.at);
  return readdirSync(folder)
    .flatMap((name) => {
      const [, year, month, day, hour, minute, second] = pattern.exec(name) ?? [];
      const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      return Number.isFinite(at) ? [{ path: join(folder, name), at }] : [];
    })
    .sort((a, b) => rank(b) - rank(a));
}

/**
 * Copies the database into the folder, proves that the copy is sound, and keeps the newest seven.
 * Given a path it reads through a connection of its own, so open transactions neither disturb it nor get into it; given
 * a connection, what that one sees, also of a file that has no name any more.
 */
export async function makeCopy(db: string | sqlite.DatabaseSync, folder: string, now: Millis): Promise<Copy> {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const path = join(folder, `belfry-${stamp}.db`);
  const part = `${path}.part`;
  removeParts(folder);
  try {
    await copyInto(db, part);
    if (!isUsableCopy(part)) throw new Error(`The copy ${basename(path)} is not sound`);
    chmodSync(part, 0o600);
    syncFile(part);
    renameSync(part, path);
  } finally {
    removeParts(folder);
  }
  for (const old of listCopies(folder, now).slice(kept)) rmSync(old.path, { force: true });
  return { path, at: now };
}

/** The newest copy that can take the database's place. */
export function newestUsableCopy(folder: string, now: Millis): Copy | undefined {
  return listCopies(folder, now).find((copy) => isUsableCopy(copy.path));
}

/**
 * SQLite's backup works beside the event loop (measured for 250 MB: 0.6 s, longest stop of the loop 6 ms);
 * `VACUUM INTO` stops it for all of that time, and is for runtimes without the other.
 */
async function copyInto(db: string | sqlite.DatabaseSync, part: string): Promise<void> {
  const source = typeof db === 'string' ? new sqlite.DatabaseSync(db, { readOnly: true, timeout: 5000 }) : db;
  try {
    // All pages in one step: between steps a writer would make it begin again.
    if (typeof sqlite.backup === 'function') await sqlite.backup(source, part, { rate: 2 ** 31 - 1 });
    else source.prepare('VACUUM INTO ?').run(part);
  } finally {
    if (source !== db) source.close();
  }
  const copy = new sqlite.DatabaseSync(part);
  copy.exec('PRAGMA journal_mode = DELETE'); // One file that says everything, without -wal and -shm beside it.
  copy.close();
}

/** Halves of copies, also those that a kill left behind, with what SQLite keeps beside them. */
function removeParts(folder: string): void {
  for (const name of readdirSync(folder))
    if (/^belfry-.*\.db\.part/.test(name)) rmSync(join(folder, name), { force: true });
}

/**
 * `quick_check` reads every page and row; `integrity_check` also compares each index with its table, which takes
 * fifteen times as long (measured: 0.3 s against 4.9 s for 250 MB). So the thorough one is for databases up to this size.
 */
const thoroughUpTo = 16 * 1024 * 1024;

/** How long another program's look at the file is waited for, in milliseconds. */
const patience = 2000;

/**
 * What is wrong with the database at `path`, its -wal taken in, as a sentence; undefined when it is sound. Changes nothing.
 * Throws SQLite's error when that cannot be found out (rights, locks, a faulty disk).
 */
export function damageOf(path: string): string | undefined {
  try {
    return check(path, true);
  } catch (error) {
    if (isDamage(error)) return sqliteReason(error);
    if (!isReadOnly(error)) throw error;
  }
  // A first start that was cut off leaves a rollback journal, which only a connection that may write can work off.
  try {
    return check(path, false);
  } catch (error) {
    if (isDamage(error)) return sqliteReason(error);
    throw error;
  }
}

/** A connection that may write would, on closing, write the -wal into a damaged file or delete it. */
function check(path: string, readOnly: boolean): string | undefined {
  const raw = new DatabaseSync(path, { readOnly, timeout: patience });
  try {
    const pragma = statSync(path).size <= thoroughUpTo ? 'integrity_check' : 'quick_check';
    const said = raw.prepare(`PRAGMA ${pragma}(1)`).get()?.[pragma];
    return said === 'ok' ? undefined : `SQLite found: ${String(said)}`;
  } finally {
    raw.close();
  }
}

/** Whether a copy can take the database's place: sound, with tables, not from a newer Belfry. Never throws. */
export function isUsableCopy(path: string): boolean {
  let raw: DatabaseSync | undefined;
  try {
    raw = new DatabaseSync(path, { readOnly: true });
    const version = versionOf(raw);
    const sound = raw.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok';
    return sound && version > 0 && version <= newestVersion;
  } catch {
    return false; // Whatever the reason: a copy that cannot be read is of no use.
  } finally {
    raw?.close();
  }
}
