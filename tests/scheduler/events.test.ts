import { describe, expect, test } from 'vitest';
import { BelfryError } from '../../shared/index.ts';
import { cron, jobOf, type World, world } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('events', () => {
  const on = (event: 'start' | 'wake' | 'online', id: string = event) =>
    jobOf({ id, triggers: [{ type: 'event', event }] });

  test('the start of the engine, once', async () => {
    const it = await world([on('start')]);
    expect(it.dispatched).toMatchObject([{ jobId: 'start', slot: null }]);
    await it.setJobs(on('start'), on('start', 'later'));
    await it.clock.advance(minute);
    expect(await it.history()).toEqual(['- event queued']);
  });

  test('one wake for one sleep, though both the system and the clocks show it', async () => {
    const { clock, scheduler, dispatched } = await world([on('wake')]);
    clock.sleep(hour);
    await clock.advance(15 * second);
    scheduler.wake('resume');
    scheduler.wake('unlock');
    await clock.advance(second);
    expect(dispatched).toHaveLength(1);
    clock.sleep(hour);
    await clock.advance(minute);
    expect(dispatched).toHaveLength(2);
  });

  test('back on line', async () => {
    const { clock, scheduler, dispatched } = await world([on('online')]);
    scheduler.wake('online');
    await clock.advance(0);
    expect(dispatched).toHaveLength(1);
  });

  test('the end of another job, by its outcome', async () => {
    const waits = (outcome: 'success' | 'failure' | 'any') =>
      jobOf({ id: outcome, triggers: [{ type: 'event', event: 'job', job: 'news', outcome }] });
    const { clock, end, dispatched } = await world([waits('success'), waits('failure'), waits('any')]);
    await end('news', 'failure');
    await clock.advance(0);
    expect(dispatched.map(({ jobId }) => jobId)).toEqual(['failure', 'any']);
    await end('other', 'failure');
    await clock.advance(0);
    expect(dispatched).toHaveLength(2);
  });

  const afterNews = (id: string) =>
    jobOf({ id, triggers: [{ type: 'event', event: 'job', job: 'news', outcome: 'success' }] });
  const counts = async (it: World, ...ids: string[]) =>
    Promise.all(ids.map(async (id) => (await it.history(id)).length));

  test('an ending that was not handled before a crash is handled by the next engine, once', async () => {
    const it = await world([afterNews('one'), afterNews('two')]);
    await it.end('news', 'success', { heard: false });
    await it.end('news', 'failure', { heard: false });
    await it.crash(hour);
    expect(await counts(it, 'one', 'two')).toEqual([1, 1]);
    expect(it.dispatched.map(({ jobId }) => jobId)).toEqual(['one', 'two']);
    await it.crash();
    await it.end('news', 'success');
    await it.clock.advance(0);
    expect(await counts(it, 'one', 'two')).toEqual([2, 2]);
  });

  test('an end whose answer fails is answered later, by all who wait or by none', async () => {
    const it = await world([afterNews('one'), afterNews('two')]);
    it.breakLedger(new Error('disk full'));
    await it.end('news', 'success');
    await it.clock.advance(3 * second);
    expect(await counts(it, 'one', 'two')).toEqual([0, 0]);
    it.breakLedger(null);
    await it.clock.advance(second);
    expect(await counts(it, 'one', 'two')).toEqual([1, 1]);
    await it.clock.advance(minute);
    expect(await counts(it, 'one', 'two')).toEqual([1, 1]);
  });

  test('an ending in a pause starts nothing, then or later', async () => {
    const it = await world([afterNews('one')]);
    await it.scheduler.pause();
    await it.end('news', 'success');
    await it.clock.advance(0);
    await it.end('news', 'success', { heard: false });
    await it.crash();
    await it.scheduler.resume();
    await it.clock.advance(minute);
    expect(await counts(it, 'one')).toEqual([0]);
  });

  test('an end in a blackout leaves a record', async () => {
    const blackouts = [{ type: 'weekly' as const, name: 'Night', from: '22:00', to: '06:00' }];
    const it = await world([{ ...afterNews('one'), blackouts: jobOf({ blackouts }).blackouts }]);
    it.clock.set(Date.parse('2026-11-22T23:00:00Z'));
    await it.end('news', 'success');
    await it.clock.advance(0);
    expect(await it.gaps()).toEqual([
      'skipped 1 23:00:00..23:00:00 The job "news" ended with success. It was the blackout "Night".',
    ]);
    await it.crash();
    expect(await counts(it, 'one')).toEqual([1]);
  });

  test('a job that begins to wait is not started by ends of before', async () => {
    const it = await world([]);
    await it.end('news', 'success');
    await it.setJobs(afterNews('one'));
    await it.clock.advance(minute);
    expect(await counts(it, 'one')).toEqual([0]);
  });

  test('not while paused, not before startAt, and in a blackout only as a record', async () => {
    const blackouts = [{ type: 'weekly' as const, name: 'Night', from: '22:00', to: '06:00' }];
    const late = jobOf({
      id: 'late',
      startAt: '2026-12-01T00:00:00Z',
      triggers: [{ type: 'event', event: 'online' }],
    });
    const it = await world([{ ...on('online'), blackouts: jobOf({ blackouts }).blackouts }, late]);
    await it.scheduler.pause();
    it.scheduler.wake('online');
    await it.clock.advance(0);
    await it.scheduler.resume();
    expect(await it.history()).toEqual([]);
    it.clock.set(Date.parse('2026-11-22T23:00:00Z'));
    it.scheduler.wake('online');
    await it.clock.advance(0);
    expect(await it.gaps()).toEqual([
      'skipped 1 23:00:00..23:00:00 The computer came back on line. It was the blackout "Night".',
    ]);
    expect(it.dispatched).toHaveLength(0);
  });
});

