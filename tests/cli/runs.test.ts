import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BelfryError, type HandlerInput, type OutputLine, type PlannedStep } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { at, memory, runView, serve } from './engine.ts';
import { belfry, json } from './terminal.ts';

const planned: PlannedStep[] = [
  {
    name: 'Ingest',
    type: 'command',
    when: 'success',
    argv: ['/usr/bin/python3', '-m', 'backend', "it's five"],
    shell: false,
    cwd: '/srv/smm',
    env: ['HOME', 'MODE', 'PATH'],
    problem: null,
  },
  {
    name: 'Tidy',
    type: 'command',
    when: 'always',
    argv: ['rm -f *.tmp | cat'],
    shell: true,
    cwd: '/srv/smm',
    env: ['HOME', 'PATH'],
    problem: null,
  },
  {
    name: 'Tell',
    type: 'webhook',
    when: 'failure',
    argv: ['POST', 'https://example.org/hook'],
    shell: false,
    cwd: null,
    env: [],
    problem: null,
  },
];
const lost = 'COMMAND_NOT_FOUND: There is no program "pyhton", in step "Ingest". Why. What.';

async function running(more: Parameters<typeof serve>[0] = {}) {
  const kept = memory();
  const asked: unknown[] = [];
  const served = await serve({
    ...kept.handlers,
    'jobs.run': async (input) => {
      asked.push(input);
      return runView('run-1', { status: 'queued' });
    },
    'jobs.preview': async (input: HandlerInput<'jobs.preview'>) => {
      asked.push(input);
      return planned;
    },
    'runs.resume': async ({ id }) => {
      const run = runView(`after-${id}`, { status: 'success', cause: 'retry' });
      kept.runs.set(run.id, run);
      return run;
    },
    'runs.retry': async ({ id }) => {
      const run = runView(`again-${id}`, { status: 'success', cause: 'retry' });
      kept.runs.set(run.id, run);
      return run;
    },
    ...more,
  });
  const run = (args: string[], some = {}) => belfry(['--home', served.home, ...args], some);
  return { ...kept, ...served, asked, run };
}

test('a dry run shows the exact words of each step, where it would run, and its variables once', async () => {
  const { run, asked } = await running();
  const result = await run(['run-job', 'news', '--dry-run', '--from-step', '2']);
  expect(result).toMatchObject({ code: 0, err: '' });
  expect(result.out.split('\n')).toEqual([
    '2. Ingest',
    "   Command    /usr/bin/python3 -m backend 'it'\\''s five'",
    '   Folder     /srv/smm',
    '   Variables  MODE',
    '3. Tidy, in any case',
    '   Shell line  rm -f *.tmp | cat',
    '   Folder      /srv/smm',
    '4. Tell, after a failure only',
    '   Request  POST https://example.org/hook',
    'Every command gets 2 variables: HOME, PATH',
    'Nothing was run.',
    '',
  ]);
  expect(asked).toEqual([{ id: 'news', fromStep: 2 }]);
  expect(json(await run(['run-job', 'news', '--dry-run', '--json']))).toEqual(planned);
});

test('a dry run ends with 1 when a step could not be started, and says why', async () => {
  const broken = planned.map((step, n) => (n === 0 ? { ...step, problem: lost } : step));
  const { run } = await running({ 'jobs.preview': async () => broken });
  const result = await run(['run-job', 'news', '--dry-run']);
  expect(result.code).toBe(1);
  expect(result.out).toContain(`   Problem    ${lost}\n`);
  expect(result.out).toContain('Nothing was run; 1 step could not be.\n');
  expect((await run(['run-job', 'news', '--dry-run', '--json'])).code).toBe(1);
});

test('arguments and variables go with the run, in their order and as they are', async () => {
  const { run, asked } = await running();
  const words = ['--arg', '--topic', '--arg', 'City council', '--arg=', '--env', 'A=1', '--env', 'B=x=y'];
  expect((await run(['run-job', 'news', ...words])).code).toBe(0);
  await run(['run-job', 'news', '--dry-run', ...words]);
  const parameters = { args: ['--topic', 'City council', ''], env: { A: '1', B: 'x=y' } };
  expect(asked).toEqual([
    { id: 'news', parameters },
    { id: 'news', parameters },
  ]);
});

test.each([
  [['run-job', 'news', '--env', 'A'], /form NAME=VALUE/],
  [['run-job', 'news', '--env', '=1'], /form NAME=VALUE/],
  [['run-job', 'news', '--env', '1A=1'], /must be a name of letters, digits and _/],
  [['run-job', 'news', '--dry-run', '--wait'], /cannot be used with option '--wait'/],
  [['run-job', 'news', '--from-step', '0'], /whole number from 1 to 100/],
  [['runs', 'export', 'r1', '--format', 'jsno'], /Did you mean json\?/],
  [['runs', 'export', 'r1', '--format', 'text', '--json'], /do not go together/],
])('%j is exit code 2', async (args, message) => {
  const { run, runs } = await running();
  runs.set('r1', runView('r1'));
  const result = await run(args);
  expect(result.code).toBe(2);
  expect(result.err + result.out).toMatch(message);
});

test('retry tries a failed run again, or the retry that waits at once', async () => {
  const { run } = await running();
  expect(json(await run(['runs', 'retry', 'r1', '--json']))).toMatchObject({ id: 'again-r1' });
});

