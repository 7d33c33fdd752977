import { describe, expect, test } from 'vitest';
import { type SimulationInput, simulate } from '../../electron/scheduler/index.ts';
import { builtinJobs, templates } from '../../electron/templates/index.ts';
import type { Job } from '../../shared/index.ts';
import { cron, jobOf } from './world.ts';

const at = (text: string) => Date.parse(`2026-11-${text}:00Z`);

function play(jobs: Job[], world: Partial<SimulationInput> = {}) {
  return simulate({
    jobs,
    timezone: 'UTC',
    from: at('22T09:00'),
    to: at('22T15:00'),
    sleep: [],
    off: [],
    clock: [],
    ...world,
  });
}

/** The happenings as short lines: `12:30 run 12:00`. */
function lines(jobs: Job[], world: Partial<SimulationInput> = {}): string[] {
  const time = (instant: number | null) =>
    instant === null ? '-' : new Date(instant).toISOString().slice(11, 16);
  return play(jobs, world).events.map((event) => {
    const when = time(event.at);
    if (event.kind === 'run') return `${when} ${event.cause} ${time(event.slot)}`;
    if ('count' in event)
      return `${when} ${event.kind} ${event.count} ${time(event.first)}..${time(event.last)}`;
    return `${when} ${event.kind}`;
  });
}

describe('the plan, played', () => {
  const twoHourly = jobOf({ triggers: [cron('0 */2 * * *')] });

  test('awake, every slot runs on time', () => {
    expect(lines([twoHourly])).toEqual([
      '10:00 schedule 10:00',
      '12:00 schedule 12:00',
      '14:00 schedule 14:00',
    ]);
  });

  test('sleep: the latest runs at the waking, the rest is one record', () => {
    expect(lines([twoHourly], { sleep: [{ from: at('22T09:30'), to: at('22T14:30') }] })).toEqual([
      '09:30 sleep',
      '14:30 wake',
      '14:30 skipped 2 10:00..12:00',
      '14:30 catch-up 14:00',
    ]);
  });

  test('downtime says so, and a downtime that a sleep touches is one downtime', () => {
    const world = {
      sleep: [{ from: at('22T09:30'), to: at('22T11:30') }],
      off: [{ from: at('22T11:00'), to: at('22T13:30') }],
    };
    expect(lines([twoHourly], world)).toEqual([
      '09:30 stop',
      '13:30 start',
      '13:30 skipped 1 10:00..10:00',
      '13:30 catch-up 12:00',
      '14:00 schedule 14:00',
    ]);
    const record = play([twoHourly], world).events.find((event) => 'reason' in event && event.reason);
    expect(record).toMatchObject({ reason: expect.stringContaining('Belfry was not running') });
  });

  test('a clock set back repeats nothing, one set forward is like sleep', () => {
    expect(lines([twoHourly], { clock: [{ at: at('22T12:30'), seconds: -3600 }] })).toEqual([
      '10:00 schedule 10:00',
      '12:00 schedule 12:00',
      '12:30 clock',
      '15:00 schedule 14:00',
    ]);
    expect(lines([twoHourly], { clock: [{ at: at('22T10:30'), seconds: 3 * 3600 }] })).toEqual([
      '10:00 schedule 10:00',
      '10:30 clock',
      '10:30 catch-up 12:00',
      '11:00 schedule 14:00',
      '13:00 schedule 16:00',
      '15:00 schedule 18:00',
    ]);
  });

  test('events, and jobs that wait for others', () => {
    const after = jobOf({
      id: 'after',
      triggers: [{ type: 'event', event: 'job', job: 'job', outcome: 'success' }],
    });
    const wakes = jobOf({ id: 'wakes', triggers: [{ type: 'event', event: 'wake' }] });
    const world = { to: at('22T11:00'), sleep: [{ from: at('22T10:10'), to: at('22T10:20') }] };
    expect(lines([twoHourly, after, wakes], world)).toEqual([
      '10:00 schedule 10:00',
      '10:00 event -',
      '10:10 sleep',
      '10:20 wake',
      '10:20 event -',
    ]);
  });

  test('disabled jobs do nothing', () => {
    expect(lines([{ ...twoHourly, enabled: false }])).toEqual([]);
  });

  test('times that make no sense are refused together', () => {
    const world = { to: at('22T08:00'), clock: [{ at: at('23T00:00'), seconds: 0 }] };
    expect(() => play([], world)).toThrow(
      /^BAD_INPUT: There are 3 mistakes, in the simulation\. to: must be after "from"/,
    );
  });

  test('a simulation that would say too much is refused', () => {
    const everySecond = jobOf({ triggers: [cron('* * * * * *')] });
    expect(() => play([everySecond], { to: at('29T09:00') })).toThrow(/^TOO_LARGE: More than 100000 things/);
  });
});

