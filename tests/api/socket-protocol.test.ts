import { expect, test } from 'vitest';
import { lineCutter } from '../../electron/api/socket-protocol.ts';
import { seededRandom } from '../support/random.ts';

test('lines come out whole, however the bytes were cut', () => {
  const text = 'first\n\nzwölf Boxkämpfer 🥊\nlast\n';
  const bytes = Buffer.from(text);
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = seededRandom(seed);
    const cut = lineCutter(1000);
    const got: (string | undefined)[] = [];
    for (let from = 0; from < bytes.length; ) {
      const to = from + 1 + Math.floor(random.next() * 6);
      got.push(...(cut(bytes.subarray(from, to)) ?? ['too long']));
      from = to;
    }
    expect(got, `seed ${seed}`).toEqual(text.split('\n').slice(0, -1));
  }
});

test('a line at the limit passes and one above is refused, with or without its end', () => {
  expect(lineCutter(3)(Buffer.from('abc\n'))).toEqual(['abc']);
  expect(lineCutter(3)(Buffer.from('abcd\n'))).toBeUndefined();
  const cut = lineCutter(3);
  expect(cut(Buffer.from('ab'))).toEqual([]);
  expect(cut(Buffer.from('cd'))).toBeUndefined();
});

test('a line that comes byte by byte is whole', () => {
  const text = 'x'.repeat(500);
  const cut = lineCutter(1000);
  const got = [...Buffer.from(`${text}\n`)].flatMap((byte) => cut(Buffer.of(byte)) ?? ['too long']);
  expect(got).toEqual([text]);
});

test('a line that is not UTF-8 is none, and those around it are whole', () => {
  const bytes = Buffer.concat([Buffer.from('ä\n'), Buffer.from('ä\n', 'latin1'), Buffer.from('ö\n')]);
  expect(lineCutter(1000)(bytes)).toEqual(['ä', undefined, 'ö']);
});
