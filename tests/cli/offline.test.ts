import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSlotLedger, openDatabase, raiseEpoch } from '../../electron/store/index.ts';
import { temporaryHome } from '../support/home.ts';
import { memory, serve } from './engine.ts';
import { belfry, json } from './terminal.ts';

const step = { type: 'command', name: 'Say', command: ['echo', 'hi'] };

function homeWith(config: unknown): string {
  const home = temporaryHome();
  writeFileSync(
    join(home, 'config.json'),
    typeof config === 'string' ? config : JSON.stringify(config, null, 2),
  );
  return home;
}

test('next --trigger works without an engine, in the asked zone', async () => {
  const result = await belfry([
    ...['next', '--json', '--trigger', '{"type":"cron","expression":"0 2 * * *"}'],
    ...['--timezone', 'America/New_York', '--from', '2026-03-07T12:00:00Z', '--count', '2'],
  ]);
  expect(result.code).toBe(0);
  expect(json(result)).toMatchObject({
    timezone: 'America/New_York',
    description: expect.any(String),
    // The second of these nights has no two o'clock: the rule of design §3.2 says the gap's end.
    next: ['2026-03-08T07:00:00.000Z', '2026-03-09T06:00:00.000Z'],
  });
});

test('next in words says the zone asked about and the time here', async () => {
  const result = await belfry(
    [
      'next',
      '--trigger',
      '{"type":"interval","hours":3,"anchor":"2026-11-22T00:00:00Z"}',
      '--timezone',
      'Asia/Tokyo',
    ],
    { timezone: 'America/New_York' },
  );
  expect(result.out).toContain('Asia/Tokyo');
  expect(result.out).toContain('HERE (America/New_York)');
  expect(result.out).toContain('Sun 22 Nov 2026 21:00:00 GMT+9');
  expect(result.out).toContain('today 07:00 GMT-5 (in 3 h)');
});

test.each([
  [['--trigger', '{"type":"cron"'], 'BAD_INPUT'],
  [['--trigger', '{"type":"crom","expression":"* * * * *"}'], 'BAD_INPUT'],
  [['--trigger', '{"type":"cron","expression":"61 * * * *"}'], 'BAD_INPUT'],
  [['--trigger', '{"type":"interval","hours":3}', '--timezone', 'Mars/Base'], 'BAD_INPUT'],
  [['--trigger', '{"type":"interval","hours":3}', '--from', 'tomorrow'], 'BAD_INPUT'],
  [['--trigger', '{"type":"interval","hours":3}', '--count', '1001'], 'BAD_INPUT'],
])('next %j is refused', async (args, code) => {
  const result = await belfry(['next', '--json', ...args]);
  expect(result.code).toBe(2);
  expect(json(result)).toMatchObject({ error: { code } });
});

test('next of a job asks the engine, and reads config.json when there is none', async () => {
  const served = await serve(memory().handlers);
  const post = { id: 'news', name: 'News', steps: [step] };
  await belfry(['--home', served.home, 'jobs', 'add', '-'], { input: JSON.stringify(post) });
  const asked = await belfry(['--home', served.home, 'next', 'news', '--json', '--timezone', 'Asia/Tokyo']);
  expect(json(asked)).toMatchObject({ description: 'of the engine', timezone: 'Asia/Tokyo' });

  const daily = {
    ...post,
    timezone: 'Europe/Berlin',
    triggers: [{ type: 'cron', expression: '30 8 * * *' }],
  };
  const home = homeWith({ jobs: [daily] });
  const read = await belfry(['--home', home, 'next', 'news', '--json', '--count', '1']);
  expect(json(read)).toMatchObject({ timezone: 'Europe/Berlin', next: ['2026-11-23T07:30:00.000Z'] });
  expect(
    json(await belfry(['--home', home, 'next', 'publish_due_posts', '--json', '--count', '1'])),
  ).toMatchObject({
    description: 'When a post is due',
    next: [],
  });
  expect((await belfry(['--home', home, 'next', 'nwes'])).code).toBe(5);
  const floating = homeWith({ jobs: [{ ...post, triggers: [{ type: 'interval', hours: 3 }] }] });
  const remark = await belfry(['--home', floating, 'next', 'news', '--json', '--count', '1']);
  expect(json(remark)).toMatchObject({ next: ['2026-11-22T12:00:00.000Z'] });
  expect(remark.err).toContain('counts from when its job is saved');
});

