import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BelfryError, type Millis, toInstant, type WireError } from '../../shared/index.ts';
import { type Copy, damageOf, isUsableCopy, listCopies, newestUsableCopy } from './copies.ts';
import { openDatabase, readMetaOf, writeMeta } from './database.ts';
import { syncFile, syncFolder } from './durable-file.ts';
import type { HomePaths } from './home-paths.ts';

/** Note in the database: the warning (JSON) because of which nothing is published; gone when the user confirmed it. */
export const pausedKey = 'publishing_paused';

/** Says that the database was lost while it was open, and why; the next start takes nothing that lies there for it. */
export function lossNote(paths: HomePaths): string {
  return `${paths.db}.lost`;
}

const suffixes = ['-wal', '-shm', '-journal'];

/**
 * Puts the newest good copy (or an empty database) in the place of one that is damaged, emptied or gone, with
 * publishing paused in it; the damaged one is moved to damaged/, whole. Every step can be cut off by a crash: the
 * replacement is made under a name that is never trusted, and gets its own name only when it is sound, paused and on
 * the disk, all before the old one is touched; the next start goes on from there.
 * Does nothing when the database is sound, or when there never was one.
 */
export async function restoreIfDamaged(paths: HomePaths, now: Millis): Promise<WireError | undefined> {
  const replacement = `${paths.db}.restoring`;
  const present = existsSync(paths.db);
  if (!present && isReady(replacement)) {
    replace(paths, replacement, now);
    return undefined; // The warning is in the replacement already.
  }
  const reason = noted(paths) ?? (present ? damageIn(paths, now) : goneReason(paths, now));
  if (reason === undefined) {
    discard(replacement);
    return undefined;
  }
  const copy = newestUsableCopy(paths.backups, now);
  const warning = warningOf(paths, reason, copy, now);
  await prepare(replacement, copy, warning);
  replace(paths, replacement, now);
  return warning;
}

function noted(paths: HomePaths): string | undefined {
  if (!existsSync(lossNote(paths))) return undefined;
  return readFileSync(lossNote(paths), 'utf8').trim() || 'It was lost while Belfry was running';
}

/** A file of no bytes is a new database to SQLite; where copies show an older one, its content was lost. */
function damageIn(paths: HomePaths, now: Millis): string | undefined {
  if (statSync(paths.db).size === 0)
    return listCopies(paths.backups, now).length > 0 ? 'The file is empty' : undefined;
  return damageOf(paths.db);
}

/** What lies beside a database shows that it is gone: copies, its -wal, or a restoration that was cut off. */
function goneReason(paths: HomePaths, now: Millis): string | undefined {
  const traces = [`${paths.db}-wal`, `${paths.db}.restoring`, `${paths.db}.restoring.part`];
  const known = listCopies(paths.backups, now).length > 0 || traces.some((path) => existsSync(path));
  return known ? 'The file is gone' : undefined;
}

/** Whether a replacement that a crash left behind is whole: sound, with the pause in it. */
function isReady(replacement: string): boolean {
  return (
    existsSync(replacement) && isUsableCopy(replacement) && readMetaOf(replacement, pausedKey) !== undefined
  );
}

async function prepare(replacement: string, copy: Copy | undefined, warning: WireError): Promise<void> {
  const part = `${replacement}.part`;
  discard(replacement);
  if (copy) copyFileSync(copy.path, part);
  const database = openDatabase(part);
  try {
    await writeMeta(database.db, pausedKey, JSON.stringify(warning));
  } finally {
    await database.close();
  }
  const damage = damageOf(part);
  if (damage !== undefined) throw new Error(`The replacement ${basename(part)} is not sound: ${damage}`);
  removeBeside(part); // The check leaves an empty -wal.
  syncFile(part);
  renameSync(part, replacement);
  syncFolder(dirname(replacement));
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
  rmSync(lossNote(paths), { force: true });
  discard(replacement);
}

/** A folder name that no earlier damage of the same second has taken. */
function asideFolder(paths: HomePaths, now: Millis): string {
  const name = join(paths.damaged, toInstant(now).replace(/[-:]|\.\d+/g, ''));
  for (let count = 1; ; count += 1) {
    const folder = count === 1 ? name : `${name}-${count}`;
    if (!existsSync(join(folder, basename(paths.db)))) return folder;
  }
}

/** Removes a replacement, whole or in part, with what SQLite keeps beside it. */
function discard(replacement: string): void {
  for (const path of [replacement, `${replacement}.part`]) {
    rmSync(path, { force: true });
    removeBeside(path);
  }
}

function removeBeside(path: string): void {
  for (const suffix of suffixes) rmSync(path + suffix, { force: true });
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
      'Publishing is paused: look at your accounts for posts that went out since then, cancel those here, then confirm this warning (`belfry confirm NEEDS_PERSON`)',
    field: 'database',
  }).toWire();
}
