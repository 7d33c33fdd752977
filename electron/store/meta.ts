import { DatabaseSync } from 'node:sqlite';
import { BelfryError } from '../../shared/index.ts';
import type { Database } from './database.ts';

/** Reads one of the database's own notes (epoch, pause, warnings); undefined when it was never written. */
export async function readMeta(db: Database, key: string): Promise<string | undefined> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
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

const key = 'owner_epoch';

/** Takes the database over at engine start: raises the owner epoch by one and returns the new one. */
export async function raiseEpoch(db: Database): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const epoch = Number((await readMeta(trx, key)) ?? 0) + 1;
    await writeMeta(trx, key, String(epoch));
    return epoch;
  });
}

/**
 * Fences a lost lock: call it first in every transaction that claims a slot, a run or a target, with that transaction.
 * Throws CONFLICT when another engine has taken the home over since `epoch` was raised.
 */
export async function assertEpoch(db: Database, epoch: number): Promise<void> {
  const current = Number((await readMeta(db, key)) ?? 0);
  if (current === epoch) return;
  throw new BelfryError({
    code: 'CONFLICT',
    what: 'Another engine has taken over',
    where: 'in this home folder',
    why: `The owner epoch is ${current}, this engine's is ${epoch}`,
    remedy: 'End this engine; the other one does its work',
  });
}
