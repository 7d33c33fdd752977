import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { BelfryError, jobSchema, problemsError } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { build, start } from './built.ts';
import { memory, serve } from './engine.ts';
import { belfry, json } from './terminal.ts';

beforeAll(build, 120_000);

const smm = { id: 'smm', cwd: '/srv/smm', command: ['python', '-m', 'backend'], env: { MODE: 'live' } };
const crontab = `MAILTO=me@example.org
# Ingest the news
# every morning
0 6 * * * python -m backend ingest --count 3
15 7 1 * mon cd logs && ./rotate > last
@reboot /usr/bin/hello
`;

type Document = {
  jobs: { line: number; job: { id: string; steps: unknown[] }; schedule: string; next: string[] }[];
  remarks: { line: number | null; message: string }[];
  problems: { line: number | null; message: string }[];
  stored: boolean;
};

/** A running engine with one workspace, and `belfry jobs import` on it. */
async function running(more: Parameters<typeof serve>[0] = {}) {
  const kept = memory();
  const served = await serve({ ...kept.handlers, 'workspaces.list': async () => [smm], ...more });
  const run = (input: string, ...args: string[]) =>
    belfry(['--home', served.home, 'jobs', 'import', '--crontab', '-', ...args], {
      input,
      env: { HOME: '/home/me' },
    });
  return { ...kept, ...served, run };
}

test('a preview: jobs in words with their next runs, every remark by its line, and nothing is stored', async () => {
  const { run, jobs, seen } = await running();
  const result = await run(crontab);
  expect(result).toMatchObject({ code: 0, err: '' });
  expect(result.out.split('\n')).toEqual([
    'Ingest the news (ingest_the_news), line 4',
    '  $ python -m backend ingest --count 3',
    '  At 06:00 every day (UTC)',
    '  Mon 23 Nov 2026 06:00:00 UTC',
    '  Tue 24 Nov 2026 06:00:00 UTC',
    '  Wed 25 Nov 2026 06:00:00 UTC',
    '',
    'cd logs && ./rotate > last (cd_logs_rotate_last), line 5',
    '  $ cd logs && ./rotate > last',
    expect.stringMatching(/^ {2}At 07:15 on the 1st of every month; at 07:15 on Monday/),
    '  Mon 23 Nov 2026 07:15:00 UTC',
    '  Mon 30 Nov 2026 07:15:00 UTC',
    '  Tue 01 Dec 2026 07:15:00 UTC',
    '',
    '/usr/bin/hello (usr_bin_hello), line 6',
    '  $ /usr/bin/hello',
    '  When Belfry starts',
    '',
    'Remarks',
    expect.stringMatching(/^ {2}line 1: MAILTO was left out/),
    expect.stringMatching(/^ {2}line 5: Day of month 1 and day of week mon .* two triggers/),
    expect.stringMatching(/^ {2}line 6: @reboot/),
    expect.stringMatching(/^ {2}Slots that fall into sleep/),
    expect.stringMatching(/^ {2}A run that is still at work/),
    '',
    'Nothing was stored. Add --yes to add these 3 jobs.',
    '',
  ]);
  expect(jobs.size).toBe(0);
  expect(seen).not.toContain('jobs.addAll');
});

test('--yes adds them through the engine, with ids that are free', async () => {
  const { run, jobs } = await running();
  jobs.set(
    'ingest_the_news',
    jobSchema.parse({
      id: 'ingest_the_news',
      name: 'x',
      steps: [{ type: 'command', name: 'x', command: ['x'] }],
    }),
  );
  const result = await run(crontab, '--yes', '--json');
  expect(result).toMatchObject({ code: 0, err: '' });
  const { stored, jobs: offers } = json(result) as Document;
  expect(stored).toBe(true);
  expect(offers.map(({ job }) => job.id)).toEqual([
    'ingest_the_news_2',
    'cd_logs_rotate_last',
    'usr_bin_hello',
  ]);
  expect([...jobs.keys()].slice(1)).toEqual(offers.map(({ job }) => job.id));
  expect(jobs.get('ingest_the_news_2')).toMatchObject({
    name: 'Ingest the news',
    description: 'every morning',
    steps: [{ command: ['python', '-m', 'backend', 'ingest', '--count', '3'], cwd: '/home/me' }],
  });
  expect(jobs.get('cd_logs_rotate_last')?.triggers).toHaveLength(2);
});

test('in a workspace its own commands become steps of it, and others run in its folder', async () => {
  const { run, jobs } = await running();
  const settings = `LANG=C\n${crontab}`;
  expect((await run(settings, '--workspace', 'smm', '--yes')).code).toBe(0);
  expect(jobs.get('ingest_the_news')?.steps[0]).toMatchObject({
    workspace: 'smm',
    args: ['ingest', '--count', '3'],
    env: { LANG: 'C' },
  });
  expect(jobs.get('ingest_the_news')?.steps[0]).not.toHaveProperty('command');
  expect(jobs.get('cd_logs_rotate_last')?.steps[0]).toMatchObject({
    command: ['cd logs && ./rotate > last'],
    shell: true,
    cwd: '/srv/smm',
    env: { MODE: 'live', LANG: 'C' },
  });
  expect((await run(crontab, '--workspace', 'ssm')).code).toBe(5);
});

