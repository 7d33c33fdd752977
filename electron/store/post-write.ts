import type { Millis } from '../../shared/index.ts';
import type { NewPost, NewTarget, PostEdit, StoredMedia, StoredPost } from '../publisher/ports.ts';
import { claimed, inSlotOf, storeChange } from './attempts.ts';
import { compiledOnce, type Database } from './database.ts';
import type { MediaRow, PostRow, TargetRow } from './post-rows.ts';

/** Stores a post with its media and targets; the row that it became. */
export async function insertPost(trx: Database, post: NewPost): Promise<PostRow> {
  const { seq } = await trx
    .insertInto('posts')
    .values({
      id: post.id,
      ...contentColumns(post),
      source: post.source,
      run_id: post.runId,
      origin_key: post.originKey,
      created_at: post.createdAt,
      updated_at: post.createdAt,
    })
    .returning('seq')
    .executeTakeFirstOrThrow();
  await insertMedia(trx, post.id, post.media);
  for (const [position, target] of post.targets.entries())
    await insertTarget(trx, { ...target, position, post: post.id, seq, at: post.createdAt });
  return trx.selectFrom('posts').selectAll().where('seq', '=', seq).executeTakeFirstOrThrow();
}

/** The columns of a post that an edit changes. */
function contentColumns(post: Omit<StoredPost, 'seq'>) {
  return {
    text: post.text,
    note: post.note,
    visibility: post.visibility,
    content_warning: post.contentWarning,
    language: post.language,
    sensitive: post.sensitive === null ? null : Number(post.sensitive),
    publish_at: post.publishAt,
    thread: JSON.stringify(post.thread),
    poll: post.poll === null ? null : JSON.stringify(post.poll),
    first_comment: post.firstComment,
    tags: JSON.stringify(post.tags),
  };
}

const addMedia = compiledOnce<MediaRow, unknown>((db, place) =>
  db.insertInto('media').values({
    id: place('id'),
    post_id: place('post_id'),
    part: place('part'),
    position: place('position'),
    file: place('file'),
    name: place('name'),
    mime: place('mime'),
    bytes: place('bytes'),
    sha256: place('sha256'),
    alt: place('alt'),
    focus: place('focus'),
    public_url: place('public_url'),
    width: place('width'),
    height: place('height'),
    details: place('details'),
  }),
);

/** Stores the files of a post. */
async function insertMedia(trx: Database, post: string, media: readonly StoredMedia[]): Promise<void> {
  for (const { focus, publicUrl, details, ...rest } of media) {
    await addMedia(trx, {
      ...rest,
      post_id: post,
      public_url: publicUrl,
      focus: focus === null ? null : JSON.stringify(focus),
      details: details === null ? null : JSON.stringify(details),
    });
  }
}

type TargetValues = {
  post_id: string;
  account_id: string;
  position: number;
  status: string;
  override: string;
  due_at: number | null;
  post_seq: number;
  updated_at: number;
};

const addTarget = compiledOnce<TargetValues, unknown>((db, place) =>
  db.insertInto('targets').values({
    post_id: place('post_id'),
    account_id: place('account_id'),
    position: place('position'),
    status: place('status'),
    override: place('override'),
    due_at: place('due_at'),
    post_seq: place('post_seq'),
    updated_at: place('updated_at'),
  }),
);

/** Stores a new target of a post. */
async function insertTarget(
  trx: Database,
  target: NewTarget & { position: number; post: string; seq: number; at: number },
): Promise<void> {
  await addTarget(trx, {
    post_id: target.post,
    account_id: target.account,
    position: target.position,
    status: target.status,
    override: JSON.stringify(target.override),
    due_at: target.dueAt,
    post_seq: target.seq,
    updated_at: target.at,
  });
}

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
