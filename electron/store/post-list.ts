import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';
import { BelfryError, type PostSelection, type TargetStatus } from '../../shared/index.ts';
import type { ListQuery } from '../publisher/ports.ts';
import { counted, open } from './attempts.ts';
import { badCursor } from './cursor.ts';
import type { Database } from './database.ts';
import type { PostRow, TargetRow } from './post-rows.ts';
import type { Tables } from './schema.ts';

const openStatuses: readonly TargetStatus[] = ['queued', 'sending'];
const countedStatuses: readonly TargetStatus[] = [...openStatuses, 'failed', 'unconfirmed', 'missed'];

// Spelt out as in the partial index, or SQLite would not use it.
const asideStatuses: readonly TargetStatus[] = ['draft', 'cancelled'];
const aside = sql<SqlBool>`status IN ('draft', 'cancelled')`;

/** Rows in the order of a query, each with the time that it stands at. */
type Placed = PostRow & { placed_at: number | null };

/** One page of the posts that fit a query, and the cursor of the next page; null when there is none. */
export async function pagePosts(
  db: Database,
  query: ListQuery,
): Promise<{ rows: PostRow[]; cursor: string | null }> {
  const rows = await placedPosts(db, query, query.limit + 1);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const cursor = last && rows.length > page.length ? `${last.placed_at ?? ''}.${last.seq}` : null;
  return { rows: page, cursor };
}

/** Rows that one query brings, since the event loop is held meanwhile. */
const rowsPerQuery = 500;

async function placedPosts(db: Database, query: ListQuery, limit: number): Promise<Placed[]> {
  const pageOf = isPending(query) ? pendingPage : anyPage;
  const placed = new Map<number, Placed>();
  for (let mark = await markOf(db, query); ; await nextTurn()) {
    const most = Math.min(rowsPerQuery, limit - placed.size);
    const rows = await pageOf(db, { ...query, limit: most }, mark);
    // One that was moved meanwhile is listed once.
    for (const row of rows) if (!placed.has(row.seq)) placed.set(row.seq, row);
    const last = rows.at(-1);
    if (!last || rows.length < most || placed.size >= limit) return [...placed.values()];
    mark = { at: last.placed_at, seq: last.seq };
  }
}

/** How many posts fit, counted up to `most`. */
export async function countPosts(db: Database, query: CountQuery, most: number): Promise<number> {
  const { status, account, tag, search, from, to } = query;
  const isByTargets = [tag, search, from, to].every((one) => one === undefined);
  if (isByTargets && (status ?? account) !== undefined && !isFew(status))
    return countByTargets(db, query, most);
  const fitting = isPending(query)
    ? pending(db, query).select('posts.seq').limit(most)
    : fittingPosts(db, query).select('posts.seq').limit(most);
  const { found } = await db
    .selectFrom(fitting.as('fitting'))
    .select((of) => of.fn.countAll<number>().as('found'))
    .executeTakeFirstOrThrow();
  return found;
}

const countedAtOnce = 2000;

/** Counts along the primary key of the targets, which has those of a post side by side: a tenth of a look-up for each post. */
async function countByTargets(db: Database, { status, account }: CountQuery, most: number): Promise<number> {
  let count = 0;
  for (let last = ''; ; await nextTurn()) {
    const { rows } = await sql<{ found: number; last: string | null }>`
      SELECT count(*) AS found, max(post_id) AS last FROM (
        SELECT post_id FROM targets WHERE post_id > ${last}
        ${status === undefined ? sql`` : sql`AND status IN (${sql.join(status)})`}
        ${account === undefined ? sql`` : sql`AND account_id = ${account}`}
        GROUP BY post_id ORDER BY post_id LIMIT ${Math.min(countedAtOnce, most - count)})`.execute(db);
    count += rows[0]?.found ?? 0;
    if (!rows[0]?.last || rows[0].found < countedAtOnce || count >= most) return count;
    last = rows[0].last;
  }
}

type CountQuery = Omit<ListQuery, 'limit' | 'order' | 'after' | 'cursor'>;

function isPending({ status }: CountQuery): boolean {
  return isWithin(status, openStatuses);
}

/** What waits, by when it is due: walks the index of what is due, so that the next five of 100,000 cost as much as of ten. */
function pendingPage(db: Database, query: ListQuery, mark: Mark | undefined): Promise<Placed[]> {
  const direction = query.order === 'soonest' ? 'asc' : 'desc';
  return pending(db, query)
    .selectAll('posts')
    .select('targets.due_at as placed_at')
    .$if(mark !== undefined, (of) =>
      of.where((on) =>
        on(
          on.refTuple('targets.due_at', 'targets.post_seq'),
          direction === 'asc' ? '>' : '<',
          on.tuple(mark?.at ?? 0, mark?.seq ?? 0),
        ),
      ),
    )
    .orderBy('targets.due_at', direction)
    .orderBy('targets.post_seq', direction)
    .limit(query.limit)
    .execute();
}

