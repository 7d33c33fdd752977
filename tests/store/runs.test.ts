import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readEndings } from '../../electron/store/endings.ts';
import { createRunLedger, createRunReader, openDatabase, raiseEpoch } from '../../electron/store/index.ts';
import type { LineGroup, NewRun, RunLedger } from '../../electron/store/ledgers.ts';
import { temporaryHome } from '../support/home.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');

async function openStore(path = join(temporaryHome(), 'belfry.db'), newId?: () => string) {
  const { db, close, raw } = openDatabase(path);
  const epoch = await raiseEpoch(db);
  let count = 0;
  const ledger = createRunLedger(db, epoch, newId ?? (() => `e${epoch}-${++count}`));
  onTestFinished(async () => {
    if (raw.isOpen) await close();
  });
  return { db, raw, close, path, ledger, reader: createRunReader(db) };
}

function newRun(change: Partial<NewRun> = {}): NewRun {
  return {
    jobId: 'news',
    jobName: 'News',
    cause: 'manual',
    attempt: 1,
    fromStep: 0,
    reason: null,
    ...change,
  };
}

async function ended(ledger: RunLedger, status: 'success' | 'failed', change: Partial<NewRun> = {}) {
  const { id } = await ledger.create(newRun(change), noon);
  await ledger.begin(id, [{ name: 'one' }], noon + 1);
  return (await ledger.finish(id, { status, reason: change.reason ?? null, at: noon + 2 })).run;
}

const line = (seq: number, text = `line ${seq}`, change: Partial<LineGroup> = {}): LineGroup => ({
  first: seq,
  step: 0,
  at: noon,
  stream: 'stdout',
  texts: [text],
  ...change,
});

test('a run goes from queued over running to its end, and its view tells the same', async () => {
  const { ledger, reader } = await openStore();
  const { id } = await ledger.create(newRun({ slot: noon, cause: 'schedule' }), noon);
  await ledger.begin(id, [{ name: 'Ingest', status: 'running', startedAt: noon }, { name: 'Dedupe' }], noon);
  await ledger.changeStep(id, 0, {
    status: 'failed',
    exitCode: 3,
    finishedAt: noon + 5,
    error: 'Exit code 3.',
  });
  const { run } = await ledger.finish(id, {
    status: 'failed',
    reason: 'Step "Ingest" failed.',
    at: noon + 6,
  });
  expect(run.steps.map((step) => [step.name, step.status, step.exitCode])).toEqual([
    ['Ingest', 'failed', 3],
    ['Dedupe', 'skipped', null],
  ]);
  expect(await reader.get(id)).toEqual(ledger.view(run));
  expect(ledger.view(run)).toMatchObject({
    status: 'failed',
    slot: '2026-11-22T12:00:00.000Z',
    finishedAt: '2026-11-22T12:00:00.006Z',
  });
});

test('a run that has ended never moves again', async () => {
  const { ledger } = await openStore();
  const run = await ended(ledger, 'success');
  await expect(ledger.begin(run.id, [{ name: 'one' }], noon)).rejects.toThrow(
    /^CONFLICT: The run is success/,
  );
  await expect(ledger.finish(run.id, { status: 'failed', reason: null, at: noon })).rejects.toThrow(
    /^CONFLICT/,
  );
  await expect(ledger.finish('nobody', { status: 'failed', reason: null, at: noon })).rejects.toThrow(
    /^NOT_FOUND/,
  );
  expect((await ledger.get(run.id))?.status).toBe('success');
});

test('a run ends together with the making of its next try, or not at all', async () => {
  const ids = ['first', 'second', 'first', 'third'];
  const { ledger } = await openStore(undefined, () => ids.shift() ?? '');
  const failed = { status: 'failed', reason: null, at: noon } as const;
  const retry = newRun({ cause: 'retry', attempt: 2, originId: 'first', notBefore: noon + 9 });
  const one = await ledger.create(newRun(), noon);
  const two = await ledger.create(newRun(), noon);
  for (const { id } of [one, two]) await ledger.begin(id, [{ name: 'a' }], noon);
  // The id that is taken stands for whatever may go wrong between the two.
  await expect(ledger.finish(one.id, { ...failed, retry })).rejects.toThrow();
  expect((await ledger.get(one.id))?.status).toBe('running');
  const ended = await ledger.finish(one.id, { ...failed, retry });
  expect(ended).toMatchObject({
    run: { id: 'first', status: 'failed' },
    retry: { id: 'third', status: 'queued', attempt: 2, originId: 'first', notBefore: noon + 9 },
    last: false,
  });
  expect(await ledger.get('third')).toEqual(ended.retry);
});

