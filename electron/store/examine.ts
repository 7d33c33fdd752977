import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { newestVersion, versionOf } from './migrate.ts';
import { isDamage, isReadOnly, sqliteReason } from './sqlite-errors.ts';

/**
 * `quick_check` reads every page and row; `integrity_check` also compares each index with its table, which takes
 * fifteen times as long (measured: 0.3 s against 4.9 s for 250 MB). So the thorough one is for databases up to this size.
 */
const thoroughUpTo = 16 * 1024 * 1024;

/** How long another program's look at the file is waited for, in milliseconds. */
const patience = 2000;

/**
 * What is wrong with the database at `path`, its -wal taken in, as a sentence; undefined when it is sound. Changes nothing.
 * Throws SQLite's error when that cannot be told (rights, locks, a faulty disk).
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
