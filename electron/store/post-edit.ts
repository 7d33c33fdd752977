import type { Millis } from '../../shared/index.ts';
import type { PostEdit } from '../publisher/ports.ts';
import { claimed, inSlotOf, storeChange } from './attempts.ts';
import type { Database } from './database.ts';
import { contentColumns, insertMedia, insertTarget } from './post-insert.ts';
import type { TargetRow } from './post-rows.ts';

/** Stores a post as it is to be; false, and nothing stored, when one of its targets is not what it was decided from. */
export async function storeEdit(trx: Database, edit: PostEdit, epoch: number, at: Millis): Promise<boolean> {
  const { post, kept, added, removed } = edit;
  const rows = await trx.selectFrom('targets').selectAll().where('post_id', '=', post.id).execute();
  const seen = new Map(rows.map((row) => [row.account_id, row]));
  const known = [...kept.map(({ change }) => change), ...removed];
  if (rows.length !== known.length || !known.every((one) => isAsSeen(seen.get(one.account), one)))
    return false;
  for (const slot of [...kept.map(({ change }) => claimed(change)), ...added])
    if (await inSlotOf(trx, post.id, slot)) return false;

  await trx
    .updateTable('posts')
    .set({ ...contentColumns(post), updated_at: at })
    .where('id', '=', post.id)
    .execute();
  await trx.deleteFrom('media').where('post_id', '=', post.id).execute();
  await insertMedia(trx, post.id, post.media);
  for (const { account } of removed) {
    await trx
      .deleteFrom('targets')
      .where('post_id', '=', post.id)
      .where('account_id', '=', account)
      .execute();
  }
  // What was got ready for the old words fits them only.
  await trx.deleteFrom('attempts').where('post_id', '=', post.id).where('state', '=', 'prepared').execute();
  for (const { change, override, sent, position } of kept) {
    const row = seen.get(change.account);
    if (row) await storeChange(trx, change, row, epoch, at);
    await trx
      .updateTable('targets')
      .set((of) => ({
        override: JSON.stringify(override),
        sent: sent === null ? null : JSON.stringify(sent),
        position,
        revision: of('revision', '+', 1),
      }))
      .where('post_id', '=', post.id)
      .where('account_id', '=', change.account)
      .execute();
  }
  for (const target of added) await insertTarget(trx, { ...target, post: post.id, seq: post.seq, at });
  return true;
}

function isAsSeen(row: TargetRow | undefined, seen: { from: string; revision?: number }): boolean {
  return row?.status === seen.from && (seen.revision === undefined || row.revision === seen.revision);
}
