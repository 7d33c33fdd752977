import { BelfryError, type Millis, type TargetStatus, toInstant } from '../../shared/index.ts';
import type { NewPost, PostLedger, PostRecord } from '../publisher/ports.ts';
import { attemptQueries, counted, open } from './attempts.ts';
import type { Database } from './database.ts';
import { assertEpoch } from './epoch.ts';
import { type PostRow, toPost, toTarget } from './post-rows.ts';
import { writeTogether } from './write-together.ts';

/** SQLite takes 32,766 parameters at most. */
const idsPerQuery = 10_000;

/** Posts, their targets and attempts, as the publisher of the engine with this owner epoch keeps them. */
export function createPostLedger(db: Database, epoch: number): PostLedger {
  const write = writeTogether(db);
  return {
    ...attemptQueries(db, epoch, write),

    add: (post) =>
      write(async (trx) => {
        await assertEpoch(trx, epoch);
        const before = await byOrigin(trx, post.originKey);
        if (!before && post.alone) await assertAlone(trx, post);
        return before ?? insert(trx, post);
      }),

    withdraw: (id) =>
      write(async (trx) => {
        await assertEpoch(trx, epoch);
        const { numDeletedRows } = await trx
          .deleteFrom('posts')
          .where('id', '=', id)
          .where((of) =>
            of.not(
              of.exists(
                of
                  .selectFrom('targets')
                  .select('targets.post_id')
                  .whereRef('targets.post_id', '=', 'posts.id')
                  .where('targets.status', 'not in', ['draft', 'queued']),
              ),
            ),
          )
          .where((of) =>
            of.not(
              of.exists(
                of
                  .selectFrom('attempts')
                  .select('attempts.post_id')
                  .whereRef('attempts.post_id', '=', 'posts.id'),
              ),
            ),
          )
          .executeTakeFirst();
        return numDeletedRows > 0n;
      }),

    byOrigin: (key) => byOrigin(db, key),

    get: (id) => record(db, 'id', id),

    async list({ status, limit }) {
      const rows = await db
        .selectFrom('posts')
        .selectAll()
        .$if(status !== undefined, (query) => query.where('id', 'in', idsWith(db, status ?? 'draft')))
        .orderBy('publish_at', (order) => order.desc().nullsFirst())
        .orderBy('seq', 'desc')
        .limit(limit)
        .execute();
      return withTargets(db, rows);
    },

    async filesInUse(files) {
      const found = new Set<string>();
      for (let from = 0; from < files.length; from += idsPerQuery) {
        const some = files.slice(from, from + idsPerQuery);
        const rows = await db.selectFrom('media').select('file').where('file', 'in', some).execute();
        for (const { file } of rows) found.add(file);
      }
      return found;
    },

    reschedule: (id, publishAt, at) =>
      write(async (trx) => {
        await assertEpoch(trx, epoch);
        await trx
          .updateTable('posts')
          .set({ publish_at: publishAt, updated_at: at })
          .where('id', '=', id)
          .execute();
      }),

    async counts() {
      const rows = await db
        .selectFrom('targets')
        .select(['status', (of) => of.fn.count<number>('post_id').distinct().as('posts')])
        .where(counted)
        .groupBy('status')
        .execute();
      const of = (...wanted: TargetStatus[]) =>
        rows
          .filter(({ status }) => wanted.some((one) => one === status))
          .reduce((sum, { posts }) => sum + posts, 0);
      return { queued: of('queued', 'sending'), needYou: of('failed', 'unconfirmed', 'missed') };
    },

    async history(post) {
      const rows = await db
        .selectFrom('target_history')
        .selectAll()
        .where('post_id', '=', post)
        .orderBy('seq')
        .execute();
      return rows.map(({ account_id, at, status, note }) => ({
        account: account_id,
        at,
        status: status as TargetStatus,
        note,
      }));
    },
  };
}

/** Two posts must not take one weekly slot; asked and stored in one transaction. */
async function assertAlone(trx: Database, { targets }: NewPost): Promise<void> {
  for (const { account, dueAt } of targets) {
    const other = await trx
      .selectFrom('targets')
      .select('post_id')
      .where(open)
      .where('account_id', '=', account)
      .where('due_at', '=', dueAt)
      .executeTakeFirst();
    if (other) throw notAlone(account, dueAt ?? 0, other.post_id);
  }
}

function notAlone(account: string, at: Millis, other: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: 'The slot is taken',
    where: `for account "${account}" at ${toInstant(at)}`,
    why: `Post ${other} is in it`,
    remedy: 'Take the next free slot',
  });
}

async function insert(trx: Database, post: NewPost): Promise<PostRecord> {
  const row = await trx
    .insertInto('posts')
    .values({
      id: post.id,
      text: post.text,
      note: post.note,
      visibility: post.visibility,
      content_warning: post.contentWarning,
      language: post.language,
      sensitive: post.sensitive === null ? null : Number(post.sensitive),
      publish_at: post.publishAt,
      thread: JSON.stringify(post.thread),
      source: post.source,
      run_id: post.runId,
      origin_key: post.originKey,
      created_at: post.createdAt,
      updated_at: post.createdAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  for (const { focus, publicUrl, ...media } of post.media) {
    const values = {
      ...media,
      post_id: post.id,
      public_url: publicUrl,
      focus: focus === null ? null : JSON.stringify(focus),
    };
    await trx.insertInto('media').values(values).execute();
  }
  for (const [position, target] of post.targets.entries()) {
    const values = {
      post_id: post.id,
      account_id: target.account,
      position,
      status: target.status,
      override: JSON.stringify(target.override),
      due_at: target.dueAt,
      post_seq: row.seq,
      updated_at: post.createdAt,
    };
    await trx.insertInto('targets').values(values).execute();
  }
  const [record] = await withTargets(trx, [row]);
  return record ?? { post: toPost(row, []), targets: [] };
}

async function byOrigin(db: Database, key: string | null): Promise<PostRecord | undefined> {
  return key === null ? undefined : record(db, 'origin_key', key);
}

async function record(
  db: Database,
  column: 'id' | 'origin_key',
  value: string,
): Promise<PostRecord | undefined> {
  const rows = await db.selectFrom('posts').selectAll().where(column, '=', value).execute();
  return (await withTargets(db, rows))[0];
}

/** Posts with a target in this status. `sending` shows what waits for its look-up, too. */
function idsWith(db: Database, status: TargetStatus) {
  return db.selectFrom('targets').select('post_id').where('status', '=', status);
}

async function withTargets(db: Database, rows: readonly PostRow[]): Promise<PostRecord[]> {
  const records: PostRecord[] = [];
  for (let from = 0; from < rows.length; from += idsPerQuery) {
    const some = rows.slice(from, from + idsPerQuery);
    const ids = some.map(({ id }) => id);
    const targets = await db
      .selectFrom('targets')
      .selectAll()
      .where('post_id', 'in', ids)
      .orderBy('position')
      .execute();
    const media = await db
      .selectFrom('media')
      .selectAll()
      .where('post_id', 'in', ids)
      .orderBy('position')
      .execute();
    const targetsOf = Map.groupBy(targets, ({ post_id }) => post_id);
    const mediaOf = Map.groupBy(media, ({ post_id }) => post_id);
    for (const row of some) {
      records.push({
        post: toPost(row, mediaOf.get(row.id) ?? []),
        targets: (targetsOf.get(row.id) ?? []).map(toTarget),
      });
    }
  }
  return records;
}
