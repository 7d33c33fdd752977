import { sql } from 'kysely';
import { type Millis, runStatuses, runTransitions } from '../../shared/index.ts';
import type { Database, WriteTogether } from './database.ts';
import type { Pace, StepSizes } from './pace.ts';
import { hasEnded, isOver, jobsWithRuns } from './run-queries.ts';

/** What is kept of old runs; null = no limit. The newest ended run of each job is always kept. */
export type Retention = {
  /** Runs made longer ago go. */
  maxAgeMs: Millis | null;
  /** Of each job the newest so many that have ended stay, at least one. */
  runsPerJob: number | null;
  /** While the database holds more bytes than this, the oldest output goes. */
  maxBytes: number | null;
};

export type ForgetDeps = {
  db: Database;
  write: WriteTogether;
  now: Millis;
  /** Called between two steps; false ends the work. */
  goOn(): Promise<boolean>;
  /** How many blocks of output go in one step. */
  pace: Pace;
  /** Keeps the search index in order after a step. */
  tidy(): Promise<void>;
};

/** Blocks of output removed in one step: 24 are some 1 MB, which takes a few milliseconds. */
export const forgetSteps: StepSizes = { first: 24, least: 2, most: 48 };
const runsPerStep = 50;
const finalStatuses = runStatuses.filter((status) => runTransitions[status].length === 0);

/** Removes what is over the limits, in steps that are short enough for the event loop. */
export async function forget(deps: ForgetDeps, retention: Retention): Promise<void> {
  const { maxAgeMs, runsPerJob, maxBytes } = retention;
  if (maxAgeMs !== null)
    await repeat(deps, (blocks) => forgetRuns(deps, blocks, olderThan(deps, deps.now - maxAgeMs)));
  if (runsPerJob !== null)
    for (const jobId of await jobsWithRuns(deps.db))
      await repeat(deps, (blocks) => forgetRuns(deps, blocks, beyond(deps, jobId, runsPerJob)));
  if (maxBytes !== null) await repeat(deps, (blocks) => forgetOldestOutput(deps, blocks, maxBytes));
}

async function repeat(deps: ForgetDeps, step: (blocks: number) => Promise<boolean>): Promise<void> {
  while ((await deps.goOn()) && (await deps.pace(step))) await deps.tidy();
}

/** First their output, a few blocks at a time, then the runs with their steps. */
async function forgetRuns(
  { db, write }: ForgetDeps,
  limit: number,
  found: Promise<string[]>,
): Promise<boolean> {
  const ids = await found;
  if (ids.length === 0) return false;
  const blocks = await db.selectFrom('output').select('id').where('run_id', 'in', ids).limit(limit).execute();
  await write.inBulk(async (trx) => {
    if (blocks.length === 0) await trx.deleteFrom('runs').where('id', 'in', ids).execute();
    else await trx.deleteFrom('output').where('id', 'in', blocks.map(idOf)).execute();
  });
  return true;
}

async function olderThan({ db }: ForgetDeps, edge: Millis): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM runs AS old INDEXED BY runs_created
    WHERE created_at < ${edge} AND ${isOver}
      AND seq IS NOT (SELECT max(seq) FROM runs INDEXED BY runs_ended WHERE job_id = old.job_id AND ${hasEnded})
    ORDER BY created_at LIMIT ${runsPerStep}`.execute(db);
  return rows.map(idOf);
}

async function beyond({ db }: ForgetDeps, jobId: string, count: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM runs INDEXED BY runs_job
    WHERE job_id = ${jobId} AND ${isOver} AND status IN (${sql.join(finalStatuses)}) AND seq < (
      SELECT seq FROM runs INDEXED BY runs_ended WHERE job_id = ${jobId} AND ${hasEnded}
      ORDER BY seq DESC LIMIT 1 OFFSET ${Math.max(1, count) - 1})
    LIMIT ${runsPerStep}`.execute(db);
  return rows.map(idOf);
}

async function forgetOldestOutput(
  { db, write }: ForgetDeps,
  limit: number,
  maxBytes: number,
): Promise<boolean> {
  if ((await usedBytes(db)) <= maxBytes) return false;
  const { rows: blocks } = await sql<{ id: number }>`
    SELECT id FROM output NOT INDEXED
    WHERE id > 0 AND run_id NOT IN (
      SELECT id FROM runs INDEXED BY runs_status WHERE status IN ('queued', 'running'))
    ORDER BY id LIMIT ${limit}`.execute(db);
  if (blocks.length === 0) return false;
  await write.inBulk(async (trx) => {
    await trx.deleteFrom('output').where('id', 'in', blocks.map(idOf)).execute();
  });
  return true;
}

/** Bytes that the database takes once its free pages are given back, which follows at once. */
async function usedBytes(db: Database): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    SELECT (page_count - freelist_count) * page_size AS bytes
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size`.execute(db);
  return rows[0]?.bytes ?? 0;
}

function idOf<T>({ id }: { id: T }): T {
  return id;
}
