import fc from 'fast-check';
import { expect, test } from 'vitest';
import { followOutput, type OutputQuery } from '../../renderer/features/runs/follow-output.ts';
import type { OutputLine } from '../../shared/index.ts';
import { sampleLine } from '../support/window/sample.ts';

const line = (seq: number) => sampleLine({ runId: 'r', seq, text: `line ${seq}` });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => line(from + i));
const seqs = (lines: readonly OutputLine[]) => lines.map((entry) => entry.seq).join(' ');

/** A store whose answers are let go by hand, and a follower on it. */
function following(stored: OutputLine[]) {
  let shown: readonly OutputLine[] = [];
  const errors: (string | undefined)[] = [];
  const waiting: { query: OutputQuery; answer(): void; fail(): void }[] = [];
  const answerTo = (query: OutputQuery) =>
    'tail' in query
      ? stored.slice(-query.limit)
      : stored.filter((entry) => entry.seq > query.after).slice(0, query.limit);
  const follower = followOutput({
    fetch: (query) =>
      new Promise((resolve, reject) => {
        const lines = answerTo(query);
        waiting.push({ query, answer: () => resolve(lines), fail: () => reject(new Error('gone')) });
      }),
    show: (lines) => {
      shown = lines;
    },
    fail: (error) => errors.push(error?.code),
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    follower,
    waiting,
    errors,
    seen: () => seqs(shown),
    async answer(how: 'answer' | 'fail' = 'answer') {
      waiting.shift()?.[how]();
      await settle();
    },
  };
}

test('lines that are announced while the first page is on its way are not lost', async () => {
  const stored = range(1, 3);
  const f = following(stored);
  void f.follower.start();
  stored.push(line(4));
  f.follower.hear([line(4)]);
  await f.answer();
  await f.answer();
  expect(f.seen()).toBe('1 2 3 4');
  expect(f.waiting).toHaveLength(0);
});

test('a hole is fetched before anything is shown over it', async () => {
  const stored = range(1, 9);
  const f = following(stored);
  void f.follower.start();
  await f.answer();
  stored.push(...range(10, 14));
  f.follower.hear([line(14)]);
  expect(f.seen()).toBe('1 2 3 4 5 6 7 8 9');
  await f.answer();
  expect(f.seen()).toBe('1 2 3 4 5 6 7 8 9 10 11 12 13 14');
});

test('a very long rest is fetched to its end', async () => {
  const stored = range(1, 1);
  const f = following(stored);
  void f.follower.start();
  await f.answer();
  stored.push(...range(2, 15_000));
  void f.follower.catchUp();
  await f.answer();
  await f.answer();
  expect(f.waiting).toHaveLength(0);
  expect(f.seen().endsWith(' 15000')).toBe(true);
});

test('earlier lines come on demand, once', async () => {
  const f = following(range(1, 2500));
  void f.follower.start();
  await f.answer();
  void f.follower.loadEarlier();
  void f.follower.loadEarlier();
  expect(f.waiting).toHaveLength(1);
  await f.answer();
  expect(f.seen().startsWith('501 502 ')).toBe(true);
});

test('a failure is told, and taken back by the next success', async () => {
  const f = following(range(1, 2));
  void f.follower.start();
  await f.answer('fail');
  void f.follower.catchUp();
  await f.answer();
  expect(f.errors).toEqual(['INTERNAL', undefined]);
  expect(f.seen()).toBe('1 2');
});

test('nothing is shown after the end', async () => {
  const f = following(range(1, 2));
  void f.follower.start();
  f.follower.stop();
  await f.answer();
  f.follower.hear([line(1)]);
  expect(f.seen()).toBe('');
});

test('whatever is lost, doubled or late: in the end every line is shown once, in order', async () => {
  const step = fc.constantFrom('print', 'print and lose', 'print and repeat', 'answer');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const stored: OutputLine[] = [];
      const f = following(stored);
      void f.follower.start();
      for (const what of steps) {
        if (what === 'answer') {
          await f.answer();
          continue;
        }
        stored.push(line(stored.length + 1));
        if (what !== 'print and lose') f.follower.hear(stored.slice(-1));
        if (what === 'print and repeat') f.follower.hear(stored.slice(-2));
      }
      // The last line of a run is Belfry's own, and is heard.
      stored.push(line(stored.length + 1));
      f.follower.hear(stored.slice(-1));
      while (f.waiting.length > 0) await f.answer();
      expect(f.seen()).toBe(seqs(stored));
    }),
  );
});