test('the end of a chain of tries is known: what never began is none, a try that was left out is one', async () => {
  const { ledger } = await openStore();
  const end = async (change: Partial<NewRun>, begins: boolean, status: 'failed' | 'skipped') => {
    const { id } = await ledger.create(newRun(change), noon);
    if (begins) await ledger.begin(id, [{ name: 'a' }], noon);
    return (await ledger.finish(id, { status, reason: null, at: noon })).last;
  };
  expect(await end({}, true, 'failed')).toBe(true);
  expect(await end({}, false, 'skipped')).toBe(false);
  expect(await end({ attempt: 2, cause: 'retry' }, false, 'skipped')).toBe(true);
});

test('the last try of a run is found among the runs of its job', async () => {
  const { ledger } = await openStore();
  const first = await ended(ledger, 'failed');
  const second = await ended(ledger, 'failed', { cause: 'retry', attempt: 2, originId: first.id });
  const other = await ended(ledger, 'success');
  expect((await ledger.lastEnded('news'))?.id).toBe(other.id);
  expect((await ledger.lastEnded('news', first.id))?.id).toBe(second.id);
  expect(await ledger.lastEnded('news', 'nobody')).toBeUndefined();
});

test('of writes made at once the guilty one alone fails', async () => {
  const { ledger } = await openStore();
  const one = await ledger.create(newRun(), noon);
  const two = await ledger.create(newRun(), noon);
  const results = await Promise.allSettled([
    ledger.begin(one.id, [{ name: 'a' }], noon),
    ledger.begin('nobody', [{ name: 'a' }], noon),
    ledger.begin(two.id, [{ name: 'a' }], noon),
  ]);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await ledger.get(two.id))?.status).toBe('running');
});

test('an engine that lost its home cannot begin a run', async () => {
  const old = await openStore();
  const { id } = await old.ledger.create(newRun(), noon);
  await openStore(old.path);
  await expect(old.ledger.begin(id, [{ name: 'a' }], noon)).rejects.toThrow(/^CONFLICT: Another engine/);
  await expect(old.ledger.create(newRun(), noon)).rejects.toThrow(/^CONFLICT: Another engine/);
});

test('what a dead engine left open is found by the next one, oldest first', async () => {
  const old = await openStore();
  const running = await old.ledger.create(newRun(), noon);
  await old.ledger.begin(running.id, [{ name: 'a', status: 'running', pid: 7, pidStartedAt: 'x' }], noon);
  const queued = await old.ledger.create(newRun({ notBefore: noon + 9 }), noon);
  await ended(old.ledger, 'failed');
  expect(await old.ledger.orphans()).toEqual([]);
  await old.close();
  const { ledger } = await openStore(old.path);
  const left = await ledger.orphans();
  expect(left.map((run) => [run.id, run.status, run.notBefore])).toEqual([
    [running.id, 'running', null],
    [queued.id, 'queued', noon + 9],
  ]);
  expect(left[0]?.steps[0]).toMatchObject({ pid: 7, pidStartedAt: 'x' });
  const { run: closed } = await ledger.finish(running.id, {
    status: 'interrupted',
    reason: 'Belfry ended.',
    at: noon,
  });
  expect(closed.steps[0]?.status).toBe('interrupted');
});

test('lines come back as they were given, from a number on, from the end, by text, and of all runs', async () => {
  const { ledger, reader } = await openStore();
  const { id } = await ledger.create(newRun(), noon);
  const other = await ledger.create(newRun(), noon);
  await ledger.append(id, [line(1, ''), line(2, 'b 100% _x', { stream: 'stderr', step: 1, at: noon + 5 })]);
  await ledger.append(other.id, [line(1, 'elsewhere')]);
  await ledger.append(id, [line(3, 'Ärger'), line(4, 'last')]);
  const read = async (query: Partial<Parameters<typeof reader.output>[0]>) =>
    (await reader.output({ limit: 100, tail: false, ...query })).map((found) => found.text);

  expect(await reader.output({ id, limit: 100, tail: false })).toEqual([
    { runId: id, seq: 1, step: 0, at: '2026-11-22T12:00:00.000Z', stream: 'stdout', text: '' },
    { runId: id, seq: 2, step: 1, at: '2026-11-22T12:00:00.005Z', stream: 'stderr', text: 'b 100% _x' },
    { runId: id, seq: 3, step: 0, at: '2026-11-22T12:00:00.000Z', stream: 'stdout', text: 'Ärger' },
    { runId: id, seq: 4, step: 0, at: '2026-11-22T12:00:00.000Z', stream: 'stdout', text: 'last' },
  ]);
  expect(await read({ id, after: 2 })).toEqual(['Ärger', 'last']);
  expect(await read({ id, after: 1, limit: 1 })).toEqual(['b 100% _x']);
  expect(await read({ id, tail: true, limit: 3 })).toEqual(['b 100% _x', 'Ärger', 'last']);
  const found = async (search: string, run?: string) =>
    (await reader.outputPage({ id: run, search, order: 'oldest', limit: 100 })).lines.map(({ text }) => text);
  expect(await found('äRGER', id)).toEqual(['Ärger']);
  expect(await found('00% _')).toEqual(['b 100% _x']);
  expect(await read({ limit: 3 })).toEqual(['elsewhere', 'Ärger', 'last']);
});