describe('jitter', () => {
  test('is added to the start, never to the slot, and survives in the store', async () => {
    const { clock, dispatched, scheduler } = await world([
      jobOf({ triggers: [cron('0 * * * *')], jitterSeconds: 300 }),
    ]);
    await clock.advance(3 * hour);
    for (const { slot, notBefore } of dispatched) {
      expect(notBefore - (slot ?? 0)).toBeGreaterThanOrEqual(0);
      expect(notBefore - (slot ?? 0)).toBeLessThan(300 * second);
    }
    expect(new Set(dispatched.map(({ notBefore }) => notBefore % hour)).size).toBe(3);
    expect(scheduler.next('job')).toBe(Date.parse('2026-11-22T13:00:00Z'));
  });
});

describe('trouble', () => {
  test('what could not be claimed is tried again each second, reported once solved, and never lost', async () => {
    const it = await world([jobOf({ triggers: [cron('0 * * * *')] })]);
    it.breakLedger(new Error('disk full'));
    await it.clock.advance(hour + 3 * second);
    expect(it.dispatched).toHaveLength(0);
    expect(it.troubles.length).toBeGreaterThan(2);
    it.breakLedger(null);
    await it.clock.advance(second);
    expect(it.dispatched).toHaveLength(1);
    expect(it.troubles.at(-1)).toBeNull();
  });

  test('an engine whose home was taken over stops for good', async () => {
    const it = await world([jobOf({ triggers: [cron('* * * * *')] })]);
    const parts = { what: 'Taken over', where: 'here', why: 'so', remedy: 'end' };
    it.breakLedger(new BelfryError({ code: 'CONFLICT', ...parts }));
    await it.clock.advance(minute);
    it.breakLedger(null);
    await it.clock.advance(10 * minute);
    expect(it.dispatched).toHaveLength(0);
    expect(it.clock.pending()).toBe(0);
  });

  test('two starts and two stops are one', async () => {
    const it = await world([jobOf({ triggers: [{ type: 'event', event: 'start' }] })]);
    await it.scheduler.start();
    await Promise.all([it.scheduler.stop(), it.scheduler.stop()]);
    expect(it.dispatched).toHaveLength(1);
    expect(it.clock.pending()).toBe(0);
  });
});

describe('what comes next', () => {
  test('is known of each job that has a slot to come', async () => {
    const { scheduler } = await world([
      jobOf({ id: 'five', triggers: [cron('*/5 * * * *')] }),
      jobOf({ id: 'seven', triggers: [cron('7 * * * *')] }),
      jobOf({ id: 'hand' }),
    ]);
    expect(scheduler.next('five')).toBe(Date.parse('2026-11-22T09:05:00Z'));
    expect(scheduler.next('seven')).toBe(Date.parse('2026-11-22T09:07:00Z'));
    expect(scheduler.next('hand')).toBeNull();
    expect(scheduler.next('unknown')).toBeNull();
  });

  test('fire times of a job follow the phase that the engine knows', async () => {
    const job = jobOf({ triggers: [{ type: 'interval', hours: 5 }] });
    const { clock, scheduler } = await world([job]);
    await clock.advance(2 * hour);
    const { next } = await scheduler.fireTimes({ job, from: clock.now(), count: 2 });
    expect(next).toEqual(['2026-11-22T14:00:00.000Z', '2026-11-22T19:00:00.000Z']);
  });

  test('an edit keeps that phase in its preview; a new job begins to count when it is saved', async () => {
    const job = jobOf({ triggers: [{ type: 'interval', hours: 5 }] });
    const { clock, scheduler } = await world([job]);
    await clock.advance(2 * hour);
    const from = clock.now();
    const edited = { ...job, triggers: [{ type: 'interval' as const, hours: 4 }] };
    const kept = await scheduler.fireTimes({ job: edited, from, count: 1 });
    expect(kept.next).toEqual(['2026-11-22T13:00:00.000Z']);
    expect(kept.countsFromSaving).toBeUndefined();
    const fresh = await scheduler.fireTimes({ job: { ...edited, id: 'new' }, from, count: 1 });
    expect(fresh).toMatchObject({ next: ['2026-11-22T15:00:00.000Z'], countsFromSaving: true });
    const anchor = '2026-11-22T00:00:00Z';
    const anchored = { type: 'interval' as const, hours: 4, anchor };
    const fixed = await scheduler.fireTimes({ trigger: anchored, from, count: 1 });
    expect(fixed.countsFromSaving).toBeUndefined();
  });
});
