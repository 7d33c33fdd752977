import { describe, expect, test } from 'vitest';
import { blackoutWindows } from '../../electron/scheduler/blackout-windows.ts';
import { decideStart, type StartInput } from '../../electron/scheduler/claims.ts';
import { zoneOf } from '../../electron/scheduler/time/zone.ts';
import type { WaitingRun } from '../../shared/index.ts';
import { cron, jobOf, world } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const slot = Date.parse('2026-11-22T09:00:00Z');

const run = (change: Partial<WaitingRun> = {}): WaitingRun => ({
  jobId: 'job',
  cause: 'schedule',
  slot,
  attempt: 1,
  createdAt: slot,
  notBefore: slot,
  ...change,
});
const retry = run({ cause: 'retry', attempt: 2 });
const decide = (waiting: WaitingRun, change: Partial<StartInput> = {}) =>
  decideStart(waiting, { job: jobOf(), blackouts: null, paused: false, now: slot, grace: true, ...change });

describe('a run that waits', () => {
  test('goes when nothing is in its way', () => {
    expect(decide(run())).toEqual({ do: 'go' });
    expect(decide(retry, { now: slot + hour })).toEqual({ do: 'go' });
  });

  test('is held by a pause and by a blackout, and dropped with its job', () => {
    const blackouts = blackoutWindows(
      [{ type: 'weekly', days: ['sun'], from: '08:00', to: '10:00' }],
      zoneOf('UTC'),
    );
    for (const waiting of [run(), run({ cause: 'catch-up' }), retry]) {
      expect(decide(waiting, { paused: true })).toEqual({ do: 'hold', until: null });
      expect(decide(waiting, { blackouts })).toEqual({ do: 'hold', until: slot + hour });
      expect(decide(waiting, { job: undefined })).toMatchObject({ do: 'drop', status: 'skipped' });
    }
  });

  test('is dropped when its job is disabled; the retry of a run by hand of a disabled job is not', () => {
    const job = jobOf({ enabled: false });
    expect(decide(run(), { job })).toMatchObject({ do: 'drop', reason: expect.stringMatching(/disabled/) });
    expect(decide(retry, { job })).toEqual({ do: 'go' });
  });

  test('ends with its job when it is a retry', () => {
    const job = jobOf({ endAt: new Date(slot + minute).toISOString() });
    expect(decide(retry, { job, now: slot + minute })).toEqual({ do: 'go' });
    expect(decide(retry, { job, now: slot + minute + 1 })).toMatchObject({ do: 'drop', status: 'skipped' });
    expect(decide({ ...retry, createdAt: slot + hour }, { job, now: slot + 2 * hour })).toEqual({ do: 'go' });
    expect(decide(run(), { job, now: slot + hour })).toEqual({ do: 'go' });
  });

  test.each([
    ['on time', {}, 60 * second, 'go'],
    ['too late', {}, 60 * second + 1, 'drop'],
    ['late by its jitter', { notBefore: slot + 30 * second }, 90 * second, 'go'],
    ['later than its jitter', { notBefore: slot + 30 * second }, 90 * second + 1, 'drop'],
    [
      'let pass by the plan',
      { createdAt: slot + 59.9 * second, notBefore: slot + 59.9 * second },
      60.5 * second,
      'go',
    ],
    ['without a slot', { slot: null, cause: 'event' as const }, hour, 'go'],
    ['a retry', { cause: 'retry' as const, attempt: 2 }, hour, 'go'],
  ])('is asked for its misfire grace: %s', (_name, change, late, expected) => {
    const job = jobOf({ misfireGraceSeconds: 60 });
    const said = decide(run(change), { job, now: slot + late });
    expect(said.do).toBe(expected);
    if (said.do === 'drop')
      expect(said).toMatchObject({ status: 'missed', reason: expect.stringMatching(/within 1 minute/) });
    expect(decide(run(change), { job, now: slot + late, grace: false }).do).toBe('go');
  });
});

test('the scheduler knows of a pause before the runs of the last engine are taken up', async () => {
  const it = await world([jobOf({ triggers: [cron('0 * * * *')] })]);
  await it.scheduler.pause();
  await it.crash(minute);
  expect(it.scheduler.decideStart(run(), true)).toEqual({ do: 'hold', until: null });
  expect(it.scheduler.decideStart(run({ jobId: 'gone' }), true)).toMatchObject({ do: 'drop' });
  await it.scheduler.resume();
  expect(it.scheduler.decideStart(run(), true)).toEqual({ do: 'go' });
});