/** The first target of each post that waits. The tables are joined in this order, whatever the planner believes. */
function pending(db: Database, query: CountQuery) {
  const { account, from, to, status = [] } = query;
  // With the bound every page is a search in the index.
  const due = sql<
    Tables['targets']
  >`(SELECT * FROM targets INDEXED BY targets_due WHERE ${open} AND due_at >= ${from ?? 0})`;
  const ofAccount = sql<Tables['targets']>`(SELECT * FROM targets INDEXED BY targets_next
    WHERE ${open} AND account_id = ${account ?? ''} AND due_at >= ${from ?? 0})`;
  return (
    db
      .selectFrom((account === undefined ? due : ofAccount).as('targets'))
      .crossJoin(byIndex('sqlite_autoindex_posts_1'))
      .whereRef('posts.id', '=', 'targets.post_id')
      .$if(status.length === 1, (of) => of.where('targets.status', 'in', [...status]))
      .$if(to !== undefined, (of) => of.where('targets.due_at', '<', to ?? 0))
      // A post with several such targets is listed once, by the first of them.
      .where((of) =>
        of.not(
          of.exists(
            of
              .selectFrom('targets as earlier')
              .select('earlier.post_id')
              .whereRef('earlier.post_id', '=', 'targets.post_id')
              .where('earlier.status', 'in', [...status])
              .$if(account !== undefined, (on) => on.where('earlier.account_id', '=', account ?? ''))
              .where((on) =>
                on(
                  on.refTuple('earlier.due_at', 'earlier.position'),
                  '<',
                  on.refTuple('targets.due_at', 'targets.position'),
                ),
              ),
          ),
        ),
      )
      .where((of) => of.and(contentFilters(of, query)))
  );
}

/** By `publish_at`; posts without it come first when the latest do, else last, so they are a walk of their own. */
async function anyPage(db: Database, query: ListQuery, mark: Mark | undefined): Promise<Placed[]> {
  const { from, to, limit, order } = query;
  const isSoonest = order === 'soonest';
  const direction = isSoonest ? 'asc' : 'desc';
  const compare = isSoonest ? '>' : '<';
  const page = () => fittingPosts(db, query).selectAll('posts').select('posts.publish_at as placed_at');
  const untimed = (most: number) =>
    from !== undefined || to !== undefined || (mark && mark.at !== null && !isSoonest)
      ? []
      : page()
          .where('posts.publish_at', 'is', null)
          .$if(mark?.at === null, (of) => of.where('posts.seq', compare, mark?.seq ?? 0))
          .orderBy('posts.seq', direction)
          .limit(most)
          .execute();
  const timed = (most: number) =>
    mark?.at === null && isSoonest
      ? []
      : page()
          .where('posts.publish_at', 'is not', null)
          .$if(typeof mark?.at === 'number', (of) =>
            of
              .where('posts.publish_at', isSoonest ? '>=' : '<=', mark?.at ?? 0)
              .where((on) =>
                on(
                  on.refTuple('posts.publish_at', 'posts.seq'),
                  compare,
                  on.tuple(mark?.at ?? 0, mark?.seq ?? 0),
                ),
              ),
          )
          .orderBy('posts.publish_at', direction)
          .orderBy('posts.seq', direction)
          .limit(most)
          .execute();
  const [first, second] = isSoonest ? [timed, untimed] : [untimed, timed];
  const found = await first(limit);
  return found.length < limit ? [...found, ...(await second(limit - found.length))] : found;
}

/** Whether a partial index has all targets in these statuses. */
function isFew(status: CountQuery['status']): boolean {
  return isWithin(status, countedStatuses) || isWithin(status, asideStatuses);
}

function isWithin(status: CountQuery['status'], all: readonly TargetStatus[]): boolean {
  return status?.every((one) => all.includes(one)) ?? false;
}

/** Posts that fit. Few targets need attention or were put aside: then those are looked up first, else posts are walked by time. */
function fittingPosts(db: Database, query: CountQuery) {
  const { status, account, from, to } = query;
  const few = !isFew(status)
    ? undefined
    : isWithin(status, countedStatuses)
      ? sql`INDEXED BY targets_counted WHERE ${counted}`
      : sql`INDEXED BY targets_aside WHERE ${aside}`;
  const targets = (of: Builder, those: RawBuilder<unknown>) =>
    of
      .selectFrom(sql<Tables['targets']>`(SELECT * FROM targets ${those})`.as('targets'))
      .select('targets.post_id')
      .$if(status !== undefined, (on) => on.where('targets.status', 'in', [...(status ?? [])]))
      .$if(account !== undefined, (on) => on.where('targets.account_id', '=', account ?? ''));
  return db
    .selectFrom(byIndex(few ? 'sqlite_autoindex_posts_1' : 'posts_due'))
    .$if(few !== undefined, (of) => of.where((on) => on('posts.id', 'in', targets(on, few ?? sql``))))
    .$if(few === undefined && (status !== undefined || account !== undefined), (of) =>
      of.where((on) => on.exists(targets(on, sql`WHERE post_id = posts.id`))),
    )
    .$if(from !== undefined, (of) => of.where('posts.publish_at', '>=', from ?? 0))
    .$if(to !== undefined, (of) => of.where('posts.publish_at', '<', to ?? 0))
    .where((of) => of.and(contentFilters(of, query)));
}

