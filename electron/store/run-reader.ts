import { sql } from 'kysely';
import type { HandlerInput, Millis, OutputLine, RunStatus, RunView } from '../../shared/index.ts';
import type { Database } from './database.ts';
import { readOutput } from './output-reader.ts';
import { hasEnded, jobIds, withSteps } from './run-queries.ts';
import { toView } from './run-rows.ts';

/** The newest run of a job that really ran and has ended. */
export type LastRun = { id: string; status: RunStatus; finishedAt: Millis | null };

/** Runs as clients read them. */
export type RunReader = {
  /** Newest first; `before` is the id of the last run of the page before. */
  list(query: HandlerInput<'runs.list'>): Promise<RunView[]>;
  get(id: string): Promise<RunView | undefined>;
  output(query: HandlerInput<'runs.output'>): Promise<OutputLine[]>;
  /** By job; jobs that never ran are not in it. */
  lastRuns(): Promise<Map<string, LastRun>>;
  /** Runs that are queued or running, oldest first. */
  open(): Promise<RunView[]>;
};

/** The read side of runs and their output. */
export function createRunReader(db: Database): RunReader {
  return {
    list: async ({ jobId, status, before, limit }) => {
      let select = db.selectFrom('runs').selectAll().orderBy('seq', 'desc').limit(limit);
      if (jobId !== undefined) select = select.where('job_id', '=', jobId);
      if (status !== undefined) select = select.where('status', '=', status);
      if (before !== undefined)
        select = select.where('seq', '<', (of) =>
          of.selectFrom('runs as edge').select('edge.seq').where('edge.id', '=', before),
        );
      return (await withSteps(db, await select.execute())).map(toView);
    },

    get: async (id) => {
      const rows = await db.selectFrom('runs').selectAll().where('id', '=', id).execute();
      return (await withSteps(db, rows)).map(toView)[0];
    },

    output: (query) => readOutput(db, query),

    lastRuns: async () => new Map((await lastRunRows(db)).map(({ job_id, ...run }) => [job_id, run])),

    open: async () => {
      const rows = await db
        .selectFrom('runs')
        .selectAll()
        .where('status', 'in', ['queued', 'running'])
        .orderBy('seq')
        .execute();
      return (await withSteps(db, rows)).map(toView);
    },
  };
}

async function lastRunRows(db: Database): Promise<(LastRun & { job_id: string })[]> {
  const { rows } = await sql<LastRun & { job_id: string }>`
    WITH RECURSIVE jobs (job_id) AS (${jobIds})
    SELECT runs.job_id, runs.id, runs.status, runs.finished_at AS "finishedAt"
    FROM jobs JOIN runs ON runs.seq = (
      SELECT seq FROM runs WHERE job_id = jobs.job_id AND ${hasEnded} ORDER BY seq DESC LIMIT 1
    )`.execute(db);
  return rows;
}
