import { type RawBuilder, sql, type Transaction } from 'kysely';
import { type Database, readMeta, writeMeta } from './database.ts';
import type { StepSizes } from './pace.ts';
import type { Tables } from './schema.ts';

const indexedKey = 'output_indexed';
/** Bytes indexed in one step: 64 KiB take some 5 ms. */
export const indexSteps: StepSizes = { first: 64 * 1024, least: 32 * 1024, most: 128 * 1024 };
/** Pages merged in one step: 16 take some 3 ms. */
export const mergeSteps: StepSizes = { first: 16, least: 4, most: 32 };
const stepBlocks = 200;
/** Three letters are what the index is made of; of a long text some are enough to find the blocks. */
const gram = 3;
const mostGrams = 12;

/** Id of the newest block that the index knows; blocks after it are looked through one by one. */
export async function indexedUpTo(db: Database): Promise<number> {
  return Number((await readMeta(db, indexedKey)) ?? 0);
}

/** Takes the next blocks, some `bytes` of text, into the index as part of the caller's transaction; false when it knows all. */
export async function indexMore(trx: Transaction<Tables>, bytes: number): Promise<boolean> {
  const from = await indexedUpTo(trx);
  const { rows } = await sql<{ id: number; size: number }>`
    SELECT id, octet_length(text) AS size FROM output WHERE id > ${from} ORDER BY id LIMIT ${stepBlocks}`.execute(
    trx,
  );
  let size = 0;
  const enough = rows.findIndex((row) => {
    size += row.size;
    return size >= bytes;
  });
  const last = (enough < 0 ? rows.at(-1) : rows[enough])?.id;
  if (last === undefined) return false;
  await sql`INSERT INTO output_index (rowid, text) SELECT id, text FROM output WHERE id > ${from} AND id <= ${last}`.execute(
    trx,
  );
  await writeMeta(trx, indexedKey, String(last));
  return true;
}

/** Merges some pages of the index's parts into larger ones, which keeps it quick; part of the caller's transaction. */
export async function tidyIndex(trx: Transaction<Tables>, pages: number): Promise<void> {
  await sql`INSERT INTO output_index (output_index, rank) VALUES ('merge', ${pages})`.execute(trx);
}

/** Blocks that may hold `search`, as a subquery of ids; undefined for a text too short for the index. */
export function mayHold(search: string): RawBuilder<number> | undefined {
  const letters = [...search];
  if (letters.length < gram) return undefined;
  const grams = letters.slice(gram - 1).map((_, at) => letters.slice(at, at + gram).join(''));
  const some = [...new Set(grams)].slice(0, mostGrams);
  const match = some.map((text) => `"${text.replaceAll('"', '""')}"`).join(' AND ');
  return sql<number>`SELECT rowid FROM output_index WHERE output_index MATCH ${match}`;
}