test('next alone lists what comes next: jobs and posts of the engine, or the jobs of config.json', async () => {
  const job = (id: string, nextRun: string | null, enabled = true) => ({
    ...{ id, name: `Job ${id}`, description: '', enabled, builtin: false, schedule: 'then', nextRun },
    ...{ lastRun: null, running: false },
  });
  const kept = memory();
  const served = await serve({
    ...kept.handlers,
    'jobs.list': async () => [
      job('late', '2026-11-22T12:00:00.000Z'),
      job('soon', '2026-11-22T09:30:00.000Z'),
      job('off', '2026-11-22T09:10:00.000Z', false),
      job('never', null),
    ],
  });
  const post = { text: 'Hello', accounts: ['ada'], publishAt: '2026-11-22T10:00:00.000Z' };
  await belfry(['--home', served.home, 'posts', 'add', '-'], { input: JSON.stringify(post) });
  const all = await belfry(['--home', served.home, 'next', '--json']);
  expect(json(all)).toMatchObject({
    next: [
      { kind: 'job', id: 'soon', at: '2026-11-22T09:30:00.000Z' },
      { kind: 'post', name: 'Hello', at: '2026-11-22T10:00:00.000Z' },
      { kind: 'job', id: 'late' },
    ],
  });
  const words = await belfry(['--home', served.home, 'next', '--count', '1']);
  expect(words.out).toMatch(/^WHEN +WHAT +ID +NAME\n.* job +soon +Job soon\n$/);

  const daily = { type: 'cron', expression: '30 8 * * *' };
  const home = homeWith({
    jobs: [
      { id: 'news', name: 'News', steps: [step], triggers: [daily] },
      { id: 'off', name: 'Off', steps: [step], triggers: [daily], enabled: false },
    ],
    settings: { disabledBuiltins: ['refresh_tokens'] },
  });
  const offline = await belfry(['--home', home, 'next', '--json']);
  expect(json(offline)).toMatchObject({ next: [{ kind: 'job', id: 'news', name: 'News' }] });
  expect(offline.err).toContain('without the posts that wait');
});

test('a job that exists keeps its phase in every preview, also without an engine', async () => {
  const job = { id: 'news', name: 'News', steps: [step], triggers: [{ type: 'interval', hours: 3 }] };
  const home = homeWith({ jobs: [job] });
  const { db, close } = openDatabase(join(home, 'belfry.db'));
  const anchor = Date.parse('2026-11-01T00:30:00Z');
  await createSlotLedger(db, await raiseEpoch(db), () => 'id').saveStates([
    { jobId: 'news', anchor, cursor: anchor, active: true, schedule: '' },
  ]);
  await close();
  const next = await belfry(['--home', home, 'next', 'news', '--json', '--count', '1']);
  expect(json(next)).toMatchObject({ next: ['2026-11-22T09:30:00.000Z'] });
  expect(next.err).toBe('');

  const file = join(home, 'edited.json');
  writeFileSync(file, JSON.stringify({ ...job, triggers: [{ type: 'interval', hours: 6 }] }));
  const from = ['--from', '2026-11-22T09:00:00Z', '--to', '2026-11-22T13:00:00Z'];
  const played = await belfry(['--home', home, 'simulate', file, ...from, '--json']);
  expect(json(played)).toMatchObject({ events: [{ slot: '2026-11-22T12:30:00.000Z' }] });
  expect(played.err).toBe('');
});

