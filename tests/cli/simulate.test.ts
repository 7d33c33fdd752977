import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobSchema } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { jobView, memory, serve } from './engine.ts';
import { belfry, json } from './terminal.ts';

const steps = [{ type: 'command', name: 'Say', command: ['echo', 'hi'] }];
const daily = {
  id: 'plan',
  name: 'Planning',
  timezone: 'America/New_York',
  triggers: [{ type: 'cron', expression: '0 2 * * *' }],
  misfireGraceSeconds: 60,
  steps,
};
const hourly = { id: 'news', name: 'News', triggers: [{ type: 'cron', expression: '0 * * * *' }], steps };
const after = { id: 'after', name: 'After', triggers: [{ type: 'event', event: 'job', job: 'news' }], steps };
const config = { settings: { timezone: 'UTC' }, jobs: [daily, hourly, after] };
const day = ['--from', '2026-11-22T00:30:00Z', '--to', '2026-11-23T00:30:00Z'];

type Document = {
  from: string;
  to: string;
  timezone: string;
  events: Record<string, unknown>[];
  totals: Record<string, unknown>[];
};

/** Runs `belfry simulate` with a file of this content on its standard input. */
const simulated = (content: unknown, ...args: string[]) =>
  belfry(['--home', temporaryHome(), 'simulate', '-', ...args], { input: JSON.stringify(content) });

test('a whole configuration over a night asleep: one document, instants in wire form', async () => {
  const night = ['--sleep', '2026-11-22T03:30:00Z/2026-11-22T08:30:00Z'];
  const result = await simulated(config, ...day, ...night, '--json');
  expect(result).toMatchObject({ code: 0, err: '' });
  const { events, totals, ...rest } = json(result) as Document;
  expect(rest).toEqual({ from: '2026-11-22T00:30:00.000Z', to: '2026-11-23T00:30:00.000Z', timezone: 'UTC' });
  expect(totals).toEqual([
    expect.objectContaining({ jobId: 'plan', timezone: 'America/New_York', runs: 0, skipped: 0, missed: 1 }),
    expect.objectContaining({ jobId: 'news', enabled: true, runs: 20, skipped: 4, missed: 0 }),
    expect.objectContaining({ jobId: 'after', runs: 20, schedule: expect.stringContaining('"news"') }),
  ]);
  const waking = '2026-11-22T08:30:00.000Z';
  const night7 = '2026-11-22T07:00:00.000Z';
  expect(events.filter((event) => event['at'] === waking)).toEqual([
    { kind: 'wake', at: waking, clock: waking },
    expect.objectContaining({ kind: 'missed', jobId: 'plan', count: 1, first: night7, last: night7 }),
    expect.objectContaining({ kind: 'skipped', count: 4, first: '2026-11-22T04:00:00.000Z', last: night7 }),
    expect.objectContaining({ kind: 'run', cause: 'catch-up', slot: '2026-11-22T08:00:00.000Z' }),
    expect.objectContaining({ kind: 'run', jobId: 'after', cause: 'event', slot: null }),
  ]);
});

