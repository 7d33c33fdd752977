import { statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import {
  createHousekeeping,
  createRunLedger,
  createRunReader,
  openDatabase,
  type Retention,
  raiseEpoch,
} from '../../electron/store/index.ts';
import { systemClock } from '../../electron/system.ts';
import { temporaryHome } from '../support/home.ts';

const day = 24 * 60 * 60_000;
const now = systemClock.now();
const unlimited: Retention = { maxAgeMs: null, runsPerJob: null, maxBytes: null };

async function openStore(limits: Partial<Retention> = {}) {
  const { db, raw, close } = openDatabase(join(temporaryHome(), 'belfry.db'));
  let count = 0;
  const ledger = createRunLedger(db, await raiseEpoch(db), () => `r${++count}`);
  const reader = createRunReader(db);
  const retention = { ...unlimited, ...limits };
  const log = () => {};
  const housekeeping = createHousekeeping({ db, clock: systemClock, log, retention: () => retention });
  onTestFinished(async () => {
    await housekeeping.stop();
    await close();
  });
  /** A run with these lines, ended unless told otherwise. */
  const addRun = async (
    texts: string[],
    at = now,
    jobId = 'job',
    status: 'success' | 'running' = 'success',
  ) => {
    const run = { jobId, jobName: jobId, cause: 'manual', attempt: 1, fromStep: 0, reason: null } as const;
    const { id } = await ledger.create(run, at);
    await ledger.begin(id, [{ name: 'one' }], at);
    await ledger.append(id, [{ first: 1, step: 0, at, stream: 'stdout', texts }]);
    if (status === 'success') await ledger.finish(id, { status: 'success', reason: null, at });
    return id;
  };
  const find = async (search: string, id?: string) =>
    (await reader.outputPage({ search, limit: 100, order: 'newest', id })).lines.map((line) => line.text);
  const runs = async () => (await reader.list({ limit: 100 })).map((run) => run.id).reverse();
  const entries = () => raw.prepare('SELECT count(*) AS n FROM output_index_docsize').get()?.['n'];
  return { raw, ledger, reader, housekeeping, retention, addRun, find, runs, entries };
}

test('text is found before it was indexed, when half of it was, and when all of it was', async () => {
  const store = await openStore();
  const id = await store.addRun(['Find the Needle', 'hay "quoted" 100%', 'größe']);
  const look = async () => {
    expect(await store.find('needle')).toEqual(['Find the Needle']);
    expect(await store.find('the needle', id)).toEqual(['Find the Needle']);
    expect(await store.find('"quoted" 1')).toEqual(['hay "quoted" 100%']);
    expect(await store.find('GRÖSSE')).toEqual([]);
    expect(await store.find('Größe')).toEqual(['größe']);
    expect(await store.find('ay')).toEqual(['hay "quoted" 100%']);
    expect(await store.find('needles')).toEqual([]);
  };
  await look();
  await store.housekeeping.work();
  expect(store.entries()).toBe(1);
  await look();
  const other = await store.addRun(['another needle']);
  expect(await store.find('needle')).toEqual(['Find the Needle', 'another needle']);
  expect(await store.find('needle', other)).toEqual(['another needle']);
  expect(await store.find('needle', id)).toEqual(['Find the Needle']);
});

test('the index finds what looking through everything finds', async () => {
  const store = await openStore();
  const letters = fc.constantFrom('a', 'B', 'b', ' ', 'é', '"', '%', '_', '🎈', 'ab');
  const texts = fc.array(letters, { maxLength: 12 }).map((parts) => parts.join(''));
  const seed = now;
  const lines = fc.sample(texts, { seed, numRuns: 300 });
  for (let at = 0; at < 300; at += 20) await store.addRun(lines.slice(at, at + 20));
  const searches = fc.sample(texts, { seed: seed + 1, numRuns: 100 }).filter((text) => text !== '');
  const before = await Promise.all(searches.map((search) => store.find(search)));
  await store.housekeeping.work();
  const found = await Promise.all(searches.map((search) => store.find(search)));
  expect(found, `seed ${seed}`).toEqual(before);
});

test('a search looks through so much at a time and says where to go on', async () => {
  const store = await openStore();
  await store.addRun(['the needle']);
  const hay = Array.from({ length: 300 }, (_, line) => `${line} `.padEnd(1000, 'hay and '));
  for (let run = 0; run < 30; run += 1) await store.addRun(hay);
  const pages = async (search: string) => {
    const found: string[] = [];
    let count = 0;
    for (let cursor: string | null | undefined; cursor !== null; count += 1) {
      const page = await store.reader.outputPage({
        search,
        order: 'newest',
        limit: 5,
        cursor: cursor ?? undefined,
      });
      found.push(...page.lines.map(({ text }) => text));
      cursor = page.cursor;
    }
    return { found, count };
  };
  // Nine megabytes, of which a page takes five; the index knows at once that they hold none.
  expect(await pages('needle')).toEqual({ found: ['the needle'], count: 2 });
  expect(await pages('xq')).toEqual({ found: [], count: 2 });
  await store.housekeeping.work();
  expect(await pages('needle')).toEqual({ found: ['the needle'], count: 1 });
});

test('runs past their age go, with their output and its index; the newest of each job stays', async () => {
  const store = await openStore({ maxAgeMs: 10 * day });
  await store.addRun(['old one'], now - 30 * day);
  const last = await store.addRun(['last of its job'], now - 20 * day);
  const running = await store.addRun(['still at work'], now - 20 * day, 'job', 'running');
  await store.addRun(['old too'], now - 15 * day, 'other');
  const young = await store.addRun(['young'], now - day, 'other');
  await store.housekeeping.work();
  expect(await store.runs()).toEqual([last, running, young]);
  expect(store.entries()).toBe(3);
  expect(await store.find('old')).toEqual([]);
  expect(store.raw.prepare('SELECT count(*) AS n FROM steps').get()).toEqual({ n: 3 });
});

test('of each job the newest so many stay', async () => {
  const store = await openStore({ runsPerJob: 2 });
  for (let i = 0; i < 120; i += 1) await store.addRun([`${i}`], now, i % 2 ? 'a' : 'b');
  await store.housekeeping.work();
  expect(await store.runs()).toEqual(['r117', 'r118', 'r119', 'r120']);
});

test('when the database is too large the oldest output goes, and the runs stay', async () => {
  const store = await openStore({ maxBytes: 2_000_000 });
  const text = 'x'.repeat(100_000);
  const atWork = await store.addRun([text], now, 'job', 'running');
  for (let i = 0; i < 40; i += 1) await store.addRun([text]);
  await store.housekeeping.work();
  expect(await store.runs()).toHaveLength(41);
  const sizes = await Promise.all(
    ['r1', 'r2', 'r40', 'r41'].map(async (id) => (await store.find('xxx', id)).length),
  );
  expect(sizes).toEqual([1, 0, 1, 1]);
  expect(atWork).toBe('r1');
});

test('space that was freed goes back to the disk, and the next runs take no more than before', async () => {
  const store = await openStore();
  const size = () => statSync(String(store.raw.prepare('PRAGMA database_list').get()?.['file'])).size;
  const lines = Array.from({ length: 1000 }, (_, line) => `${line} `.padEnd(1000, 'some words of a log, '));
  for (let run = 0; run < 12; run += 1) await store.addRun(lines);
  await store.housekeeping.work();
  expect(size()).toBeGreaterThan(12_000_000);
  store.retention.runsPerJob = 1;
  await store.housekeeping.work();
  expect(await store.runs()).toEqual(['r12']);
  expect(size()).toBeLessThan(3_000_000);
  expect(store.raw.prepare('PRAGMA freelist_count').get()).toEqual({ freelist_count: 0 });
  expect(store.raw.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  expect(await store.find('999 some')).toHaveLength(1);
});

test('a limit that everything is within removes nothing', async () => {
  const store = await openStore({ maxAgeMs: day, runsPerJob: 1, maxBytes: 1 });
  const id = await store.addRun(['x'], now, 'job', 'running');
  await store.housekeeping.work();
  expect(await store.runs()).toEqual([id]);
});