test('resume goes on with a failed run; --wait ends with its status', async () => {
  const { run } = await running();
  expect((await run(['runs', 'resume', 'r1'])).out).toBe(
    'News is success as run after-r1; see belfry logs after-r1 --follow\n',
  );
  expect(await run(['runs', 'resume', 'r1', '--wait'])).toMatchObject({ code: 0, err: 'News: success\n' });
  expect(json(await run(['runs', 'resume', 'r1', '--json']))).toMatchObject({ id: 'after-r1' });
  const no = new BelfryError({ code: 'CONFLICT', what: 'No', where: 'here', why: 'Why', remedy: 'What' });
  const refusing = await running({ 'runs.resume': () => Promise.reject(no) });
  expect((await refusing.run(['runs', 'resume', 'r1'])).code).toBe(1);
});

test('show prints the steps with their times and results, and what the run was given', async () => {
  const { run, runs } = await running();
  const step = {
    exitCode: 0,
    signal: null,
    startedAt: at,
    finishedAt: '2026-11-22T09:00:12.000Z',
    error: null,
  };
  runs.set(
    'r1',
    runView('r1', {
      parameters: { args: ['two words'], env: { TOPIC: 'canary' } },
      steps: [
        { ...step, name: 'Ingest', status: 'success', result: '{"found":7}' },
        { ...step, name: 'Tidy', status: 'failed', exitCode: 3, finishedAt: null, error: 'Exit code 3.' },
      ],
    }),
  );
  const { out } = await run(['runs', 'show', 'r1']);
  expect(out).toMatch(/^Given {4}'two words' TOPIC=…$/m);
  expect(out).not.toContain('canary');
  expect(out).toContain('  1. success  Ingest, exit code 0, 12 s\n     Result {"found":7}\n');
  expect(out).toContain('  2. failed  Tidy, exit code 3: Exit code 3.\n');
});

const lines = Array.from(
  { length: 2500 },
  (_, n): OutputLine => ({ runId: 'r1', seq: n + 1, step: 0, at, stream: 'stdout', text: `line ${n + 1}` }),
);

async function withOutput(more: Parameters<typeof serve>[0] = {}) {
  const engine = await running(more);
  engine.runs.set('r1', runView('r1', { status: 'success' }));
  engine.lines.push(...lines);
  const folder = temporaryHome();
  return { ...engine, folder, run: (args: string[]) => engine.run(args, { folder }) };
}

test('export writes all of a run to standard output, as text or JSON', async () => {
  const { run } = await withOutput();
  const text = await run(['runs', 'export', 'r1']);
  expect(text).toMatchObject({ code: 0, err: '' });
  expect(text.out).toMatch(/^Run {8}r1\nJob {8}News \(news\)\n/);
  expect(text.out.split('\n').filter((line) => line.includes('  stdout  line '))).toHaveLength(2500);
  for (const args of [['--format', 'json'], ['--json']])
    expect(json(await run(['runs', 'export', 'r1', ...args]))).toMatchObject({
      run: { id: 'r1' },
      missing: [],
    });
  expect((await run(['runs', 'export', 'nobody'])).code).toBe(5);
});

test('export waits for whoever reads standard output', async () => {
  const { home } = await withOutput();
  let open = 0;
  let most = 0;
  await belfry(['--home', home, 'runs', 'export', 'r1'], {
    out: () => {
      open += 1;
      most = Math.max(most, open);
    },
    taken: async () => {
      open = 0;
    },
  });
  expect(most).toBe(1);
});

test('export to a file says what it wrote', async () => {
  const { run, folder } = await withOutput();
  expect(await run(['runs', 'export', 'r1', '-o', 'run.txt'])).toEqual({
    code: 0,
    out: `Wrote 2500 lines of run r1 to ${join(folder, 'run.txt')}.\n`,
    err: '',
  });
  const result = json(await run(['runs', 'export', 'r1', '--output', 'run.json', '--json']));
  expect(result).toEqual({ id: 'r1', file: join(folder, 'run.json'), format: 'json', lines: 2500 });
  expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')).lines).toHaveLength(2500);
  expect(readdirSync(folder).sort()).toEqual(['run.json', 'run.txt']);
});

test('an export that fails half-way leaves what was there', async () => {
  const no = new BelfryError({ code: 'NOT_FOUND', what: 'Gone', where: 'here', why: 'Why', remedy: 'What' });
  const { run, folder } = await withOutput({
    'runs.output': async (query) => {
      if (query.after === 1000) throw no;
      return query.tail ? lines.slice(-1) : lines.slice(0, query.limit);
    },
  });
  writeFileSync(join(folder, 'run.txt'), 'the older one');
  expect((await run(['runs', 'export', 'r1', '-o', 'run.txt'])).code).toBe(5);
  expect(readFileSync(join(folder, 'run.txt'), 'utf8')).toBe('the older one');
  expect(readdirSync(folder)).toEqual(['run.txt']);
});

test('a folder, a missing folder: refused; a pipe stays a pipe', async () => {
  const { run, folder } = await withOutput();
  mkdirSync(join(folder, 'sub'));
  for (const name of ['sub', 'no/such/run.txt']) {
    const result = await run(['runs', 'export', 'r1', '-o', name]);
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err).toMatch(/^BAD_INPUT: The file cannot be written, .*(sub|run\.txt)\. /);
  }
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [text, result] = await Promise.all([
    readFile(pipe, 'utf8'),
    run(['runs', 'export', 'r1', '-o', pipe]),
  ]);
  expect(result.code).toBe(0);
  expect(text).toContain('line 2500\n');
  expect(existsSync(`${pipe}.part`)).toBe(false);
});
