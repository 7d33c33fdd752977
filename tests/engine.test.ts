import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { Alert } from '../electron/alerts/index.ts';
import { createApp } from '../electron/app.ts';
import { readHealth } from '../electron/headless.ts';
import type { Host } from '../electron/host.ts';
import { systemClock } from '../electron/system.ts';
import type { ConfigInput, JobInput, RunView, Status } from '../shared/index.ts';
import { temporaryHome } from './support/home.ts';
import { plainHost } from './support/plain-host.ts';

/** The whole engine, as both hosts have it, in this process; its wall clock is `aheadMs` ahead. */
async function startEngine(
  jobs: JobInput[],
  home = temporaryHome(),
  aheadMs = 0,
  more: Omit<ConfigInput, 'jobs'> = {},
) {
  const told: Alert[] = [];
  writeFileSync(join(home, 'config.json'), JSON.stringify({ jobs, ...more }));
  const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  const host: Host = plainHost({ home, clock, notify: (alert) => told.push(alert) });
  const engine = createApp(host);
  await engine.start();
  onTestFinished(() => engine.stop({ drainMs: 0 }));
  const status = async () => {
    const answer = await engine.call('status.get', {});
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value as Status;
  };
  const runs = async (jobId: string) => {
    const answer = await engine.call('runs.list', { jobId });
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value as RunView[];
  };
  return { home, engine, status, runs, told };
}

const every: JobInput = {
  id: 'every',
  name: 'Every second',
  triggers: [{ type: 'interval', seconds: 1 }],
  steps: [{ type: 'command', name: 'Work', command: ['true'] }],
};

test('status lists the zones that schedules go by, the usual one first', async () => {
  const account = {
    id: 'me',
    network: 'mastodon' as const,
    server: 'http://127.0.0.1:9',
    remoteId: '1',
    handle: '@me',
  };
  const { engine, status } = await startEngine(
    [
      { ...every, timezone: 'Asia/Kolkata' },
      { ...every, id: 'other' },
    ],
    temporaryHome(),
    0,
    { accounts: [account] },
  );
  await engine.call('settings.set', { timezone: 'Europe/Berlin' });
  expect((await status()).timezones).toEqual(['Europe/Berlin', 'Asia/Kolkata']);
  const series = {
    name: 'Greetings',
    rule: { type: 'calendar', unit: 'days', at: '09:00' },
    timezone: 'America/Lima',
    post: { text: 'Good morning!', accounts: ['me'] },
  };
  expect(await engine.call('series.add', { series })).toMatchObject({ ok: true });
  expect((await status()).timezones).toEqual(['Europe/Berlin', 'Asia/Kolkata', 'America/Lima']);
});

test('slots that cannot be claimed are a warning that everybody sees', async () => {
  const { home, engine, status } = await startEngine([every]);
  expect(await status()).toMatchObject({ warnings: [], trouble: [] });
  expect(await readHealth(engine, '0.1.0')).toMatchObject({ ok: true, version: '0.1.0' });
  const told: string[] = [];
  onTestFinished(engine.subscribe(({ name }) => told.push(name)));
  const database = new DatabaseSync(join(home, 'belfry.db'));
  const epochIs = (epoch: number) =>
    database.prepare("UPDATE meta SET value = ? WHERE key = 'owner_epoch'").run(String(epoch));
  epochIs(1000);
  await expect
    .poll(async () => (await status()).warnings)
    .toMatchObject([{ code: 'CONFLICT', message: expect.stringContaining('Another engine has taken over') }]);
  expect(told).toContain('status.changed');
  const { trouble, warnings } = await status();
  expect(trouble).toEqual(warnings);
  expect(await readHealth(engine, '0.1.0')).toMatchObject({
    ok: false,
    version: '0.1.0',
    reasons: trouble,
  });
  epochIs(1);
  database.close();
});

const step = (command: string[]) => ({ type: 'command' as const, name: 'Work', command });

test('a job that waits for one which ends while Belfry is quitting runs after the next start', async () => {
  const first: JobInput = { id: 'first', name: 'First', steps: [step(['sleep', '1'])] };
  const trigger = {
    type: 'event' as const,
    event: 'job' as const,
    job: 'first',
    outcome: 'success' as const,
  };
  const second: JobInput = { id: 'second', name: 'Second', triggers: [trigger], steps: [step(['true'])] };
  const before = await startEngine([first, second]);
  await before.engine.call('jobs.run', { id: 'first' });
  await before.engine.stop({ drainMs: 10_000 });

  const after = await startEngine([first, second], before.home);
  expect((await after.runs('first'))[0]?.status).toBe('success');
  await expect
    .poll(async () => (await after.runs('second')).map(({ status, cause }) => `${cause} ${status}`))
    .toEqual(['event success']);
});

