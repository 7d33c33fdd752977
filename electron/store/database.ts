import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { BelfryError } from '../../shared/index.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';

/** Below this, SQLite can corrupt a WAL database that two processes open (fixed in 3.51.3). */
const oldestSqlite = [3, 51, 3] as const;
const cachedStatements = 256;

export type Database = Kysely<Tables>;

/** An open belfry.db: `db` for repositories, `raw` for what is no query (backup, checkpoint). */
export type OpenDatabase = { db: Database; raw: DatabaseSync; close(): Promise<void> };

/**
 * Opens (and creates) the database at `path` and brings it to the newest version.
 * WAL and `synchronous=FULL`: what a promise said is stored survives a power cut.
 * Throws DATABASE_UNUSABLE when SQLite is too old, the file is damaged or from a newer Belfry.
 */
export function openDatabase(path: string): OpenDatabase {
  const raw = open(path);
  try {
    checkVersion(raw);
    raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    migrate(raw, path);
  } catch (error) {
    raw.close();
    if (error instanceof BelfryError) throw error;
    throw unusable(path, error);
  }
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(raw) }) });
  return { db, raw, close: () => db.destroy() };
}

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 5000 });
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): BelfryError {
  return new BelfryError({
    code: 'DATABASE_UNUSABLE',
    what: 'The database cannot be used',
    where: path,
    why: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Check the disk and the rights of the file; copies are in the folder backups beside it',
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
function adapt(raw: DatabaseSync) {
  const cache = new Map<string, Adapted>();
  return {
    close: () => raw.close(),
    prepare(sql: string): Adapted {
      const known = cache.get(sql);
      if (known) return known;
      const made = adaptStatement(raw.prepare(sql));
      if (cache.size >= cachedStatements) cache.delete(cache.keys().next().value ?? '');
      cache.set(sql, made);
      return made;
    },
  };
}

type Adapted = ReturnType<typeof adaptStatement>;
type Parameters = Parameter[];
type Parameter = null | number | bigint | string | Uint8Array;

function adaptStatement(statement: StatementSync) {
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => statement.all(...(parameters as Parameters)),
    run: (parameters: readonly unknown[]) => statement.run(...(parameters as Parameters)),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as Parameters)),
  };
}
