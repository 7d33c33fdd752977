import { describe, expect, test } from 'vitest';
import { longestSleep, plan } from '../../electron/scheduler/plan.ts';
import { jobSchedule } from '../../electron/scheduler/scheduled-job.ts';
import type { Job, JobInput, Millis } from '../../shared/index.ts';
import { seededRandom } from '../support/random.ts';
import { cron, jobOf } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const at = (text: string) => Date.parse(`2026-11-${text}:00Z`);

function planOf(
  job: Job,
  given: { cursor: Millis; now: Millis; pausedSince?: Millis | null; recordSkipped?: boolean },
) {
  const schedule = jobSchedule(job, { timezone: 'UTC', anchor: 0 });
  return plan({ job, schedule, pausedSince: null, because: 'Because', recordSkipped: false, ...given });
}

describe('what becomes of due slots', () => {
  const hourly = { triggers: [cron('0 * * * *')] };

  test('nothing is due: nothing happens', () => {
    expect(planOf(jobOf(hourly), { cursor: at('22T09:00'), now: at('22T09:59') })).toBeNull();
  });

  test('a slot on time runs and moves the cursor to it', () => {
    expect(planOf(jobOf(hourly), { cursor: at('22T09:00'), now: at('22T10:00') })).toEqual({
      jobId: 'job',
      jobName: 'Job',
      expected: at('22T09:00'),
      cursor: at('22T10:00'),
      runs: [{ slot: at('22T10:00'), cause: 'schedule', notBefore: null }],
      gaps: [],
    });
  });

  test('a slot later than the beat ever sleeps is a catch-up', () => {
    const claim = planOf(jobOf(hourly), { cursor: at('22T09:00'), now: at('22T10:00') + longestSleep + 1 });
    expect(claim?.runs[0]?.cause).toBe('catch-up');
  });

  test('the grace includes its last millisecond', () => {
    const job = jobOf({ ...hourly, misfireGraceSeconds: 600 });
    const late = (ms: number) => planOf(job, { cursor: at('22T09:00'), now: at('22T10:10') + ms });
    expect(late(0)?.runs).toHaveLength(1);
    expect(late(1)).toMatchObject({ runs: [], gaps: [{ status: 'missed', count: 1 }] });
  });

  test('a grace of nothing still forgives a second, since no timer is exact', () => {
    const job = jobOf({ ...hourly, misfireGraceSeconds: 0 });
    expect(planOf(job, { cursor: at('22T09:00'), now: at('22T10:00') + 1000 })?.runs).toHaveLength(1);
    expect(planOf(job, { cursor: at('22T09:00'), now: at('22T10:00') + 1001 })?.runs).toHaveLength(0);
  });

  test('a slot that two triggers share is one slot', () => {
    const job = jobOf({ triggers: [cron('0 * * * *'), cron('0 10 * * *')], coalesce: false });
    expect(planOf(job, { cursor: at('22T09:00'), now: at('22T11:00') })?.runs).toHaveLength(2);
  });
});

describe('blackouts', () => {
  const nightly: Partial<JobInput> = {
    triggers: [cron('0 * * * *')],
    blackouts: [{ type: 'weekly', name: 'Night', from: '22:00', to: '06:00' }],
  };

  test('its slots wait for the first one after it, and leave one record', () => {
    const job = jobOf(nightly);
    expect(planOf(job, { cursor: at('22T21:00'), now: at('23T05:30') })).toBeNull();
    expect(planOf(job, { cursor: at('22T21:00'), now: at('23T06:00') })).toMatchObject({
      cursor: at('23T06:00'),
      runs: [{ slot: at('23T06:00') }],
      gaps: [
        {
          status: 'skipped',
          count: 8,
          first: at('22T22:00'),
          last: at('23T05:00'),
          reason: 'It was the blackout "Night".',
        },
      ],
    });
  });

  test('the record is written at once when the schedule ends', () => {
    const claim = planOf(jobOf(nightly), {
      cursor: at('22T21:00'),
      now: at('23T01:30'),
      recordSkipped: true,
    });
    expect(claim).toMatchObject({ runs: [], gaps: [{ count: 4 }] });
    const last = jobOf({ ...nightly, endAt: '2026-11-22T23:30:00Z' });
    expect(planOf(last, { cursor: at('22T21:00'), now: at('22T22:00') })).toMatchObject({
      gaps: [{ count: 1 }],
    });
  });
});

