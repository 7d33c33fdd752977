import { expect, test } from 'vitest';
import type { AcceptedRun } from '../../electron/runner/index.ts';
import { jobOf, openRunner, processesWith } from './support.ts';

type Belfry = Awaited<ReturnType<typeof openRunner>>;

/** A run as the scheduler hands it over. */
async function claim(belfry: Belfry, notBefore = 0): Promise<AcceptedRun> {
  const run = await belfry.ledger.create(
    {
      jobId: 'job',
      jobName: 'Job',
      cause: 'schedule',
      attempt: 1,
      fromStep: 0,
      reason: null,
      slot: Date.now(),
    },
    Date.now(),
  );
  return { runId: run.id, jobId: 'job', notBefore };
}

async function accept(belfry: Belfry): Promise<string> {
  const run = await claim(belfry);
  belfry.runner.accept(run);
  return run.runId;
}

test('skip: a slot that comes while a run is at work is skipped, with the reason', async () => {
  const belfry = await openRunner([jobOf(['sleep 0.3'])]);
  const first = await accept(belfry);
  const second = await belfry.end(await accept(belfry));
  expect(second).toMatchObject({
    status: 'skipped',
    reason: 'Another run of the job was still at work (maxInstances 1).',
  });
  await expect(belfry.runner.runNow('job')).rejects.toThrow(/^CONFLICT: The job cannot be run now/);
  expect((await belfry.end(first)).status).toBe('success');
  expect(belfry.finished.map((run) => run.id)).toEqual([first]);
});

test('maxInstances: so many run side by side', async () => {
  const belfry = await openRunner([jobOf(['sleep 0.3'], { maxInstances: 2 })]);
  const ids = [await accept(belfry), await accept(belfry), await accept(belfry)];
  const runs = await Promise.all(ids.map(belfry.end));
  expect(runs.map((run) => run.status)).toEqual(['success', 'success', 'skipped']);
});

test('queue: one waits for the end of the one at work, a third is skipped', async () => {
  const belfry = await openRunner([jobOf(['sleep 0.3'], { overlap: 'queue' })]);
  const ids = [await accept(belfry), await accept(belfry), await accept(belfry)];
  const [first, second, third] = await Promise.all(ids.map(belfry.end));
  expect([first, second, third].map((run) => run?.status)).toEqual(['success', 'success', 'skipped']);
  expect(Date.parse(second?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.finishedAt ?? ''));
});

test('replace: the newest stops the one at work and takes the place of the one that waits', async () => {
  const belfry = await openRunner([jobOf(['exec sleep 300.4'], { overlap: 'replace' })]);
  const first = await accept(belfry);
  const second = await accept(belfry);
  const third = await accept(belfry);
  expect(await belfry.end(first)).toMatchObject({
    status: 'cancelled',
    reason: `Run ${second} took its place.`,
  });
  expect((await belfry.end(second)).status).toBe('skipped');
  await expect.poll(() => belfry.runner.running().map((run) => run.runId)).toEqual([third]);
  await expect.poll(() => processesWith('300.4').length).toBe(1);
});

test('jitter: a run does not start before its instant, and can be cancelled until then', async () => {
  const belfry = await openRunner([jobOf(['true'], { maxInstances: 2 })]);
  const soon = await claim(belfry, Date.now() + 300);
  const late = await claim(belfry, Date.now() + 60_000);
  belfry.runner.accept(soon);
  belfry.runner.accept(late);
  const run = await belfry.end(soon.runId);
  expect(Date.parse(run.startedAt ?? '')).toBeGreaterThanOrEqual(soon.notBefore);
  expect(await belfry.runner.cancel(late.runId)).toMatchObject({
    status: 'cancelled',
    reason: 'It was cancelled before it began.',
  });
});

test('a run whose job is gone is skipped', async () => {
  const belfry = await openRunner([]);
  expect((await belfry.end(await accept(belfry))).reason).toBe('The job does not exist any more.');
});
