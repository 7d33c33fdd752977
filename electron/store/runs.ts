import { type Insertable, sql } from 'kysely';
import {
  BelfryError,
  type Millis,
  type RunStatus,
  runTransitions,
  type StepStatus,
} from '../../shared/index.ts';
import { assertEpoch, compiledOnce, type Database, writeTogether } from './database.ts';
import { noteEnding } from './endings.ts';
import type { EndedRun, NewRun, NewStep, RunEnd, RunLedger, StoredRun, StoredStep } from './ledgers.ts';
import { appendLines, cutLines } from './output-blocks.ts';
import {
  hasEnded,
  openRuns,
  type RunRow,
  type StepRow,
  stepAsStored,
  stepColumns,
  stepRow,
  toRun,
  toView,
  withSteps,
} from './run-queries.ts';
import type { Tables } from './schema.ts';

/**
 * Runs as the runner of the engine with this owner epoch keeps them; `newId` gives ids of 16 characters. The end of a
 * job that is `awaited` is noted in the same transaction, for `SlotLedger.endings`.
 */
export function createRunLedger(
  db: Database,
  epoch: number,
  newId: () => string,
  awaited: (jobId: string) => boolean = () => false,
): RunLedger {
  const write = writeTogether(db);

  const finishRun = async (
    trx: Database,
    id: string,
    { status, reason, at, retry: next, obsolete: others = [] }: RunEnd,
    nextId?: string,
  ): Promise<EndedRun> => {
    const [from = status, orFrom = from] = sourcesOf(status);
    const { rows } = await endRun(trx, { id, status, reason, at, from, orFrom });
    const row = rows[0] ?? (await cannot(trx, id, status));
    // A run that ends takes its open steps with it: nothing may look as if it were still at work.
    await closeSteps(trx, { id, at, atWork: status === 'interrupted' ? 'interrupted' : 'cancelled' });
    const run = toRun(row, (await selectSteps(trx, { id })).rows);
    const retry = next && nextId ? await addRun(trx, next, { id: nextId, epoch, at }) : undefined;
    const obsolete: StoredRun[] = [];
    for (const other of others) {
      const why = `Run ${id} has done its work.`;
      const dropped = await endRun(trx, { ...dropQueued, id: other, reason: why, at });
      for (const gone of dropped.rows) obsolete.push(toRun(gone, (await selectSteps(trx, gone)).rows));
    }
    const last = !retry && (run.startedAt !== null || run.attempt > 1);
    const outcome = status === 'success' ? 'success' : 'failure';
    if (last && awaited(run.jobId)) await noteEnding(trx, { runId: id, jobId: run.jobId, outcome, at });
    return { run, retry, obsolete, last };
  };

  return {
    create: (run, at) => {
      const id = newId();
      return write((trx) => addRun(trx, run, { id, epoch, at }));
    },

    get: async (id) => {
      const rows = await db.selectFrom('runs').selectAll().where('id', '=', id).execute();
      return (await withSteps(db, rows))[0];
    },

    begin: (id, steps, at) =>
      write(async (trx) => {
        await assertEpoch(trx, epoch);
        const { rows } = await startRun(trx, { id, epoch, at });
        const row = rows[0] ?? (await cannot(trx, id, 'running'));
        const kept = row.from_step === 0 ? [] : (await selectSteps(trx, { id })).rows;
        const stored = [...kept, ...(await addSteps(trx, id, row.from_step, steps.slice(row.from_step)))];
        return toRun(row, stored);
      }),

    changeStep: (runId, position, change) =>
      write((trx) => updateStep(trx, { run_id: runId, position }, stepColumns(change))),

    finish: (id, end) => {
      const nextId = end.retry && newId();
      return write((trx) => finishRun(trx, id, end, nextId));
    },

    orphans: async () => withSteps(db, await openRuns(db, epoch)),

    lastEnded: async (jobId, originId) => {
      const ofChain = originId === undefined ? sql`` : sql`AND (id = ${originId} OR origin_id = ${originId})`;
      const { rows } = await sql<RunRow>`
        SELECT * FROM runs INDEXED BY runs_ended WHERE job_id = ${jobId} AND ${hasEnded} ${ofChain}
        ORDER BY seq DESC LIMIT 1`.execute(db);
      return (await withSteps(db, rows))[0];
    },

    append: (runId, lines) => write.inBulk((trx) => appendLines(trx, runId, lines)),

    cut: (runId, first, last, remark) => write.inBulk((trx) => cutLines(trx, runId, [first, last], remark)),

    record: (run, steps, { startedAt, ...end }) => {
      const id = newId();
      return write(async (trx) => {
        await addRun(trx, run, { id, epoch, at: startedAt });
        await startRun(trx, { id, epoch, at: startedAt });
        await addSteps(trx, id, 0, steps);
        return finishRun(trx, id, end);
      });
    },

    view: toView,
  };
}

