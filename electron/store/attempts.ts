import { sql, type Transaction } from 'kysely';
import { BelfryError, type Millis, type TargetStatus, targetTransitions } from '../../shared/index.ts';
import type { Change, Head, NewTarget, PostLedger, Work } from '../publisher/ports.ts';
import { assertEpoch, compiledOnce, type Database, type Direct, readAtOnce } from './database.ts';
import {
  type AttemptRow,
  attemptColumns,
  type MediaRow,
  type PostRow,
  type TargetColumns,
  type TargetRow,
  targetColumns,
  toAttempt,
  toPost,
  toTarget,
} from './post-rows.ts';
import type { Tables } from './schema.ts';

type Write = <T>(write: (trx: Transaction<Tables>) => Promise<T>) => Promise<T>;
type Queries = Pick<
  PostLedger,
  | 'record'
  | 'heads'
  | 'head'
  | 'unconfirmed'
  | 'waiting'
  | 'work'
  | 'sending'
  | 'nextAfter'
  | 'lastPublished'
  | 'known'
  | 'rivals'
  | 'toCompare'
  | 'comparisonsAfter'
>;

// Spelt out as in the partial indexes, or SQLite would not use them.
export const open = sql<boolean>`status IN ('queued', 'sending')`;
const unconfirmed = sql<boolean>`status = 'unconfirmed'`;
export const counted = sql<boolean>`status IN ('queued', 'sending', 'failed', 'unconfirmed', 'missed')`;
const owed = sql<boolean>`compare_at IS NOT NULL`;
const inDoubt = sql<boolean>`state IN ('sending', 'unknown', 'contradicted')`;

/** Accounts with open targets: one step in the index targets_next per account, where DISTINCT would walk through every post. */
const openAccounts = sql<{ id: string }>`
  WITH RECURSIVE accounts (id) AS (
    SELECT min(account_id) FROM targets WHERE ${open}
    UNION ALL
    SELECT (SELECT min(account_id) FROM targets WHERE ${open} AND account_id > accounts.id)
    FROM accounts WHERE accounts.id IS NOT NULL
  )
  SELECT id FROM accounts WHERE id IS NOT NULL`;

