import { describe, expect, test } from 'vitest';
import { addOlder, type Known, mergeHead } from '../../renderer/features/runs/merge-runs.ts';
import { addEarlier, addFetched, addLines } from '../../renderer/features/runs/output-lines.ts';
import { sampleLine, sampleRun } from '../support/window/sample.ts';

const runs = (...ids: number[]) => ids.map((id) => sampleRun({ id: `r${id}`, jobId: 'job' }));
const ids = (list: readonly { id: string }[]) => list.map((entry) => entry.id).join(' ');
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) =>
    sampleLine({ runId: 'r', seq: from + index, text: `line ${from + index}` }),
  );
const seqs = (list: readonly { seq: number }[]) => list.map((line) => line.seq).join(' ');

describe('the history of runs', () => {
  const known = { runs: runs(4, 3, 2, 1), cursor: 'below 1' };
  const head = (cursor: string | null, ...numbers: number[]) => ({ runs: runs(...numbers), cursor });
  const shown = ({ runs: list, cursor }: Known) => [ids(list), cursor];

  test('new runs come before known ones, and changed ones are renewed', () => {
    expect(shown(mergeHead(known, head('below 3', 5, 4, 3)))).toEqual(['r5 r4 r3 r2 r1', 'below 1']);
  });

  test('a run that was forgotten vanishes', () => {
    const merged = mergeHead({ runs: runs(5, 4, 3, 2, 1), cursor: null }, head('below 2', 5, 3, 2));
    expect(shown(merged)).toEqual(['r5 r3 r2 r1', null]);
  });

  test('a head without an end is everything there is', () => {
    expect(shown(mergeHead(known, head(null, 3)))).toEqual(['r3', null]);
    expect(shown(mergeHead(known, head(null)))).toEqual(['', null]);
  });

  test('when too much happened to join the two, the older ones are paged again', () => {
    expect(shown(mergeHead(known, head('below 7', 9, 8, 7)))).toEqual(['r9 r8 r7', 'below 7']);
  });

  test('an older page adds what is not known, and says where the next begins', () => {
    const older = { runs: runs(2, 1), cursor: null };
    expect(shown(addOlder({ runs: runs(3, 2), cursor: 'below 2' }, older))).toEqual(['r3 r2 r1', null]);
  });
});

describe('the output of a run', () => {
  test('announced lines are appended once', () => {
    const { lines: known, gap } = addLines(lines(1, 3), lines(2, 5));
    expect([seqs(known), gap]).toEqual(['1 2 3 4 5', false]);
  });

  test('a hole is told and nothing is added over it', () => {
    const { lines: known, gap } = addLines(lines(1, 3), lines(6, 7));
    expect([seqs(known), gap]).toEqual(['1 2 3', true]);
  });

  test('fetched lines may have holes: the store cut there', () => {
    expect(seqs(addFetched(lines(1, 3), lines(6, 7)))).toBe('1 2 3 6 7');
  });

  test('the window keeps the newest lines', () => {
    expect(seqs(addLines(lines(1, 3), lines(4, 6), 4).lines)).toBe('3 4 5 6');
  });

  test('earlier lines come before', () => {
    expect(seqs(addEarlier(lines(4, 5), lines(2, 4)))).toBe('2 3 4 5');
  });
});