const dropQueued = { status: 'skipped', from: 'queued', orFrom: 'queued' } as const;

/** A new `queued` run; part of the caller's transaction. Throws CONFLICT when another engine has taken over. */
async function addRun(
  trx: Database,
  run: NewRun,
  { id, epoch, at }: { id: string; epoch: number; at: Millis },
): Promise<StoredRun> {
  await assertEpoch(trx, epoch);
  const { rows } = await insertRun(trx, {
    id,
    job_id: run.jobId,
    job_name: run.jobName,
    cause: run.cause,
    slot: run.slot ?? null,
    attempt: run.attempt,
    from_step: run.fromStep,
    epoch,
    created_at: at,
    reason: run.reason,
    origin_id: run.originId ?? null,
    not_before: run.notBefore ?? null,
    parameters: run.parameters ? JSON.stringify(run.parameters) : null,
    job_key: run.jobKey ?? null,
  });
  return toRun(only(rows), await addSteps(trx, id, 0, run.kept ?? []));
}

/** Throws NOT_FOUND, or CONFLICT saying why a run may not go to this status. */
async function cannot(db: Database, id: string, to: RunStatus): Promise<never> {
  const there = await db.selectFrom('runs').select('status').where('id', '=', id).executeTakeFirst();
  throw new BelfryError({
    code: there ? 'CONFLICT' : 'NOT_FOUND',
    what: there ? `The run is ${there.status}` : 'There is no such run',
    where: `run ${id}`,
    why: there ? `It cannot become ${to} any more` : 'It may have been removed',
    remedy: 'Look at "belfry runs" for its present state',
  });
}

/** The statuses from which a run may go to this one (`runTransitions`): one or two. */
function sourcesOf(to: RunStatus): RunStatus[] {
  return (Object.keys(runTransitions) as RunStatus[]).filter((from) => runTransitions[from].includes(to));
}

async function addSteps(
  db: Database,
  runId: string,
  from: number,
  steps: readonly NewStep[],
): Promise<StoredStep[]> {
  const stored: StoredStep[] = [];
  for (const [index, step] of steps.entries()) {
    const { rows } = await insertStep(db, stepRow(runId, from + index, step));
    stored.push(...rows);
  }
  return stored;
}

function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('An insert gave no row back.');
  return row;
}

/** What a new run is stored with; the rest comes later. */
type RunInsert = Pick<
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
const insertRun = compiledOnce<RunInsert, RunRow>((db, place) =>
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
const startRun = compiledOnce<{ id: string; epoch: number; at: number }, RunRow>((db, place) =>
  db
    .updateTable('runs')
    .set({ status: 'running', epoch: place('epoch'), started_at: place('at') })
    .where('id', '=', place('id'))
    .where('status', '=', 'queued')
    .returningAll(),
);

type EndValues = {
  id: string;
  status: RunStatus;
  reason: string | null;
  at: number;
  /** The statuses from which it may come. */
  from: RunStatus;
  orFrom: RunStatus;
};

/** A run's final status. */
const endRun = compiledOnce<EndValues, RunRow>((db, place) =>
  db
    .updateTable('runs')
    .set({ status: place('status'), reason: place('reason'), finished_at: place('at') })
    .where('id', '=', place('id'))
    .where('status', 'in', [place('from'), place('orFrom')])
    .returningAll(),
);

/** One step of a run. */
const insertStep = compiledOnce<StepRow, StoredStep>((db, place) =>
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
    .returning(stepAsStored),
);

/** Steps that are open when their run ends: one at work becomes `atWork`, one that was to come `skipped`. */
const closeSteps = compiledOnce<{ id: string; at: number; atWork: StepStatus }, unknown>((db, place) =>
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
const selectSteps = compiledOnce<{ id: string }, StoredStep>((db, place) =>
  db.selectFrom('steps').select(stepAsStored).where('run_id', '=', place('id')).orderBy('position'),
);

type StepColumns = Partial<Omit<StepRow, 'run_id' | 'position' | 'name'>>;
const updates = new Map<string, ReturnType<typeof buildUpdate>>();

/** Sets some columns of a step; built once for each set of columns. */
async function updateStep(
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
