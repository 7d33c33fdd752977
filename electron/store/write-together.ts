import type { Transaction } from 'kysely';
import type { Database } from './database.ts';
import type { Tables } from './schema.ts';

type Write = (trx: Transaction<Tables>) => Promise<unknown>;
type Task = { write: Write; resolve(value: unknown): void; reject(error: unknown): void };

/**
 * Commits the writes of one turn of the event loop in one transaction, since syncing the disk costs more than the
 * writes. The returned function runs its writes in the order of the calls and resolves once they are durable. When
 * one of a batch throws, each is tried again alone, so that only the guilty one rejects: a write must be repeatable.
 */
export function writeTogether(db: Database) {
  let waiting: Task[] = [];
  let busy = false;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await commit(db, batch);
    }
    busy = false;
  }

  return <T>(write: (trx: Transaction<Tables>) => Promise<T>): Promise<T> =>
    new Promise<unknown>((resolve, reject) => {
      waiting.push({ write, resolve, reject });
      if (busy) return;
      busy = true;
      setImmediate(flush);
    }) as Promise<T>;
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
