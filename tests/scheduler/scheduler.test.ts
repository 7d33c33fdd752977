import { describe, expect, test } from 'vitest';
import { toInstant } from '../../shared/index.ts';
import { cron, jobOf, world } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('awake', () => {
  test('a slot runs at its millisecond, claimed before it is handed over', async () => {
    const { clock, dispatched, history } = await world([jobOf({ triggers: [cron('*/15 * * * *')] })]);
    await clock.advance(15 * minute - 1);
    expect(dispatched).toHaveLength(0);
    await clock.advance(1);
    expect(dispatched).toMatchObject([{ jobId: 'job', slot: Date.parse('2026-11-22T09:15:00Z') }]);
    expect(await history()).toEqual(['2026-11-22T09:15:00.000Z schedule queued']);
  });

  test('an interval counts from the second in which Belfry first saw the job', async () => {
    const job = jobOf({ triggers: [{ type: 'interval', hours: 3 }] });
    const { clock, history } = await world([job], { start: '2026-11-22T09:00:00.700Z' });
    await clock.advance(7 * hour);
    expect(await history()).toEqual([
      '2026-11-22T12:00:00.000Z schedule queued',
      '2026-11-22T15:00:00.000Z schedule queued',
    ]);
  });

  test('jobs with the same expression run by their own cursors, zones and edits', async () => {
    const hourly = (id: string, more = {}) => jobOf({ id, triggers: [cron('0 * * * *')], ...more });
    const it = await world([hourly('a'), hourly('b'), hourly('c', { timezone: 'Asia/Kolkata' })]);
    await it.clock.advance(61 * 60_000);
    await it.setJobs(hourly('a'), hourly('b', { triggers: [cron('30 * * * *')] }), hourly('d'));
    await it.clock.advance(60 * 60_000);
    expect(it.dispatched.map(({ jobId, slot }) => `${jobId} ${toInstant(slot ?? 0).slice(11, 16)}`)).toEqual([
      'c 09:30',
      'a 10:00',
      'b 10:00',
      'b 10:30',
      'a 11:00',
      'd 11:00',
    ]);
  });

  test('all that is due at once is claimed, each job once', async () => {
    const jobs = ['a', 'b', 'c'].map((id) => jobOf({ id, triggers: [cron('* * * * *')] }));
    const { clock, dispatched } = await world(jobs);
    await clock.advance(minute);
    expect(dispatched.map(({ jobId }) => jobId)).toEqual(['a', 'b', 'c']);
  });
});

describe('sleep', () => {
  test('the latest slot runs, the others leave one record that says why', async () => {
    const { clock, scheduler, history, gaps } = await world([jobOf({ triggers: [cron('0 * * * *')] })]);
    clock.sleep(5 * hour + 10 * minute);
    scheduler.wake('resume');
    await clock.advance(0);
    expect(await history()).toEqual([
      '2026-11-22T13:00:00.000Z schedule skipped 4',
      '2026-11-22T14:00:00.000Z catch-up queued',
    ]);
    expect(await gaps()).toEqual([
      'skipped 4 10:00:00..13:00:00 The computer was asleep or its clock was set forward: 4 slots were merged into the run of the latest one (coalesce).',
    ]);
  });

  test('without a hint: the clocks are compared after 15 s at most', async () => {
    const { clock, history } = await world([jobOf({ triggers: [cron('0 * * * *')] })]);
    clock.sleep(90 * minute);
    await clock.advance(15 * second);
    expect(await history()).toEqual(['2026-11-22T10:00:00.000Z catch-up queued']);
  });

  test('slots beyond the misfire grace are missed', async () => {
    const job = jobOf({ triggers: [cron('0 * * * *')], misfireGraceSeconds: 3600 });
    const { clock, gaps, dispatched } = await world([job]);
    clock.sleep(5 * hour + 10 * minute);
    await clock.advance(15 * second);
    expect(dispatched.map(({ slot }) => slot)).toEqual([Date.parse('2026-11-22T14:00:00Z')]);
    expect(await gaps()).toEqual([
      'missed 4 10:00:00..13:00:00 The computer was asleep or its clock was set forward: 4 slots were more than 1 hour late (misfireGraceSeconds).',
    ]);
  });

  test('without coalesce each slot runs, oldest first, the newest maxCatchUp of them', async () => {
    const job = jobOf({ triggers: [cron('0 * * * *')], coalesce: false, maxCatchUp: 3 });
    const { clock, dispatched, gaps } = await world([job]);
    clock.sleep(5 * hour + 10 * minute);
    await clock.advance(15 * second);
    expect(dispatched.map(({ slot }) => new Date(slot ?? 0).getUTCHours())).toEqual([12, 13, 14]);
    expect(dispatched.map(({ cause }) => cause)).toEqual(['catch-up', 'catch-up', 'catch-up']);
    expect(await gaps()).toEqual([
      'missed 2 10:00:00..11:00:00 The computer was asleep or its clock was set forward: 2 slots were more than the 3 that are caught up (maxCatchUp).',
    ]);
  });
});

