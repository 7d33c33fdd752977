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
