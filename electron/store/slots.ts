import { type Kysely, sql } from 'kysely';
import type { Millis } from '../../shared/index.ts';
import type { Claim, Claimed, ClaimedRun, JobState, SlotLedger } from '../scheduler/ports.ts';
import type { Database } from './database.ts';
import { assertEpoch } from './epoch.ts';
import { readMeta, writeMeta } from './meta.ts';
import type { Tables } from './schema.ts';

const pausedKey = 'scheduler_paused_since';
const seenKey = 'scheduler_seen';

/**
 * Cursors and claimed slots. Lists go to SQLite as one JSON value each: a beat may claim thousands of slots, and a
 * statement per slot would make the last ones late.
 */
export function createSlotLedger(db: Database, epoch: number, newId: () => string): SlotLedger {
  const transaction = <T>(work: (trx: Kysely<Tables>) => Promise<T>): Promise<T> =>
    db.transaction().execute(async (trx) => {
      await assertEpoch(trx, epoch);
      return work(trx);
    });

  return {
    async states() {
      const rows = await db.selectFrom('job_state').selectAll().execute();
      return rows.map((row) => ({
        jobId: row.job_id,
        anchor: row.anchor,
        cursor: row.cursor,
        active: row.active === 1,
        schedule: row.schedule,
      }));
    },
    saveStates: (states) => transaction((trx) => saveStates(trx, states)),
    claim: (claims, at) => transaction((trx) => claim(trx, claims, { at, epoch, newId })),
    claimEvent: (jobId, jobName, reason, at, notBefore) =>
      transaction(async (trx) => {
        const row: NewRow = { ...newRow(newId(), jobId, jobName, 'event'), reason, notBefore };
        await insertRuns(trx, [row], at, epoch);
        return { runId: row.id, jobId, slot: null, notBefore };
      }),
    async seen() {
      const text = await readMeta(db, seenKey);
      return text === undefined ? null : Number(text);
    },
    markSeen: (at) => transaction((trx) => writeMeta(trx, seenKey, String(at))),
    async pausedSince() {
      const text = await readMeta(db, pausedKey);
      return text === undefined ? null : Number(text);
    },
    setPausedSince: (since) =>
      transaction((trx) => writeMeta(trx, pausedKey, since === null ? null : String(since))),
  };
}

async function saveStates(trx: Kysely<Tables>, states: readonly JobState[]): Promise<void> {
  const rows = states.map((state) => [
    state.jobId,
    state.anchor,
    state.cursor,
    state.active ? 1 : 0,
    state.schedule,
  ]);
  await sql`
    INSERT INTO job_state (job_id, anchor, cursor, active, schedule)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(${JSON.stringify(rows)}) WHERE true
    ON CONFLICT (job_id) DO UPDATE SET anchor = excluded.anchor, cursor = excluded.cursor, active = excluded.active,
      schedule = excluded.schedule`.execute(trx);
}

type Engine = { at: Millis; epoch: number; newId: () => string };

async function claim(trx: Kysely<Tables>, claims: readonly Claim[], engine: Engine): Promise<Claimed> {
  const moved = await moveCursors(trx, claims);
  const fresh = claims.filter((claim) => moved.has(claim.jobId));
  const rows = fresh.flatMap((claim) => [
    ...claim.gaps.map((gap) => gapRow(engine.newId(), claim, gap)),
    ...claim.runs.map((run) => runRow(engine.newId(), claim, run)),
  ]);
  const inserted = await insertRuns(trx, rows, engine.at, engine.epoch);
  await writeMeta(trx, seenKey, String(engine.at));
  const runs = rows
    .filter((row) => row.status === 'queued' && inserted.has(row.id))
    .map(
      (row): ClaimedRun => ({
        runId: row.id,
        jobId: row.jobId,
        slot: row.slot,
        notBefore: row.notBefore ?? engine.at,
      }),
    );
  return { runs, stale: claims.filter((claim) => !moved.has(claim.jobId)).map((claim) => claim.jobId) };
}

/** Ids of the jobs whose cursor was the expected one and has moved on. */
async function moveCursors(trx: Kysely<Tables>, claims: readonly Claim[]): Promise<Set<string>> {
  const rows = claims.map((claim) => [claim.jobId, claim.expected, claim.cursor]);
  const { rows: moved } = await sql<{ job_id: string }>`
    UPDATE job_state SET cursor = claimed.value ->> 2
    FROM json_each(${JSON.stringify(rows)}) AS claimed
    WHERE job_state.job_id = claimed.value ->> 0 AND job_state.cursor = claimed.value ->> 1
    RETURNING job_state.job_id AS job_id`.execute(trx);
  return new Set(moved.map((row) => row.job_id));
}

/** A row of `runs` as the scheduler makes them. */
type NewRow = {
  id: string;
  jobId: string;
  jobName: string;
  cause: 'schedule' | 'catch-up' | 'event';
  slot: Millis | null;
  status: 'queued' | 'missed' | 'skipped';
  reason: string | null;
  notBefore: Millis | null;
  gap: { count: number; first: Millis; last: Millis } | null;
};

function newRow(id: string, jobId: string, jobName: string, cause: NewRow['cause']): NewRow {
  return {
    id,
    jobId,
    jobName,
    cause,
    slot: null,
    status: 'queued',
    reason: null,
    notBefore: null,
    gap: null,
  };
}

function runRow(id: string, claim: Claim, { slot, cause, notBefore }: Claim['runs'][number]): NewRow {
  return { ...newRow(id, claim.jobId, claim.jobName, cause), slot, notBefore };
}

/** The record of slots that were not run, filed under the last of them. */
function gapRow(id: string, claim: Claim, { status, reason, ...gap }: Claim['gaps'][number]): NewRow {
  const row = newRow(id, claim.jobId, claim.jobName, 'schedule');
  return { ...row, slot: gap.last, status, reason, gap };
}

/** Stores rows, except for slots that are stored already; the ids that were. */
async function insertRuns(
  trx: Kysely<Tables>,
  rows: readonly NewRow[],
  at: Millis,
  epoch: number,
): Promise<Set<string>> {
  const values = rows.map(({ gap, ...row }) => [
    row.id,
    row.jobId,
    row.jobName,
    row.cause,
    row.slot,
    row.status,
    row.reason,
    row.notBefore,
    row.status === 'queued' ? null : at,
    gap?.count ?? null,
    gap?.first ?? null,
    gap?.last ?? null,
  ]);
  const { rows: inserted } = await sql<{ id: string }>`
    INSERT INTO runs (id, job_id, job_name, cause, slot, status, reason, not_before, finished_at, gap_count, gap_first,
      gap_last, attempt, from_step, epoch, created_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
      value ->> 8, value ->> 9, value ->> 10, value ->> 11, 1, 0, ${epoch}, ${at}
    FROM json_each(${JSON.stringify(values)}) WHERE true
    ON CONFLICT DO NOTHING
    RETURNING id`.execute(trx);
  return new Set(inserted.map((row) => row.id));
}
