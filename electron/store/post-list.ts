import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import {
  BelfryError,
  type PostCountQuery,
  type PostSelection,
  type TargetStatus,
} from '../../shared/index.ts';
import type { ListQuery } from '../publisher/ports.ts';
import { counted, open } from './attempts.ts';
import type { Database } from './database.ts';
import type { PostRow, TargetRow } from './post-rows.ts';
import type { Tables } from './schema.ts';

const openStatuses: readonly TargetStatus[] = ['queued', 'sending'];
const countedStatuses: readonly TargetStatus[] = [...openStatuses, 'failed', 'unconfirmed', 'missed'];

// Spelt out as in the partial index, or SQLite would not use it.
const asideStatuses: readonly TargetStatus[] = ['draft', 'cancelled'];
const aside = sql<SqlBool>`status IN ('draft', 'cancelled')`;

/** The rows of the posts that fit a query, in its order. */
export function listPosts(db: Database, query: ListQuery): Promise<PostRow[]> {
  const { status } = query;
  const isPending = status?.every((one) => openStatuses.includes(one)) ?? false;
  return isPending ? listPending(db, query, status ?? []) : listAll(db, query);
}

/** How many posts fit, counted up to `most`: nobody reads a longer number, and a short look leaves time for others. */
export async function countPosts(db: Database, query: PostCountQuery, most: number): Promise<number> {
  const { status, account } = query;
  const fitting = db
    .selectFrom('posts')
    .select('posts.seq')
    .$if(status !== undefined || account !== undefined, (of) =>
      of.where((on) => withTarget(on, status, account)),
    )
    .where((of) => of.and(contentFilters(of, query)))
    .limit(most);
  const { found } = await db
    .selectFrom(fitting.as('fitting'))
    .select((of) => of.fn.countAll<number>().as('found'))
    .executeTakeFirstOrThrow();
  return found;
}

/** What waits, by when it is due: walks the index of what is due, so that the next five of 100,000 cost as much as of ten. */
async function listPending(
  db: Database,
  query: ListQuery,
  status: readonly TargetStatus[],
): Promise<PostRow[]> {
  const { account, from, to, after, limit } = query;
  const direction = query.order === 'soonest' ? 'asc' : 'desc';
  const mark = after === undefined ? undefined : await pendingMark(db, after, status);
  return (
    db
      .selectFrom('targets')
      .innerJoin('posts', 'posts.id', 'targets.post_id')
      .selectAll('posts')
      .where(open)
      .$if(status.length === 1, (of) => of.where('targets.status', 'in', [...status]))
      .$if(account !== undefined, (of) => of.where('targets.account_id', '=', account ?? ''))
      .$if(from !== undefined, (of) => of.where('targets.due_at', '>=', from ?? 0))
      .$if(to !== undefined, (of) => of.where('targets.due_at', '<', to ?? 0))
      .$if(mark !== undefined, (of) =>
        of.where((on) =>
          on(
            on.refTuple('targets.due_at', 'targets.post_seq'),
            direction === 'asc' ? '>' : '<',
            on.tuple(mark?.at ?? 0, mark?.seq ?? 0),
          ),
        ),
      )
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
      .orderBy('targets.due_at', direction)
      .orderBy('targets.post_seq', direction)
      .limit(limit)
      .execute()
  );
}

async function listAll(db: Database, query: ListQuery): Promise<PostRow[]> {
  const { status, account, from, to, after, limit, order } = query;
  const mark = after === undefined ? undefined : await postMark(db, after);
  const rows = db
    .selectFrom('posts')
    .selectAll()
    .$if(status !== undefined || account !== undefined, (of) =>
      of.where((on) => withTarget(on, status, account)),
    )
    .$if(from !== undefined, (of) => of.where('publish_at', '>=', from ?? 0))
    .$if(to !== undefined, (of) => of.where('publish_at', '<', to ?? 0))
    .$if(mark !== undefined, (of) => of.where(beyond(mark ?? { at: null, seq: 0 }, order)))
    .where((of) => of.and(contentFilters(of, query)));
  return order === 'soonest'
    ? rows
        .orderBy('publish_at', (by) => by.asc().nullsLast())
        .orderBy('seq', 'asc')
        .limit(limit)
        .execute()
    : rows
        .orderBy('publish_at', (by) => by.desc().nullsFirst())
        .orderBy('seq', 'desc')
        .limit(limit)
        .execute();
}

type Builder = ExpressionBuilder<Tables, 'posts'>;

/** Few targets want a person or were put aside: those are looked up first. Of the others there are many, and each post is asked for its own. */
function withTarget(
  of: Builder,
  status: readonly TargetStatus[] | undefined,
  account: string | undefined,
): Expression<SqlBool> {
  const targets = of
    .selectFrom('targets')
    .select('targets.post_id')
    .$if(status !== undefined, (on) => on.where('targets.status', 'in', [...(status ?? [])]))
    .$if(account !== undefined, (on) => on.where('targets.account_id', '=', account ?? ''));
  if (status?.every((one) => countedStatuses.includes(one)))
    return of('posts.id', 'in', targets.where(counted));
  if (status?.every((one) => asideStatuses.includes(one))) return of('posts.id', 'in', targets.where(aside));
  return of.exists(targets.whereRef('targets.post_id', '=', 'posts.id'));
}

function contentFilters(
  of: Builder,
  { tag, search }: Pick<PostCountQuery, 'tag' | 'search'>,
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

/** What comes after a post in the order of the list. */
function beyond({ at, seq }: Mark, order: ListQuery['order']): Expression<SqlBool> {
  if (order === 'soonest')
    return at === null
      ? sql<SqlBool>`publish_at IS NULL AND seq > ${seq}`
      : sql<SqlBool>`((publish_at, seq) > (${at}, ${seq}) OR publish_at IS NULL)`;
  return at === null
    ? sql<SqlBool>`(publish_at IS NOT NULL OR seq < ${seq})`
    : sql<SqlBool>`(publish_at, seq) < (${at}, ${seq})`;
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