test('bulk writes leave the database as durable as it was', async () => {
  const { ledger, raw } = await openStore();
  await ledger.append('no such run', [line(1)]).catch(() => undefined);
  expect(raw.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
});

test('more blocks than one fetch holds are read to the end', async () => {
  const { ledger, reader } = await openStore();
  const { id } = await ledger.create(newRun(), noon);
  for (let seq = 1; seq <= 300; seq += 1) await ledger.append(id, [line(seq)]);
  expect((await reader.output({ id, limit: 1000, tail: false })).map((l) => l.seq)).toEqual(
    Array.from({ length: 300 }, (_, i) => i + 1),
  );
  expect((await reader.output({ id, limit: 200, tail: true }))[0]?.seq).toBe(101);
});

test('a cut leaves one remark in place of the lines, and stays in order', async () => {
  const { ledger, reader } = await openStore();
  const { id } = await ledger.create(newRun(), noon);
  for (const seq of [1, 2, 3, 4]) await ledger.append(id, [line(seq)]);
  const remark = { step: 0, at: noon, text: '2 lines were cut here' };
  await ledger.cut(id, 2, 2, remark);
  await ledger.cut(id, 2, 3, remark);
  expect((await reader.output({ id, limit: 10, tail: false })).map((l) => [l.seq, l.text])).toEqual([
    [1, 'line 1'],
    [3, '2 lines were cut here'],
    [4, 'line 4'],
  ]);
});

test('lists are newest first, by page, job and status', async () => {
  const { ledger, reader } = await openStore();
  const ids: string[] = [];
  for (let i = 0; i < 6; i += 1) {
    const run = await ended(ledger, i % 2 ? 'failed' : 'success', { jobId: i < 3 ? 'news' : 'trends' });
    ids.unshift(run.id);
  }
  const list = async (query: Partial<Parameters<typeof reader.list>[0]>) =>
    (await reader.list({ limit: 10, ...query })).map((run) => run.id);
  expect(await list({})).toEqual(ids);
  expect(await list({ limit: 2 })).toEqual(ids.slice(0, 2));
  expect(await list({ limit: 2, before: ids[1] ?? '' })).toEqual(ids.slice(2, 4));
  expect(await list({ jobId: 'news' })).toEqual(ids.slice(3));
  expect(await list({ jobId: 'news', status: 'failed' })).toEqual([ids[4]]);
});

test('runs of a job that are not over are listed and counted with its others', async () => {
  const { ledger, reader } = await openStore();
  const over = await ended(ledger, 'success');
  const running = await ledger.create(newRun(), noon);
  await ledger.begin(running.id, [], noon);
  await ledger.create(newRun({ jobId: 'other' }), noon);
  const queued = await ledger.create(newRun(), noon);
  const page = async (query: { status?: 'queued' | 'running' | 'success' }) => {
    const { runs, total } = await reader.page({ jobId: 'news', ...query, limit: 10, count: true });
    return [runs.map(({ id }) => id), total?.count];
  };
  expect(await page({})).toEqual([[queued.id, running.id, over.id], 3]);
  expect(await page({ status: 'queued' })).toEqual([[queued.id], 1]);
  expect(await page({ status: 'running' })).toEqual([[running.id], 1]);
  expect(await page({ status: 'success' })).toEqual([[over.id], 1]);
});

test('the last run of a job is the newest that really ran', async () => {
  const { ledger, reader } = await openStore();
  await ended(ledger, 'success', { jobId: 'a' });
  const failed = await ended(ledger, 'failed', { jobId: 'a' });
  const skipped = await ledger.create(newRun({ jobId: 'a' }), noon);
  await ledger.finish(skipped.id, { status: 'skipped', reason: 'still running', at: noon });
  const other = await ended(ledger, 'success', { jobId: 'b' });
  const open = await ledger.create(newRun({ jobId: 'c' }), noon);
  expect([...(await reader.lastRuns())]).toEqual([
    ['a', { id: failed.id, status: 'failed', finishedAt: noon + 2 }],
    ['b', { id: other.id, status: 'success', finishedAt: noon + 2 }],
  ]);
  expect((await ledger.lastEnded('a'))?.id).toBe(failed.id);
  expect((await reader.open()).map((run) => run.id)).toEqual([open.id]);
});

test('a run that was carried out elsewhere is stored whole, and its end is noted', async () => {
  const { db, reader } = await openStore();
  const ledger = createRunLedger(
    db,
    1,
    () => 'elsewhere',
    () => true,
  );
  const steps = [{ name: 'Publish', status: 'success' as const, startedAt: noon, finishedAt: noon + 5 }];
  const end = { status: 'success' as const, reason: '1 post published', startedAt: noon, at: noon + 5 };
  const { run, last } = await ledger.record(newRun({ jobId: 'publish' }), steps, end);
  expect(last).toBe(true);
  expect(await reader.get('elsewhere')).toEqual(ledger.view(run));
  expect(run).toMatchObject({
    status: 'success',
    createdAt: noon,
    startedAt: noon,
    finishedAt: noon + 5,
    reason: '1 post published',
    steps: [{ position: 0, ...steps[0] }],
  });
  expect(await readEndings(db)).toMatchObject([{ jobId: 'publish', outcome: 'success' }]);
});

test('a page of runs goes on though its last run was removed and others came; a status of a job is found', async () => {
  const { db, ledger, reader } = await openStore();
  const ids: string[] = [];
  for (let i = 0; i < 30; i += 1) {
    const run = await ended(ledger, i % 7 === 0 ? 'failed' : 'success', { jobId: i % 2 ? 'news' : 'other' });
    ids.unshift(run.id);
  }
  const page = { limit: 10, count: false };
  const first = await reader.page({ ...page, count: true });
  expect(first.runs.map(({ id }) => id)).toEqual(ids.slice(0, 10));
  expect(first.total).toEqual({ count: 30, more: false });
  await db
    .deleteFrom('runs')
    .where('id', '=', ids[9] ?? '')
    .execute();
  await ended(ledger, 'success');
  const second = await reader.page({ ...page, cursor: first.cursor ?? '' });
  expect(second.runs.map(({ id }) => id)).toEqual(ids.slice(10, 20));
  // The list of before ended without a word there.
  await expect(reader.list({ before: ids[9] ?? '', limit: 10 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const failed = await reader.page({ ...page, jobId: 'news', status: 'failed', count: true });
  expect(failed.runs.map(({ status, jobId }) => `${jobId} ${status}`)).toEqual([
    'news failed',
    'news failed',
  ]);
  expect(failed).toMatchObject({ cursor: null, total: { count: 2, more: false } });
});

test('pages of output hold every line once, from either end, for a run, for all and for a search', async () => {
  const { ledger, reader } = await openStore();
  const runs = [await ledger.create(newRun(), noon), await ledger.create(newRun(), noon)];
  const all: string[] = [];
  for (let i = 0; i < 40; i += 1) {
    const id = runs[i % 2]?.id ?? '';
    const first = Math.floor(i / 2) * 3 + 1;
    const texts = [0, 1, 2].map((at) => `${i % 5 === 0 ? 'apple' : 'pear'} ${id} ${first + at}`);
    await ledger.append(id, [line(first, '', { texts })]);
    all.push(...texts);
  }
  for (const id of [undefined, runs[1]?.id])
    for (const search of [undefined, 'APPLE', 'pp', 'cherry'])
      for (const order of ['newest', 'oldest'] as const) {
        const found: string[] = [];
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page = await reader.outputPage({ id, search, order, cursor: cursor ?? undefined, limit: 7 });
          const texts = page.lines.map(({ text }) => text);
          if (order === 'newest') found.unshift(...texts);
          else found.push(...texts);
          cursor = page.cursor;
        }
        const wanted = all.filter(
          (text) => text.includes(id ?? '') && text.includes((search ?? '').toLowerCase()),
        );
        expect({ id, search, order, found }).toEqual({ id, search, order, found: wanted });
      }
});
