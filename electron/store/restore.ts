import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BelfryError, type Millis, toInstant, type WireError } from '../../shared/index.ts';
import { type Copy, listCopies, newestUsableCopy } from './copies.ts';
import { openDatabase } from './database.ts';
import { damageOf } from './examine.ts';
import type { HomePaths } from './home-paths.ts';
import { writeMeta } from './meta.ts';
import { syncFile, syncFolder } from './sync-file.ts';

/** Note in the database: the warning (JSON) because of which nothing is published; gone when a person confirmed it. */
export const pausedKey = 'publishing_paused';

const suffixes = ['-wal', '-shm', '-journal'];

/**
 * Puts the newest good copy (or an empty database) in the place of one that is damaged, emptied or gone, with
 * publishing paused in it; the damaged one is moved to damaged/, whole. Every step can be cut off by a crash: the
 * replacement lies complete beside the database before the old one is touched, and the next start goes on from there.
 * Does nothing when the database is sound, or when there never was one.
 */
export async function restoreIfDamaged(paths: HomePaths, now: Millis): Promise<WireError | undefined> {
  const replacement = `${paths.db}.restoring`;
  const present = existsSync(paths.db);
  if (!present && existsSync(replacement)) {
    replace(paths, replacement, now);
    return undefined; // The warning is in the replacement already.
  }
  const reason = present ? damageIn(paths, now) : goneReason(paths, now);
  if (reason === undefined) {
    removeAll(replacement);
    return undefined;
  }
  const copy = newestUsableCopy(paths.backups, now);
  const warning = warningOf(paths, reason, copy, now);
  await prepare(replacement, copy, warning);
  replace(paths, replacement, now);
  return warning;
}

/** A file of no bytes is a new database to SQLite; where copies tell of an older one, its content was lost. */
function damageIn(paths: HomePaths, now: Millis): string | undefined {
  if (statSync(paths.db).size === 0)
    return listCopies(paths.backups, now).length > 0 ? 'The file is empty' : undefined;
  return damageOf(paths.db);
}

function goneReason(paths: HomePaths, now: Millis): string | undefined {
  return listCopies(paths.backups, now).length > 0 ? 'The file is gone' : undefined;
}

async function prepare(replacement: string, copy: Copy | undefined, warning: WireError): Promise<void> {
  removeAll(replacement);
  if (copy) copyFileSync(copy.path, replacement);
  const database = openDatabase(replacement);
  try {
    await writeMeta(database.db, pausedKey, JSON.stringify(warning));
  } finally {
    await database.close();
  }
  syncFile(replacement);
}

/** A -wal that stayed behind must not come to lie beside another database: SQLite would write it into that. */
function replace(paths: HomePaths, replacement: string, now: Millis): void {
  const aside = asideFolder(paths, now);
  for (const suffix of ['', ...suffixes]) {
    if (!existsSync(paths.db + suffix)) continue;
    mkdirSync(aside, { recursive: true, mode: 0o700 });
    renameSync(paths.db + suffix, join(aside, basename(paths.db) + suffix));
  }
  renameSync(replacement, paths.db);
  syncFolder(paths.dir);
}

/** A folder name that no earlier damage of the same second has taken. */
function asideFolder(paths: HomePaths, now: Millis): string {
  const name = join(paths.damaged, toInstant(now).replace(/[-:]|\.\d+/g, ''));
  for (let count = 1; ; count += 1) {
    const folder = count === 1 ? name : `${name}-${count}`;
    if (!existsSync(join(folder, basename(paths.db)))) return folder;
  }
}

function removeAll(path: string): void {
  for (const suffix of ['', ...suffixes]) rmSync(path + suffix, { force: true });
}

function warningOf(paths: HomePaths, reason: string, copy: Copy | undefined, now: Millis): WireError {
  return new BelfryError({
    code: 'NEEDS_PERSON',
    what: copy
      ? `The database was lost and was restored from the copy of ${toInstant(copy.at)}`
      : 'The database was lost, there was no copy of it, and a new empty one was made',
    where: `at ${paths.db} on ${toInstant(now)}`,
    why: `${reason}. What happened since then is missing; a damaged file is kept in ${paths.damaged}`,
    remedy:
      'Publishing is paused: look at your accounts for posts that went out since then, cancel those here, then confirm this warning',
    field: 'database',
  }).toWire();
}