describe('long gaps', () => {
  test('ten years of a five-minute job are planned at once', () => {
    const job = jobOf({
      triggers: [cron('*/5 * * * *')],
      timezone: 'America/New_York',
      misfireGraceSeconds: 3600,
    });
    const cursor = Date.UTC(2016, 10, 22);
    const claim = planOf(job, { cursor, now: Date.UTC(2026, 10, 22) });
    expect(claim?.runs).toHaveLength(1);
    expect(claim?.gaps).toMatchObject([{ count: (Date.UTC(2026, 10, 22) - cursor) / (5 * minute) - 1 }]);
  });
});

/** What the plan should do, slot by slot, in the plainest way. */
function slotBySlot(job: Job, cursor: Millis, now: Millis, pausedSince: Millis | null) {
  const schedule = jobSchedule(job, { timezone: 'UTC', anchor: 0 });
  const slots = schedule.slots.between(cursor, now);
  const grace = job.misfireGraceSeconds === null ? Infinity : Math.max(job.misfireGraceSeconds * 1000, 1000);
  const paused = slots.filter((slot) => pausedSince !== null && slot > pausedSince);
  const before = slots.filter((slot) => !paused.includes(slot));
  const black = before.filter((slot) => schedule.blackouts?.at(slot));
  const open = before.filter((slot) => !black.includes(slot));
  const inGrace = open.filter((slot) => now - slot <= grace);
  const runs = inGrace.slice(-(job.coalesce ? 1 : job.maxCatchUp));
  const left = open.filter((slot) => !runs.includes(slot));
  const record = (list: Millis[]) =>
    list.length === 0 ? [] : [{ count: list.length, first: list[0], last: list.at(-1) }];
  return { slots, runs, records: [...record(left), ...record(black), ...record(paused)] };
}

test('250 random plans do what going through the slots one by one does', () => {
  const seed = Number(process.env['BELFRY_SEED'] ?? 7);
  const random = seededRandom(seed);
  const integer = (low: number, high: number) => low + Math.floor(random.next() * (high - low + 1));
  for (let index = 0; index < 250; index += 1) {
    const job = jobOf({
      triggers: [
        cron(`*/${integer(1, 20)} * * * *`),
        ...(random.next() < 0.3 ? [{ type: 'interval' as const, seconds: integer(100, 5000) }] : []),
      ],
      blackouts:
        random.next() < 0.5
          ? [
              {
                type: 'weekly',
                name: 'B',
                from: `${integer(10, 23)}:${integer(10, 59)}`,
                to: `0${integer(0, 9)}:30`,
              },
            ]
          : [],
      coalesce: random.next() < 0.5,
      misfireGraceSeconds: random.next() < 0.5 ? integer(0, 20_000) : null,
      maxCatchUp: integer(1, 30),
    });
    const cursor = Date.UTC(
      2026,
      10,
      integer(1, 28),
      integer(0, 23),
      integer(0, 59),
      integer(0, 59),
      integer(0, 999),
    );
    const now = cursor + integer(1, 30 * hour);
    const pausedSince = random.next() < 0.3 ? cursor + integer(-hour, 30 * hour) : null;
    const about = `seed ${seed}, case ${index}: ${JSON.stringify(job)} ${cursor} ${now} ${pausedSince}`;
    const wanted = slotBySlot(job, cursor, now, pausedSince);
    const claim = planOf(job, { cursor, now, pausedSince, recordSkipped: true });
    expect(claim?.runs.map(({ slot }) => slot) ?? [], about).toEqual(wanted.runs);
    expect(claim?.gaps.map(({ count, first, last }) => ({ count, first, last })) ?? [], about).toEqual(
      wanted.records,
    );
    expect(claim?.cursor ?? null, about).toBe(wanted.slots.at(-1) ?? null);
  }
});