test('as text: ordinary runs in a row are one line, everything else has its own, in the zone of its job', async () => {
  const result = await simulated(
    { ...config, jobs: [daily, hourly] },
    ...day,
    ...['--sleep', '2026-11-22T03:30:00Z/2026-11-22T05:30:00Z'],
    ...['--off', '2026-11-22T06:30:00Z/2026-11-22T08:30:00Z'],
  );
  const lines = result.out.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
  expect(lines).toEqual([
    'WHEN | JOB | WHAT | SLOTS | WHY',
    'Sun 22 Nov 2026 01:00:00 UTC | news | run',
    'Sun 22 Nov 2026 02:00:00 UTC | news | run',
    'Sun 22 Nov 2026 03:00:00 UTC | news | run',
    'Sun 22 Nov 2026 03:30:00 UTC | sleep',
    'Sun 22 Nov 2026 05:30:00 UTC | wake',
    expect.stringMatching(
      /05:30:00 UTC \| news \| 1 skipped \| Sun 22 Nov 04:00 \| .*asleep.*\(coalesce\)\.$/,
    ),
    'Sun 22 Nov 2026 05:30:00 UTC | news | catch-up | Sun 22 Nov 05:00',
    'Sun 22 Nov 2026 06:00:00 UTC | news | run',
    'Sun 22 Nov 2026 06:30:00 UTC | Belfry ends',
    'Sun 22 Nov 2026 08:30:00 UTC | Belfry starts',
    expect.stringMatching(/^Sun 22 Nov 2026 03:30:00 GMT-5 \| plan \| 1 missed \| Sun 22 Nov 02:00 \| /),
    expect.stringMatching(/08:30:00 UTC \| news \| 1 skipped \| Sun 22 Nov 07:00 \| Belfry was not running/),
    'Sun 22 Nov 2026 08:30:00 UTC | news | catch-up | Sun 22 Nov 08:00',
    'Sun 22 Nov 2026 09:00:00 UTC | news | 16 runs | … Mon 23 Nov 00:00',
    '',
    'JOB | RUNS | SKIPPED | MISSED | SCHEDULE',
    'plan | 0 | – | 1 | At 02:00 every day (America/New_York)',
    expect.stringMatching(/^news \| 22 \| 2 \| – \| /),
    '',
  ]);
});

test('a clock that is set shows what it says from then on, and repeats nothing', async () => {
  const result = await simulated(hourly, ...day, '--clock', '2026-11-22T02:30:00Z=-3600');
  expect(result.out).toMatch(/02:30:00 UTC +Sun 22 Nov 01:30 +clock back 1 h/);
  // 02:00 is handled; the clock says 03:00 when it is 04:00.
  expect(result.out).toMatch(/04:00:00 UTC +Sun 22 Nov 03:00 +news +21 runs/);
});

test('a list of jobs keeps what is disabled off; a single job is shown as if it were not', async () => {
  const off = { ...hourly, enabled: false };
  const list = await simulated([off, daily], ...day);
  expect(list.out).toMatch(/^news +off +–/m);
  expect(list.err).toBe('');
  const one = await simulated(off, ...day, '--json');
  expect(one.err).toContain('The job news is disabled');
  expect((json(one) as Document).totals).toEqual([expect.objectContaining({ runs: 24 })]);
});

test('jobs without a zone are in --timezone, else in the one of the settings, else here', async () => {
  const noon = { ...hourly, triggers: [{ type: 'cron', expression: '0 12 * * *' }] };
  const slotIn = async (content: unknown, ...args: string[]) => {
    const result = await belfry(['simulate', '-', ...day, '--json', ...args], {
      input: JSON.stringify(content),
      timezone: 'Asia/Tokyo',
    });
    return (json(result) as Document).events[0]?.['slot'];
  };
  expect(await slotIn(noon)).toBe('2026-11-22T03:00:00.000Z');
  const berlin = { settings: { timezone: 'Europe/Berlin' }, jobs: [noon] };
  expect(await slotIn(berlin)).toBe('2026-11-22T11:00:00.000Z');
  expect(await slotIn(berlin, '--timezone', 'America/New_York')).toBe('2026-11-22T17:00:00.000Z');
});

test('a job by its id, without an engine: config.json, with the jobs that it waits for', async () => {
  const home = temporaryHome();
  writeFileSync(join(home, 'config.json'), JSON.stringify(config));
  const result = await belfry(['--home', home, 'simulate', 'after', ...day, '--json']);
  expect((json(result) as Document).totals.map(({ jobId, runs }) => [jobId, runs])).toEqual([
    ['after', 24],
    ['news', 24],
  ]);
  const builtin = await belfry(['--home', home, 'simulate', 'refresh_tokens', ...day, '--json']);
  expect((json(builtin) as Document).totals[0]).toMatchObject({ runs: 4 });
  expect((await belfry(['--home', home, 'simulate', 'nwes', ...day])).code).toBe(5);
});

