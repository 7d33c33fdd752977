import { sql, type Transaction } from 'kysely';
import { BelfryError, type Millis, type TargetStatus, targetTransitions } from '../../shared/index.ts';
import type { Change, Head, PostLedger, Work } from '../publisher/ports.ts';
import type { Database } from './database.ts';
import { assertEpoch } from './epoch.ts';
import { attemptColumns, targetColumns, toAttempt, toPost, toTarget } from './post-rows.ts';
import type { Tables } from './schema.ts';

type Write = <T>(write: (trx: Transaction<Tables>) => Promise<T>) => Promise<T>;
type Queries = Pick<
  PostLedger,
  | 'record'
  | 'heads'
  | 'head'
  | 'unconfirmed'
  | 'work'
  | 'sending'
  | 'nextAfter'
  | 'lastPublished'
  | 'known'
  | 'rivals'
>;

// Spelt out as in the partial indexes, or SQLite would not use them.
const open = sql<boolean>`status IN ('queued', 'sending')`;
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
        for (const change of changes) if ((await statusOf(trx, change)) !== change.from) return false;
        for (const change of changes) await store(trx, change, epoch, at);
        return true;
      }),

    async heads(at) {
      const accounts = await openAccounts.execute(db);
      const rows = await Promise.all(accounts.rows.map(({ id }) => firstOf(db, id, at)));
      return rows.flatMap((row) => (row ? [toHead(row)] : []));
    },

    async head(account, at) {
      const row = await firstOf(db, account, at);
      return row && work(db, row.post_id, account);
    },

    unconfirmed: (at) =>
      db
        .selectFrom('targets')
        .select(['post_id as post', 'account_id as account'])
        .where(sql<boolean>`status IN ('unconfirmed')`)
        .where('not_before', '<=', at)
        .orderBy('not_before')
        .execute(),

    work: (post, account) => work(db, post, account),

    async sending() {
      const rows = await db
        .selectFrom('targets')
        .select(['post_id', 'account_id'])
        .where(open)
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
        .where(sql<boolean>`status IN ('unconfirmed')`)
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
  };
}

async function statusOf(trx: Database, { post, account }: Change): Promise<string | undefined> {
  const row = await trx
    .selectFrom('targets')
    .select('status')
    .where('post_id', '=', post)
    .where('account_id', '=', account)
    .executeTakeFirst();
  return row?.status;
}

async function store(trx: Database, change: Change, epoch: number, at: Millis): Promise<void> {
  const { post, account, target, attempt, note } = change;
  const status = target?.status ?? change.from;
  if (status !== change.from && !targetTransitions[change.from].includes(status))
    throw forbidden(change, status);
  if (target) {
    await trx
      .updateTable('targets')
      .set({ ...targetColumns(target), updated_at: at })
      .where('post_id', '=', post)
      .where('account_id', '=', account)
      .execute();
  }
  if (attempt) {
    const columns = attemptColumns(attempt, epoch);
    await trx
      .insertInto('attempts')
      .values({ post_id: post, account_id: account, part: attempt.part, ...columns })
      .onConflict((conflict) => conflict.columns(['post_id', 'account_id', 'part']).doUpdateSet(columns))
      .execute();
  }
  if (note !== null)
    await trx
      .insertInto('target_history')
      .values({ post_id: post, account_id: account, at, status, note })
      .execute();
}

async function work(db: Database, postId: string, accountId: string): Promise<Work | undefined> {
  const post = await db.selectFrom('posts').selectAll().where('id', '=', postId).executeTakeFirst();
  const target = await db
    .selectFrom('targets')
    .selectAll()
    .where('post_id', '=', postId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (!post || !target) return undefined;
  const media = await db
    .selectFrom('media')
    .selectAll()
    .where('post_id', '=', postId)
    .orderBy('position')
    .execute();
  const attempts = await db
    .selectFrom('attempts')
    .selectAll()
    .where('post_id', '=', postId)
    .where('account_id', '=', accountId)
    .orderBy('part')
    .execute();
  return { post: toPost(post, media), target: toTarget(target), attempts: attempts.map(toAttempt) };
}

/** The first open target of an account that is due: the order of the index targets_next. */
function firstOf(db: Database, account: string, at: Millis) {
  return db
    .selectFrom('targets')
    .select(['post_id', 'account_id', 'status', 'due_at', 'not_before'])
    .where(open)
    .where('account_id', '=', account)
    .where('due_at', '<=', at)
    .orderBy('due_at')
    .orderBy('post_seq')
    .limit(1)
    .executeTakeFirst();
}

type FirstRow = NonNullable<Awaited<ReturnType<typeof firstOf>>>;

function toHead(row: FirstRow): Head {
  return {
    account: row.account_id,
    status: row.status as TargetStatus,
    dueAt: row.due_at ?? 0,
    notBefore: row.not_before,
  };
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
