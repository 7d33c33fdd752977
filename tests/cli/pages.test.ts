import { expect, test } from 'vitest';
import { jobSchema } from '../../shared/index.ts';
import { memory, postView, runView, serve } from './engine.ts';
import { belfry, json } from './terminal.ts';

const step = { type: 'command', name: 'Say', command: ['echo', 'hi'] };

/** An engine with 2,345 runs and posts, 1,003 jobs and 2,500 lines, and its command line. */
async function busy() {
  const kept = memory();
  for (let i = 1; i <= 2345; i += 1) {
    kept.runs.set(`r${i}`, runView(`r${i}`));
    kept.posts.set(`p${i}`, postView(`p${i}`));
  }
  for (let i = 1; i <= 1003; i += 1)
    kept.jobs.set(`job-${i}`, jobSchema.parse({ id: `job-${i}`, name: `Job ${i}`, steps: [step] }));
  for (let seq = 1; seq <= 2500; seq += 1)
    kept.lines.push({
      runId: 'a',
      seq,
      step: 0,
      at: '2026-11-22T09:00:00.000Z',
      stream: 'stdout',
      text: `line ${seq}`,
    });
  const { home } = await serve(kept.handlers);
  let atOnce = 0;
  const written: number[] = [];
  const run = (line: string) =>
    belfry(['--home', home, ...line.split(' ')], {
      taken: async () => {
        atOnce += 1;
        written.push(atOnce);
      },
    });
  return { ...kept, run, pieces: () => atOnce };
}
const ids = (value: unknown) => (value as { id: string }[]).map(({ id }) => id);

test.each([
  ['runs', 'r', 2345],
  ['posts', 'p', 2345],
  ['jobs', 'job-', 1003],
] as const)(
  '%s: a cut list says so, with --json too, and goes on at its cursor',
  async (noun, prefix, count) => {
    const { run, pieces } = await busy();
    const all = Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
    const first = await run(`${noun} --json`);
    expect(ids(json(first))).toEqual(all.slice(0, 100));
    const [, cursor] =
      new RegExp(
        `^Showing 100 of ${count.toLocaleString('en')}\\. Use --all, or --cursor (\\S+) for the next page\\.\\n$`,
      ).exec(first.err) ?? [];
    const second = await run(`${noun} --json --limit 7 --cursor ${cursor}`);
    expect(ids(json(second))).toEqual(all.slice(100, 107));

    const before = pieces();
    const whole = await run(`${noun} --all --json`);
    expect(ids(json(whole))).toEqual(all);
    expect(whole.err).toBe('');
    // Page by page, each taken by the reader before the next one is asked for.
    expect(pieces() - before).toBe(Math.ceil(count / 500));

    const table = await run(`${noun} --all`);
    expect(table.out.split('\n')).toHaveLength(count + 2);
    expect(table.out.match(/^ID /gm)).toHaveLength(1);
    expect((await run(`${noun} --limit 1002`)).err).toMatch(/^Showing 1,002 of /);
  },
);

test('a list that is whole says nothing, and an empty one is an empty array', async () => {
  const kept = memory();
  const { home } = await serve(kept.handlers);
  for (const noun of ['runs', 'posts', 'jobs', 'accounts'])
    expect(await belfry(['--home', home, noun, '--json'])).toEqual({ code: 0, out: '[]\n', err: '' });
  kept.runs.set('r', runView('r'));
  expect((await belfry(['--home', home, 'runs'])).err).toBe('');
});

test('logs: what is left out is said; every line comes with --all, the oldest first', async () => {
  const { run } = await busy();
  const seqs = (value: unknown) => (value as { seq: number }[]).map(({ seq }) => seq);
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const last = await run('logs a --json');
  expect(seqs(json(last))).toEqual(numbers(1501, 2500));
  const [, cursor] =
    /^Showing the last 1,000 of 2,500 lines\. Use --all, or --cursor (\S+) for the lines before\.\n$/.exec(
      last.err,
    ) ?? [];
  expect(seqs(json(await run(`logs a --json --limit 2 --cursor ${cursor}`)))).toEqual([1499, 1500]);
  expect(seqs(json(await run('logs a --all --json')))).toEqual(numbers(1, 2500));
  expect((await run('logs --all')).out.split('\n')).toHaveLength(2501);
  expect((await run('logs --search 99 --limit 3')).out).toBe(
    [2299, 2399, 2499].map((seq) => `09:00:00 UTC a line ${seq}\n`).join(''),
  );
  expect((await run('logs a --all --limit 3')).code).toBe(2);
});