test('config check: good, missing, and every mistake of a bad one with its line', async () => {
  const home = homeWith({ jobs: [{ id: 'news', name: 'News', steps: [step] }] });
  expect(json(await belfry(['--home', home, 'config', 'check', '--json']))).toEqual({
    file: join(home, 'config.json'),
    jobs: 1,
    workspaces: 0,
    accounts: 0,
    notes: [],
  });
  const bothDays = homeWith({
    jobs: [
      {
        id: 'news',
        name: 'News',
        triggers: [{ type: 'cron', expression: '0 9 13 * fri' }],
        steps: [step],
      },
    ],
  });
  expect((await belfry(['--home', bothDays, 'config', 'check'])).out).toMatch(
    /\nNote: jobs\[0\]\.triggers\[0\]\.expression sets both the day of month and the day of week: .*two triggers\.\n/,
  );
  const limited = { ...step, output: 'posts', postLimits: { accounts: ['eve'] } };
  const stranger = homeWith({ jobs: [{ id: 'news', name: 'News', steps: [limited] }] });
  expect((await belfry(['--home', stranger, 'config', 'check'])).out).toContain(
    `\nNote: jobs[0].steps[0].postLimits.accounts[0] of step "${step.name}" names an unknown account "eve".\n`,
  );
  expect((await belfry(['--home', temporaryHome(), 'config', 'check'])).out).toContain('0 jobs');

  const bad = homeWith({
    jobs: [
      { id: 'news', name: 'News', tiggers: [], steps: [step] },
      { id: 'news', name: 'Twice', triggers: [{ type: 'cron', expression: '61 * * * *' }], steps: [step] },
    ],
  });
  const result = await belfry(['--home', bad, 'config', 'check', '--json']);
  expect(result.code).toBe(2);
  const { error } = json(result) as {
    error: { code: string; details: { field: string; message: string }[] };
  };
  expect(error.code).toBe('BAD_CONFIG');
  expect(error.details.map(({ field }) => field)).toEqual(
    expect.arrayContaining(['jobs[0].tiggers', 'jobs[1].id', 'jobs[1].triggers[0].expression']),
  );
  const plain = homeWith({
    accounts: [{ id: 'ada', network: 'mastodon', server: 'http://m.example', handle: '@ada', remoteId: '1' }],
  });
  const overHttp = await belfry(['--home', plain, 'config', 'check']);
  expect(overHttp.code).toBe(2);
  expect(overHttp.err).toMatch(/^BAD_CONFIG: .*accounts\[0\]\.server: .*Use https:\/\/m\.example \(line 6\)/);

  expect((await belfry(['config', 'check', 'other.json'], { folder: home })).code).toBe(5);
  expect((await belfry(['config', 'check', 'config.json'], { folder: home })).out).toContain('1 job,');
  expect((await belfry(['--home', homeWith('{"jobs": [,]}'), 'config', 'check'])).err).toMatch(
    /^BAD_CONFIG: .*line 1, column 11/,
  );
});

test('doctor says what works, and what to do about the rest', async () => {
  const home = join(temporaryHome(), 'new');
  const fresh = await belfry(['--home', home, 'doctor', '--json']);
  const { checks } = json(fresh) as { checks: { name: string; status: string; remedy: string | null }[] };
  expect(fresh.code).toBe(0);
  const by = (name: string) => checks.find((check) => check.name === name);
  for (const name of ['node', 'sqlite', 'home', 'disk', 'config', 'secrets'])
    expect(by(name), name).toMatchObject({ status: expect.stringMatching(/ok|warning/) });
  expect(by('engine')).toMatchObject({ status: 'warning', remedy: expect.stringContaining('belfry run') });
  for (const check of checks) expect(check.status === 'ok').toBe(check.remedy === null);

  const served = await serve(memory().handlers, { 'host.path': async () => ({ path: '/usr/bin:/bin' }) });
  chmodSync(served.home, 0o755);
  writeFileSync(join(served.home, 'config.json'), '{"jobs": 3}');
  const sick = await belfry(['--home', served.home, 'doctor']);
  expect(sick.code).toBe(1);
  expect(sick.out).toMatch(/^warning {2}home .*755/m);
  expect(sick.out).toMatch(/^problem {2}config .*jobs: must be a list/m);
  expect(sick.out).toMatch(/^ok {7}path .*\/usr\/bin:\/bin/m);
  expect(sick.out).toContain("chmod 700 '");
});

test('doctor sees a home folder that is a file', async () => {
  const file = join(temporaryHome(), 'file');
  writeFileSync(file, '');
  const result = await belfry(['--home', file, 'doctor', '--json']);
  expect(result.code).toBe(1);
});
