import { sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import type { Tables } from './schema.ts';

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