describe('downtime', () => {
  test('what fell into it is caught up at the start', async () => {
    const it = await world([jobOf({ triggers: [cron('0 * * * *')] })]);
    await it.clock.advance(hour);
    await it.restart(3 * hour + minute);
    expect(await it.history()).toEqual([
      '2026-11-22T10:00:00.000Z schedule queued',
      '2026-11-22T12:00:00.000Z schedule skipped 2',
      '2026-11-22T13:00:00.000Z catch-up queued',
    ]);
    expect((await it.gaps())[0]).toContain('Belfry was not running');
  });

  test('a restart does not move the phase of an interval', async () => {
    const it = await world([jobOf({ triggers: [{ type: 'interval', hours: 3 }] })]);
    await it.clock.advance(2 * hour);
    await it.restart(10 * minute);
    await it.clock.advance(50 * minute);
    expect(await it.history()).toEqual(['2026-11-22T12:00:00.000Z schedule queued']);
  });

  test('slots are not made up for a schedule that was edited meanwhile', async () => {
    const it = await world([jobOf({ triggers: [cron('0 2 * * *')] })]);
    await it.clock.advance(3 * hour);
    await it.scheduler.stop();
    await it.setJobs(jobOf({ triggers: [cron('0 10 * * *')] }));
    await it.restart(minute);
    expect(await it.history()).toEqual([]);
    expect(it.scheduler.next('job')).toBe(Date.parse('2026-11-23T10:00:00Z'));
  });
});

describe('clock', () => {
  test('set back, no slot comes again', async () => {
    const { clock, history } = await world([jobOf({ triggers: [cron('*/15 * * * *')] })]);
    await clock.advance(67 * minute);
    clock.set(clock.now() - hour);
    await clock.advance(70 * minute);
    expect(await history()).toEqual([
      '2026-11-22T09:15:00.000Z schedule queued',
      '2026-11-22T09:30:00.000Z schedule queued',
      '2026-11-22T09:45:00.000Z schedule queued',
      '2026-11-22T10:00:00.000Z schedule queued',
      '2026-11-22T10:15:00.000Z schedule queued',
    ]);
  });

  test('far ahead by mistake and put right, schedules go on', async () => {
    const { clock, history, scheduler } = await world([jobOf({ triggers: [cron('0 * * * *')] })]);
    clock.set(Date.parse('2035-01-01T00:30:00Z'));
    await clock.advance(15 * second);
    clock.set(Date.parse('2026-11-22T09:10:00Z'));
    await clock.advance(hour);
    expect((await history()).at(-1)).toBe('2026-11-22T10:00:00.000Z schedule queued');
    expect(scheduler.next('job')).toBe(Date.parse('2026-11-22T11:00:00Z'));
  });
});

