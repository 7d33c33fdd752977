import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase, raiseEpoch } from '../../electron/store/database.ts';
import type { Claim, JobState } from '../../electron/store/index.ts';
import { first, outputIndex } from '../../electron/store/migrations.ts';
import { createRunReader } from '../../electron/store/run-reader.ts';
import { createSlotLedger } from '../../electron/store/slots.ts';
import { temporaryHome } from '../support/home.ts';
import { seededRandom } from '../support/random.ts';

const state: JobState = { jobId: 'a', anchor: 1, cursor: 10, active: true, schedule: '[]' };
const claimOf = (parts: Partial<Claim> = {}): Claim => ({
  jobId: 'a',
  jobName: 'A',
  expected: 10,
  cursor: 20,
  runs: [{ slot: 20, cause: 'schedule', notBefore: null }],
  gaps: [],
  ...parts,
});

async function ledgerOn(path = join(temporaryHome(), 'belfry.db'), newId = seededRandom(5).id) {
  const opened = openDatabase(path);
  const ledger = createSlotLedger(opened.db, await raiseEpoch(opened.db), newId);
  const close = async () => {
    if (open) await opened.close();
    open = false;
  };
  let open = true;
  onTestFinished(close);
  const runs = () => opened.db.selectFrom('runs').selectAll().orderBy('seq').execute();
  return { path, ledger, runs, close, db: opened.db, raw: opened.raw };
}

test('states are kept and replaced', async () => {
  const { path, ledger, close } = await ledgerOn();
  await ledger.saveStates([state, { ...state, jobId: 'b' }]);
  await ledger.saveStates([{ ...state, cursor: 11, active: false, schedule: '"x"' }]);
  await close();
  const again = await ledgerOn(path);
  expect(await again.ledger.states()).toEqual([
    { ...state, cursor: 11, active: false, schedule: '"x"' },
    { ...state, jobId: 'b' },
  ]);
});

test('a claim moves the cursor and stores its runs and records together', async () => {
  const { ledger, runs } = await ledgerOn();
  await ledger.saveStates([state]);
  const gap = { status: 'missed' as const, count: 3, first: 12, last: 18, reason: 'late' };
  const claimed = await ledger.claim([claimOf({ gaps: [gap] })], 21);
  const stored = await runs();
  expect(stored).toMatchObject([
    {
      status: 'missed',
      slot: 18,
      gap_count: 3,
      gap_first: 12,
      gap_last: 18,
      reason: 'late',
      finished_at: 21,
    },
    {
      status: 'queued',
      slot: 20,
      cause: 'schedule',
      job_name: 'A',
      attempt: 1,
      created_at: 21,
      finished_at: null,
    },
  ]);
  expect(claimed).toEqual({
    runs: [{ runId: stored[1]?.id, jobId: 'a', cause: 'schedule', slot: 20, createdAt: 21, notBefore: 21 }],
    stale: [],
  });
  expect((await ledger.states())[0]?.cursor).toBe(20);
  expect(await ledger.seen()).toBe(21);
});

test('a claim from another cursor is stale and does nothing; those beside it hold', async () => {
  const { ledger, runs } = await ledgerOn();
  await ledger.saveStates([state, { ...state, jobId: 'b' }]);
  await ledger.claim([claimOf()], 21);
  const second = await ledger.claim([claimOf({ cursor: 30 }), claimOf({ jobId: 'b' })], 22);
  expect(second.stale).toEqual(['a']);
  expect(second.runs.map(({ jobId }) => jobId)).toEqual(['b']);
  expect(await runs()).toHaveLength(2);
});

test('a slot is stored once, even when the cursor was put back', async () => {
  const { ledger, runs } = await ledgerOn();
  await ledger.saveStates([state]);
  await ledger.claim([claimOf()], 21);
  await ledger.saveStates([state]);
  const claims = claimOf({
    cursor: 30,
    runs: [20, 30].map((slot) => ({ slot, cause: 'schedule' as const, notBefore: null })),
  });
  const again = await ledger.claim([claims], 31);
  expect(again.runs.map(({ slot }) => slot)).toEqual([30]);
  expect((await runs()).map(({ slot }) => slot)).toEqual([20, 30]);
});

test('an engine whose home was taken over claims nothing', async () => {
  const { ledger, runs, db } = await ledgerOn();
  await ledger.saveStates([state]);
  await raiseEpoch(db);
  await expect(ledger.claim([claimOf()], 21)).rejects.toThrow(/^CONFLICT: Another engine has taken over/);
  await expect(ledger.claimEvent({ runs: [], skipped: [], answered: [] }, 21)).rejects.toThrow(/^CONFLICT/);
  await expect(ledger.saveStates([state])).rejects.toThrow(/^CONFLICT/);
  expect(await runs()).toHaveLength(0);
  expect((await ledger.states())[0]?.cursor).toBe(10);
});

test('jitter, events, the pause and what was seen are kept', async () => {
  const { path, ledger, runs, close } = await ledgerOn();
  await ledger.saveStates([state]);
  const run = { slot: 20, cause: 'schedule' as const, notBefore: 99 };
  expect((await ledger.claim([claimOf({ runs: [run] })], 21)).runs).toMatchObject([{ notBefore: 99 }]);
  const woke = { jobId: 'a', jobName: 'A', reason: 'It woke up.', notBefore: 25 };
  const [event] = await ledger.claimEvent({ runs: [woke], skipped: [], answered: [] }, 22);
  expect(event).toMatchObject({ jobId: 'a', slot: null, notBefore: 25 });
  expect(await runs()).toMatchObject([
    { not_before: 99 },
    { id: event?.runId, cause: 'event', reason: 'It woke up.', slot: null, not_before: 25 },
  ]);
  expect(await ledger.pausedSince()).toBeNull();
  await ledger.setPausedSince(33);
  await ledger.markSeen(44);
  await close();
  const again = await ledgerOn(path);
  expect([await again.ledger.pausedSince(), await again.ledger.seen()]).toEqual([33, 44]);
  await again.ledger.setPausedSince(null);
  expect(await again.ledger.pausedSince()).toBeNull();
});

