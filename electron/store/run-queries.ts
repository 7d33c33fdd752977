import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RawBuilder, type Selectable, type SelectExpression, sql } from 'kysely';
import {
  type Millis,
  type RunParameters,
  type RunStatus,
  type RunView,
  runStatuses,
  runTransitions,
  type StepView,
  toInstant,
} from '../../shared/index.ts';
import type { Database } from './database.ts';
import type { NewStep, StepChange, StoredRun, StoredStep } from './ledgers.ts';
import type { Tables } from './schema.ts';

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
    (step) => step.runId,
  );
  return rows.map((row) => {
    const own = steps.get(row.id) ?? [];
    return toRun(
      row,
      own.map(({ runId: _, ...step }) => step),
    );
  });
}

/** The steps of some runs, in order within each run. */
async function stepsOf(db: Database, runIds: readonly string[]): Promise<(StoredStep & { runId: string })[]> {
  // CROSS JOIN keeps the order of the tables: one search in the primary key per run, whatever the planner believes.
  const { rows } = await sql<StoredStep & { runId: string }>`
    SELECT steps.run_id AS "runId", ${stepsAsStored} FROM json_each(${JSON.stringify(runIds)}) AS wanted
    CROSS JOIN steps ON steps.run_id = wanted.value ORDER BY wanted.id, steps.position`.execute(db);
  return rows;
}

/** Which runs: of a job, in a status, below a number. */
type RunFilter = { jobId?: string | undefined; status?: RunStatus | undefined };

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

export type RunRow = Selectable<Tables['runs']>;
export type StepRow = Selectable<Tables['steps']>;

/** A row of `runs` with its `steps` in the runner's words. */
export function toRun(row: RunRow, steps: readonly StoredStep[]): StoredRun {
  return {
    id: row.id,
    jobId: row.job_id,
    jobName: row.job_name,
    cause: row.cause,
    slot: row.slot,
    status: row.status,
    attempt: row.attempt,
    fromStep: row.from_step,
    originId: row.origin_id ?? row.id,
    notBefore: row.not_before,
    epoch: row.epoch,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    reason: row.reason,
    parameters: row.parameters === null ? null : (JSON.parse(row.parameters) as RunParameters),
    jobKey: row.job_key,
    gap: toGap(row),
    steps: [...steps],
  };
}

function toGap({ gap_count, gap_first, gap_last }: RunRow): StoredRun['gap'] {
  if (gap_count === null || gap_first === null || gap_last === null) return null;
  return { count: gap_count, first: gap_first, last: gap_last };
}

/** The columns of a step by the names that it has in `StoredStep`. */
export const stepAsStored = [
  'position',
  'name',
  'status',
  'exit_code as exitCode',
  'signal',
  'pid',
  'pid_started_at as pidStartedAt',
  'started_at as startedAt',
  'finished_at as finishedAt',
  'error',
  'result',
] as const satisfies readonly SelectExpression<Tables, 'steps'>[];

const stepsAsStored = sql.raw(
  stepAsStored
    .map((column) => column.split(' as '))
    .map(([name, as = name]) => `steps.${name} AS "${as}"`)
    .join(', '),
);

/** A step as `begin` stores it. */
export function stepRow(runId: string, position: number, step: NewStep): StepRow {
  return {
    run_id: runId,
    position,
    name: step.name,
    status: step.status ?? 'pending',
    exit_code: step.exitCode ?? null,
    signal: step.signal ?? null,
    pid: step.pid ?? null,
    pid_started_at: step.pidStartedAt ?? null,
    started_at: step.startedAt ?? null,
    finished_at: step.finishedAt ?? null,
    error: step.error ?? null,
    result: step.result ?? null,
  };
}

const columns = {
  status: 'status',
  exitCode: 'exit_code',
  signal: 'signal',
  pid: 'pid',
  pidStartedAt: 'pid_started_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  error: 'error',
  result: 'result',
} as const satisfies Record<keyof StepChange, keyof StepRow>;

/** The columns that a change of a step sets. */
export function stepColumns(change: StepChange): Partial<StepRow> {
  return Object.fromEntries(
    Object.entries(change).map(([key, value]) => [columns[key as keyof StepChange], value]),
  );
}

/** A run as clients see it. */
export function toView(run: StoredRun): RunView {
  return {
    id: run.id,
    jobId: run.jobId,
    jobName: run.jobName,
    cause: run.cause,
    slot: instant(run.slot),
    ...(run.status === 'queued' && run.notBefore !== null ? { notBefore: toInstant(run.notBefore) } : {}),
    status: run.status,
    attempt: run.attempt,
    createdAt: toInstant(run.createdAt),
    startedAt: instant(run.startedAt),
    finishedAt: instant(run.finishedAt),
    reason: run.reason,
    gap: run.gap && {
      count: run.gap.count,
      first: toInstant(run.gap.first),
      last: toInstant(run.gap.last),
    },
    ...(run.parameters === null ? {} : { parameters: run.parameters }),
    steps: run.steps.map(stepView),
  };
}

function stepView(step: StoredStep): StepView {
  return {
    name: step.name,
    status: step.status,
    exitCode: step.exitCode,
    signal: step.signal,
    startedAt: instant(step.startedAt),
    finishedAt: instant(step.finishedAt),
    error: step.error,
    ...(step.result === null ? {} : { result: step.result }),
  };
}

function instant(at: Millis | null): string | null {
  return at === null ? null : toInstant(at);
}
