import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { temporaryHome } from '../support/home.ts';
import { bin, build, start } from './built.ts';
import { memory, runView, serve } from './engine.ts';

beforeAll(build, 120_000);

const news = { id: 'news', name: 'News', steps: [{ type: 'command', name: 'Say', command: ['true'] }] };
const line = (seq: number, text = `line ${seq}`) => ({
  runId: 'a',
  seq,
  step: 0,
  at: '2026-11-22T09:00:00.000Z',
  stream: 'stdout' as const,
  text,
});

test('exit codes and streams of a real process', async () => {
  const kept = memory();
  const { home } = await serve(kept.handlers);
  const [status, none, usage] = await Promise.all([
    start(['status', '--json'], { env: { BELFRY_HOME: home } }).ended,
    start(['--home', temporaryHome(), 'status']).ended,
    start(['--json', 'jobs', '--bogus']).ended,
  ]);
  expect(status).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(status.out)).toMatchObject({ version: '0.1.0', scheduler: 'running' });
  expect(none).toMatchObject({ code: 4, out: '', err: expect.stringMatching(/^NOT_RUNNING: /) });
  expect(usage).toMatchObject({ code: 2, err: '' });
  expect(JSON.parse(usage.out).error.code).toBe('BAD_INPUT');
});

test('jobs and tokens come over a real standard input; nothing is coloured in a pipe', async () => {
  const kept = memory();
  const { home } = await serve(kept.handlers);
  const [job, account] = await Promise.all([
    start(['--home', home, 'jobs', 'add', '-'], {
      input: `\ufeff${JSON.stringify(news)}`,
      env: { FORCE_COLOR: '1' },
    }).ended,
    start(['--home', home, 'accounts', 'add', 'mastodon', 'https://m.example'], { input: 'top-secret\r\n' })
      .ended,
  ]);
  expect(job.code, job.err).toBe(0);
  expect(job.out).not.toContain('\u001b');
  expect(kept.jobs.has('news')).toBe(true);
  expect(account.code, account.err).toBe(0);
  expect(kept.tokens[0]?.token).toBe('top-secret');
});

test('a reader that goes away ends the command quietly', async () => {
  const kept = memory();
  const { home } = await serve(kept.handlers);
  for (let seq = 1; seq <= 10_000; seq += 1) kept.lines.push(line(seq, 'x'.repeat(200)));
  const { child, ended } = start(['--home', home, 'logs', '--limit', '10000']);
  child.stdout.once('data', () => child.stdout.destroy());
  expect(await ended).toMatchObject({ code: 0, err: '' });
});

test('the engine drains its jobs and ends well after the reader of its log is gone', async () => {
  const home = temporaryHome();
  const job = {
    id: 'slow',
    name: 'Slow',
    steps: [{ type: 'command', name: 'Work', command: ['sh', '-c', 'sleep 1; touch done'], cwd: home }],
  };
  writeFileSync(join(home, 'config.json'), JSON.stringify({ jobs: [job] }));
  const host = start(['--home', home, 'run']);
  await expect.poll(() => host.written()).toContain("Belfry's window");
  host.child.stdout.destroy();
  expect(await start(['--home', home, 'run-job', 'slow']).ended).toMatchObject({ code: 0 });
  // Writes to the log, which has no reader.
  expect(await start(['--home', home, 'quit']).ended).toMatchObject({ code: 0, err: '' });
  expect(await host.ended).toMatchObject({ code: 0, signal: null, err: '' });
  expect(existsSync(join(home, 'done'))).toBe(true);
  expect(existsSync(join(home, 'run', 'owner.json'))).toBe(false);
});

test('a second Ctrl-C ends running jobs instead of waiting for them', async () => {
  const home = temporaryHome();
  const step = { type: 'command', name: 'Work', command: ['sleep', '600'] };
  const config = { settings: { drainSeconds: 600 }, jobs: [{ id: 'slow', name: 'Slow', steps: [step] }] };
  writeFileSync(join(home, 'config.json'), JSON.stringify(config));
  const host = start(['--home', home, 'run', '--no-window']);
  await expect.poll(async () => (await start(['--home', home, 'status']).ended).code).toBe(0);
  expect(await start(['--home', home, 'run-job', 'slow']).ended).toMatchObject({ code: 0 });
  const pressed = performance.now();
  host.child.kill('SIGINT');
  await expect.poll(() => host.written()).toContain('a second Ctrl-C ends them now');
  // As npm passes on what the terminal has sent already: no second Ctrl-C.
  if (performance.now() - pressed < 200) host.child.kill('SIGINT');
  await expect.poll(() => performance.now() - pressed).toBeGreaterThan(1500);
  expect(host.written()).not.toContain('running jobs are ended');
  host.child.kill('SIGINT');
  expect(await host.ended).toMatchObject({ code: 0, signal: null });
  expect(host.written()).toContain('running jobs are ended');
});

test('the engine outlives errors that nothing caught, and logs them', async () => {
  const home = temporaryHome();
  const mistakes = `process.on('SIGUSR2', () => {
    Promise.reject(new Error('a promise without a handler'));
    setTimeout(() => { throw new Error('thrown out of a timer'); });
  });`;
  const host = start(['--home', home, 'run', '--no-window', '--log', 'json'], {
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(mistakes)}` },
  });
  const status = () => start(['--home', home, 'status']).ended;
  await expect.poll(async () => (await status()).code).toBe(0);
  host.child.kill('SIGUSR2');
  await expect.poll(host.written).toContain('thrown out of a timer');
  expect(host.written()).toContain('a promise without a handler');
  expect(await status()).toMatchObject({ code: 0 });
  host.child.kill('SIGTERM');
  expect(await host.ended).toMatchObject({ code: 0, err: '' });
});

test('logs --follow writes as lines come, and ends with Ctrl-C', async () => {
  const kept = memory();
  const { home, announce, seen } = await serve(kept.handlers);
  kept.runs.set('a', runView('a'));
  const following = start(['--home', home, 'logs', 'a', '--follow', '--json']);
  await expect.poll(() => seen.filter((name) => name.startsWith('runs.output')).length).toBe(3);
  kept.lines.push(line(1));
  announce({ name: 'runs.output', runId: 'a', lines: [line(1)] });
  await expect.poll(following.written).toBe(`${JSON.stringify(line(1))}\n`);
  following.child.kill('SIGINT');
  expect(await following.ended).toMatchObject({ signal: 'SIGINT', err: '' });

  const all = start(['--home', home, 'logs', '--follow']);
  await expect.poll(() => all.written()).toContain('line 1');
  all.child.kill('SIGINT');
  expect(await all.ended).toMatchObject({ signal: 'SIGINT', err: '' });
});

test('the bin of the package works through a link, from another folder, and under an older Node', async () => {
  const linked = join(temporaryHome(), 'belfry');
  symlinkSync(bin, linked);
  expect(await start(['--version'], { script: linked }).ended).toMatchObject({
    code: 0,
    out: `${manifest.version}\n`,
    err: '',
  });
  const old = olderNode();
  if (old === undefined) return;
  const result = await start(['--json', '--home', temporaryHome(), 'status'], { node: old, script: linked })
    .ended;
  expect(result).toMatchObject({ code: 4, err: '' });
  expect(JSON.parse(result.out).error.code).toBe('NOT_RUNNING');
});

/** The machine's own Node, when it is one that cannot run Belfry. */
function olderNode(): string | undefined {
  const found = (process.env['PATH'] ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .find((path) => existsSync(path));
  if (found === undefined) return undefined;
  const major = Number(
    execFileSync(found, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }),
  );
  return major < 24 ? found : undefined;
}