test('thousands of claims are one statement each, not thousands', async () => {
  const { ledger, runs } = await ledgerOn();
  const jobs = Array.from({ length: 5000 }, (_, index) => `job_${index}`);
  await ledger.saveStates(jobs.map((jobId) => ({ ...state, jobId })));
  const claimed = await ledger.claim(
    jobs.map((jobId) => claimOf({ jobId })),
    21,
  );
  expect(claimed.runs.map(({ jobId }) => jobId)).toEqual(jobs);
  expect(new Set(claimed.runs.map(({ runId }) => runId)).size).toBe(5000);
  expect(await runs()).toHaveLength(5000);
});

test('names and ids of jobs are stored to the letter, whether or not the runs have their slot in common', async () => {
  const { ledger, runs } = await ledgerOn();
  const jobs = [
    { jobId: '7', jobName: 'A "b" \\ c' },
    { jobId: 'x_y-z', jobName: ' ä [1, 2] ' },
  ];
  await ledger.saveStates(jobs.map(({ jobId }) => ({ ...state, jobId })));
  await ledger.claim(
    jobs.map((job) => claimOf(job)),
    21,
  );
  const late = { slot: 25, cause: 'catch-up' as const, notBefore: 40 };
  await ledger.claim(
    jobs.map((job, index) =>
      claimOf({ ...job, expected: 20, cursor: 30 + index, runs: [{ ...late, slot: 25 + index }] }),
    ),
    31,
  );
  const stored = (await runs()).map((run) => [run.job_id, run.job_name, run.slot, run.cause, run.not_before]);
  expect(stored).toEqual([
    ['7', 'A "b" \\ c', 20, 'schedule', null],
    ['x_y-z', ' ä [1, 2] ', 20, 'schedule', null],
    ['7', 'A "b" \\ c', 25, 'catch-up', 40],
    ['x_y-z', ' ä [1, 2] ', 26, 'catch-up', 40],
  ]);
  expect((await ledger.states()).map(({ cursor }) => cursor)).toEqual([30, 31]);
});

test('an id that is taken takes the whole claim back, and the next one holds', async () => {
  const ids = ['00000000000000aa', '00000000000000aa', '00000000000000bb'];
  const { ledger, runs } = await ledgerOn(undefined, () => ids.shift() ?? expect.fail('too many ids'));
  await ledger.saveStates([state]);
  await ledger.claim([claimOf()], 21);
  const next = [
    claimOf({ expected: 20, cursor: 30, runs: [{ slot: 30, cause: 'schedule', notBefore: null }] }),
  ];
  await expect(ledger.claim(next, 31)).rejects.toMatchObject({ code: 'ERR_SQLITE_ERROR' });
  expect([(await ledger.states())[0]?.cursor, await ledger.seen()]).toEqual([20, 21]);
  await ledger.claim(next, 32);
  expect((await runs()).map(({ id, slot }) => [id, slot])).toEqual([
    ['00000000000000aa', 20],
    ['00000000000000bb', 30],
  ]);
});

test('a claim writes few pages: nothing of it is spread over the earlier runs of its jobs', async () => {
  const { path, ledger, raw } = await ledgerOn();
  const jobs = Array.from({ length: 2000 }, (_, index) => `job_${index}`);
  const schedule = JSON.stringify(['UTC', [{ type: 'cron', expression: '0 9 * * 1-5' }], null, null, []]);
  await ledger.saveStates(jobs.map((jobId) => ({ ...state, jobId, schedule })));
  raw.exec('PRAGMA wal_autocheckpoint = 0');
  const pages: number[] = [];
  for (let round = 1; round <= 10; round += 1) {
    raw.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const slot = (round + 1) * 10;
    const runs = [{ slot, cause: 'schedule' as const, notBefore: slot }];
    await ledger.claim(
      jobs.map((jobId) => claimOf({ jobId, expected: round * 10, cursor: slot, runs })),
      slot,
    );
    pages.push(Math.floor(statSync(`${path}-wal`).size / 4096));
  }
  // 2,000 runs and their cursors fill some 80 pages.
  expect(Math.max(...pages)).toBeLessThan(130);
});

test('a database of an older version keeps its cursors, and its runs are found', async () => {
  const path = join(temporaryHome(), 'belfry.db');
  const old = new DatabaseSync(path);
  old.exec(`${first}; ${outputIndex}; PRAGMA user_version = 2;
    INSERT INTO job_state (job_id, anchor, cursor, active, schedule) VALUES ('a', 1, 10, 1, '[]'), ('b', 2, 20, 0, '"x"');
    INSERT INTO runs (id, job_id, job_name, cause, status, attempt, from_step, epoch, created_at)
      VALUES ('r1', 'a', 'A', 'manual', 'success', 1, 0, 1, 5), ('r2', 'a', 'A', 'manual', 'queued', 1, 0, 1, 6)`);
  old.close();
  const { ledger, db } = await ledgerOn(path);
  expect(await ledger.states()).toEqual([
    state,
    { jobId: 'b', anchor: 2, cursor: 20, active: false, schedule: '"x"' },
  ]);
  expect((await createRunReader(db).list({ jobId: 'a', limit: 10 })).map(({ id }) => id)).toEqual([
    'r2',
    'r1',
  ]);
});
