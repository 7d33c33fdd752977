import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { BelfryError, inSteps, type TargetStatus, toInstant } from '../../shared/index.ts';
import type { NewPost, PostLedger, PostRecord, Work } from '../publisher/ports.ts';
import { attemptQueries, counted, inSlotOf, open } from './attempts.ts';
import { assertEpoch, compiledOnce, type Database, writeTogether } from './database.ts';
import { countPosts, pagePosts, selectTargets } from './post-list.ts';
import {
  type MediaRow,
  type PostRow,
  type TargetRow,
  toAttempt,
  toMedia,
  toPost,
  toTarget,
} from './post-rows.ts';
import { waitQueries } from './post-waits.ts';
import { insertPost, storeEdit } from './post-write.ts';
import type { Tables } from './schema.ts';

/** SQLite takes 32,766 parameters at most. */
const idsPerQuery = 10_000;
/** Posts of a batch that are stored before the event loop gets its turn. */
const postsPerTurn = 100;

/** Posts, their targets and attempts, as the publisher of the engine with this owner epoch keeps them. */
export function createPostLedger(db: Database, epoch: number): PostLedger {
  const write = writeTogether(db);
  return {
    ...attemptQueries(db, epoch, write),
    ...waitQueries(db),

    add: (post) =>
      write(async (trx) => {
        await assertEpoch(trx, epoch);
        return addOne(trx, post);
      }),

    addAll: (posts) =>
      write(async (trx) => {
        await assertEpoch(trx, epoch);
        const records: PostRecord[] = [];
        for (const [index, post] of posts.entries()) {
          records.push(await addOne(trx, post));
          // Nothing of a transaction leaves the event loop its turn; others only wait for the database.
          if (index % postsPerTurn === postsPerTurn - 1) await nextTurn();
        }
        return records;
      }),

    edit: (edit, at) =>
      write(async (trx) => {
        await assertEpoch(trx, epoch);
        return storeEdit(trx, edit, epoch, at);
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
          // Whatever happened to a post since it was made stands in its history.
          .where((of) =>
            of.not(
              of.exists(
                of
                  .selectFrom('target_history')
                  .select('target_history.post_id')
                  .whereRef('target_history.post_id', '=', 'posts.id'),
              ),
            ),
          )
          .executeTakeFirst();
        return numDeletedRows > 0n;
      }),

    byOrigin: (key) => byOrigin(db, key),

    get: (id) => record(db, 'id', id),

    async getAll(ids) {
      const { rows } = await sql<PostRow>`
        SELECT posts.* FROM json_each(${JSON.stringify(ids)}) AS wanted
        CROSS JOIN posts INDEXED BY sqlite_autoindex_posts_1 ON posts.id = wanted.value ORDER BY wanted.id`.execute(
        db,
      );
      return withTargets(db, rows);
    },

    list: async (query) => withTargets(db, (await pagePosts(db, query)).rows),

    async page(query) {
      const { rows, cursor } = await pagePosts(db, query);
      return { records: await withTargets(db, rows), cursor };
    },

    count: (query, most) => countPosts(db, query, most),

    async select(selection, most) {
      const rows = await selectTargets(db, selection, most + 1);
      return worksOf(db, rows);
    },

    async media(id) {
      const row = await db.selectFrom('media').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toMedia(row);
    },

    async filesInUse(files) {
      const found = new Set<string>();
      for (let from = 0; from < files.length; from += idsPerQuery) {
        const some = files.slice(from, from + idsPerQuery);
        const { rows } = await sql<{ file: string }>`
          SELECT file FROM media INDEXED BY media_file
          WHERE file IN (SELECT value FROM json_each(${JSON.stringify(some)}))`.execute(db);
        for (const { file } of rows) found.add(file);
      }
      return found;
    },

    showTimes: (ids, at) =>
      write(async (trx) => {
        await assertEpoch(trx, epoch);
        for (const id of ids) {
          const earliest = trx
            .selectFrom('targets')
            .select((of) => of.fn.min('due_at').as('at'))
            .where('post_id', '=', id)
            .where('status', '=', 'queued');
          await trx
            .updateTable('posts')
            .set((of) => ({ publish_at: of.fn.coalesce(earliest, 'publish_at'), updated_at: at }))
            .where('id', '=', id)
            .execute();
        }
      }),

    async counts() {
      // Each post once, also where its targets are in several of the statuses.
      const posts = (...wanted: TargetStatus[]) =>
        db
          .selectFrom(
            sql<Tables['targets']>`(SELECT * FROM targets INDEXED BY targets_counted WHERE ${counted})`.as(
              'targets',
            ),
          )
          .select((of) => of.fn.count<number>('post_id').distinct().as('posts'))
          .where('status', 'in', wanted)
          .executeTakeFirstOrThrow();
      const queued = await posts('queued', 'sending');
      const needYou = await posts('failed', 'unconfirmed', 'missed');
      return { queued: queued.posts, needYou: needYou.posts };
    },

    async waitingFor(accounts) {
      if (accounts.length === 0) return { posts: 0, by: new Map() };
      const waiting = db
        .selectFrom('targets')
        .where(open)
        .where('account_id', 'in', [...accounts]);
      const rows = await waiting
        .select(['account_id', (of) => of.fn.countAll<number>().as('posts')])
        .groupBy('account_id')
        .execute();
      const all = await waiting
        .select((of) => of.fn.count<number>('post_seq').distinct().as('posts'))
        .executeTakeFirstOrThrow();
      return { posts: all.posts, by: new Map(rows.map((row) => [row.account_id, row.posts])) };
    },

    async history(post) {
      const rows = await db
        .selectFrom(
          sql<Tables['target_history']>`(SELECT * FROM target_history INDEXED BY target_history_target)`.as(
            'history',
          ),
        )
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

async function addOne(trx: Database, post: NewPost): Promise<PostRecord> {
  const before = await byOrigin(trx, post.originKey);
  if (before) return before;
  for (const target of post.targets) {
    const other = await inSlotOf(trx, post.id, target);
    if (other) throw notAlone(target, other);
  }
  const row = await insertPost(trx, post);
  const [record] = await withTargets(trx, [row]);
  return record ?? { post: toPost(row, []), targets: [] };
}

function notAlone({ account, dueAt }: NewPost['targets'][number], other: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: 'The slot is taken',
    where: `for account "${account}" at ${toInstant(dueAt ?? 0)}`,
    why: `Post ${other} is in it`,
    remedy: 'Take the next free slot',
  });
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

type Ids = { ids: string };

const findTargets = compiledOnce<Ids, TargetRow>((db, place) =>
  db
    .selectFrom(wantedIds(place('ids')))
    .crossJoin('targets')
    .whereRef('targets.post_id', '=', 'wanted.value')
    .selectAll('targets')
    .orderBy('wanted.id')
    .orderBy('targets.position'),
);

const findMedia = compiledOnce<Ids, MediaRow>((db, place) =>
  db
    .selectFrom(wantedIds(place('ids')))
    .crossJoin(sql<Tables['media']>`(SELECT * FROM media INDEXED BY sqlite_autoindex_media_2)`.as('media'))
    .whereRef('media.post_id', '=', 'wanted.value')
    .selectAll('media')
    .orderBy('wanted.id')
    .orderBy('media.position'),
);

function wantedIds(ids: string) {
  return sql<{ id: number; value: string }>`json_each(${ids})`.as('wanted');
}

/** Posts with their targets and media, in the same order. */
function withTargets(db: Database, rows: readonly PostRow[]): Promise<PostRecord[]> {
  return inSteps(rows, nextTurn, async (some) => {
    const ids = JSON.stringify(some.map(({ id }) => id));
    const [targets, media] = [await findTargets(db, { ids }), await findMedia(db, { ids })];
    const targetsOf = Map.groupBy(targets.rows, ({ post_id }) => post_id);
    const mediaOf = Map.groupBy(media.rows, ({ post_id }) => post_id);
    return some.map((row) => ({
      post: toPost(row, mediaOf.get(row.id) ?? []),
      targets: (targetsOf.get(row.id) ?? []).map(toTarget),
    }));
  });
}

/** Targets with their posts and attempts, read in a few queries for many. */
async function worksOf(db: Database, rows: readonly TargetRow[]): Promise<Work[]> {
  const ids = [...new Set(rows.map(({ post_id }) => post_id))];
  const posts = new Map<string, Work['post']>();
  const attempts = new Map<string, Work['attempts']>();
  for (let from = 0; from < ids.length; from += idsPerQuery) {
    const some = ids.slice(from, from + idsPerQuery);
    const found = await db.selectFrom('posts').selectAll().where('id', 'in', some).execute();
    for (const { post } of await withTargets(db, found)) posts.set(post.id, post);
    const tries = await db
      .selectFrom('attempts')
      .selectAll()
      .where('post_id', 'in', some)
      .orderBy('part')
      .execute();
    for (const [key, group] of Map.groupBy(tries, (row) => `${row.post_id} ${row.account_id}`))
      attempts.set(key, group.map(toAttempt));
  }
  return rows.flatMap((row) => {
    const post = posts.get(row.post_id);
    return post
      ? [{ post, target: toTarget(row), attempts: attempts.get(`${row.post_id} ${row.account_id}`) ?? [] }]
      : [];
  });
}
