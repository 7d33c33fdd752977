import type { CutRemark, LineGroup } from '../runner/ports.ts';
import type { Database } from './database.ts';
import { packLines } from './output-blocks.ts';

/** Appends lines to a run; part of the caller's transaction. */
export async function appendLines(db: Database, runId: string, groups: readonly LineGroup[]): Promise<void> {
  for (const block of packLines(runId, groups)) await db.insertInto('output').values(block).execute();
}

/** Removes the blocks that lie whole inside [first, last] and puts one line, numbered `last`, in their place. */
export async function cutLines(
  db: Database,
  runId: string,
  [first, last]: readonly [number, number],
  { text, ...origin }: CutRemark,
): Promise<void> {
  await db
    .deleteFrom('output')
    .where('run_id', '=', runId)
    .where('first_seq', '>=', first)
    .where('last_seq', '<=', last)
    .execute();
  await appendLines(db, runId, [{ ...origin, stream: 'belfry', first: last, texts: [text] }]);
}
