import { BelfryError } from '../../shared/index.ts';
import type { Database } from './database.ts';
import { readMeta, writeMeta } from './meta.ts';

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
