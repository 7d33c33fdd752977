import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Claim, JobState } from '../../electron/scheduler/index.ts';
import { openDatabase } from '../../electron/store/database.ts';
import { raiseEpoch } from '../../electron/store/epoch.ts';
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

async function ledgerOn(path = join(temporaryHome(), 'belfry.db')) {
  const opened = openDatabase(path);
  const ledger = createSlotLedger(opened.db, await raiseEpoch(opened.db), seededRandom(5).id);
  const close = async () => {
    if (open) await opened.close();
    open = false;
  };
  let open = true;
  onTestFinished(close);
  const runs = () => opened.db.selectFrom('runs').selectAll().orderBy('seq').execute();
  return { path, ledger, runs, close, db: opened.db };
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
