import { setImmediate as nextTurn } from 'node:timers/promises';
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
import { readOutput, readOutputPage } from './output-reader.ts';
import { countRuns, type LastRun, lastRunRows, newestRuns, openRuns, withSteps } from './run-queries.ts';
import { type RunRow, toView } from './run-rows.ts';

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
