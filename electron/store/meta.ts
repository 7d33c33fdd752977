import { DatabaseSync } from 'node:sqlite';
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
