// The open database: how it is opened, its statements, its own notes, and the transaction that the writes of a turn share.
import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type Compilable, type CompiledQuery, Kysely, SqliteDialect, sql, type Transaction } from 'kysely';
import { BelfryError } from '../../shared/index.ts';
import { reasonOf } from './file-errors.ts';
import { migrate } from './migrations.ts';
import type { Tables } from './schema.ts';
import { isTrouble, sqliteReason } from './sqlite-errors.ts';
import { type Adapted, type Attempt, adapt } from './statements.ts';

/** Below this, SQLite can corrupt a WAL database that two processes open (fixed in 3.51.3). */
const oldestSqlite = [3, 51, 3] as const;
/** Pages that SQLite keeps at hand: lists of ten thousand posts and of a thousand jobs fit in. */
const cacheKiB = 16 * 1024;
/** A flood of output leaves a large -wal behind; it is cut back to this many bytes. */
const largestIdleWal = 16 * 1024 * 1024;

export type Database = Kysely<Tables>;

/** An open belfry.db: `db` for repositories, `raw` for what is no query (backup, checkpoint). */
export type OpenDatabase = { db: Database; raw: DatabaseSync; close(): Promise<void> };

/** Hears of each error of SQLite's; may give another one to throw in its place. */
type OnError = (error: unknown) => BelfryError | undefined;

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
  const adapted = adapt(raw, attempting(path, onError));
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapted }) });
  connections.set(db.getExecutor().adapter, {
    db,
    isBusy: () => raw.isTransaction,
    prepare: adapted.prepare,
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

/** The connection below Kysely, for queries that need nothing more of it. */
export type Direct = { db: Database; isBusy(): boolean; prepare(sql: string): Adapted };

/** By what a database has in common with all its transactions. */
const connections = new WeakMap<object, Direct>();

function directOf(db: Database): Direct {
  const connection = connections.get(db.getExecutor().adapter);
  if (!connection) throw new Error('A database that openDatabase did not open');
  return connection;
}

/** Stands for a value while a query is compiled. */
class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A query with its values, which is run by awaiting it or, among others that are to see one state, by `readAtOnce`. */
export type Query<Values, Row> = ((db: Database, values: Values) => Promise<{ rows: Row[] }>) & {
  rowsNow(connection: Direct, values: Values): Row[];
};

/**
 * A query that is built once and then run with other values: building, and handing it through Kysely, cost several times
 * what SQLite needs to run it. It waits for no turn, except where another transaction is open on the one connection.
 * `build` gets a function that gives the place of each value by its name.
 */
export function compiledOnce<Values extends Record<string, unknown>, Row>(
  build: (
    db: Database,
    place: <Name extends keyof Values & string>(name: Name) => Values[Name],
  ) => Compilable<Row>,
): Query<Values, Row> {
  let built: CompiledQuery<Row> | undefined;
  const compiled = (db: Database) => {
    // A place is a Values[Name] to the query builder, which only hands it on to the parameters.
    built ??= build(db, (name) => new Place(name) as never).compile();
    return built;
  };
  const parametersOf = (query: CompiledQuery<Row>, values: Values) =>
    query.parameters.map((value) => (value instanceof Place ? values[value.name] : value));
  const rowsNow = ({ db, prepare }: Direct, values: Values): Row[] => {
    const query = compiled(db);
    const statement = prepare(query.sql);
    const parameters = parametersOf(query, values);
    if (statement.reader) return statement.all(parameters) as Row[];
    statement.run(parameters);
    return [];
  };
  const run = async (db: Database, values: Values): Promise<{ rows: Row[] }> => {
    const connection = directOf(db);
    if (db.isTransaction || !connection.isBusy()) return { rows: rowsNow(connection, values) };
    const query = compiled(db);
    return db.executeQuery({ ...query, parameters: parametersOf(query, values) });
  };
  return Object.assign(run, { rowsNow });
}

/** Reads of one state of the database, all at once: SQLite locks and looks up what is newest for each statement of its own. */
export async function readAtOnce<T>(db: Database, work: (connection: Direct) => T): Promise<T> {
  const connection = directOf(db);
  if (db.isTransaction) return work(connection);
  const read = () => {
    connection.prepare('begin').run([]);
    try {
      return work(connection);
    } finally {
      connection.prepare('commit').run([]);
    }
  };
  return connection.isBusy() ? db.connection().execute(async () => read()) : read();
}

const findMeta = compiledOnce<{ key: string }, { value: string }>((db, place) =>
  db.selectFrom('meta').select('value').where('key', '=', place('key')),
);

/** Reads one of the database's own notes (epoch, pause, warnings); undefined when it was never written. */
export async function readMeta(db: Database, key: string): Promise<string | undefined> {
  return (await findMeta(db, { key })).rows[0]?.value;
}

/** Writes one of the database's own notes; null removes it. */
export async function writeMeta(db: Database, key: string, value: string | null): Promise<void> {
  if (value === null) {
    await db.deleteFrom('meta').where('key', '=', key).execute();
    return;
  }
  await db
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** Reads a note of the database in a file that is not open, changing nothing; undefined when it was never written. */
export function readMetaOf(path: string, key: string): string | undefined {
  const raw = new DatabaseSync(path, { readOnly: true });
  try {
    const value = raw.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.['value'];
    return typeof value === 'string' ? value : undefined;
  } finally {
    raw.close();
  }
}

const epochKey = 'owner_epoch';

/** Takes the database over at engine start: raises the owner epoch by one and returns the new one. */
export async function raiseEpoch(db: Database): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const epoch = Number((await readMeta(trx, epochKey)) ?? 0) + 1;
    await writeMeta(trx, epochKey, String(epoch));
    return epoch;
  });
}

