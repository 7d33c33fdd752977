import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readUtf8, utf8Text } from '../../shared/index.ts';

const seed = 20261130;

test('whatever is text comes back, a byte order mark included', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(readUtf8(Buffer.from(text))).toEqual({ ok: true, text });
    }),
    { seed },
  );
  expect(readUtf8(Buffer.from('\uFEFFa'))).toEqual({ ok: true, text: '\uFEFFa' });
});

test.each([
  ['Latin-1', Buffer.from('a\nbä\n', 'latin1'), 2, 4],
  ['half a character at the end', Buffer.from('zwölf').subarray(0, 3), 1, 3],
  ['a surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 1, 2],
  ['an overlong form', Buffer.from([0xc0, 0xaf]), 1, 1],
])('%s is not UTF-8, and line and byte are named', (_what, bytes, line, byte) => {
  expect(readUtf8(bytes)).toEqual({ ok: false, line, byte });
});

test('the error names the byte, and UTF-16 when it looks like that', () => {
  expect(() => utf8Text(Buffer.from('name: Jörg', 'latin1'), 'x.json')).toThrow(
    'BAD_INPUT: The text is not UTF-8, in x.json. line 1, byte 8: 0xF6 is not UTF-8. Save it as UTF-8',
  );
  expect(() => utf8Text(Buffer.from('\uFEFF{}', 'utf16le'), 'x.json')).toThrow('seems to be UTF-16');
});
