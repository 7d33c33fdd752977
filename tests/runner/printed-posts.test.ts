import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TakePost } from '../../electron/runner/deps.ts';
import { createPostLines } from '../../electron/runner/output/step-results.ts';
import { temporaryHome } from '../support/home.ts';
import { jobOf, openRunner, sh } from './support.ts';

const printing = (line: string, change = {}) =>
  jobOf([{ type: 'command', name: 'draft', command: sh(line), output: 'posts', ...change }]);

function linesIn(content: string): string {
  const path = join(temporaryHome(), 'lines');
  writeFileSync(path, content);
  return path;
}

/** The lines of a step, with a clock on which each look takes a millisecond. */
function openLines(take: TakePost = async () => [], signal = new AbortController().signal) {
  const refused: string[] = [];
  let now = 0;
  const lines = createPostLines({
    clock: { monotonic: () => (now += 1) },
    take,
    origin: 'r/draft',
    refused: (text) => refused.push(text),
    signal,
  });
  return { lines, refused };
}

test('many lines that are no posts are refused in slices, and summed up in few words', async () => {
  const { lines, refused } = openLines();
  lines.write('starting up\n'.repeat(20_000));
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  const { problem } = await lines.end();
  isOver = true;
  expect(turns).toBeGreaterThan(1000);
  expect(problem).toMatch(/^Line 1 is no post: it is not a JSON object .*; and 19995 more lines\.$/);
  expect(refused).toHaveLength(21);
  expect(refused.at(-1)).toBe('19980 more lines are no posts: 21–20000');
});

test('equal lines are told apart by how many of them were stored, and refused ones are not remembered', async () => {
  const origins: string[] = [];
  const answers = [
    [{ field: '', message: 'is one too many' }],
    [],
    { skipped: 'was skipped', stored: false },
  ];
  const { lines } = openLines(async (_, origin) => {
    origins.push(origin.replace(/.*\//, ''));
    return answers[origins.length - 1] ?? [];
  });
  lines.write('{}\n'.repeat(5));
  await lines.end();
  expect(origins).toEqual(['1', '1', '2', '2', '3']);
});

test('the event loop gets its turn, too, where few lines come at a time', async () => {
  const { lines } = openLines();
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  const two = `${'x'.repeat(600_000)}\n`.repeat(2);
  for (let piece = 0; piece < 100; piece += 1) {
    lines.write(two);
    await lines.pressure();
  }
  isOver = true;
  expect(turns).toBeGreaterThan(20);
});

test('of the lines refused later, the numbers are listed', async () => {
  const { lines, refused } = openLines(async () => [{ field: 'text', message: 'is bad' }]);
  lines.write(`${'{}\n'.repeat(22)}\n{}\n`);
  await lines.end();
  expect(refused.at(-1)).toBe('3 more lines are no posts: 21–22, 24');
});

test('a line without end takes no more memory than the longest one that may be', async () => {
  const { lines } = openLines();
  for (let piece = 0; piece < 200; piece += 1) lines.write('x'.repeat(64 * 1024));
  lines.write('\n{}\n');
  expect(await lines.end()).toMatchObject({
    problem: 'Line 1 is no post: it has more than 1048576 characters.',
    lines: 2,
  });
});

test('lines of which more come than are taken make the command wait', async () => {
  const gate = Promise.withResolvers<void>();
  const { lines } = openLines(async () => {
    await gate.promise;
    return [];
  });
  lines.write('{}\n'.repeat(101));
  const wait = lines.pressure();
  expect(wait).toBeInstanceOf(Promise);
  gate.resolve();
  await wait;
  expect(lines.pressure()).toBeUndefined();
});

test('a run that is cancelled while its posts are being taken says how far it came', async () => {
  const path = linesIn('{"n":1}\n'.repeat(300));
  const gate = Promise.withResolvers<void>();
  let taken = 0;
  const belfry = await openRunner([printing(`cat ${path}`)], {
    takePosts: () => async () => {
      taken += 1;
      if (taken > 10) await gate.promise;
      return [];
    },
  });
  const { id } = await belfry.runner.runNow('job');
  await expect.poll(() => taken).toBe(11);
  const cancelled = belfry.runner.cancel(id);
  await expect.poll(async () => (await belfry.ledger.get(id))?.steps[0]?.pid).not.toBeNull();
  gate.resolve();
  const { status, steps } = await cancelled;
  expect(status).toBe('cancelled');
  expect(steps[0]?.error).toBe(
    'It was cancelled. Of the posts that it printed, those up to line 11 were taken.',
  );
  expect(taken).toBe(11);
});

test('lines that repeat what is there do not fail the run; its output and its reason say so', async () => {
  const path = linesIn('{"n":1}\n{"n":2}\n{"n":3}\n');
  const belfry = await openRunner([printing(`cat ${path}`)], {
    takePosts: () => async (line) =>
      line === '{"n":1}' ? [] : { skipped: 'was skipped: it repeats post p', stored: false },
  });
  const run = await belfry.run();
  expect(run).toMatchObject({
    status: 'success',
    reason: '2 of the printed posts were there already, and not added again.',
  });
  const output = await belfry.output(run.id);
  for (const number of [2, 3]) expect(output).toContain(`Line ${number} was skipped: it repeats post p`);
});

test('of very many repetitions some are named and the rest counted', async () => {
  const { lines, refused } = openLines(async () => ({ skipped: 'was skipped', stored: false }));
  lines.write('{}\n'.repeat(1000));
  expect(await lines.end()).toMatchObject({ problem: null, skipped: 1000 });
  expect(refused).toHaveLength(21);
  expect(refused.at(-1)).toBe('980 more lines repeat what is there already');
});
