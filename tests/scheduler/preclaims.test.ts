import { describe, expect, test } from 'vitest';
import { splitPreclaims } from '../../electron/scheduler/claims.ts';
import { cron, jobOf, world } from './world.ts';

const second = 1000;
const minute = 60 * second;
const slot = Date.parse('2026-11-22T09:15:00Z');
const quarterly = (more: Parameters<typeof jobOf>[0] = {}) =>
  jobOf({ triggers: [cron('*/15 * * * *')], ...more });

/** A world in which the slot at 09:15 is claimed and comes in 200 ms. */
async function beforeSlot(...jobs: ReturnType<typeof jobOf>[]) {
  const it = await world(jobs.length > 0 ? jobs : [quarterly()]);
  await it.clock.advance(15 * minute - 200);
  expect(await it.history()).toEqual(['2026-11-22T09:15:00.000Z schedule queued']);
  expect(it.dispatched).toEqual([]);
  return it;
}

describe('a slot that is claimed early', () => {
  test('starts at its millisecond, however long the disk took, and is shown as what comes next until then', async () => {
    const { clock, scheduler, dispatched } = await beforeSlot();
    expect(scheduler.next('job')).toBe(slot);
    await clock.advance(199);
    expect(dispatched).toEqual([]);
    await clock.advance(1);
    expect(dispatched).toMatchObject([{ jobId: 'job', slot }]);
    expect(scheduler.next('job')).toBe(slot + 15 * minute);
  });

  test('runs once when the engine dies before it, and comes back in time', async () => {
    const it = await beforeSlot();
    await it.crash(100);
    await it.clock.advance(minute);
    expect(it.dispatched.map((run) => run.slot)).toEqual([slot]);
    expect(await it.history()).toEqual(['2026-11-22T09:15:00.000Z schedule queued']);
  });

  test('is decided about anew when the engine comes back too late for it', async () => {
    const it = await beforeSlot(quarterly({ misfireGraceSeconds: 60 }));
    await it.crash(10 * minute);
    expect(it.dispatched).toEqual([]);
    expect(await it.gaps()).toEqual([
      'missed 1 09:15:00..09:15:00 Belfry was not running: 1 slot was more than 1 minute late (misfireGraceSeconds).',
    ]);
  });

  test('that had started is left to the runner when the engine dies', async () => {
    const it = await beforeSlot(quarterly({ misfireGraceSeconds: 60 }));
    await it.clock.advance(second);
    expect(it.dispatched).toHaveLength(1);
    await it.crash(10 * minute);
    expect(await it.history()).toEqual(['2026-11-22T09:15:00.000Z schedule queued']);
    expect(it.dispatched).toHaveLength(1);
  });

  test('falls into a pause that begins before it', async () => {
    const it = await beforeSlot();
    await it.scheduler.pause();
    expect(await it.history()).toEqual([]);
    await it.clock.advance(minute);
    await it.scheduler.resume();
    expect(it.dispatched).toEqual([]);
    expect(await it.history()).toEqual(['2026-11-22T09:15:00.000Z schedule skipped 1']);
  });

  test('is gone when its job is edited or disabled before it', async () => {
    const it = await beforeSlot();
    await it.setJobs(jobOf({ triggers: [cron('20 * * * *')] }));
    await it.clock.advance(minute);
    expect(await it.history()).toEqual([]);
    await it.clock.advance(5 * minute);
    expect(it.dispatched.map((run) => run.slot)).toEqual([slot + 5 * minute]);

    const other = await beforeSlot();
    await other.setJobs({ ...quarterly(), enabled: false });
    await other.clock.advance(minute);
    expect(await other.history()).toEqual([]);
  });

  test('waits for its time again when the clock is set back', async () => {
    const it = await beforeSlot();
    it.clock.set(it.clock.now() - 30 * minute);
    await it.clock.advance(minute);
    expect(it.dispatched).toEqual([]);
    expect(await it.history()).toEqual([]);
    await it.clock.advance(30 * minute);
    expect(it.dispatched.map((run) => run.slot)).toEqual([slot]);
  });

  test('is planned as late when the machine slept over it', async () => {
    const it = await beforeSlot(quarterly({ misfireGraceSeconds: 60 }));
    it.clock.sleep(45 * minute + 30 * second);
    await it.clock.advance(15 * second);
    expect(it.dispatched.map((run) => run.slot)).toEqual([slot + 45 * minute]);
    expect(await it.gaps()).toEqual([expect.stringMatching(/^missed 3 09:15:00\.\.09:45:00 /)]);
  });

  test('is given back at an orderly end', async () => {
    const it = await beforeSlot();
    await it.scheduler.stop();
    expect(await it.history()).toEqual([]);
    await it.restart(minute);
    expect(it.dispatched.map((run) => run.slot)).toEqual([slot]);
  });

  test('is given back by an engine that drains', async () => {
    const it = await beforeSlot();
    it.scheduler.drain();
    await it.clock.advance(minute);
    expect(it.dispatched).toEqual([]);
    expect(await it.history()).toEqual([]);
  });

  test.each([
    ['jitter', { jitterSeconds: 30 }],
    ['blackouts', { blackouts: [{ type: 'weekly', days: ['sun'], from: '10:00', to: '11:00' }] as never }],
  ])('is none with %s, which is not decided before its time', async (_name, more) => {
    const it = await world([quarterly(more)]);
    await it.clock.advance(15 * minute - 1);
    expect(await it.history()).toEqual([]);
    await it.clock.advance(1);
    expect(it.dispatched.map((run) => run.slot)).toEqual([slot]);
  });

  test('is the only one in hand of its job: one a moment later is not lost with it', async () => {
    const soon = new Date(slot + 100).toISOString();
    const both = [slot, slot + 100];
    const job = quarterly({ triggers: [cron('*/15 * * * *'), { type: 'date', at: soon }] });
    const it = await beforeSlot(job);
    await it.restart(0);
    await it.clock.advance(minute);
    expect(it.dispatched.map((run) => run.slot)).toEqual(both);

    const crashed = await beforeSlot(job);
    await crashed.crash(0);
    await crashed.clock.advance(minute);
    expect(crashed.dispatched.map((run) => run.slot)).toEqual(both);
  });

  test('does not keep others from being late by a second', async () => {
    const everySecond = jobOf({ id: 'dense', triggers: [cron('* * * * * *')] });
    const it = await world([everySecond, quarterly()], { start: '2026-11-22T09:14:50Z' });
    await it.clock.advance(12 * second);
    const times = it.dispatched.map(({ jobId, slot }) => `${jobId} ${((slot ?? 0) / second) % 60}`);
    expect(times).toEqual(expect.arrayContaining(['dense 59', 'job 0', 'dense 0', 'dense 2']));
    expect(new Set(times).size).toBe(13);
  });
});

test('early runs are trusted only while time goes as foreseen', () => {
  const times = (offset: number) => {
    const sorted = splitPreclaims([{ cursor: slot }], slot + offset);
    return sorted && (sorted.start.length > 0 ? 'start' : 'wait');
  };
  expect([-1001, -1000, -1, 0, 1000, 1001].map(times)).toEqual([
    null,
    'wait',
    'wait',
    'start',
    'start',
    null,
  ]);
});
