import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { BelfryError } from '../../shared/index.ts';
import { reasonOf } from './file-errors.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';
import { isTrouble, sqliteReason } from './sqlite-errors.ts';

/** Below this, SQLite can corrupt a WAL database that two processes open (fixed in 3.51.3). */
const oldestSqlite = [3, 51, 3] as const;
const cachedStatements = 256;
/** Pages that SQLite keeps at hand: lists of ten thousand posts and of a thousand jobs fit in. */
const cacheKiB = 16 * 1024;
/** A flood of output leaves a large -wal behind; it is cut back to this many bytes. */
const largestIdleWal = 16 * 1024 * 1024;

export type Database = Kysely<Tables>;

/** An open belfry.db: `db` for repositories, `raw` for what is no query (backup, checkpoint). */
export type OpenDatabase = { db: Database; raw: DatabaseSync; close(): Promise<void> };

/** Hears of each error of SQLite's; may give another one to throw in its place. */
export type OnError = (error: unknown) => BelfryError | undefined;

/**
 * Opens (and creates) the database at `path` and brings it to the newest version.
 * WAL and `synchronous=FULL`: what a promise said is stored survives a power cut.
 * Throws DATABASE_UNUSABLE when SQLite is too old, the file is damaged or from a newer Belfry.
 */
export function openDatabase(path: string, onError: OnError = () => undefined): OpenDatabase {
  const raw = open(path);
  try {
    checkVersion(raw);
    // A database has it from its first table on, or by VACUUM (`makeShrinkable`); set again it would write its first page.
    if (raw.prepare('PRAGMA page_count').get()?.['page_count'] === 0)
      raw.exec('PRAGMA auto_vacuum = INCREMENTAL');
    raw.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
      PRAGMA cache_size = -${cacheKiB}; PRAGMA journal_size_limit = ${largestIdleWal};`);
    migrate(raw, path);
  } catch (error) {
    raw.close();
    if (error instanceof BelfryError) throw error;
    throw unusable(path, error);
  }
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: adapt(raw, attempting(path, onError)) }),
  });
  return { db, raw, close: () => db.destroy() };
}

function open(path: string): DatabaseSync {
  try {
    // SQLite would make the file readable for others, and -wal and -shm take its rights over.
    if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
    return new DatabaseSync(path, { timeout: 5000 });
  } catch (error) {
    throw unusable(path, error);
  }
}

/** DATABASE_UNUSABLE with the reason in words. */
export function unusable(path: string, cause: unknown, what = 'The database cannot be used'): BelfryError {
  return new BelfryError({
    code: 'DATABASE_UNUSABLE',
    what,
    where: `at ${path}`,
    why: isTrouble(cause) ? sqliteReason(cause) : reasonOf(cause),
    remedy: 'Check the disk and the rights of the file; copies are in the folder backups of the home folder',
    cause,
  });
}

function checkVersion(raw: DatabaseSync): void {
  const row = raw.prepare('SELECT sqlite_version() AS version').get();
  const version = String(row?.['version']);
  const parts = version.split('.').map(Number);
  const order =
    oldestSqlite.map((least, i) => (parts[i] ?? 0) - least).find((difference) => difference !== 0) ?? 0;
  if (order >= 0) return;
  throw new BelfryError({
    code: 'DATABASE_UNUSABLE',
    what: `SQLite ${version} is too old`,
    where: 'in this runtime',
    why: `Before ${oldestSqlite.join('.')} it can damage a database that two programs open`,
    remedy: 'Use Electron 42 or newer, or Node 24.15 or newer',
  });
}

/** node:sqlite in the shape that Kysely's dialect expects; statements are kept, since preparing costs more than running. */
function adapt(raw: DatabaseSync, attempt: Attempt) {
  const cache = new Map<string, Adapted>();
  return {
    close: () => raw.close(),
    prepare(sql: string): Adapted {
      const known = cache.get(sql);
      if (known) return known;
      const made = sql.startsWith('PRAGMA incremental_vacuum')
        ? wholly(raw, attempt, sql)
        : sql === 'rollback'
          ? rollback(raw, attempt)
          : adaptStatement(
              attempt(() => raw.prepare(sql)),
              attempt,
            );
      if (cache.size >= cachedStatements) cache.delete(cache.keys().next().value ?? '');
      cache.set(sql, made);
      return made;
    },
  };
}

type Adapted = {
  reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
};
type Parameters = Parameter[];
type Parameter = null | number | bigint | string | Uint8Array;

function adaptStatement(statement: StatementSync, attempt: Attempt): Adapted {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => attempt(() => statement.all(...(parameters as Parameters))),
    run: (parameters) => attempt(() => statement.run(...(parameters as Parameters))),
    iterate: (parameters) => statement.iterate(...(parameters as Parameters)),
  };
}

/** A statement that node:sqlite would step once, which frees one page of many, and that `exec` runs to its end. */
function wholly(raw: DatabaseSync, attempt: Attempt, sql: string): Adapted {
  return {
    reader: false,
    all: () => [],
    run() {
      attempt(() => raw.exec(sql));
      return { changes: 0, lastInsertRowid: 0 };
    },
    iterate: () => [].values(),
  };
}

/**
 * On a full disk SQLite rolls back by itself; a second rollback would fail, and its error would hide the first
 * (https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction).
 */
function rollback(raw: DatabaseSync, attempt: Attempt): Adapted {
  const nothing = { changes: 0, lastInsertRowid: 0 };
  return {
    reader: false,
    all: () => [],
    run: () => attempt(() => (raw.isTransaction ? raw.prepare('rollback').run() : nothing)),
    iterate: () => [].values(),
  };
}

type Attempt = <T>(action: () => T) => T;

/** What the user can do something about (space, rights, a fault) is said in words; a broken constraint is the caller's matter. */
function attempting(path: string, onError: OnError): Attempt {
  return (action) => {
    try {
      return action();
    } catch (error) {
      throw onError(error) ?? (isTrouble(error) ? unusable(path, error) : error);
    }
  };
}
