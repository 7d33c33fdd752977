import type { Insertable } from 'kysely';
import { sql } from 'kysely';
import type { RunStatus, StepStatus } from '../../shared/index.ts';
import { compiledOnce, type Database } from './database.ts';
import type { RunRow, StepRow } from './run-rows.ts';
import type { Tables } from './schema.ts';

/** What a new run is stored with; the rest comes later. */
export type RunInsert = Pick<
  Insertable<Tables['runs']>,
  'id' | 'job_id' | 'job_name' | 'cause' | 'attempt' | 'from_step' | 'epoch' | 'created_at'
> & {
  slot: number | null;
  reason: string | null;
  origin_id: string | null;
  not_before: number | null;
  parameters: string | null;
  job_key: string | null;
};

/** A new run, `queued`. */
export const insertRun = compiledOnce<RunInsert, RunRow>((db, place) =>
  db
    .insertInto('runs')
    .values({
      id: place('id'),
      job_id: place('job_id'),
      job_name: place('job_name'),
      cause: place('cause'),
      slot: place('slot'),
      status: 'queued',
      attempt: place('attempt'),
      from_step: place('from_step'),
      epoch: place('epoch'),
      created_at: place('created_at'),
      reason: place('reason'),
      origin_id: place('origin_id'),
      not_before: place('not_before'),
      parameters: place('parameters'),
      job_key: place('job_key'),
    })
    .returningAll(),
);

/** `queued` -> `running`. */
export const startRun = compiledOnce<{ id: string; epoch: number; at: number }, RunRow>((db, place) =>
  db
    .updateTable('runs')
    .set({ status: 'running', epoch: place('epoch'), started_at: place('at') })
    .where('id', '=', place('id'))
    .where('status', '=', 'queued')
    .returningAll(),
);

export type RunEnd = {
  id: string;
  status: RunStatus;
  reason: string | null;
  at: number;
  /** The statuses from which it may come. */
  from: RunStatus;
  orFrom: RunStatus;
};

/** A run's final status. */
export const endRun = compiledOnce<RunEnd, RunRow>((db, place) =>
  db
    .updateTable('runs')
    .set({ status: place('status'), reason: place('reason'), finished_at: place('at') })
    .where('id', '=', place('id'))
    .where('status', 'in', [place('from'), place('orFrom')])
    .returningAll(),
);

/** One step of a run. */
export const insertStep = compiledOnce<StepRow, StepRow>((db, place) =>
  db
    .insertInto('steps')
    .values({
      run_id: place('run_id'),
      position: place('position'),
      name: place('name'),
      status: place('status'),
      exit_code: place('exit_code'),
      signal: place('signal'),
      pid: place('pid'),
      pid_started_at: place('pid_started_at'),
      started_at: place('started_at'),
      finished_at: place('finished_at'),
      error: place('error'),
      result: place('result'),
    })
    .returningAll(),
);

/** Steps that are open when their run ends: one at work becomes `atWork`, one that was to come `skipped`. */
export const closeSteps = compiledOnce<{ id: string; at: number; atWork: StepStatus }, unknown>((db, place) =>
  db
    .updateTable('steps')
    .set({
      status: sql`CASE status WHEN 'running' THEN ${place('atWork')} ELSE 'skipped' END`,
      finished_at: sql`CASE status WHEN 'running' THEN ${place('at')} END`,
    })
    .where('run_id', '=', place('id'))
    .where('status', 'in', ['running', 'pending']),
);

/** The steps of one run, in order. */
export const selectSteps = compiledOnce<{ id: string }, StepRow>((db, place) =>
  db.selectFrom('steps').selectAll().where('run_id', '=', place('id')).orderBy('position'),
);

type StepColumns = Partial<Omit<StepRow, 'run_id' | 'position' | 'name'>>;
const updates = new Map<string, ReturnType<typeof buildUpdate>>();

/** Sets some columns of a step; built once for each set of columns. */
export async function updateStep(
  db: Database,
  at: { run_id: string; position: number },
  change: StepColumns,
): Promise<void> {
  const columns = Object.keys(change) as (keyof StepColumns)[];
  const key = columns.join();
  const update = updates.get(key) ?? buildUpdate(columns);
  updates.set(key, update);
  await update(db, { ...change, run_id: at.run_id, position: at.position });
}

function buildUpdate(columns: readonly (keyof StepColumns)[]) {
  return compiledOnce<StepColumns & { run_id: string; position: number }, unknown>((db, place) =>
    db
      .updateTable('steps')
      .set(Object.fromEntries(columns.map((column) => [column, place(column)])))
      .where('run_id', '=', place('run_id'))
      .where('position', '=', place('position')),
  );
}
