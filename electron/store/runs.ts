import { sql } from 'kysely';
import { BelfryError, type RunStatus, runTransitions } from '../../shared/index.ts';
import type { NewStep, RunLedger } from '../runner/ports.ts';
import type { Database } from './database.ts';
import { assertEpoch } from './epoch.ts';
import { appendLines, cutLines } from './output.ts';
import { hasEnded, stepsOf, withSteps } from './run-queries.ts';
import { type RunRow, type StepRow, stepColumns, stepRow, toRun, toView } from './run-rows.ts';
import { writeTogether } from './write-together.ts';

/** Runs as the runner of the engine with this owner epoch keeps them; `newId` gives ids of 16 characters. */
export function createRunLedger(db: Database, epoch: number, newId: () => string): RunLedger {
  const write = writeTogether(db);
  return {
    create: (run, at) => {
      const id = newId();
      return write(async (trx) => {
        await assertEpoch(trx, epoch);
        const row = await trx
          .insertInto('runs')
          .values({
            id,
            job_id: run.jobId,
            job_name: run.jobName,
            cause: run.cause,
            slot: run.slot ?? null,
            status: 'queued',
            attempt: run.attempt,
            from_step: run.fromStep,
            epoch,
            created_at: at,
            reason: run.reason,
            origin_id: run.originId ?? null,
            not_before: run.notBefore ?? null,
            parameters: run.parameters ? JSON.stringify(run.parameters) : null,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return toRun(row, await addSteps(trx, id, 0, run.kept ?? []));
      });
    },

    get: async (id) => {
      const rows = await db.selectFrom('runs').selectAll().where('id', '=', id).execute();
      return (await withSteps(db, rows))[0];
    },

    begin: (id, steps, at) =>
      write(async (trx) => {
        await assertEpoch(trx, epoch);
        const row = await moveOn(trx, id, 'running', { epoch, started_at: at });
        const kept = row.from_step === 0 ? [] : await stepsOf(trx, [id]);
        const stored = [...kept, ...(await addSteps(trx, id, row.from_step, steps.slice(row.from_step)))];
        return toRun(row, stored);
      }),

    changeStep: (runId, position, change) =>
      write((trx) =>
        trx
          .updateTable('steps')
          .set(stepColumns(change))
          .where('run_id', '=', runId)
          .where('position', '=', position)
          .execute()
          .then(nothing),
      ),

    finish: (id, status, reason, at) =>
      write(async (trx) => {
        const row = await moveOn(trx, id, status, { finished_at: at, reason });
        await closeSteps(trx, id, status, at);
        return toRun(row, await stepsOf(trx, [id]));
      }),

    leftOver: async () => {
      const rows = await db
        .selectFrom('runs')
        .selectAll()
        .where('status', 'in', ['queued', 'running'])
        .where('epoch', '<>', epoch)
        .orderBy('seq')
        .execute();
      return withSteps(db, rows);
    },

    lastEnded: async (jobId) => {
      const rows = await db
        .selectFrom('runs')
        .selectAll()
        .where('job_id', '=', jobId)
        .where(hasEnded)
        .orderBy('seq', 'desc')
        .limit(1)
        .execute();
      return (await withSteps(db, rows))[0];
    },

    append: (runId, lines) => write.inBulk((trx) => appendLines(trx, runId, lines)),

    cut: (runId, first, last, remark) => write.inBulk((trx) => cutLines(trx, runId, [first, last], remark)),

    forgetQuiet: (jobId, reason, keepRunId) =>
      write((trx) =>
        trx
          .deleteFrom('runs')
          .where('job_id', '=', jobId)
          .where(sql<boolean>`status = 'success'`) // Spelt out, or the index runs_quiet would not be used.
          .where('reason', '=', reason)
          .where('id', '<>', keepRunId)
          .execute()
          .then(nothing),
      ),

    view: toView,
  };
}

/** Changes the status of a run along `runTransitions`; throws NOT_FOUND, or CONFLICT when it may not go there. */
async function moveOn(db: Database, id: string, to: RunStatus, change: Partial<RunRow>): Promise<RunRow> {
  const row = await db
    .updateTable('runs')
    .set({ ...change, status: to })
    .where('id', '=', id)
    .where('status', 'in', sourcesOf(to))
    .returningAll()
    .executeTakeFirst();
  if (row) return row;
  const there = await db.selectFrom('runs').select('status').where('id', '=', id).executeTakeFirst();
  throw new BelfryError({
    code: there ? 'CONFLICT' : 'NOT_FOUND',
    what: there ? `The run is ${there.status}` : 'There is no such run',
    where: `run ${id}`,
    why: there ? `It cannot become ${to} any more` : 'It may have been removed',
    remedy: 'Look at "belfry runs" for its present state',
  });
}

function sourcesOf(to: RunStatus): RunStatus[] {
  return (Object.keys(runTransitions) as RunStatus[]).filter((from) => runTransitions[from].includes(to));
}

async function addSteps(
  db: Database,
  runId: string,
  from: number,
  steps: readonly NewStep[],
): Promise<StepRow[]> {
  if (steps.length === 0) return [];
  const rows = steps.map((step, index) => stepRow(runId, from + index, step));
  return db.insertInto('steps').values(rows).returningAll().execute();
}

/** A run that ends takes its open steps with it: nothing may look as if it were still at work. */
async function closeSteps(db: Database, id: string, status: RunStatus, at: number): Promise<void> {
  const atWork = status === 'interrupted' ? 'interrupted' : 'cancelled';
  await db
    .updateTable('steps')
    .set({
      status: sql`CASE status WHEN 'running' THEN ${atWork} ELSE 'skipped' END`,
      finished_at: sql`CASE status WHEN 'running' THEN ${at} END`,
    })
    .where('run_id', '=', id)
    .where('status', 'in', ['running', 'pending'])
    .execute();
}

function nothing(): void {}
