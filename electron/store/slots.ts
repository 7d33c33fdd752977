import { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import type { Millis } from '../../shared/index.ts';
import type { Claim, Claimed, ClaimedRun, JobState, SlotLedger } from '../scheduler/ports.ts';
import type { Database } from './database.ts';
import { forgetEndings, readEndings } from './endings.ts';
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
    giveBack: (runs) => transaction((trx) => giveBack(trx, runs)),
    giveBackLeftOver: () => transaction(giveBackLeftOver),
    endings: () => readEndings(db),
    claimEvent: ({ runs, skipped, answered }, at) =>
      transaction(async (trx) => {
        await forgetEndings(trx, answered);
        if (skipped.length > 0) await claim(trx, skipped, { at, epoch, newId });
        const claimed: ClaimedRun[] = [];
        for (const { jobId, jobName, reason, notBefore } of runs) {
          const id = newId();
          const values = { job_id: jobId, job_name: jobName, cause: 'event', status: 'queued', reason };
          await trx
            .insertInto('runs')
            .values({ ...values, id, not_before: notBefore, attempt: 1, from_step: 0, epoch, created_at: at })
            .execute();
          claimed.push({ runId: id, jobId, cause: 'event', slot: null, createdAt: at, notBefore });
        }
        return claimed;
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

/**
 * Since when the intervals of each job count, as the database of a home says that no engine need have open; empty when
 * there is none that can be read.
 */
export function readAnchors(path: string): Map<string, Millis> {
  let raw: DatabaseSync | undefined;
  try {
    raw = new DatabaseSync(path, { readOnly: true });
    const rows = raw.prepare('SELECT job_id, anchor FROM job_state').all();
    return new Map(rows.map((row) => [String(row['job_id']), Number(row['anchor'])]));
  } catch (error) {
    // The start of an engine says what is wrong with it.
    if (error instanceof Error && 'errcode' in error) return new Map();
    throw error;
  } finally {
    raw?.close();
  }
}

type Engine = { at: Millis; epoch: number; newId: () => string };

async function claim(trx: Kysely<Tables>, claims: readonly Claim[], engine: Engine): Promise<Claimed> {
  const moved = await moveCursors(trx, claims);
  const fresh = moved === 'all' ? claims : claims.filter((claim) => moved.has(claim.jobId));
  const ids = idsFrom(engine.newId);
  const gaps: GapRow[] = [];
  const runs: RunRow[] = [];
  for (const claim of fresh) {
    for (const gap of claim.gaps) gaps.push({ ...gap, id: ids(), claim });
    for (const { cause, slot, notBefore } of claim.runs)
      runs.push({ cause, slot, notBefore, id: ids(), claim });
  }
  await insertGaps(trx, gaps, engine);
  const stored = await insertRuns(trx, runs, engine);
  await writeMeta(trx, seenKey, String(engine.at));
  return {
    runs: (stored === 'all' ? runs : runs.filter(({ id }) => stored.has(id))).map(
      ({ id, claim: { jobId }, cause, slot, notBefore }): ClaimedRun => ({
        runId: id,
        jobId,
        cause,
        slot,
        createdAt: engine.at,
        notBefore: notBefore ?? engine.at,
      }),
    ),
    stale: moved === 'all' ? [] : claims.filter(({ jobId }) => !moved.has(jobId)).map(({ jobId }) => jobId),
  };
}

type Given = Parameters<SlotLedger['giveBack']>[0];

async function giveBack(trx: Kysely<Tables>, runs: Given): Promise<void> {
  const ids = JSON.stringify(runs.map(({ runId }) => runId));
  await sql`
    DELETE FROM runs WHERE status = 'queued' AND id IN (SELECT value FROM json_each(${ids}))`.execute(trx);
  // Of several slots of a job the cursor stands at the last, and goes back to before the first.
  const rows = JSON.stringify(
    [...Map.groupBy(runs, ({ jobId }) => jobId)].map(([jobId, given]) => [
      jobId,
      Math.max(...given.map(({ slot }) => slot)),
      Math.min(...given.map(({ cursor }) => cursor)),
    ]),
  );
  await sql`
    UPDATE job_state SET cursor = given.value ->> 2 FROM json_each(${rows}) AS given
    WHERE job_state.job_id = given.value ->> 0 AND job_state.cursor = given.value ->> 1`.execute(trx);
}

/** Runs that were queued before their slot, and of whose slot nobody ever said that it was handled. */
async function giveBackLeftOver(trx: Kysely<Tables>): Promise<void> {
  const seen = Number((await readMeta(trx, seenKey)) ?? 0);
  const { rows: runs } = await sql<{ runId: string; jobId: string; slot: Millis; cursor: Millis }>`
    SELECT id AS "runId", job_id AS "jobId", slot, created_at AS "cursor" FROM runs INDEXED BY runs_status
    WHERE status = 'queued' AND cause = 'schedule' AND slot > created_at AND slot > ${seen}`.execute(trx);
  // Everything up to the moment of the claim was handled then.
  if (runs.length > 0) await giveBack(trx, runs);
}

/** Which of some things were done, told cheaply when all were. */
type Done = 'all' | Set<string>;

/** Moves the cursors that are the expected ones; the jobs whose cursor was. */
async function moveCursors(trx: Kysely<Tables>, claims: readonly Claim[]): Promise<Done> {
  const rows = JSON.stringify(claims.map((claim) => [claim.jobId, claim.expected, claim.cursor]));
  const { numAffectedRows } = await sql`
    UPDATE job_state SET cursor = claimed.value ->> 2 FROM json_each(${rows}) AS claimed
    WHERE job_state.job_id = claimed.value ->> 0 AND job_state.cursor = claimed.value ->> 1`.execute(trx);
  if (Number(numAffectedRows) === claims.length) return 'all';
  // A cursor that somebody else moved to the same place counts as moved: its slots are there, so none comes again.
  const { rows: moved } = await sql<{ job_id: string }>`
    SELECT job_id FROM job_state JOIN json_each(${rows}) AS claimed
    ON job_state.job_id = claimed.value ->> 0 AND job_state.cursor = claimed.value ->> 2`.execute(trx);
  return new Set(moved.map((row) => row.job_id));
}

type RunRow = Claim['runs'][number] & { id: string; claim: Pick<Claim, 'jobId' | 'jobName'> };

/** Stores queued runs, except for slots that are there already; which were stored. */
async function insertRuns(
  trx: Kysely<Tables>,
  runs: readonly RunRow[],
  { at, epoch }: Engine,
): Promise<Done> {
  if (runs.length === 0) return 'all';
  const values = runs.map(({ id, claim, cause, slot, notBefore }) => [
    id,
    claim.jobId,
    claim.jobName,
    cause,
    slot,
    notBefore,
  ]);
  const { numAffectedRows } = await sql`
    INSERT INTO runs (id, job_id, job_name, cause, slot, not_before, status, attempt, from_step, epoch, created_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, 'queued', 1, 0, ${epoch}, ${at}
    FROM json_each(${JSON.stringify(values)}) WHERE true
    ON CONFLICT (job_id, slot) WHERE cause IN ('schedule', 'catch-up') AND slot IS NOT NULL DO NOTHING`.execute(
    trx,
  );
  if (Number(numAffectedRows) === runs.length) return 'all';
  const ids = runs.map(({ id }) => id);
  const { rows: stored } = await sql<{ id: string }>`
    SELECT id FROM runs WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`.execute(trx);
  return new Set(stored.map((row) => row.id));
}

type GapRow = Claim['gaps'][number] & { id: string; claim: Claim };

/** Stores the records of slots that were not run, each filed under the last of them. */
async function insertGaps(
  trx: Kysely<Tables>,
  gaps: readonly GapRow[],
  { at, epoch }: Engine,
): Promise<void> {
  if (gaps.length === 0) return;
  const values = gaps.map(({ id, claim, status, reason, count, first, last }) => [
    id,
    claim.jobId,
    claim.jobName,
    status,
    reason,
    count,
    first,
    last,
  ]);
  await sql`
    INSERT INTO runs (id, job_id, job_name, cause, status, reason, gap_count, gap_first, gap_last, slot, finished_at,
      attempt, from_step, epoch, created_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, 'schedule', value ->> 3, value ->> 4, value ->> 5, value ->> 6,
      value ->> 7, value ->> 7, ${at}, 1, 0, ${epoch}, ${at}
    FROM json_each(${JSON.stringify(values)}) WHERE true
    ON CONFLICT (job_id, slot) WHERE cause IN ('schedule', 'catch-up') AND slot IS NOT NULL DO NOTHING`.execute(
    trx,
  );
}

/**
 * Many ids for the price of one: numbers that follow a random one. Neighbours in a batch keep the index of ids small,
 * and are less likely to meet others' than as many random ones.
 */
function idsFrom(newId: () => string): () => string {
  let next = Number.NaN;
  let head = '';
  return () => {
    if (Number.isNaN(next)) {
      const id = newId();
      if (!/^[0-9a-f]{16}$/.test(id)) return id;
      head = id.slice(0, 8);
      next = Number.parseInt(id.slice(8), 16);
      return id;
    }
    next = (next + 1) % 2 ** 32;
    return head + next.toString(16).padStart(8, '0');
  };
}