test('every problem is shown by its line, and then --yes stores nothing at all', async () => {
  const { run, jobs, seen } = await running();
  const bad = `${crontab}61 * * * * late\n0 0 30 2 * never\nnonsense\n`;
  const preview = json(await run(bad, '--json')) as Document;
  expect(preview.jobs).toHaveLength(3);
  expect(preview.problems.map(({ line }) => line)).toEqual([7, 8, 9]);
  const shown = await run(bad);
  expect(shown.out).toMatch(/^ {2}line 7: .*"61"/m);
  expect(shown.out).toContain('Correct 3 problems');
  const refused = await run(bad, '--yes', '--json');
  expect(refused).toMatchObject({ code: 2, err: '' });
  const { error } = json(refused) as { error: { code: string; details: { field: string }[] } };
  expect(error.code).toBe('BAD_INPUT');
  expect(error.details.map(({ field }) => field)).toEqual(['line 7', 'line 8', 'line 9']);
  expect(jobs.size).toBe(0);
  expect(seen).not.toContain('jobs.addAll');
});

test('all jobs are added by one call, so that the engine takes all or none', async () => {
  const refuse = new BelfryError({
    code: 'CONFLICT',
    what: 'No',
    where: 'here',
    why: 'Full',
    remedy: 'Wait',
  });
  const { run, seen } = await running({ 'jobs.addAll': () => Promise.reject(refuse) });
  const result = await run(crontab, '--yes');
  expect(result).toMatchObject({ code: 1, out: '' });
  expect(result.err).toMatch(/^CONFLICT: No, here\./);
  expect(seen.filter((name) => !name.endsWith('.list') && name !== 'settings.get')).toEqual(['jobs.addAll']);
});

test('a mistake that only the engine can find is named by its line', async () => {
  const { run } = await running({
    'jobs.addAll': async () => {
      throw problemsError(
        [{ field: 'jobs[1].steps[0].command', message: 'COMMAND_NOT_FOUND: No "cd", here. Why. What.' }],
        'the jobs to add',
      );
    },
  });
  const result = await run(crontab, '--yes', '--json');
  expect(result.code).toBe(2);
  expect(json(result)).toMatchObject({
    error: {
      code: 'BAD_INPUT',
      details: [
        { field: 'line 5', message: 'steps[0].command COMMAND_NOT_FOUND: No "cd", here. Why. What.' },
      ],
    },
  });
});

test('a preview needs no engine, storing does; a system crontab names users', async () => {
  const home = temporaryHome();
  writeFileSync(
    join(home, 'config.json'),
    JSON.stringify({ settings: { timezone: 'Asia/Tokyo' }, workspaces: [smm] }),
  );
  writeFileSync(join(home, 'tab'), '0 6 * * * root python -m backend ingest\n');
  const args = [
    '--home',
    home,
    'jobs',
    'import',
    '--crontab',
    'tab',
    '--workspace',
    'smm',
    '--with-user',
    '--json',
  ];
  const preview = json(await belfry(args, { folder: home })) as Document;
  expect(preview.jobs[0]).toMatchObject({
    // The machine's zone, by which cron goes; not that of the settings.
    job: { timezone: 'UTC' },
    schedule: 'At 06:00 every day (UTC)',
    next: ['2026-11-23T06:00:00.000Z', '2026-11-24T06:00:00.000Z', '2026-11-25T06:00:00.000Z'],
  });
  expect(preview.jobs[0]?.job.steps[0]).toMatchObject({ workspace: 'smm', args: ['ingest'] });
  expect(preview.remarks.map(({ message }) => message).join()).toContain('"root" was left out');
  expect((await belfry([...args, '--yes'], { folder: home })).code).toBe(4);
  expect((await belfry(['jobs', 'import', '--crontab', 'nowhere'], { folder: home })).code).toBe(5);
  expect((await belfry(['jobs', 'import'])).code).toBe(2);
});

test('an empty crontab is no mistake', async () => {
  const { run } = await running();
  expect(await run('# nothing yet\n')).toMatchObject({ code: 0, out: 'There is nothing to import.\n' });
  expect(await run('', '--yes')).toMatchObject({ code: 0, out: 'There is nothing to import.\n' });
});

test('the built command: a crontab over a real standard input, then a simulation of what it became', async () => {
  const { home, jobs } = await running();
  const added = await start(['--home', home, 'jobs', 'import', '--crontab', '-', '--yes'], { input: crontab })
    .ended;
  expect(added).toMatchObject({ code: 0, err: '' });
  expect(added.out).toMatch(/^Remarks\n {2}line 1: MAILTO[\s\S]*\nAdded 3 jobs: ingest_the_news, /);
  const input = JSON.stringify([...jobs.values()]);
  const week = ['--from', '2026-11-22T00:00:00Z', '--to', '2026-11-29T00:00:00Z', '--timezone', 'UTC'];
  const played = await start(['simulate', '-', '--json', ...week], { input }).ended;
  expect(played).toMatchObject({ code: 0, err: '' });
  const { totals } = JSON.parse(played.out) as { totals: { jobId: string; runs: number }[] };
  expect(totals.map(({ jobId, runs }) => [jobId, runs])).toEqual([
    ['ingest_the_news', 7],
    ['cd_logs_rotate_last', 1],
    ['usr_bin_hello', 0],
  ]);
});
