import { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import type { Millis } from '../../shared/index.ts';
import { assertEpoch, type Database, readMeta, writeMeta } from './database.ts';
import { forgetEndings, readEndings } from './endings.ts';
import type { Claim, Claimed, ClaimedRun, JobState, SlotLedger } from './ledgers.ts';
import type { Tables } from './schema.ts';

const pausedKey = 'scheduler_paused_since';
const seenKey = 'scheduler_seen';

/**
 * Cursors and claimed slots. Lists go to SQLite as one JSON value each: a tick may claim thousands of slots, and a
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
      const rows = await db
        .selectFrom('job_state')
        .innerJoin('job_cursors', 'job_cursors.job_id', 'job_state.job_id')
        .selectAll('job_state')
        .select('cursor')
        .execute();
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
    releaseClaims: (runs) => transaction((trx) => releaseClaims(trx, runs)),
    releaseOrphanedClaims: () => transaction(releaseOrphanedClaims),
    endings: () => readEndings(db),
    claimEvent: ({ runs, skipped, answered }, at) =>
      transaction(async (trx) => {
        await forgetEndings(trx, answered);
        if (skipped.length > 0) await claim(trx, skipped, { at, epoch, newId });
        const claimed: ClaimedRun[] = [];
        for (const { jobId, jobName, reason, notBefore } of runs) {
          const id = newId();
          const values = {
            job_id: jobId,
            job_name: jobName,
            cause: 'event',
            status: 'queued',
            reason,
          } as const;
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
    state.active ? 1 : 0,
    state.schedule,
    state.cursor,
  ]);
  const given = JSON.stringify(rows);
  await sql`
    INSERT INTO job_state (job_id, anchor, active, schedule)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(${given}) WHERE true
    ON CONFLICT (job_id) DO UPDATE SET anchor = excluded.anchor, active = excluded.active,
      schedule = excluded.schedule`.execute(trx);
  await sql`
    INSERT INTO job_cursors (job_id, cursor) SELECT value ->> 0, value ->> 4 FROM json_each(${given}) WHERE true
    ON CONFLICT (job_id) DO UPDATE SET cursor = excluded.cursor`.execute(trx);
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
  const runs: ClaimedRun[] = [];
  const rows: RunRow[] = [];
  const common = commonOf(fresh);
  const add = ({ jobId, jobName }: Claim, { cause, slot, notBefore }: ClaimRun) => {
    const runId = ids();
    runs.push({ runId, jobId, cause, slot, createdAt: engine.at, notBefore: notBefore ?? engine.at });
    rows.push(common ? `${runId}${jobId} ${jobName}` : [runId, jobId, jobName, cause, slot, notBefore]);
  };
  for (const claim of fresh) {
    if (common) {
      add(claim, common);
      continue;
    }
    for (const gap of claim.gaps) gaps.push({ ...gap, id: ids(), claim });
    for (const run of claim.runs) add(claim, run);
  }
  await insertGaps(trx, gaps, engine);
  const stored = await insertRuns(trx, rows, common, engine);
  await writeMeta(trx, seenKey, String(engine.at));
  return {
    runs: stored === rows.length ? runs : await storedOf(trx, runs),
    stale: moved === 'all' ? [] : claims.filter(({ jobId }) => !moved.has(jobId)).map(({ jobId }) => jobId),
  };
}

type Given = Parameters<SlotLedger['releaseClaims']>[0];

async function releaseClaims(trx: Kysely<Tables>, runs: Given): Promise<void> {
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
    UPDATE job_cursors SET cursor = given.value ->> 2 FROM json_each(${rows}) AS given
    WHERE job_cursors.job_id = given.value ->> 0 AND job_cursors.cursor = given.value ->> 1`.execute(trx);
}

/** Runs that were queued before their slot, and whose slot was never marked as handled. */
async function releaseOrphanedClaims(trx: Kysely<Tables>): Promise<void> {
  const seen = Number((await readMeta(trx, seenKey)) ?? 0);
  const { rows: runs } = await sql<{ runId: string; jobId: string; slot: Millis; cursor: Millis }>`
    SELECT id AS "runId", job_id AS "jobId", slot, created_at AS "cursor" FROM runs INDEXED BY runs_status
    WHERE status = 'queued' AND cause = 'schedule' AND slot > created_at AND slot > ${seen}`.execute(trx);
  // Everything up to the moment of the claim was handled then.
  if (runs.length > 0) await releaseClaims(trx, runs);
}

/** Which of some things were done; cheap to say when all were. */
type Done = 'all' | Set<string>;

/**
 * Moves the cursors that are the expected ones; the jobs whose cursor was. Each job has one, stored before its first
 * claim: an upsert only ever updates, and other than `UPDATE … FROM` it needs no table in between. Here and in
 * `insertRuns`, what all rows have in common is a parameter of its own: SQLite reads a list of texts in half the time of a
 * list of lists.
 */
async function moveCursors(trx: Kysely<Tables>, claims: readonly Claim[]): Promise<Done> {
  const [first] = claims;
  if (!first) return 'all';
  const isLikeFirst = ({ expected, cursor }: Claim) => expected === first.expected && cursor === first.cursor;
  const alike = claims.every(isLikeFirst);
  const rows = JSON.stringify(
    claims.map(({ jobId, expected, cursor }) => (alike ? jobId : [jobId, cursor, expected])),
  );
  const { numAffectedRows } = alike
    ? await sql`
        INSERT INTO job_cursors (job_id, cursor) SELECT value, ${first.cursor} FROM json_each(${rows}) WHERE true
        ON CONFLICT (job_id) DO UPDATE SET cursor = excluded.cursor WHERE cursor = ${first.expected}`.execute(
        trx,
      )
    : await sql`
        UPDATE job_cursors SET cursor = claimed.value ->> 1 FROM json_each(${rows}) AS claimed
        WHERE job_cursors.job_id = claimed.value ->> 0 AND job_cursors.cursor = claimed.value ->> 2`.execute(
        trx,
      );
  if (Number(numAffectedRows) === claims.length) return 'all';
  const job = alike ? sql`claimed.value` : sql`claimed.value ->> 0`;
  const cursor = alike ? sql`${first.cursor}` : sql`claimed.value ->> 1`;
  // A cursor that another engine moved to the same place counts as moved: its slots are there, so none comes again.
  const { rows: moved } = await sql<{ job_id: string }>`
    SELECT job_id FROM job_cursors JOIN json_each(${rows}) AS claimed
    ON job_cursors.job_id = ${job} AND job_cursors.cursor = ${cursor}`.execute(trx);
  return new Set(moved.map((row) => row.job_id));
}

type ClaimRun = Claim['runs'][number];
/** A run to store: what differs from run to run, as one text where the rest is common to all. */
type RunRow = string | [string, string, string, string, Millis, Millis | null];

/** The run of each of some claims, when all have one like it and nothing else, as those of one instant do; or null. */
function commonOf(claims: readonly Claim[]): ClaimRun | null {
  const first = claims[0]?.runs[0];
  if (!first) return null;
  const isLikeFirst = (run: ClaimRun | undefined) =>
    run?.slot === first.slot && run.cause === first.cause && run.notBefore === first.notBefore;
  const isAlone = ({ runs, gaps }: Claim) => runs.length === 1 && gaps.length === 0 && isLikeFirst(runs[0]);
  return claims.every(isAlone) ? first : null;
}

/**
 * Stores queued runs, except for slots that are there already; how many were stored. An id that is there already takes
 * the transaction back: SQLite need not keep what each page was before the statement, as it would to take back only that.
 */
async function insertRuns(
  trx: Kysely<Tables>,
  rows: readonly RunRow[],
  common: ClaimRun | null,
  { at, epoch }: Engine,
): Promise<number> {
  if (rows.length === 0) return 0;
  // An id has 16 characters, and the id of a job no spaces; its name may have any.
  const columns = common
    ? sql`substr(value, 1, 16), substr(value, 17, instr(value, ' ') - 17), substr(value, instr(value, ' ') + 1),
        ${common.cause}, ${common.slot}, ${common.notBefore}`
    : sql`value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5`;
  const { numAffectedRows } = await sql`
    INSERT OR ROLLBACK INTO runs
      (id, job_id, job_name, cause, slot, not_before, status, attempt, from_step, epoch, created_at)
    SELECT ${columns}, 'queued', 1, 0, ${epoch}, ${at} FROM json_each(${JSON.stringify(rows)}) WHERE true
    ON CONFLICT (job_id, slot) WHERE cause IN ('schedule', 'catch-up') AND slot IS NOT NULL DO NOTHING`.execute(
    trx,
  );
  return Number(numAffectedRows);
}

async function storedOf(trx: Kysely<Tables>, runs: readonly ClaimedRun[]): Promise<ClaimedRun[]> {
  const ids = JSON.stringify(runs.map(({ runId }) => runId));
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM runs WHERE id IN (SELECT value FROM json_each(${ids}))`.execute(trx);
  const stored = new Set(rows.map(({ id }) => id));
  return runs.filter(({ runId }) => stored.has(runId));
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
  /** The id without its last two digits. */
  let head = '';
  return () => {
    if (Number.isNaN(next)) {
      const id = newId();
      if (!/^[0-9a-f]{16}$/.test(id)) return id;
      head = id.slice(0, 14);
      next = Number.parseInt(id.slice(8), 16);
      return id;
    }
    next = (next + 1) % 2 ** 32;
    const last = next % 256;
    if (last === 0)
      head =
        head.slice(0, 8) +
        Math.floor(next / 256)
          .toString(16)
          .padStart(6, '0');
    return head + (lastDigits[last] ?? '');
  };
}

const lastDigits = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));