describe('a write that fails', () => {
  const full = new Error('disk full');

  test('does not make a clock that was put right forgotten', async () => {
    const it = await world([jobOf({ triggers: [cron('0 * * * *')] })]);
    it.clock.set(Date.parse('2035-01-01T00:30:00Z'));
    await it.clock.advance(15 * second);
    it.breakLedger(full);
    it.clock.set(Date.parse('2026-11-22T09:10:00Z'));
    await it.clock.advance(15 * second);
    expect(it.troubles).not.toEqual([]);
    it.breakLedger(null);
    await it.clock.advance(hour);
    expect((await it.history()).at(-1)).toBe('2026-11-22T10:00:00.000Z schedule queued');
  });

  test('does not make a changed configuration forgotten', async () => {
    const it = await world([jobOf({ triggers: [cron('0 * * * *')] })]);
    it.breakLedger(full);
    const changed = jobOf({ triggers: [cron('30 * * * *')] });
    await expect(it.setJobs(changed)).rejects.toThrow('disk full');
    it.breakLedger(null);
    await it.clock.advance(hour);
    expect(await it.history()).toEqual(['2026-11-22T09:30:00.000Z schedule queued']);
  });
});

describe('pause', () => {
  test('stops slots, survives a restart, and its slots are recorded as skipped, not caught up', async () => {
    const it = await world([jobOf({ triggers: [cron('0 * * * *')] })]);
    await it.clock.advance(90 * minute);
    await it.scheduler.pause();
    await it.clock.advance(2 * hour);
    await it.restart(hour);
    expect(it.scheduler.paused()).toBe(true);
    await it.clock.advance(hour);
    await it.scheduler.resume();
    await it.clock.advance(hour);
    expect(await it.history()).toEqual([
      '2026-11-22T10:00:00.000Z schedule queued',
      '2026-11-22T14:00:00.000Z schedule skipped 4',
      '2026-11-22T15:00:00.000Z schedule queued',
    ]);
    expect(await it.gaps()).toEqual(['skipped 4 11:00:00..14:00:00 The scheduler was paused.']);
  });
});

describe('edits', () => {
  test('a new schedule begins at the edit, and slots that were due are claimed before', async () => {
    const it = await world([jobOf({ triggers: [cron('0 2 * * *')] })]);
    await it.clock.advance(3 * hour);
    await it.setJobs(jobOf({ triggers: [cron('0 10 * * *')] }));
    await it.clock.advance(minute);
    expect(await it.history()).toEqual([]);
    expect(it.scheduler.next('job')).toBe(Date.parse('2026-11-23T10:00:00Z'));
  });

  test('an edit of anything else changes no slot', async () => {
    const triggers = [{ type: 'interval' as const, hours: 3 }];
    const it = await world([jobOf({ triggers })]);
    await it.clock.advance(hour);
    await it.setJobs(jobOf({ triggers, name: 'Other', coalesce: false }));
    expect(it.scheduler.next('job')).toBe(Date.parse('2026-11-22T12:00:00Z'));
  });

  test('a job that was disabled comes back at now, without catch-up', async () => {
    const triggers = [cron('0 * * * *')];
    const it = await world([jobOf({ triggers })]);
    await it.setJobs(jobOf({ triggers, enabled: false }));
    expect(it.scheduler.next('job')).toBeNull();
    await it.clock.advance(5 * hour + minute);
    await it.setJobs(jobOf({ triggers }));
    await it.clock.advance(minute);
    expect(await it.history()).toEqual([]);
    expect(it.scheduler.next('job')).toBe(Date.parse('2026-11-22T15:00:00Z'));
  });

  test('a move to another zone makes up no slots', async () => {
    const it = await world([jobOf({ timezone: null, triggers: [cron('0 9 * * *')] })], {
      start: '2026-11-22T10:00:00Z',
    });
    it.zone.name = 'Pacific/Auckland';
    await it.clock.advance(minute);
    expect(await it.history()).toEqual([]);
    expect(it.scheduler.next('job')).toBe(Date.parse('2026-11-22T20:00:00Z'));
  });
});
