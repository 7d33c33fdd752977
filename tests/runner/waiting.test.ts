import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunnerDeps } from '../../electron/runner/index.ts';
import { createRunLedger, openDatabase, raiseEpoch } from '../../electron/store/index.ts';
import type { Job, JobInput, StartDecision } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';
import { seededRandom } from '../support/random.ts';
import { jobOf, openRunner } from './support.ts';

const minute = 60_000;

/** A job whose step fails until its home has a file `ok`, with a retry after ten minutes. */
function failing(change: Partial<Omit<JobInput, 'steps'>> = {}): Job {
  return jobOf(['test -e "$HOME/ok"'], {
    retry: { attempts: 2, delaySeconds: 600, factor: 1 },
    ...change,
  });
}

/** A runner on a clock that is moved by hand, and what the schedule says of runs that wait. */
async function open(jobs: Job[], { home = temporaryHome(), clock = handClock() } = {}) {
  const schedule: { decideStart: StartDecision } = { decideStart: { do: 'go' } };
  const decideStart: RunnerDeps['decideStart'] = () => schedule.decideStart;
  const belfry = await openRunner(jobs, { clock, decideStart }, home);
  return {
    ...belfry,
    clock,
    schedule,
    succeed: () => writeFileSync(join(home, 'ok'), ''),
    /** Runs the job by hand to its failure; the retry that waits then. */
    async fail() {
      const { id } = await belfry.run('job');
      await expect.poll(async () => (await belfry.reader.open()).length).toBe(1);
      const [retry] = await belfry.reader.open();
      return { id, retry: retry?.id ?? '' };
    },
  };
}

test('a retry that waits is dropped, with the reason, once the job was run by hand with success', async () => {
  const belfry = await open([failing()]);
  const { retry } = await belfry.fail();
  belfry.succeed();
  const { id, status } = await belfry.run('job');
  expect(status).toBe('success');
  expect(await belfry.end(retry)).toMatchObject({
    status: 'skipped',
    reason: `Run ${id} has done its work.`,
  });
  await belfry.clock.advance(11 * minute);
  expect(belfry.runner.running()).toEqual([]);
  expect(await belfry.reader.open()).toEqual([]);
});

test('a retry is not dropped by a run of less, or of another slot of a job that runs each', async () => {
  const belfry = await open([failing({ coalesce: false })]);
  const { retry } = await belfry.fail();
  belfry.succeed();
  expect((await belfry.run('job', { parameters: { args: ['x'], env: {} } })).status).toBe('success');
  expect((await belfry.reader.get(retry))?.status).toBe('queued');

  const at = belfry.clock.now();
  const common = { jobId: 'job', cause: 'schedule', slot: at } as const;
  const { id } = await belfry.ledger.create(
    { ...common, jobName: 'Job', attempt: 1, fromStep: 0, reason: null },
    at,
  );
  belfry.runner.accept({ ...common, runId: id, createdAt: at, notBefore: at });
  expect((await belfry.end(id)).status).toBe('success');
  expect((await belfry.reader.get(retry))?.status).toBe('queued');
});

test('a retry waits for the end of a pause, and for a run at work', async () => {
  const belfry = await open([failing()]);
  const { retry } = await belfry.fail();
  belfry.schedule.decideStart = { do: 'hold', until: null };
  belfry.runner.review();
  belfry.succeed();
  await belfry.clock.advance(60 * minute);
  expect((await belfry.reader.get(retry))?.status).toBe('queued');
  belfry.schedule.decideStart = { do: 'go' };
  belfry.runner.review();
  expect(await belfry.end(retry)).toMatchObject({ status: 'success', cause: 'retry', attempt: 2 });
});

test('a blackout holds a retry until its end', async () => {
  const belfry = await open([failing()]);
  const { retry } = await belfry.fail();
  belfry.succeed();
  belfry.schedule.decideStart = { do: 'hold', until: belfry.clock.now() + 30 * minute };
  await belfry.clock.advance(29 * minute);
  belfry.schedule.decideStart = { do: 'go' };
  expect((await belfry.reader.get(retry))?.status).toBe('queued');
  await belfry.clock.advance(minute);
  expect((await belfry.end(retry)).status).toBe('success');
});

test.each([
  ['removed', [], 'The job does not exist any more.'],
  ['disabled', [failing({ enabled: false })], 'The job was disabled.'],
  ['given other steps', [jobOf(['true'], { retry: failing().retry })], 'The job was edited.'],
  ['given another schedule', [failing({ timezone: 'Asia/Tokyo' })], 'The job was edited.'],
  [
    'set not to be tried again',
    [failing({ retry: { attempts: 0, delaySeconds: 1, factor: 1 } })],
    'The job was edited: it is not tried as often any more.',
  ],
])('a retry ends at once when its job is %s, and its failure is reported', async (_name, edited, reason) => {
  const jobs = [failing()];
  const belfry = await open(jobs);
  const { id, retry } = await belfry.fail();
  jobs.splice(0, 1, ...edited);
  belfry.runner.review();
  expect(await belfry.end(retry)).toMatchObject({ status: 'skipped', reason });
  await expect.poll(() => belfry.finished).toMatchObject([{ id, status: 'failed' }]);
});