/**
 * Fences a lost lock: call it first in every transaction that claims a slot, a run or a target, with that transaction.
 * Throws CONFLICT when another engine has taken the home over since `epoch` was raised.
 */
export async function assertEpoch(db: Database, epoch: number): Promise<void> {
  const current = Number((await readMeta(db, epochKey)) ?? 0);
  if (current === epoch) return;
  throw new BelfryError({
    code: 'CONFLICT',
    what: 'Another engine has taken over',
    where: 'in this home folder',
    why: `The owner epoch is ${current}, this engine's is ${epoch}`,
    remedy: 'End this engine; the other one does its work',
  });
}

type Write = (trx: Transaction<Tables>) => Promise<unknown>;
type Task = { write: Write; bulk: boolean; resolve(value: unknown): void; reject(error: unknown): void };

/** Writes of one transaction: a hundred jobs due together must not hold the event loop. */
const mostAtOnce = 16;

/** Resolves once the write is on the disk. */
export type WriteTogether = (<T>(write: (trx: Transaction<Tables>) => Promise<T>) => Promise<T>) & {
  /**
   * Resolves once the write is out of this process's hands: it survives Belfry's death. It survives a power cut from
   * the next durable write on, whose sync carries it along.
   */
  inBulk(write: (trx: Transaction<Tables>) => Promise<void>): Promise<void>;
};

/**
 * Commits the writes of one turn of the event loop in one transaction, since syncing the disk costs more than the
 * writes, in the order of the calls. When one of a batch throws, each is tried again alone, so that only the guilty
 * one rejects: a write must be repeatable.
 */
export function writeTogether(db: Database): WriteTogether {
  let waiting: Task[] = [];
  let busy = false;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostAtOnce);
      waiting = waiting.slice(mostAtOnce);
      try {
        if (batch.every((task) => task.bulk)) await withoutSync(db, batch);
        else await commit(db, batch);
      } catch (error) {
        // Not a write's fault but the connection's: whoever waits hears of it, and later writes go on.
        for (const task of batch) task.reject(error);
      }
      // Nothing of a transaction leaves the event loop its turn.
      if (waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    busy = false;
  }

  const add = (write: Write, bulk: boolean) =>
    new Promise<unknown>((resolve, reject) => {
      waiting.push({ write, bulk, resolve, reject });
      if (busy) return;
      busy = true;
      setImmediate(flush);
    });
  const durably = <T>(write: (trx: Transaction<Tables>) => Promise<T>) => add(write, false) as Promise<T>;
  return Object.assign(durably, { inBulk: (write: Write) => add(write, true) as Promise<void> });
}

/** Syncs nothing; the connection is held throughout, so that no other transaction goes without. */
function withoutSync(db: Database, batch: Task[]): Promise<void> {
  return db.connection().execute(async (connection) => {
    await sql`PRAGMA synchronous = NORMAL`.execute(connection);
    try {
      await commit(connection, batch);
    } finally {
      await sql`PRAGMA synchronous = FULL`.execute(connection);
    }
  });
}

async function commit(db: Database, batch: Task[]): Promise<void> {
  try {
    const values = await db.transaction().execute(async (trx) => {
      const made: unknown[] = [];
      for (const task of batch) made.push(await task.write(trx));
      return made;
    });
    for (const [index, task] of batch.entries()) task.resolve(values[index]);
  } catch (error) {
    const [only] = batch;
    if (only && batch.length === 1) only.reject(error);
    else for (const task of batch) await commit(db, [task]);
  }
}
