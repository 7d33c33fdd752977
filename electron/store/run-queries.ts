import { sql } from 'kysely';
import type { StoredRun } from '../runner/ports.ts';
import type { Database } from './database.ts';
import { type RunRow, type StepRow, toRun } from './run-rows.ts';

/** True for runs that really ran and are over. Spelt out as in the index runs_ended, or SQLite would not use it. */
export const hasEnded = sql<boolean>`status IN ('success', 'failed', 'timed-out', 'cancelled', 'interrupted')`;

/** Ids in one query; SQLite takes 32,766 parameters at most. */
const idsPerQuery = 10_000;

/** Rows of `runs` with their steps, in the same order. */
export async function withSteps(db: Database, rows: readonly RunRow[]): Promise<StoredRun[]> {
  const ids = rows.map((row) => row.id);
  const steps = Map.groupBy(await stepsOf(db, ids), (step) => step.run_id);
  return rows.map((row) => toRun(row, steps.get(row.id) ?? []));
}

/** The steps of some runs, in order within each run. */
export async function stepsOf(db: Database, runIds: readonly string[]): Promise<StepRow[]> {
  const found: StepRow[] = [];
  for (let from = 0; from < runIds.length; from += idsPerQuery) {
    const ids = runIds.slice(from, from + idsPerQuery);
    const rows = await db
      .selectFrom('steps')
      .selectAll()
      .where('run_id', 'in', ids)
      .orderBy('run_id')
      .orderBy('position')
      .execute();
    found.push(...rows);
  }
  return found;
}

/** Ids of all jobs that have ended runs. Hops along the index runs_ended, so that it costs the same with 100 runs as with 100,000. */
export async function jobsWithRuns(db: Database): Promise<string[]> {
  const { rows } = await sql<{ job_id: string }>`
    WITH RECURSIVE jobs (job_id) AS (${jobIds}) SELECT job_id FROM jobs WHERE job_id IS NOT NULL`.execute(db);
  return rows.map((row) => row.job_id);
}

/** Body of a recursive table `jobs (job_id)`; its last row is NULL. */
export const jobIds = sql`
  SELECT min(job_id) FROM runs WHERE ${hasEnded}
  UNION ALL
  SELECT (SELECT min(job_id) FROM runs WHERE job_id > jobs.job_id AND ${hasEnded})
  FROM jobs WHERE jobs.job_id IS NOT NULL`;