test('a retry is kept when its job is edited in what it does not do', async () => {
  const jobs = [failing()];
  const belfry = await open(jobs);
  const { retry } = await belfry.fail();
  jobs[0] = failing({ name: 'Other', description: 'words', jitterSeconds: 5 });
  belfry.runner.review();
  belfry.succeed();
  await belfry.clock.advance(10 * minute);
  expect((await belfry.end(retry)).status).toBe('success');
});

test('a retry that an edit has ended meanwhile does not come back with the next engine', async () => {
  const home = temporaryHome();
  const old = await open([failing()], { home });
  const { retry } = await old.fail();
  await old.runner.stop({ drainMs: 0 });
  const belfry = await open([jobOf(['true'], { retry: failing().retry })], { home, clock: old.clock });
  await belfry.runner.start();
  belfry.runner.review();
  expect(await belfry.end(retry)).toMatchObject({ status: 'skipped', reason: 'The job was edited.' });
});

test('asked for at once: the retry that waits, though the scheduler is paused', async () => {
  const belfry = await open([failing()]);
  const { id, retry } = await belfry.fail();
  belfry.schedule.decideStart = { do: 'hold', until: null };
  belfry.succeed();
  expect(await belfry.runner.retry(id)).toMatchObject({ id: retry, attempt: 2 });
  expect((await belfry.end(retry)).status).toBe('success');
});

test('asked for at once: a failed run, with its slot and parameters; one that succeeded is refused', async () => {
  const belfry = await open([jobOf(['test -e "$HOME/ok"'])]);
  const parameters = { args: [], env: { MODE: 'test' } };
  const failed = await belfry.run('job', { parameters });
  expect(failed.status).toBe('failed');
  belfry.succeed();
  const again = await belfry.runner.retry(failed.id);
  expect(again).toMatchObject({
    cause: 'retry',
    attempt: 1,
    parameters,
    reason: `Tries run ${failed.id} again.`,
  });
  expect((await belfry.end(again.id)).status).toBe('success');
  await expect(belfry.runner.retry(again.id)).rejects.toThrow(/^CONFLICT: .*is success/);
  await expect(belfry.runner.retry('unknown')).rejects.toThrow(/^NOT_FOUND/);
});

/** Runs of a catch-up that an engine left when it died. */
async function leftOver(home: string, count: number, at: number): Promise<string[]> {
  const { db, close } = openDatabase(join(home, 'belfry.db'));
  const ledger = createRunLedger(db, await raiseEpoch(db), seededRandom(7).id);
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const slot = at - (count - n) * minute;
    const run = { jobId: 'job', jobName: 'Job', attempt: 1, fromStep: 0, reason: null };
    ids.push((await ledger.create({ ...run, cause: 'catch-up', slot }, at)).id);
  }
  await close();
  return ids;
}

test('runs of a catch-up that are left over run one after the other, none is skipped', async () => {
  const home = temporaryHome();
  const clock = handClock();
  const ids = await leftOver(home, 4, clock.now());
  const job = jobOf(['echo $BELFRY_SLOT >> "$HOME/slots"'], { coalesce: false });
  const belfry = await open([job], { home, clock });
  await belfry.runner.start();
  const runs = await Promise.all(ids.map(belfry.end));
  expect(runs.map(({ status }) => status)).toEqual(Array(4).fill('success'));
  expect(belfry.finished.map(({ id }) => id)).toEqual(ids);
});

test('a pause holds the rest of a catch-up, and its end lets it go on', async () => {
  const home = temporaryHome();
  const clock = handClock();
  const ids = await leftOver(home, 3, clock.now());
  const belfry = await open([jobOf(['true'], { coalesce: false })], { home, clock });
  await belfry.runner.start();
  belfry.schedule.decideStart = { do: 'hold', until: null };
  await belfry.end(ids[0] ?? '');
  await clock.advance(minute);
  expect(belfry.runner.running()).toEqual([]);
  expect((await belfry.reader.open()).map(({ id }) => id)).toEqual(ids.slice(1));
  belfry.schedule.decideStart = { do: 'go' };
  belfry.runner.review();
  const rest = await Promise.all(ids.slice(1).map(belfry.end));
  expect(rest.map(({ status }) => status)).toEqual(['success', 'success']);
});

test('a run that came too late after a restart is missed, recorded and reported', async () => {
  const home = temporaryHome();
  const clock = handClock();
  const ids = await leftOver(home, 1, clock.now());
  const belfry = await open([jobOf(['true'])], { home, clock });
  belfry.schedule.decideStart = { do: 'drop', status: 'missed', reason: 'Too late.' };
  await belfry.runner.start();
  expect(await belfry.end(ids[0] ?? '')).toMatchObject({ status: 'missed', reason: 'Too late.' });
  await expect.poll(() => belfry.finished.map(({ status }) => status)).toEqual(['missed']);
});