describe('the heritage set-ups over a week, with a sleep each night and the weekend off', () => {
  const timezone = 'America/New_York';
  const from = Date.parse('2026-11-22T14:00:00Z'); // Sunday, 9 o'clock
  const days = [23, 24, 25, 26, 27];
  const input: SimulationInput = {
    jobs: [
      ...templates.flatMap(({ jobs }) => jobs.map((job) => ({ ...job, enabled: true }))),
      ...builtinJobs,
    ],
    timezone,
    from,
    to: Date.parse('2026-11-30T14:00:00Z'),
    sleep: days.map((day) => ({ from: at(`${day}T04:00`), to: at(`${day}T12:00`) })), // 23:00 to 7:00
    off: [{ from: at('28T04:00'), to: at('30T12:00') }],
    clock: [],
  };
  const { events, totals } = simulate(input);
  const runs = (jobId: string) => events.filter((event) => event.kind === 'run' && event.jobId === jobId);

  test('planning, due at 2 in the night, runs each morning at the waking, once after the weekend', () => {
    expect(runs('planning_pipeline').map((event) => new Date(event.at).toISOString().slice(8, 16))).toEqual([
      ...days.map((day) => `${day}T12:00`),
      '30T12:00',
    ]);
    expect(totals.find(({ jobId }) => jobId === 'planning_pipeline')).toEqual({
      jobId: 'planning_pipeline',
      runs: 6,
      skipped: 2,
      missed: 0,
    });
  });

  test('the intervals keep their phase: Facebook and Instagram stay an hour apart', () => {
    const awake = (jobId: string) =>
      runs(jobId).filter((event) => event.kind === 'run' && event.cause === 'schedule');
    const hours = (jobId: string) =>
      new Set(awake(jobId).map(({ at: when }) => ((when - from) / 3_600_000) % 2));
    expect(hours('facebook_publishing')).toEqual(new Set([0]));
    expect(hours('instagram_publishing')).toEqual(new Set([1]));
    expect(runs('news_pipeline').length).toBeGreaterThan(25);
  });

  test('every slot of the week is a run or in a record', () => {
    const hours = (input.to - input.from) / 3_600_000;
    const counted = (jobId: string) => {
      const total = totals.find((entry) => entry.jobId === jobId);
      const onEvents = runs(jobId).filter((event) => event.kind === 'run' && event.cause === 'event').length;
      return total ? total.runs + total.skipped + total.missed - onEvents : 0;
    };
    expect(counted('news_pipeline')).toBe(hours / 3 + 1);
    expect(counted('ungrounded_pipeline')).toBe(hours / 6 + 1);
    // The publisher keeps its own time.
    expect(counted('publish_due_posts')).toBe(0);
    expect(counted('refresh_tokens')).toBe(hours / 6);
  });

  test('tokens are refreshed at each waking and start besides', () => {
    const causes = runs('refresh_tokens').flatMap((event) => (event.kind === 'run' ? [event.cause] : []));
    expect(causes.filter((cause) => cause === 'event')).toHaveLength(days.length + 1);
  });
});
