import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createRunReader, openDatabase } from '../../electron/store/index.ts';
import type { Job } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { jobOf, openRunner, processesWith, sh } from './support.ts';

const engine = fileURLToPath(new URL('./dying-engine.ts', import.meta.url));

/** Starts an engine in a process of its own that runs the job; gives the run's id once it has begun. */
async function startEngine(home: string, job: Job): Promise<{ runId: string; kill(): Promise<unknown> }> {
  const child: ChildProcess = spawn(process.execPath, [engine, home, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [chunk] = child.stdout ? await once(child.stdout, 'data') : [];
  return {
    runId: String(chunk).trim(),
    kill: () => {
      child.kill('SIGKILL');
      return once(child, 'exit');
    },
  };
}

/** The helper of that engine has it in its command line. */
const helperSocket = (home: string) => join(home, 'helper.sock');

/** What a second connection finds in the database, while the engine is at work. */
async function storedOutput(home: string, id: string): Promise<string[]> {
  const { db, close } = openDatabase(join(home, 'belfry.db'));
  const lines = await createRunReader(db).output({ id, tail: false, limit: 100 });
  await close();
  return lines.map(({ text }) => text);
}

test('a pipeline killed with Belfry shows interrupted, its children gone, its output up to the kill', async () => {
  const home = temporaryHome();
  const job = jobOf([
    'echo before; (setsid sleep 301.1 >/dev/null 2>&1 &) ; trap "" TERM; sleep 301.1; echo after',
    'true',
  ]);
  const old = await startEngine(home, job);
  await expect.poll(() => processesWith('sleep\x00301.1').length).toBe(2);
  await expect.poll(() => storedOutput(home, old.runId)).toEqual(['before']);
  expect(processesWith(helperSocket(home))).toHaveLength(1);
  await old.kill();
  // The helper ends at once, and leaves what it has started to the next engine.
  await expect.poll(() => processesWith(helperSocket(home))).toEqual([]);
  expect(processesWith('sleep\x00301.1')).toHaveLength(2);

  const belfry = await openRunner([job], {}, home);
  await belfry.runner.start();
  expect(processesWith('301.1')).toEqual([]);
  const run = await belfry.reader.get(old.runId);
  expect(run).toMatchObject({ status: 'interrupted', reason: 'Belfry ended without warning while it ran.' });
  expect(run?.steps.map((step) => step.status)).toEqual(['interrupted', 'skipped']);
  expect(await belfry.output(old.runId)).toEqual(['before']);
  expect(belfry.finished.map(({ id }) => id)).toEqual([old.runId]);
  expect((await belfry.reader.list({ limit: 10 })).length).toBe(1);
});

test('a job may ask to be repeated after that', async () => {
  const home = temporaryHome();
  const job = jobOf(
    [{ type: 'command', name: 'x', command: sh('test $BELFRY_ATTEMPT = 2 || sleep 301.2') }],
    {
      retryInterrupted: true,
    },
  );
  const old = await startEngine(home, job);
  await expect.poll(() => processesWith('301.2').length).toBeGreaterThan(0);
  await old.kill();
  const belfry = await openRunner([job], {}, home);
  await belfry.runner.start();
  await expect.poll(() => belfry.finished.length).toBe(1);
  expect(belfry.finished[0]).toMatchObject({ status: 'success', cause: 'retry', attempt: 2 });
});

test('a process that only has the pid of a dead one is left alone', async () => {
  const home = temporaryHome();
  const belfry = await openRunner([jobOf(['true'])], {}, home);
  const stranger = spawn('sleep', ['301.3'], { detached: true });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  const { id } = await belfry.ledger.create(
    { jobId: 'job', jobName: 'Job', cause: 'manual', attempt: 1, fromStep: 0, reason: null },
    Date.now(),
  );
  await belfry.ledger.begin(
    id,
    [{ name: 'x', status: 'running', pid: stranger.pid ?? 0, pidStartedAt: 'another' }],
    Date.now(),
  );
  const next = await openRunner([jobOf(['true'])], {}, home);
  await next.runner.start();
  expect((await next.reader.get(id))?.status).toBe('interrupted');
  expect(processesWith('301.3')).toHaveLength(1);
});

test('a process group that has the number of a dead command is left alone, its leader gone as well', async () => {
  const home = temporaryHome();
  const belfry = await openRunner([jobOf(['true'])], {}, home);
  const leader = spawn('/bin/sh', ['-c', 'sleep 301.5 >/dev/null & echo $!'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(leader, 'exit'); // Before its output is awaited: it may have ended by then.
  const [member] = await once(leader.stdout, 'data');
  onTestFinished(() => void process.kill(Number(member), 'SIGKILL'));
  await exited;
  const { id } = await belfry.ledger.create(
    { jobId: 'job', jobName: 'Job', cause: 'manual', attempt: 1, fromStep: 0, reason: null },
    Date.now(),
  );
  await belfry.ledger.begin(
    id,
    [{ name: 'x', status: 'running', pid: leader.pid ?? 0, pidStartedAt: 'another' }],
    Date.now(),
  );
  const next = await openRunner([jobOf(['true'])], {}, home);
  await next.runner.start();
  expect((await next.reader.get(id))?.status).toBe('interrupted');
  expect(processesWith('sleep\x00301.5')).toEqual([Number(member)]);
});

test('a run that was queued when Belfry died is run by the next engine', async () => {
  const home = temporaryHome();
  const old = await openRunner([], {}, home);
  const { id } = await old.ledger.create(
    { jobId: 'job', jobName: 'Job', cause: 'schedule', attempt: 1, fromStep: 0, reason: null, slot: 1000 },
    Date.now(),
  );
  const belfry = await openRunner([jobOf(['echo $BELFRY_SLOT'])], {}, home);
  await belfry.runner.start();
  expect((await belfry.end(id)).status).toBe('success');
  expect(await belfry.output(id)).toEqual(['1970-01-01T00:00:01.000Z']);
});

test('many runs that were cut off are closed together, and each end is reported', async () => {
  const home = temporaryHome();
  const old = await openRunner([], {}, home);
  for (let n = 0; n < 50; n += 1) {
    const { id } = await old.ledger.create(
      { jobId: 'job', jobName: 'Job', cause: 'manual', attempt: 1, fromStep: 0, reason: null },
      Date.now(),
    );
    await old.ledger.begin(id, [{ name: 'x' }], Date.now());
  }
  const remarks: Record<string, unknown>[] = [];
  const belfry = await openRunner(
    [jobOf(['true'])],
    { log: (_, __, details) => void (details && remarks.push(details)) },
    home,
  );
  await belfry.runner.start();
  expect(belfry.finished.map(({ status }) => status)).toEqual(Array(50).fill('interrupted'));
  expect(remarks).toEqual([expect.objectContaining({ count: 50 })]);
  expect(remarks[0]?.['runs']).toHaveLength(20);
});

test('stop lets runs end within their time, ends the others, and takes no more', async () => {
  const belfry = await openRunner([
    jobOf(['echo begun; sleep 0.4'], { id: 'short' }),
    jobOf(['sleep 301.4'], { id: 'long' }),
    jobOf(['sleep 301.4'], { id: 'repeated', retryInterrupted: true }),
  ]);
  const ids = [];
  for (const id of ['short', 'long', 'repeated']) ids.push((await belfry.runner.runNow(id)).id);
  await expect.poll(() => processesWith('sleep\x00301.4').length).toBe(2);
  await expect.poll(() => belfry.lines.length).toBe(1);
  const stops = [belfry.runner.stop({ drainMs: 2500 }), belfry.runner.stop({ drainMs: 2500 })];
  await expect(belfry.runner.runNow('short')).rejects.toThrow(/^STOPPING/);
  await Promise.all(stops);
  expect(processesWith('301.4')).toEqual([]);
  const runs = await Promise.all(ids.map((id) => belfry.reader.get(id)));
  expect(runs.map((run) => run?.status)).toEqual(['success', 'interrupted', 'interrupted']);
  expect((await belfry.reader.open()).map((run) => [run.jobId, run.status, run.attempt])).toEqual([
    ['repeated', 'queued', 2],
  ]);
});
