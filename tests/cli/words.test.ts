import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import {
  counted,
  cutTo,
  oneLine,
  painter,
  paintStatus,
  pairs,
  plain,
  table,
  widthOf,
} from '../../electron/cli/terminal.ts';
import { fullTime, span, when } from '../../electron/cli/when.ts';

const reader = { now: Date.parse('2026-11-22T09:00:00Z'), timezone: 'America/New_York' };

test.each([
  ['2026-11-22T09:00:00Z', 'today 04:00 GMT-5 (now)'],
  ['2026-11-22T09:12:00Z', 'today 04:12 GMT-5 (in 12 min)'],
  ['2026-11-22T08:59:30Z', 'today 03:59 GMT-5 (30 s ago)'],
  ['2026-11-22T04:59:00Z', 'yesterday 23:59 GMT-5 (4 h ago)'],
  ['2026-11-23T14:00:00Z', 'tomorrow 09:00 GMT-5 (in 29 h)'],
  ['2026-11-25T14:00:00Z', 'Wed 25 Nov 09:00 GMT-5 (in 3 d)'],
  ['2027-11-25T14:00:00Z', '25 Nov 2027 09:00 GMT-5 (in 368 d)'],
])('%s reads %s', (instant, words) => {
  expect(when(instant, reader)).toBe(words);
});

test('no instant is a dash, and lengths go by their largest unit', () => {
  expect(when(null, reader)).toBe('–');
  expect([0, 59_000, 60_000, 3_599_000, 7_200_000, 47 * 3_600_000, 48 * 3_600_000].map(span)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '2 h',
    '47 h',
    '2 d',
  ]);
});

test('full times name the offset, which distinguishes the two hours of autumn', () => {
  expect(fullTime('2026-11-01T05:30:00Z', 'America/New_York')).toBe('Sun 01 Nov 2026 01:30:00 GMT-4');
  expect(fullTime('2026-11-01T06:30:00Z', 'America/New_York')).toBe('Sun 01 Nov 2026 01:30:00 GMT-5');
  expect(fullTime('2026-11-22T00:00:00Z', 'UTC')).toBe('Sun 22 Nov 2026 00:00:00 UTC');
});

test('columns are aligned, whatever the width of their characters', () => {
  expect(
    table(
      ['ID', 'TEXT'],
      [
        ['a', 'x'],
        ['東京', 'y'],
        ['e\u0301', 'z'],
      ],
    ),
  ).toBe('ID    TEXT\na     x\n東京  y\ne\u0301     z');
  expect(widthOf('👩‍👩‍👧')).toBe(2);
});

test('a table fits the terminal by cutting its widest column, and is whole in a pipe', () => {
  const rows = [['news', 'a'.repeat(60), 'short']];
  expect(table(['ID', 'TEXT', 'END'], rows)).toContain('a'.repeat(60));
  const lines = table(['ID', 'TEXT', 'END'], rows, 40).split('\n');
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(40);
  expect(lines[1]).toMatch(/^news {2}a+… {2}short$/);
  expect(() => table(['A', 'B'], [['x'.repeat(50), 'y'.repeat(50)]], 5)).not.toThrow();
});

test('a coloured cell that is cut loses its colour instead of spilling it', () => {
  const red = painter(true)('red', 'x'.repeat(30));
  expect(widthOf(red)).toBe(30);
  expect(cutTo(red, 10)).toBe(`${'x'.repeat(9)}…`);
});

test('pairs leave out what is empty', () => {
  expect(
    pairs([
      ['A', '1'],
      ['Long', ''],
      ['B', undefined],
      ['Cc', '2'],
    ]),
  ).toBe('A   1\nCc  2');
});

test('what others wrote cannot steer the terminal', () => {
  expect(plain('\u001b[2Jhi\u0007\u001b]0;title\u0007 there\t!\u009b31m')).toBe('hi there\t!');
  expect(oneLine(' two\n\n lines\r\n')).toBe('two lines');
});

test('without colours nothing is painted; with them the words stay the same', () => {
  for (const status of ['failed', 'missed', 'running', 'success', 'queued']) {
    expect(paintStatus(painter(false), status)).toBe(status);
    expect(stripVTControlCharacters(paintStatus(painter(true), status))).toBe(status);
  }
  expect(paintStatus(painter(true), 'failed')).not.toBe('failed');
  expect([counted(1, 'job'), counted(2, 'job')]).toEqual(['1 job', '2 jobs']);
});
