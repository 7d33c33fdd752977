import { expect, test } from 'vitest';
import { createRecorder } from '../../../electron/runner/output/recorder.ts';
import { createMask } from '../../../electron/runner/output/text.ts';
import type { CutRemark, LineGroup } from '../../../electron/store/ledgers.ts';
import type { OutputLine } from '../../../shared/index.ts';
import { handClock } from '../../support/clock.ts';

/** A ledger of lines in memory that behaves as the store's does. */
function setUp(limit: number, append?: () => Promise<void>) {
  const clock = handClock();
  const lines = new Map<number, string>();
  const announced: OutputLine[] = [];
  const errors: unknown[] = [];
  let appends = 0;
  const recorder = createRecorder({
    clock,
    mask: createMask(['secret']),
    runId: 'r',
    limit,
    announce: (added) => announced.push(...added),
    failed: (error) => errors.push(error),
    ledger: {
      async append(_, groups: readonly LineGroup[]) {
        await append?.();
        appends += 1;
        for (const group of groups) {
          for (const [index, text] of group.texts.entries()) {
            expect(lines.has(group.first + index)).toBe(false);
            lines.set(group.first + index, text);
          }
        }
      },
      async cut(_, first, last, remark: CutRemark) {
        for (const seq of lines.keys()) if (seq >= first && seq <= last) lines.delete(seq);
        lines.set(last, remark.text);
      },
    },
  });
  const kept = () => [...lines].sort(([a], [b]) => a - b).map(([seq, text]) => `${seq} ${text}`);
  return { clock, recorder, kept, announced, errors, appends: () => appends };
}

test('lines of a tenth of a second are stored together, then announced', async () => {
  const { clock, recorder, kept, announced, appends } = setUp(1000);
  const sink = recorder.sink(0, 'stdout');
  sink.write('one\ntw');
  recorder.say(0, 'remark');
  sink.write('o\n');
  await clock.advance(99);
  expect(kept()).toEqual([]);
  await clock.advance(1);
  expect(kept()).toEqual(['1 one', '2 remark', '3 two']);
  expect(announced.map(({ seq, stream }) => [seq, stream])).toEqual([
    [1, 'stdout'],
    [2, 'belfry'],
    [3, 'stdout'],
  ]);
  expect(appends()).toBe(1);
});

test('what has no line end yet is kept at the end; secrets are masked across pieces', async () => {
  const { recorder, kept } = setUp(1000);
  const sink = recorder.sink(0, 'stderr');
  sink.write('a sec');
  sink.write('ret b');
  sink.end();
  recorder.say(0, 'no secret here');
  await recorder.drain();
  expect(kept()).toEqual(['1 a ••• b', '2 no ••• here']);
});

test('head and tail are kept up to the limit, the cut is shown, whatever the rhythm', async () => {
  for (const perFlush of [1, 3, 50, 1000]) {
    const { clock, recorder, kept } = setUp(1000);
    const sink = recorder.sink(0, 'stdout');
    for (let line = 1; line <= 1000; line += 1) {
      sink.write(`line ${String(line).padStart(4, '0')}\n`);
      if (line % perFlush === 0) await clock.advance(400);
    }
    sink.end();
    await recorder.drain();
    const all = kept();
    const cut = all.findIndex((line) => line.includes('were cut here'));
    const head = all.slice(0, cut);
    const tail = all.slice(cut + 1);
    expect(head[0]).toBe('1 line 0001');
    expect(tail.at(-1)).toBe('1000 line 1000');
    // Consecutive on both sides of the cut, and the remark counts exactly what is missing.
    for (const part of [head, tail]) {
      const first = Number.parseInt(part[0] ?? '', 10);
      expect(part.map((line) => Number.parseInt(line, 10))).toEqual(part.map((_, index) => first + index));
    }
    expect(all[cut]).toContain(` ${1000 - head.length - tail.length} lines (`);
    expect(tail.length * 10).toBeGreaterThanOrEqual(490);
    expect(tail.length * 10).toBeLessThanOrEqual(500 + 2 * 125 + 10);
  }
});

test('under a flood only the newest lines are announced', async () => {
  const { clock, recorder, announced } = setUp(1_000_000);
  recorder.sink(0, 'stdout').write(Array.from({ length: 2000 }, (_, i) => `${i + 1}\n`).join(''));
  await clock.advance(100);
  expect([announced.length, announced[0]?.seq, announced.at(-1)?.text]).toEqual([500, 1501, '2000']);
});

test('while the ledger is slow the writer has to wait', async () => {
  let go = () => {};
  const { recorder } = setUp(100_000_000, () => new Promise((resolve) => (go = resolve)));
  const sink = recorder.sink(0, 'stdout');
  for (let i = 0; i < 9; i += 1) sink.write(`${'x'.repeat(60_000)}\n`.repeat(18));
  const pressure = recorder.pressure();
  expect(pressure).toBeDefined();
  let relieved = false;
  void pressure?.then(() => (relieved = true));
  for (let i = 0; i < 100 && !relieved; i += 1) {
    go();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(recorder.pressure()).toBeUndefined();
});

test('output that cannot be stored is reported once, and drain rejects', async () => {
  const { clock, recorder, errors } = setUp(1000, () => Promise.reject(new Error('disk full')));
  recorder.say(0, 'x');
  await clock.advance(100);
  recorder.say(0, 'y');
  await clock.advance(100);
  expect(errors).toEqual([new Error('disk full')]);
  await expect(recorder.drain()).rejects.toThrow('disk full');
});
