import { expect, test } from 'vitest';
import {
  type ExportFormat,
  exportRun,
  type OutputLine,
  type OutputStream,
  type RunView,
} from '../../shared/index.ts';
import { runView } from '../cli/engine.ts';

const at = '2026-11-22T09:00:01.500Z';
const step = { exitCode: null, signal: null, startedAt: null, finishedAt: null, error: null };
const run: RunView = runView('r1', {
  jobId: 'news',
  jobName: 'News\ningestion',
  cause: 'schedule',
  slot: '2026-11-22T09:00:00.000Z',
  status: 'failed',
  attempt: 2,
  startedAt: '2026-11-22T09:00:00.000Z',
  finishedAt: '2026-11-22T09:00:12.345Z',
  reason: 'Step "Deduplicate" failed: exit code 3.',
  parameters: { args: ['--count', '5 or so'], env: { TOPIC: 'canary' } },
  steps: [
    {
      ...step,
      name: 'Ingest',
      status: 'success',
      exitCode: 0,
      startedAt: '2026-11-22T09:00:00.000Z',
      finishedAt: '2026-11-22T09:00:12.000Z',
      result: '{"found":7}',
    },
    { ...step, name: 'Deduplicate', status: 'failed', exitCode: 3, error: 'Exit\ncode 3.' },
    { ...step, name: 'Tidy', status: 'skipped', error: 'A step before it failed.' },
  ],
});

const line = (seq: number, text: string, stream: OutputStream = 'stdout', place = 0): OutputLine => ({
  runId: 'r1',
  seq,
  step: place,
  at,
  stream,
  text,
});

/** Answers `runs.output` from a list, as the engine does. */
function reader(lines: readonly OutputLine[]) {
  const asked: number[] = [];
  return {
    asked,
    output: async ({ after = 0, tail = false, limit = 100 }) => {
      if (!tail) asked.push(after);
      return tail ? lines.slice(-limit) : lines.filter(({ seq }) => seq > after).slice(0, limit);
    },
  };
}

async function whole(lines: readonly OutputLine[], format: ExportFormat, of = run): Promise<string> {
  let text = '';
  for await (const piece of exportRun(of, format, reader(lines).output)) text += piece;
  return text;
}

const lines = [
  line(1, 'one \x1b[31mred\x1b[0m'),
  line(2, '10 %\r100 %', 'stderr', 1),
  line(998, '990 lines (1 MB) were cut here: a run keeps 10 MiB.', 'belfry', 1),
  line(999, 'the end'),
];

test('as text: the head, the steps, every line with its time, step and stream', async () => {
  expect((await whole(lines, 'text')).split('\n')).toEqual([
    'Run        r1',
    'Job        News ingestion (news)',
    'Status     failed',
    'Reason     Step "Deduplicate" failed: exit code 3.',
    'Trigger    schedule, attempt 2',
    'Due        2026-11-22T09:00:00.000Z',
    'Arguments  ["--count","5 or so"]',
    'Variables  TOPIC',
    'Created    2026-11-22T09:00:00.000Z',
    'Started    2026-11-22T09:00:00.000Z',
    'Finished   2026-11-22T09:00:12.345Z',
    'Took       12.345 s',
    '',
    'Steps',
    '  1  success  Ingest: exit code 0, 12 s, result {"found":7}',
    '  2  failed   Deduplicate: exit code 3, Exit code 3.',
    '  3  skipped  Tidy: A step before it failed.',
    '',
    'Output (time in UTC, step, stream)',
    `${at}  1  stdout  one red`,
    `${at}  2  stderr  100 %`,
    `${at}  2  belfry  990 lines (1 MB) were cut here: a run keeps 10 MiB.`,
    `${at}  1  stdout  the end`,
    '',
  ]);
});

test('as JSON: the same as data, the text of lines as it is stored, and what is missing', async () => {
  const document = JSON.parse(await whole(lines, 'json'));
  expect(document.run).toEqual({ ...run, parameters: { ...run.parameters, env: { TOPIC: '•••' } } });
  expect(document.lines).toEqual(lines.map(({ runId: _, ...rest }) => rest));
  expect(document.missing).toEqual([{ after: 2, lines: 996, remark: lines[2]?.text }]);
});

test('values of variables are in no export', async () => {
  for (const format of ['text', 'json'] as const) expect(await whole(lines, format)).not.toContain('canary');
});

test('lines that are not kept any more are counted where they were', async () => {
  const rest = [line(41, 'a'), line(42, 'b')];
  expect(await whole(rest, 'text')).toContain(`(40 lines are not kept any more)\n${at}  1  stdout  a\n`);
  expect(JSON.parse(await whole(rest, 'json')).missing).toEqual([{ after: 0, lines: 40, remark: null }]);
});

test('a run without output, steps or slot', async () => {
  const bare = runView('r2', { status: 'missed', startedAt: null, reason: null });
  expect(JSON.parse(await whole([], 'json', bare))).toEqual({ run: bare, lines: [], missing: [] });
  expect(await whole([], 'text', bare)).toMatch(/^Created .*\n\nOutput \(time in UTC, step, stream\)\n$/m);
});

test('a long output is read page by page, and of a run at work what there was at the beginning', async () => {
  const many = Array.from({ length: 2500 }, (_, n) => line(n + 1, `line ${n + 1}`));
  const { asked, output } = reader(many);
  const pieces: string[] = [];
  for await (const piece of exportRun(run, 'json', output)) {
    pieces.push(piece);
    many.push(line(many.length + 1, 'later'));
  }
  expect(asked).toEqual([0, 1000, 2000]);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000);
  expect(JSON.parse(pieces.join('')).lines.at(-1)).toMatchObject({ seq: 2500, text: 'line 2500' });
});
