import { describe, expect, test } from 'vitest';
import { checkJob, checkJobs, checkTrigger } from '../../electron/scheduler/index.ts';
import type { JobInput, Trigger } from '../../shared/index.ts';
import { cron, jobOf } from './world.ts';

const place = { timezone: 'Europe/Berlin', anchor: Date.UTC(2026, 10, 22) };
const messages = (trigger: Trigger) =>
  checkTrigger(trigger, place).map(({ field, message }) => `${field}: ${message}`);
const ofJob = (parts: Partial<JobInput>, context = {}) =>
  checkJob(jobOf(parts), context).map(({ field, message }) => `${field}: ${message}`);

describe('expressions that mean nothing are refused with a guess', () => {
  test.each<[string, RegExp]>([
    [
      '*/90 * * * *',
      /^expression: minute "\*\/90" has a step .* longer than its range \(0 to 59\).*"minutes":90/,
    ],
    ['*/1000000000000 * * * *', /minute "\*\/1000000000000" has a step/],
    ['0 */24 * * *', /hour "\*\/24" has a step .*"hours":24/],
    ['5-1 * * * *', /minute "5-1" runs backwards; did you mean "1-5" or "5-59,0-1"\?/],
    ['0 22-2 * * *', /hour "22-2" runs backwards.*"22-23,0-2"/],
    ['60 * * * *', /minute "60" is out of range: 0 to 59/],
    ['0 24 * * *', /hour "24" is out of range: 0 to 23 are allowed; did you mean 0\?/],
    ['0 0 0 * *', /day of month "0" is out of range: 1 to 31/],
    ['0 0 * 13 *', /month "13" is out of range: 1 to 12/],
    ['0 0 * * 8', /day of week "8" is out of range: 0 to 7/],
    ['0 9 * * tues', /day of week "tues" is not known; did you mean "tue"\?/],
    ['0 9 * febuary *', /month "febuary" is not known; did you mean "feb"\?/],
    ['5/10 * * * *', /minute "5\/10" has a step without a range; did you mean "5-59\/10"\?/],
    ['1-5/10 * * * *', /minute "1-5\/10" has a step that is longer than its range \(1 to 5\)/],
    ['*/0 * * * *', /minute "\*\/0" has the step "0"/],
    ['1,,2 * * * *', /minute "" is empty/],
    ['? * * * *', /minute "\?" .*did you mean "\*"\?/],
    ['0 9 * * L', /day of week "L" needs a weekday before the L, such as "friL"/],
    ['0 9 * * fri#6', /day of week "fri#6" is out of range: #1 to #5/],
    ['0 9 32W * *', /day of month "32W" is out of range/],
    ['0 9 L-31 * *', /day of month "L-31" is out of range/],
    ['0 9 3L * *', /did you mean "L-3"\?/],
    ['* * * *', /has 4 fields; it takes 5/],
    ['* * * * * * *', /has 7 fields.*"fields"/],
    ['@dayly', /did you mean "@daily"\?/],
    ['@reboot', /"event":"start"/],
    ['0 0 30 2 *', /can never fire: none of its months has such a day/],
    ['0 0 31 2,4,6,9,11 *', /can never fire/],
    ['0 0 1-7 * 1#2', /can never fire: a day has to fit both .* two triggers would mean "or"/],
    ['noon', /has 1 field/],
  ])('%s', (expression, message) => {
    const found = messages(cron(expression));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  test('all problems of an expression are reported together', () => {
    expect(messages(cron('99 24 * * xyz'))).toHaveLength(3);
  });

  test.each([
    '*/15 * * * *',
    '0 0 29 2 1',
    '0 9 L-30 * *',
    '0 9 * * sat-sun',
    '0 0 ? * 7',
    '@weekly',
    '* * * * * *',
  ])('%s is fine', (expression) => {
    expect(messages(cron(expression))).toEqual([]);
  });
});

describe('fields', () => {
  const fields = (given: Record<string, string | number>) => ({ type: 'cron', fields: given }) as Trigger;

  test.each<[Record<string, string | number>, RegExp]>([
    [{ hour: 25 }, /^fields\.hour: hour "25" is out of range: 0 to 23/],
    [{ year: 1969 }, /^fields\.year: year "1969" is out of range: 1970 to 2199/],
    [{ week: 54 }, /^fields\.week: week "54" is out of range: 1 to 53/],
    [{ week: '*/60' }, /^fields\.week: week "\*\/60" has a step/],
    [{ day: '6th fri' }, /^fields\.day: day "6th fri" means nothing; use .*"2nd tue"/],
    [{ dayOfWeek: 'mon-fry' }, /^fields\.dayOfWeek: .*did you mean "fri"\?/],
    [{ month: 2, day: 30 }, /^fields: can never fire/],
    [{ year: 2027, month: 2, day: 29 }, /^fields: can never fire/],
  ])('%j', (given, message) => {
    const found = messages(fields(given));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });
});

describe('jobs', () => {
  test('an end before the start', () => {
    const found = ofJob({
      triggers: [cron('* * * * *')],
      startAt: '2026-12-01T00:00:00Z',
      endAt: '2026-11-01T00:00:00Z',
    });
    expect(found).toEqual(['endAt: must not be before startAt (2026-12-01T00:00:00Z)']);
  });

  test('a schedule without a slot between start and end', () => {
    const found = ofJob({
      triggers: [cron('0 0 1 1 *')],
      startAt: '2026-02-01T00:00:00Z',
      endAt: '2026-11-01T00:00:00Z',
    });
    expect(found).toEqual(['triggers: can never fire: no slot lies between startAt and endAt']);
  });

  test('a blackout around every slot', () => {
    const found = ofJob({
      triggers: [cron('0 3 * * *')],
      blackouts: [{ type: 'weekly', from: '02:00', to: '04:00' }],
    });
    expect(found).toEqual(['triggers: can never fire: every slot falls into a blackout']);
  });

  test('more often than every second, all together', () => {
    const found = ofJob({
      triggers: [
        { type: 'interval', seconds: 1, anchor: '2026-11-22T00:00:00.000Z' },
        { type: 'interval', seconds: 1, anchor: '2026-11-22T00:00:00.500Z' },
      ],
    });
    expect(found).toEqual(['triggers: fire more often than every second, all together']);
    expect(
      ofJob({
        triggers: [cron('* * * * * *'), { type: 'interval', seconds: 1, anchor: '2026-11-22T00:00:00Z' }],
      }),
    ).toEqual([]);
  });

  test('a time that is over is refused for a job that is added, not for one that ran', () => {
    const parts = { triggers: [{ type: 'date' as const, at: '2026-11-01T09:00:00Z' }] };
    expect(ofJob(parts)).toEqual([]);
    expect(ofJob(parts, { now: Date.UTC(2026, 10, 22) })).toEqual([
      'triggers: can never fire: its time is over (first slot 2026-11-01T09:00:00.000Z)',
    ]);
    expect(ofJob({ ...parts, enabled: false }, { now: Date.UTC(2026, 10, 22) })).toEqual([]);
  });

  test('a job that waits for itself, for an unknown job, or in a cycle', () => {
    const waits = (id: string, job: string) =>
      jobOf({ id, triggers: [{ type: 'event', event: 'job', job }] });
    const problems = checkJobs([
      waits('self', 'self'),
      waits('a', 'nwes'),
      waits('b', 'c'),
      waits('c', 'b'),
      jobOf({ id: 'news' }),
    ]);
    expect(problems).toEqual([
      { field: 'jobs[0].triggers[0].job', message: 'is the job itself, which would run without end' },
      { field: 'jobs[1].triggers[0].job', message: '"nwes" is no job; did you mean "news"?' },
      { field: 'jobs[2].triggers[0].job', message: 'makes a circle without end: b -> c -> b' },
      { field: 'jobs[3].triggers[0].job', message: 'makes a circle without end: c -> b -> c' },
    ]);
  });

  test('problems name the trigger they are in', () => {
    const found = ofJob({ triggers: [cron('* * * * *'), cron('61 * * * *')] });
    expect(found[0]).toMatch(/^triggers\[1\]\.expression: minute "61"/);
  });
});
