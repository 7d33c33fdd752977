import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import type { Log } from '../../shared/index.ts';
import type { Database } from './database.ts';
import type { StepSizes } from './pace.ts';
import { isTrouble, sqliteReason } from './sqlite-errors.ts';

/** Pages given back in one step: 128 take some 3 ms. */
export const freeSteps: StepSizes = { first: 128, least: 16, most: 1024 };
/** `auto_vacuum` of a database that can return pages without being written anew. */
const incremental = 2;

/**
 * Lets a database of an older version return what it does not need, which writes it anew, once: whole or not at all,
 * whatever happens. Without space for that it stays as it is until a later start.
 */
export function makeShrinkable(
  raw: DatabaseSync,
  path: string,
  log: Log,
  freeBytes: (folder: string) => number = freeBytesOf,
): void {
  if (raw.prepare('PRAGMA auto_vacuum').get()?.['auto_vacuum'] === incremental) return;
  const { size } = statSync(path);
  const free = freeBytes(dirname(path));
  // The new database goes through the -wal before it takes the old one's place.
  const needed = 2 * size + 64 * 1024 * 1024;
  if (free < needed) {
    log('warn', 'The database cannot give space back: too little is free to write it anew', {
      bytes: size,
      needed,
      free,
    });
    return;
  }
  try {
    raw.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM');
    log('info', 'The database was written anew and gives space back from now on', {
      bytes: size,
      now: statSync(path).size,
    });
  } catch (error) {
    if (!isTrouble(error)) throw error;
    log('warn', 'The database cannot give space back', { error: sqliteReason(error) });
  }
}

/** Bytes of the disk that this user may still fill. */
function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Gives up to so many unused pages back to the disk, as part of the caller's transaction; false when none is left. */
export async function givePagesBack(trx: Database, pages: number): Promise<boolean> {
  await sql`PRAGMA incremental_vacuum(${sql.lit(pages)})`.execute(trx);
  const { rows } = await sql<{ free: number; mode: number }>`
    SELECT freelist_count AS free, auto_vacuum AS mode FROM pragma_freelist_count, pragma_auto_vacuum`.execute(
    trx,
  );
  return rows[0]?.mode === incremental && rows[0].free > 0;
}