/** The table of posts, read by this index and no other: without statistics SQLite would guess. */
function byIndex(index: 'posts_due' | 'sqlite_autoindex_posts_1') {
  return sql<Tables['posts']>`(SELECT * FROM posts INDEXED BY ${sql.ref(index)})`.as('posts');
}

type Builder = ExpressionBuilder<Tables, 'posts'>;

function contentFilters(
  of: Builder,
  { tag, search }: Pick<CountQuery, 'tag' | 'search'>,
): Expression<SqlBool>[] {
  const filters: Expression<SqlBool>[] = [];
  if (tag !== undefined) filters.push(tagged(tag));
  if (search !== undefined) {
    const columns = ['posts.text', 'posts.thread', 'posts.first_comment', 'posts.note'] as const;
    filters.push(
      of.or(
        spellings(search).flatMap((word) =>
          columns.map((column) => sql<SqlBool>`${sql.ref(column)} LIKE ${pattern(word, column)} ESCAPE '\\'`),
        ),
      ),
    );
  }
  return filters;
}

/** A label in the JSON list of a post: its quotes keep it from being found in a longer one. */
function tagged(tag: string): Expression<SqlBool> {
  return sql<SqlBool>`instr(posts.tags, ${JSON.stringify(tag)}) > 0`;
}

/** SQLite's LIKE takes upper for lower case in ASCII only. */
function spellings(search: string): string[] {
  return [...new Set([search, search.toLowerCase(), search.toUpperCase()])];
}

function pattern(word: string, column: string): string {
  // The parts of a thread are kept as JSON, where quotes and line breaks are spelt otherwise.
  const spelt = column === 'posts.thread' ? JSON.stringify(word).slice(1, -1) : word;
  return `%${spelt.replace(/[\\%_]/g, '\\$&')}%`;
}

type Mark = { at: number | null; seq: number };

/** Where the page begins: after a post, or where a cursor stands, which holds when that post is moved or removed. */
async function markOf(db: Database, query: ListQuery): Promise<Mark | undefined> {
  const { after, cursor, status = [] } = query;
  if (cursor !== undefined) return readCursor(cursor);
  if (after === undefined) return undefined;
  return isPending(query) ? pendingMark(db, after, status) : postMark(db, after);
}

function readCursor(cursor: string): Mark {
  const [, at, seq] = /^(-?\d{1,16})?\.(\d{1,16})$/.exec(cursor) ?? [];
  if (seq !== undefined) return { at: at === undefined ? null : Number(at), seq: Number(seq) };
  throw badCursor(cursor);
}

async function postMark(db: Database, id: string): Promise<Mark> {
  const row = await db
    .selectFrom('posts')
    .select(['publish_at', 'seq'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw unknownMark(id);
  return { at: row.publish_at, seq: row.seq };
}

/** Where a post stands among what waits; one that went out since stands at its own time. */
async function pendingMark(db: Database, id: string, status: readonly TargetStatus[]): Promise<Mark> {
  const mark = await postMark(db, id);
  const row = await db
    .selectFrom('targets')
    .select((of) => of.fn.min<number | null>('due_at').as('at'))
    .where('post_id', '=', id)
    .where('status', 'in', [...status])
    .executeTakeFirst();
  return { at: row?.at ?? mark.at, seq: mark.seq };
}

function unknownMark(id: string): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what: `Unknown post "${id}"`,
    where: 'in the database',
    why: 'The page before ended with it, and nothing has this id',
    remedy: 'Begin the list anew, without "after"',
    field: 'after',
  });
}

/** SQLite takes 32,766 parameters at most. */
const idsPerQuery = 10_000;

/** Rows of the targets that fit a selection, in the order in which they are due; at most `limit`. */
export async function selectTargets(
  db: Database,
  { ids, status, account, tag }: PostSelection,
  limit: number,
): Promise<TargetRow[]> {
  const chunks =
    ids === undefined
      ? [undefined]
      : Array.from({ length: Math.ceil(ids.length / idsPerQuery) }, (_, index) =>
          ids.slice(index * idsPerQuery, (index + 1) * idsPerQuery),
        );
  const found: TargetRow[] = [];
  for (const some of chunks) {
    const rows = await db
      .selectFrom('targets')
      .innerJoin('posts', 'posts.id', 'targets.post_id')
      .selectAll('targets')
      .$if(some !== undefined, (of) => of.where('targets.post_id', 'in', some ?? []))
      .$if(status !== undefined, (of) => of.where('targets.status', 'in', [...(status ?? [])]))
      .$if(status?.every((one) => countedStatuses.includes(one)) === true, (of) => of.where(counted))
      .$if(account !== undefined, (of) => of.where('targets.account_id', '=', account ?? ''))
      .$if(tag !== undefined, (of) => of.where(tagged(tag ?? '')))
      .orderBy('targets.due_at')
      .orderBy('targets.post_seq')
      .orderBy('targets.position')
      .limit(limit)
      .execute();
    found.push(...rows);
  }
  return found.slice(0, limit);
}
