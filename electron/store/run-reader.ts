import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import {
  BelfryError,
  type CallOutput,
  type HandlerInput,
  inSteps,
  type OutputLine,
  type RunView,
} from '../../shared/index.ts';
import { badCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { type Block, searchBlock, unpackBlock } from './output-blocks.ts';
import { indexedUpTo, mayHold } from './output-index.ts';
import {
  countRuns,
  type LastRun,
  lastRunRows,
  newestRuns,
  openRuns,
  type RunRow,
  toView,
  withSteps,
} from './run-queries.ts';

/** Counting a million takes some 50 ms. */
const mostCounted = 1_000_000;

/** Runs as clients read them. */
export type RunReader = {
  /** Newest first; `before` is the id of the last run of the page before. */
  list(query: HandlerInput<'runs.list'>): Promise<RunView[]>;
  /** The same page by page. */
  page(query: HandlerInput<'runs.page'>): Promise<CallOutput<'runs.page'>>;
  get(id: string): Promise<RunView | undefined>;
  output(query: HandlerInput<'runs.output'>): Promise<OutputLine[]>;
  outputPage(query: HandlerInput<'runs.outputPage'>): Promise<CallOutput<'runs.outputPage'>>;
  /** By job; jobs that never ran are not in it. */
  lastRuns(): Promise<Map<string, LastRun>>;
  /** Runs that are queued or running, oldest first. */
  open(): Promise<RunView[]>;
};

/** The read side of runs and their output. */
export function createRunReader(db: Database): RunReader {
  return {
    list: async ({ jobId, status, before, limit }) => {
      const edge = before === undefined ? undefined : await seqOf(db, before);
      const rows = await newestRuns(db, { jobId, status }, { edge, limit });
      return viewsOf(db, rows);
    },

    page: async ({ jobId, status, cursor, before, limit, count }) => {
      const filter = { jobId, status };
      const edge =
        cursor !== undefined ? edgeOf(cursor) : before === undefined ? undefined : await seqOf(db, before);
      const rows = await newestRuns(db, filter, { edge, limit: limit + 1 });
      const page = rows.slice(0, limit);
      const found = count ? await countRuns(db, filter, mostCounted + 1) : null;
      return {
        runs: await viewsOf(db, page),
        cursor: rows.length > limit ? String(page.at(-1)?.seq) : null,
        total: found === null ? null : { count: Math.min(found, mostCounted), more: found > mostCounted },
      };
    },

    get: async (id) => {
      const rows = await db.selectFrom('runs').selectAll().where('id', '=', id).execute();
      return (await viewsOf(db, rows))[0];
    },

    output: (query) => readOutput(db, query),
    outputPage: (query) => readOutputPage(db, query),

    lastRuns: async () => new Map((await lastRunRows(db)).map(({ job_id, ...run }) => [job_id, run])),

    open: async () => viewsOf(db, await openRuns(db)),
  };
}

/** Runs with their steps, in the same order. */
function viewsOf(db: Database, rows: readonly RunRow[]): Promise<RunView[]> {
  return inSteps(rows, nextTurn, async (some) => (await withSteps(db, some)).map(toView));
}

function edgeOf(cursor: string): number {
  if (/^\d{1,16}$/.test(cursor)) return Number(cursor);
  throw badCursor(cursor);
}

/** Throws NOT_FOUND for a run that is not there any more: an empty page would look like the end of the list. */
async function seqOf(db: Database, id: string): Promise<number> {
  const row = await db.selectFrom('runs').select('seq').where('id', '=', id).executeTakeFirst();
  if (row) return row.seq;
  throw new BelfryError({
    code: 'NOT_FOUND',
    what: `Unknown run "${id}"`,
    where: 'in the database',
    why: 'The page before ended with it, and it was removed since',
    remedy: 'Begin the list anew, without "before"',
    field: 'before',
  });
}

type OutputQuery = HandlerInput<'runs.output'>;
type OutputPageQuery = HandlerInput<'runs.outputPage'>;
type OutputPage = CallOutput<'runs.outputPage'>;

/** Characters that one page looks through at most. */
const mostLookedAt = 5 * 1024 * 1024;
/** The event loop gets its turn after so many, some milliseconds of work. */
const perTurn = 1024 * 1024;
/** What a look into the index counts as, and the ids of blocks that it is for. */
const lookCost = 1024 * 1024;
const idsPerLook = 32_768;
/** Hits of one look: their blocks are read a few at a time. */
const hitsPerLook = 256;
/** Blocks read at once: a page of lines is rarely spread over more. */
const blocksPerRead = 16;

/** Lines of one run or the newest of all (`runs.output` of the contract), oldest first. */
async function readOutput(db: Database, query: OutputQuery): Promise<OutputLine[]> {
  const { id, after, limit } = query;
  const isForward = id !== undefined && !query.tail;
  const found: OutputLine[] = [];
  let cursor = after === undefined || !isForward ? undefined : await cursorAfter(db, id, after);
  for (;;) {
    const order = isForward ? 'oldest' : 'newest';
    const page = await readOutputPage(db, { id, order, cursor, limit: limit - found.length });
    const lines = after === undefined ? page.lines : page.lines.filter(({ seq }) => seq > after);
    if (isForward) found.push(...lines);
    else found.unshift(...lines);
    const isPast = after !== undefined && !isForward && lines.length < page.lines.length;
    if (found.length >= limit || page.cursor === null || isPast) return found;
    cursor = page.cursor;
    await nextTurn();
  }
}

/** The block that holds the next line, so that a page at the end of a long run does not walk through all of it. */
async function cursorAfter(db: Database, id: string, after: number): Promise<string | undefined> {
  const { rows } = await sql<{ first: number | null }>`
    SELECT max(first_seq) AS first FROM output INDEXED BY sqlite_autoindex_output_1
    WHERE run_id = ${id} AND first_seq <= ${after + 1}`.execute(db);
  const first = rows[0]?.first ?? null;
  return first === null ? undefined : cursorOf({ block: first, line: after });
}

/**
 * Where a page ended: lines beyond `line` of the block `block` (its id, or within one run its first number), and
 * all blocks beyond it are still to come.
 */
type Place = { block: number; line: number };
type Found = { blocks: (Block & { id: number })[]; cost: number; edge: number | null };

/** One page of lines (`runs.outputPage` of the contract): it ends when it is full or has looked through enough. */
async function readOutputPage(db: Database, query: OutputPageQuery): Promise<OutputPage> {
  const { id, search = '', limit } = query;
  const isForward = query.order === 'oldest';
  const isBeyond = (line: OutputLine, place: Place) =>
    isForward ? line.seq > place.line : line.seq < place.line;
  const keyOf = (block: Found['blocks'][number]) => (id === undefined ? block.id : block.first_seq);
  const from = query.cursor === undefined ? undefined : placeOf(query.cursor);
  const next = await reading(db, query, isForward);
  const lines: OutputLine[] = [];
  const page = (cursor: string | null): OutputPage => ({
    lines: isForward ? lines : lines.reverse(),
    cursor,
  });

  let edge = from?.block ?? (isForward ? 0 : Number.MAX_SAFE_INTEGER);
  let turnAt = mostLookedAt - perTurn;
  for (let left = mostLookedAt; left > 0; ) {
    if (left <= turnAt) {
      await nextTurn();
      turnAt = left - perTurn;
    }
    const found = await next(edge);
    left -= found.cost;
    for (const block of found.blocks) {
      const all = search === '' ? unpackBlock(block) : searchBlock(block, search);
      const fresh =
        from !== undefined && keyOf(block) === from.block ? all.filter((line) => isBeyond(line, from)) : all;
      const wanted = (isForward ? fresh : fresh.reverse()).slice(0, limit - lines.length);
      lines.push(...wanted);
      left -= block.text.length;
      const last = lines.at(-1);
      if (lines.length >= limit && last) return page(cursorOf({ block: keyOf(block), line: last.seq }));
      if (left <= 0) return page(cursorOf(past(keyOf(block), isForward)));
    }
    if (found.edge === null) return page(null);
    edge = found.edge;
  }
  return page(cursorOf({ block: edge, line: isForward ? 0 : Number.MAX_SAFE_INTEGER }));
}

/** Nothing of this block is left. */
function past(block: number, isForward: boolean): Place {
  return { block, line: isForward ? Number.MAX_SAFE_INTEGER : 0 };
}

/** Gives the next blocks from `edge` on, that one included, and from where to go on; null at the end. */
async function reading(
  db: Database,
  { id, search = '' }: OutputPageQuery,
  isForward: boolean,
): Promise<(edge: number) => Promise<Found>> {
  const known = mayHold(search);
  const indexed = known ? await indexedUpTo(db) : 0;
  const isOpen = (one: { id: number }) => one.id > indexed;

  /** Blocks in order, those that the index rules out left aside. */
  const inOrder = async (edge: number): Promise<Found> => {
    const direction = isForward ? sql`ASC` : sql`DESC`;
    const bound = isForward ? sql`>=` : sql`<=`;
    const { rows } = await sql<Block & { id: number }>`${
      id === undefined
        ? sql`SELECT * FROM output NOT INDEXED WHERE id ${bound} ${edge} ORDER BY id ${direction}`
        : sql`SELECT * FROM output INDEXED BY sqlite_autoindex_output_1
            WHERE run_id = ${id} AND first_seq ${bound} ${edge} ORDER BY first_seq ${direction}`
    } LIMIT ${blocksPerRead}`.execute(db);
    const last = rows.at(-1);
    if (!last || rows.length < blocksPerRead) return { blocks: rows, cost: 0, edge: null };
    const key = id === undefined ? last.id : last.first_seq;
    return { blocks: rows, cost: 0, edge: isForward ? key + 1 : key - 1 };
  };

  let hits: number[] = [];
  let beyond = 0;
  /** Blocks that the index names, out of the next so many ids. */
  const byIndex = async (edge: number): Promise<Found> => {
    const end = isForward ? Math.min(indexed, edge + idsPerLook - 1) : Math.max(1, edge - idsPerLook + 1);
    const [low, high] = isForward ? [edge, end] : [end, edge];
    const direction = isForward ? sql`ASC` : sql`DESC`;
    let cost = 0;
    if (hits.length === 0) {
      const { rows } = await sql<{ rowid: number }>`
        ${known} AND rowid BETWEEN ${low} AND ${high} ORDER BY rowid ${direction} LIMIT ${hitsPerLook}`.execute(
        db,
      );
      cost = lookCost;
      hits = rows.map(({ rowid }) => rowid);
      const last = hits.length === hitsPerLook ? hits.at(-1) : undefined;
      beyond = isForward ? (last ?? end) + 1 : (last ?? end) - 1;
    }
    const ids = hits.splice(0, blocksPerRead);
    const { rows } = await sql<Block & { id: number }>`
      SELECT output.* FROM json_each(${JSON.stringify(ids)}) AS hits
      CROSS JOIN output NOT INDEXED ON output.id = hits.value ORDER BY hits.id`.execute(db);
    const next = hits[0] ?? beyond;
    return { blocks: rows, cost, edge: !isForward && next < 1 ? null : next };
  };

  if (!known || id !== undefined) return inOrder;
  const newest = await newestBlock(db);
  return async (edge) => {
    const at = isForward ? Math.max(1, edge) : Math.min(newest, edge);
    if (!isOpen({ id: at })) return byIndex(at);
    const found = await inOrder(at);
    // Backwards: blocks that the index knows are found by it.
    const blocks = found.blocks.filter(isOpen);
    if (isForward || blocks.length === found.blocks.length) return found;
    return { blocks, cost: 0, edge: indexed > 0 ? indexed : null };
  };
}

async function newestBlock(db: Database): Promise<number> {
  const { rows } = await sql<{ id: number | null }>`SELECT max(id) AS id FROM output NOT INDEXED`.execute(db);
  return rows[0]?.id ?? 0;
}

function cursorOf({ block, line }: Place): string {
  return `${block}.${line}`;
}

function placeOf(cursor: string): Place {
  const [, block, line] = /^(\d{1,16})\.(\d{1,16})$/.exec(cursor) ?? [];
  if (block !== undefined && line !== undefined) return { block: Number(block), line: Number(line) };
  throw badCursor(cursor);
}
