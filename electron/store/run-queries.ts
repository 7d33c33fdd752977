import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import { type Millis, type RunStatus, runStatuses, runTransitions } from '../../shared/index.ts';
import type { StoredRun } from '../runner/ports.ts';
import type { Database } from './database.ts';
import { type RunRow, type StepRow, toRun } from './run-rows.ts';

/** The newest run of a job that really ran and has ended. */
export type LastRun = { id: string; status: RunStatus; finishedAt: Millis | null };

/** True for runs that really ran and are over. Spelt out as in the index runs_ended, or SQLite would not use it. */
export const hasEnded = sql<boolean>`
  finished_at IS NOT NULL AND status IN ('success', 'failed', 'timed-out', 'cancelled', 'interrupted')`;

/** True for runs that are over. Spelt out as in the indexes runs_job and runs_created. */
export const isOver = sql<boolean>`finished_at IS NOT NULL`;

/** Rows of `runs` with their steps, in the same order. */
export async function withSteps(db: Database, rows: readonly RunRow[]): Promise<StoredRun[]> {
  const steps = Map.groupBy(
    await stepsOf(
      db,
      rows.map((row) => row.id),
    ),
    (step) => step.run_id,
  );
  return rows.map((row) => toRun(row, steps.get(row.id) ?? []));
}

/** The steps of some runs, in order within each run. */
export async function stepsOf(db: Database, runIds: readonly string[]): Promise<StepRow[]> {
  // CROSS JOIN keeps the order of the tables: one search in the primary key per run, whatever the planner believes.
  const { rows } = await sql<StepRow>`
    SELECT steps.* FROM json_each(${JSON.stringify(runIds)}) AS wanted CROSS JOIN steps ON steps.run_id = wanted.value
    ORDER BY wanted.id, steps.position`.execute(db);
  return rows;
}

/** Which runs: of a job, in a status, below a number. */
export type RunFilter = { jobId?: string | undefined; status?: RunStatus | undefined };

/** Rows that one query brings, since the event loop is held meanwhile. */
const rowsPerQuery = 1000;

/** The newest `limit` runs that fit, with `seq` below `edge`. Each index is named: without statistics SQLite would guess. */
export async function newestRuns(
  db: Database,
  filter: RunFilter,
  { edge = Number.MAX_SAFE_INTEGER, limit }: { edge?: number | undefined; limit: number },
): Promise<RunRow[]> {
  const found: RunRow[] = [];
  for (let below = edge; ; await nextTurn()) {
    const most = Math.min(rowsPerQuery, limit - found.length);
    const newest = sql`seq < ${below} ORDER BY seq DESC LIMIT ${most}`;
    const { rows } = await sql<RunRow>`SELECT * FROM runs ${from(filter, newest)}`.execute(db);
    found.push(...rows);
    const last = rows.at(-1);
    if (!last || rows.length < most || found.length >= limit) return found;
    below = last.seq;
  }
}

function from({ jobId, status }: RunFilter, newest: RawBuilder<unknown>): RawBuilder<unknown> {
  if (jobId === undefined && status === undefined) return sql`NOT INDEXED WHERE ${newest}`;
  if (jobId === undefined) return sql`INDEXED BY runs_status WHERE status = ${status} AND ${newest}`;
  if (status !== undefined) return sql`${ofJob(jobId, status)} AND ${newest}`;
  // The newest of each status, of which the newest are taken.
  const each = runStatuses.map(
    (one) => sql`SELECT * FROM (SELECT seq FROM runs ${ofJob(jobId, one)} AND ${newest})`,
  );
  return sql`NOT INDEXED WHERE seq IN (${sql.join(each, sql` UNION ALL `)}) AND ${newest}`;
}

/** A job's runs in one status. Those that are not over stand in no index of their job: they are few. */
function ofJob(jobId: string, status: RunStatus): RawBuilder<unknown> {
  return isOpen(status)
    ? sql`INDEXED BY runs_status WHERE job_id = ${jobId} AND status = ${status}`
    : sql`INDEXED BY runs_job WHERE job_id = ${jobId} AND status = ${status} AND ${isOver}`;
}

function allOfJob(jobId: string): RawBuilder<unknown> {
  return sql`
    SELECT 1 FROM runs INDEXED BY runs_job WHERE job_id = ${jobId} AND ${isOver}
    UNION ALL
    SELECT 1 FROM runs INDEXED BY runs_status WHERE status IN ('queued', 'running') AND job_id = ${jobId}`;
}

function isOpen(status: RunStatus): boolean {
  return runTransitions[status].length > 0;
}

/** How many runs fit, counted up to `most`. */
export async function countRuns(db: Database, { jobId, status }: RunFilter, most: number): Promise<number> {
  const some = (from: RawBuilder<unknown>) =>
    sql`SELECT count(*) AS found FROM (SELECT 1 FROM ${from} LIMIT ${most})`;
  const query =
    jobId !== undefined
      ? some(status !== undefined ? sql`runs ${ofJob(jobId, status)}` : sql`(${allOfJob(jobId)})`)
      : status !== undefined
        ? some(sql`runs INDEXED BY runs_status WHERE status = ${status}`)
        : // The bare count is the one that SQLite takes from the pages of an index without a look at each row.
          sql`SELECT count(*) AS found FROM runs`;
  const { rows } = await sql<{ found: number }>`${query}`.execute(db);
  return Math.min(rows[0]?.found ?? 0, most);
}

/** The newest ended run of each job: one step in the index runs_ended per job, as many runs as there may be. */
export async function lastRunRows(db: Database): Promise<(LastRun & { job_id: string })[]> {
  const { rows } = await sql<LastRun & { job_id: string }>`
    WITH RECURSIVE jobs (job_id) AS (${jobIds})
    SELECT runs.job_id, runs.id, runs.status, runs.finished_at AS "finishedAt"
    FROM jobs CROSS JOIN runs NOT INDEXED ON runs.seq = (
      SELECT max(seq) FROM runs INDEXED BY runs_ended WHERE job_id = jobs.job_id AND ${hasEnded})`.execute(
    db,
  );
  return rows;
}

/** Ids of all jobs that have ended runs. */
export async function jobsWithRuns(db: Database): Promise<string[]> {
  const { rows } = await sql<{ job_id: string }>`
    WITH RECURSIVE jobs (job_id) AS (${jobIds}) SELECT job_id FROM jobs WHERE job_id IS NOT NULL`.execute(db);
  return rows.map((row) => row.job_id);
}

/** Body of a recursive table `jobs (job_id)`, which hops along the index; its last row is NULL. */
const jobIds = sql`
  SELECT min(job_id) FROM runs INDEXED BY runs_ended WHERE ${hasEnded}
  UNION ALL
  SELECT (SELECT min(job_id) FROM runs INDEXED BY runs_ended WHERE job_id > jobs.job_id AND ${hasEnded})
  FROM jobs WHERE jobs.job_id IS NOT NULL`;

/** Runs that are queued or running, oldest first; `but` leaves out those of an owner epoch. */
export async function openRuns(db: Database, but: number | null = null): Promise<RunRow[]> {
  const { rows } = await sql<RunRow>`
    SELECT * FROM runs INDEXED BY runs_status
    WHERE status IN ('queued', 'running') AND epoch IS NOT ${but} ORDER BY seq`.execute(db);
  return rows;
}
