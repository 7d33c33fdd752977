import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AcceptedRun } from '../../electron/runner/index.ts';
import type { Job } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';
import { jobOf, openRunner, processesWith } from './support.ts';

type Belfry = Awaited<ReturnType<typeof open>>;

/** A runner on a clock that is moved by hand, so that no two slots are one. */
async function open(jobs: Job[]) {
  const clock = handClock();
  return { ...(await openRunner(jobs, { clock })), clock };
}

/** A step that ends when its gate is opened. */
function gate() {
  const file = join(temporaryHome(), 'gate');
  return {
    step: `while [ ! -e ${file} ]; do sleep 0.02; done`,
    open: () => writeFileSync(file, ''),
  };
}

/** A run as the scheduler hands it over; each has a slot of its own. */
async function claim(belfry: Belfry, delay = 0): Promise<AcceptedRun> {
  await belfry.clock.advance(1000);
  const slot = belfry.clock.now();
  const cause = 'schedule';
  const run = await belfry.ledger.create(
    { jobId: 'job', jobName: 'Job', cause, attempt: 1, fromStep: 0, reason: null, slot },
    slot,
  );
  return { runId: run.id, jobId: 'job', cause, slot, createdAt: slot, notBefore: slot + delay };
}

async function accept(belfry: Belfry): Promise<string> {
  const run = await claim(belfry);
  belfry.runner.accept(run);
  return run.runId;
}

test('skip: a slot that comes while a run is at work is skipped, with the reason', async () => {
  const { step, open: end } = gate();
  const belfry = await open([jobOf([step])]);
  const first = await accept(belfry);
  const second = await belfry.end(await accept(belfry));
  expect(second).toMatchObject({
    status: 'skipped',
    reason: 'Another run of the job was still at work (maxInstances 1).',
  });
  await expect(belfry.runner.runNow('job')).rejects.toThrow(/^CONFLICT: The job cannot be run now/);
  end();
  expect((await belfry.end(first)).status).toBe('success');
  expect(belfry.finished.map((run) => run.id)).toEqual([first]);
});

test('maxInstances: so many run side by side', async () => {
  const { step, open: end } = gate();
  const belfry = await open([jobOf([step], { maxInstances: 2 })]);
  const ids = [await accept(belfry), await accept(belfry), await accept(belfry)];
  end();
  const runs = await Promise.all(ids.map(belfry.end));
  expect(runs.map((run) => run.status)).toEqual(['success', 'success', 'skipped']);
});

test('queue: one waits for the end of the one at work, a third is skipped', async () => {
  const { step, open: end } = gate();
  const belfry = await open([jobOf([step], { overlap: 'queue' })]);
  const [first, second, third] = [await accept(belfry), await accept(belfry), await accept(belfry)];
  expect((await belfry.end(third)).status).toBe('skipped');
  expect((await belfry.reader.get(second))?.status).toBe('queued');
  end();
  expect((await belfry.end(first)).status).toBe('success');
  expect((await belfry.end(second)).status).toBe('success');
});

test('replace: the newest stops the one at work and takes the place of the one that waits', async () => {
  const belfry = await open([jobOf(['exec sleep 300.4'], { overlap: 'replace' })]);
  const runs = [await claim(belfry), await claim(belfry), await claim(belfry)];
  for (const run of runs) belfry.runner.accept(run);
  const [first = '', second = '', third] = runs.map(({ runId }) => runId);
  expect(await belfry.end(first)).toMatchObject({
    status: 'cancelled',
    reason: `Run ${second} took its place.`,
  });
  expect((await belfry.end(second)).status).toBe('skipped');
  await expect.poll(() => belfry.runner.running().map((run) => run.runId)).toEqual([third]);
  await expect.poll(() => processesWith('300.4').length).toBe(1);
});

test('jitter: a run does not start before its instant, and can be cancelled until then', async () => {
  const belfry = await open([jobOf(['true'], { maxInstances: 2 })]);
  const late = await claim(belfry, 60_000);
  const soon = await claim(belfry, 300);
  belfry.runner.accept(late);
  belfry.runner.accept(soon);
  await belfry.clock.advance(299);
  expect(belfry.runner.running()).toEqual([]);
  await belfry.clock.advance(1);
  expect((await belfry.end(soon.runId)).status).toBe('success');
  expect(await belfry.runner.cancel(late.runId)).toMatchObject({
    status: 'cancelled',
    reason: 'It was cancelled before it began.',
  });
});

test('a run whose job is gone is skipped', async () => {
  const belfry = await open([]);
  expect((await belfry.end(await accept(belfry))).reason).toBe('The job does not exist any more.');
});