test('a job by its id asks the engine, which knows the phase of its intervals', async () => {
  const { handlers } = memory();
  const triggers = [
    { type: 'interval', hours: 3, offset: { hours: 1 } },
    { type: 'date', at: '2030-01-01T00:00:00Z' },
  ];
  const { home } = await serve({
    ...handlers,
    'jobs.get': async () => ({
      job: jobSchema.parse({ ...hourly, triggers }),
      view: jobView('news'),
      next: { timezone: 'UTC', description: '', next: ['2026-11-22T10:20:00.000Z'] },
      anchor: '2026-11-20T00:20:00.000Z',
    }),
  });
  const result = await belfry(['--home', home, 'simulate', 'news', ...day, '--json']);
  expect(result.err).toBe('');
  expect((json(result) as Document).events[0]?.['slot']).toBe('2026-11-22T01:20:00.000Z');
});

test('an interval of unknown phase is counted from the beginning, and that is said', async () => {
  const result = await simulated({ ...hourly, triggers: [{ type: 'interval', hours: 3 }] }, ...day, '--json');
  expect((json(result) as Document).events[0]?.['slot']).toBe('2026-11-22T00:30:00.000Z');
  expect(result.err).toContain('counted from the beginning');
});

test('nothing is stored, not even a home folder', async () => {
  const home = join(temporaryHome(), 'new');
  await belfry(['--home', home, 'simulate', 'publish_due_posts', ...day]);
  expect(existsSync(home)).toBe(false);
});

test.each([
  [[], /required option '--from <instant>' not specified/i],
  [['--from', 'x', '--to', 'y'], /2 mistakes, .*from: "x" must be an ISO.*to: "y" must be/],
  [['--from', '2026-11-22T00:00:00', '--to', '2026-11-23T00:00:00Z'], /from: .* with an offset/],
  [['--from', '2026-11-23T00:00:00Z', '--to', '2026-11-22T00:00:00Z'], /to: must be after "from"/],
  [[...day, '--sleep', 'all night'], /sleep\[0\]: "all night" must be FROM\/TO/],
  [[...day, '--off', '2026-11-22T05:00:00Z/2026-11-22T04:00:00Z'], /off\[0\]: must end after it begins/],
  [[...day, '--sleep', '2025-11-22T05:00:00Z/2025-11-22T06:00:00Z'], /sleep\[0\]: lies outside/],
  [[...day, '--clock', '2026-11-22T05:00:00Z'], /clock\[0\]: .* must be AT=SECONDS/],
  [[...day, '--clock', '2026-11-22T05:00:00Z=1e9'], /clock\[0\]: .* must be AT=SECONDS/],
  [[...day, '--clock', '2026-11-22T05:00:00Z=0'], /clock\[0\]: must set the clock by at least a second/],
  [[...day, '--timezone', 'Mars/Base'], /not a time zone/],
])('simulate %j is refused', async (args, message) => {
  const result = await simulated(hourly, ...args, '--json');
  expect(result).toMatchObject({ code: 2, err: '' });
  expect(json(result)).toEqual({
    error: expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringMatching(message) }),
  });
});

test.each([
  ['{"id":', /^BAD_INPUT: .*line 1/],
  [JSON.stringify({ ...hourly, tiggers: [] }), /tiggers: is not a known key; did you mean "triggers"/],
  [
    JSON.stringify({ ...hourly, triggers: [{ type: 'cron', expression: '61 * * * *' }] }),
    /"61" is out of range/,
  ],
  [
    JSON.stringify([hourly, { ...after, triggers: [{ ...after.triggers[0], job: 'nwes' }] }]),
    /\[1\]\.triggers\[0\]/,
  ],
  [JSON.stringify({ jobs: [hourly, hourly] }), /^BAD_CONFIG: .*jobs\[1\]\.id/],
])('jobs %s are refused', async (input, message) => {
  const result = await belfry(['simulate', '-', ...day], { input });
  expect(result).toMatchObject({ code: 2, out: '' });
  expect(result.err).toMatch(message);
});

test('a file that is not there, and a time that is too long', async () => {
  expect((await belfry(['simulate', './nowhere.json', ...day])).code).toBe(5);
  const seconds = { ...hourly, triggers: [{ type: 'cron', expression: '* * * * * *' }] };
  const long = await simulated(seconds, '--from', '2026-01-01T00:00:00Z', '--to', '2027-01-01T00:00:00Z');
  expect(long.code).toBe(2);
  expect(long.err).toMatch(/^TOO_LARGE: .*Choose a shorter time/);
});