/** The way of targets through their attempts: what is due, and the one write that moves a target on. */
export function attemptQueries(db: Database, epoch: number, write: Write): Queries {
  return {
    record: (changes, at) =>
      write(async (trx) => {
        await assertEpoch(trx, epoch);
        const rows: TargetRow[] = [];
        for (const change of changes) {
          const [row] = (await findTarget(trx, change)).rows;
          if (row?.status !== change.from) return false;
          if (change.revision !== undefined && row.revision !== change.revision) return false;
          if (change.fromDueAt !== undefined && row.due_at !== change.fromDueAt) return false;
          if (await inSlotOf(trx, change.post, claimed(change))) return false;
          rows.push(row);
        }
        for (const [index, change] of changes.entries()) {
          const row = rows[index];
          if (row) await storeChange(trx, change, row, epoch, at);
        }
        return true;
      }),

    async heads(at) {
      const accounts = await openAccounts.execute(db);
      return readAtOnce(db, (connection) =>
        accounts.rows.flatMap(({ id }) => findFirst.rowsNow(connection, { account: id, at }).map(toHead)),
      );
    },

    head: (account, at) =>
      readAtOnce(db, (connection) => {
        const [row] = findFirst.rowsNow(connection, { account, at });
        return row && workOf(connection, row);
      }),

    unconfirmed: (at) =>
      db
        .selectFrom('targets')
        .select(['post_id as post', 'account_id as account'])
        .where(unconfirmed)
        .where('not_before', '<=', at)
        .orderBy('not_before')
        .execute(),

    async waiting(account, from, to) {
      const { rows } = await findWaiting(db, { account, from, to });
      return rows.map((row) => ({ post: row.post_id, dueAt: row.due_at ?? 0 }));
    },

    work: (post, account) => work(db, post, account),

    async sending() {
      const rows = await db
        .selectFrom('targets')
        .select(['post_id', 'account_id'])
        .where(counted)
        .where('status', '=', 'sending')
        .execute();
      const works = await Promise.all(rows.map((row) => work(db, row.post_id, row.account_id)));
      return works.flatMap((one) => one ?? []);
    },

    async nextAfter(at) {
      const next = await db
        .selectFrom('targets')
        .select('due_at')
        .where(open)
        .where('due_at', '>', at)
        .orderBy('due_at')
        .limit(1)
        .executeTakeFirst();
      const look = await db
        .selectFrom('targets')
        .select((of) => of.fn.min<Millis | null>('not_before').as('at'))
        .where(unconfirmed)
        .executeTakeFirst();
      return { due: next?.due_at ?? null, lookUp: look?.at ?? null };
    },

    async lastPublished(account) {
      const row = await db
        .selectFrom('targets')
        .select('updated_at')
        .where('account_id', '=', account)
        .where(sql<boolean>`status = 'published'`)
        .orderBy('updated_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.updated_at ?? null;
    },

    async known(account, remoteIds, but) {
      if (remoteIds.length === 0) return new Set();
      const rows = await db
        .selectFrom('attempts')
        .select(['remote_id', 'post_id', 'part'])
        .where('account_id', '=', account)
        .where('remote_id', 'in', [...remoteIds])
        .execute();
      const others = rows.filter((row) => row.post_id !== but.post || row.part !== but.part);
      return new Set(others.flatMap((row) => row.remote_id ?? []));
    },

    async rivals(account, bodyHash, but) {
      const rows = await db
        .selectFrom('attempts')
        .select(['post_id', 'part'])
        .where('account_id', '=', account)
        .where('body_hash', '=', bodyHash)
        .where(inDoubt)
        .execute();
      return rows.filter((row) => row.post_id !== but.post || row.part !== but.part).length;
    },

    toCompare: (account, at) =>
      db
        .selectFrom('attempts')
        .select(['post_id as post', 'part'])
        .where('account_id', '=', account)
        .where('compare_at', '<=', at)
        .orderBy('compare_at')
        .limit(1)
        .executeTakeFirst(),

    async comparisonsAfter(after) {
      const rows = await db
        .selectFrom('attempts')
        .select(['account_id as account', (of) => of.fn.min<Millis>('compare_at').as('at')])
        .where(owed)
        .where('compare_at', '>', after)
        .groupBy('account_id')
        .execute();
      return rows;
    },
  };
}

type Place = { post: string; account: string };
type Span = { account: string; from: Millis; to: Millis };

const findWaiting = compiledOnce<Span, Pick<TargetRow, 'post_id' | 'due_at'>>((db, place) =>
  db
    .selectFrom('targets')
    .select(['post_id', 'due_at'])
    .where(open)
    .where('account_id', '=', place('account'))
    .where('due_at', '>=', place('from'))
    .where('due_at', '<=', place('to'))
    .orderBy('due_at')
    .orderBy('post_seq'),
);

const findTarget = compiledOnce<Place, TargetRow>((db, place) =>
  db
    .selectFrom('targets')
    .selectAll()
    .where('post_id', '=', place('post'))
    .where('account_id', '=', place('account')),
);

/** What waits in the slot that a target of this post is to have for itself; asked in the transaction that stores it. */
export async function inSlotOf(
  trx: Database,
  post: string,
  { account, dueAt, alone }: Pick<NewTarget, 'account' | 'dueAt' | 'alone'>,
): Promise<string | undefined> {
  if (alone !== true || dueAt === null) return undefined;
  const other = await trx
    .selectFrom('targets')
    .select('post_id')
    .where(open)
    .where('account_id', '=', account)
    .where('due_at', '=', dueAt)
    .where('post_id', '!=', post)
    .executeTakeFirst();
  return other?.post_id;
}

/** The slot that a change takes. */
export function claimed({ account, target, alone = false }: Change) {
  return { account, dueAt: target?.dueAt ?? null, alone };
}

const updateTarget = compiledOnce<TargetColumns & { updated_at: Millis } & Place, unknown>((db, place) =>
  db
    .updateTable('targets')
    .set({
      status: place('status'),
      due_at: place('due_at'),
      remote_id: place('remote_id'),
      url: place('url'),
      error_code: place('error_code'),
      error_message: place('error_message'),
      not_before: place('not_before'),
      hold: place('hold'),
      tries: place('tries'),
      revision: place('revision'),
      differs: place('differs'),
      not_compared: place('not_compared'),
      updated_at: place('updated_at'),
    })
    .where('post_id', '=', place('post'))
    .where('account_id', '=', place('account')),
);

const putAttempt = compiledOnce<AttemptRow, unknown>((db, place) => {
  const columns = {
    state: place('state'),
    idempotency_key: place('idempotency_key'),
    body_hash: place('body_hash'),
    uploads: place('uploads'),
    newest_seen: place('newest_seen'),
    first_sent_at: place('first_sent_at'),
    last_sent_at: place('last_sent_at'),
    lookups: place('lookups'),
    epoch: place('epoch'),
    remote_id: place('remote_id'),
    url: place('url'),
    compare_at: place('compare_at'),
    compare_tries: place('compare_tries'),
  };
  const key = { post_id: place('post_id'), account_id: place('account_id'), part: place('part') };
  return db
    .insertInto('attempts')
    .values({ ...key, ...columns })
    .onConflict((conflict) => conflict.columns(['post_id', 'account_id', 'part']).doUpdateSet(columns));
});

const addHistory = compiledOnce<Place & { at: Millis; status: string; note: string }, unknown>((db, place) =>
  db.insertInto('target_history').values({
    post_id: place('post'),
    account_id: place('account'),
    at: place('at'),
    status: place('status'),
    note: place('note'),
  }),
);

const setTime = compiledOnce<{ post: string; publish_at: Millis | null; updated_at: Millis }, unknown>(
  (db, place) =>
    db
      .updateTable('posts')
      .set({ publish_at: place('publish_at'), updated_at: place('updated_at') })
      .where('id', '=', place('post')),
);

/** Stores one step of a target whose row is known to be the one that it was decided from. */
export async function storeChange(
  trx: Database,
  change: Change,
  row: TargetRow,
  epoch: number,
  at: Millis,
): Promise<void> {
  const { post, account, target, attempt, note } = change;
  const status = target?.status ?? change.from;
  if (status !== change.from && !targetTransitions[change.from].includes(status))
    throw forbidden(change, status);
  if (target) {
    const isMoved = target.dueAt !== undefined && target.dueAt !== row.due_at;
    // What a sender or a form decided for the old time must not be stored after this.
    const revision = row.revision + (isMoved ? 1 : 0);
    const columns = targetColumns({ ...toTarget(row), revision, ...target });
    // A published target keeps the time of its publication: what is found out about it later changes nothing of that.
    const updated = change.from === 'published' ? row.updated_at : at;
    await updateTarget(trx, { post, account, ...columns, updated_at: updated });
  }
  if (attempt)
    await putAttempt(trx, {
      post_id: post,
      account_id: account,
      part: attempt.part,
      ...attemptColumns(attempt, epoch),
    });
  if (change.publishAt !== undefined)
    await setTime(trx, { post, publish_at: change.publishAt, updated_at: at });
  if (note !== null) await addHistory(trx, { post, account, at, status, note });
}

const findPost = compiledOnce<{ post: string }, PostRow>((db, place) =>
  db.selectFrom('posts').selectAll().where('id', '=', place('post')),
);
const findMedia = compiledOnce<{ post: string }, MediaRow>((db, place) =>
  db.selectFrom('media').selectAll().where('post_id', '=', place('post')).orderBy('position'),
);
const findAttempts = compiledOnce<Place, AttemptRow>((db, place) =>
  db
    .selectFrom('attempts')
    .selectAll()
    .where('post_id', '=', place('post'))
    .where('account_id', '=', place('account'))
    .orderBy('part'),
);

function work(db: Database, post: string, account: string): Promise<Work | undefined> {
  return readAtOnce(db, (connection) => {
    const [row] = findTarget.rowsNow(connection, { post, account });
    return row && workOf(connection, row);
  });
}

/** A target with its post and attempts. */
export function workOf(connection: Direct, target: TargetRow): Work | undefined {
  const place = { post: target.post_id, account: target.account_id };
  const [post] = findPost.rowsNow(connection, place);
  if (!post) return undefined;
  const media = findMedia.rowsNow(connection, place);
  const attempts = findAttempts.rowsNow(connection, place);
  return { post: toPost(post, media), target: toTarget(target), attempts: attempts.map(toAttempt) };
}

/** The first open target of an account that is due: the order of the index targets_next. */
const findFirst = compiledOnce<{ account: string; at: Millis }, TargetRow>((db, place) =>
  db
    .selectFrom('targets')
    .selectAll()
    .where(open)
    .where('account_id', '=', place('account'))
    .where('due_at', '<=', place('at'))
    .orderBy('due_at')
    .orderBy('post_seq')
    .limit(1),
);

function toHead(row: TargetRow): Head {
  const { account, status, notBefore, hold } = toTarget(row);
  return { account, status, notBefore, hold, post: row.post_id, dueAt: row.due_at ?? 0 };
}

function forbidden(change: Change, to: TargetStatus): BelfryError {
  return new BelfryError({
    code: 'INTERNAL',
    what: `A target cannot go from ${change.from} to ${to}`,
    where: `post ${change.post} for account "${change.account}"`,
    why: 'The table of transitions does not have this step',
    remedy: 'Please report this with the log',
  });
}