test('missed slots are told to the person', async () => {
  const strict: JobInput = { ...every, name: 'Strict', misfireGraceSeconds: 0 };
  const before = await startEngine([strict]);
  await expect.poll(async () => (await before.runs('every')).length).toBeGreaterThan(0);
  await before.engine.stop({ drainMs: 5000 });
  expect(before.told).toEqual([]);
  // Three slots go by while nothing runs.
  const after = await startEngine([strict], before.home, 3100);
  await expect
    .poll(() => after.told.map(({ title }) => title))
    .toEqual([expect.stringMatching(/^Strict missed (a run|\d runs)$/)]);
});

test('several jobs are added by one write of config.json, or none of them is', async () => {
  const { home, engine } = await startEngine([every]);
  const config = () => readFileSync(join(home, 'config.json'), 'utf8');
  const before = config();
  const writes: string[] = [];
  onTestFinished(engine.subscribe(({ name }) => name === 'settings.changed' && writes.push(config())));
  const first: JobInput = { id: 'first', name: 'First', steps: [step(['true'])] };
  const waits: JobInput = {
    ...first,
    id: 'waits',
    triggers: [{ type: 'event', event: 'job', job: 'first', outcome: 'any' }],
  };
  const wrong: JobInput = { ...first, id: 'wrong', enabled: true, steps: [step(['no-such-program'])] };
  const limited: JobInput = {
    ...first,
    id: 'limited',
    steps: [{ ...step(['true']), output: 'posts', postLimits: { accounts: ['eve'] } }],
  };
  const refused = await engine.call('jobs.addAll', { jobs: [waits, first, wrong, first, every, limited] });
  expect(refused).toMatchObject({
    ok: false,
    error: {
      code: 'BAD_INPUT',
      details: [
        { field: 'jobs[2].steps[0].command', message: expect.stringContaining('no-such-program') },
        { field: 'jobs[3].id', message: '"first" is there twice' },
        { field: 'jobs[4].id', message: '"every" exists already' },
        {
          field: 'jobs[5].steps[0].postLimits.accounts[0]',
          message: expect.stringMatching(/^of step ".*" names an unknown account "eve"$/),
        },
      ],
    },
  });
  expect(config()).toBe(before);
  const added = await engine.call('jobs.addAll', { jobs: [waits, first] });
  expect(added).toMatchObject({ ok: true, value: [{ id: 'waits' }, { id: 'first' }] });
  expect(writes).toEqual([config()]);
});

test('a job tells from when its intervals count, also while it is disabled', async () => {
  const { home, engine } = await startEngine([every]);
  const database = new DatabaseSync(join(home, 'belfry.db'));
  const stored = database.prepare("SELECT anchor FROM job_state WHERE job_id = 'every'").get();
  database.close();
  const anchor = new Date(Number(stored?.['anchor'])).toISOString();
  expect(await engine.call('jobs.get', { id: 'every' })).toMatchObject({ ok: true, value: { anchor } });
  await engine.call('jobs.enable', { id: 'every', enabled: false });
  expect(await engine.call('jobs.get', { id: 'every' })).toMatchObject({ ok: true, value: { anchor } });
});

test('an engine that cannot even answer is not well', async () => {
  const { engine } = await startEngine([]);
  await engine.stop({ drainMs: 0 });
  const health = await readHealth(engine, '0.1.0');
  expect(health).toMatchObject({ ok: false, reasons: [{ code: expect.any(String) }] });
});

test('a thousand jobs that a crash cut off are one alert', async () => {
  const jobs = Array.from({ length: 1000 }, (_, n): JobInput => ({ ...every, id: `job-${n}`, triggers: [] }));
  const before = await startEngine(jobs);
  await before.engine.stop({ drainMs: 0 });
  const database = new DatabaseSync(join(before.home, 'belfry.db'));
  const insert = database.prepare(`INSERT INTO runs
    (id, job_id, job_name, cause, status, attempt, from_step, epoch, created_at, started_at)
    VALUES (?, ?, ?, 'manual', 'running', 1, 0, 1, 1, 1)`);
  database.exec('BEGIN');
  for (const { id } of jobs) insert.run(id, id, id);
  database.exec('COMMIT');
  database.close();
  const after = await startEngine(jobs, before.home);
  await expect
    .poll(() => after.told.map(({ title }) => title))
    .toEqual(['1000 jobs did not run as they should']);
});

test('a job that waits for the failure of another also runs when a crash cut that one off', async () => {
  const first: JobInput = { id: 'first', name: 'First', steps: [step(['true'])] };
  const trigger = { type: 'event', event: 'job', job: 'first', outcome: 'failure' } as const;
  const second: JobInput = { id: 'second', name: 'Second', triggers: [trigger], steps: [step(['true'])] };
  const before = await startEngine([first, second]);
  await before.engine.stop({ drainMs: 0 });
  const database = new DatabaseSync(join(before.home, 'belfry.db'));
  database.exec(`INSERT INTO runs
    (id, job_id, job_name, cause, status, attempt, from_step, epoch, created_at, started_at)
    VALUES ('cut', 'first', 'First', 'manual', 'running', 1, 0, 1, 1, 1)`);
  database.close();
  const after = await startEngine([first, second], before.home);
  await expect
    .poll(async () => (await after.runs('second')).map(({ status, cause }) => `${cause} ${status}`))
    .toEqual(['event success']);
});
