import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createDecoder,
  createLastLines,
  createLineSplitter,
  createMask,
} from '../../../electron/runner/output/text.ts';

/** Pushes a buffer in pieces of the given sizes. */
function decode(bytes: Buffer, ...sizes: number[]): string {
  const decoder = createDecoder();
  let text = '';
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    text += decoder.push(bytes.subarray(at, at + size));
    at += size;
  }
  return text + decoder.end();
}

function lines(...pieces: string[]): string[] {
  const splitter = createLineSplitter(20);
  return [...pieces.flatMap((piece, index) => splitter.push(piece, index * 100)), ...splitter.end()];
}

test('UTF-8 may be cut anywhere, and broken sequences become one mark each', () => {
  const bytes = Buffer.from('Grüße 🎈');
  for (let cut = 1; cut < bytes.length; cut += 1) expect(decode(bytes, cut)).toBe('Grüße 🎈');
  expect(decode(Buffer.from([0x61, 0xff, 0x62, 0xe2, 0x82]))).toBe('a�b�');
});

test('UTF-16 with its mark is text; a stray NUL is shown', () => {
  expect(decode(Buffer.from('\ufeffhi\n', 'utf16le'), 3)).toBe('\ufeffhi\n');
  expect(decode(Buffer.from(`a\0b${'x'.repeat(100)}`))).toBe(`a␀b${'x'.repeat(100)}`);
});

test('binary data is marked with its first bytes and its length, and text after it is text', () => {
  const binary = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 2, 3]);
  const decoder = createDecoder();
  const parts = ['before', binary, binary, 'after'].map((part) => decoder.push(Buffer.from(part)));
  expect(parts.join('')).toBe(
    'before\n[binary output, beginning with 7f454c460000010203]\n[binary output: 18 bytes in all, not kept]\nafter',
  );
});

test('lines end at LF or CR LF wherever the pieces are cut', () => {
  expect(lines('a\nb\r', '\n\nc\r\nd')).toEqual(['a', 'b', '', 'c', 'd']);
  expect(lines('one', ' two\n')).toEqual(['one two']);
  expect(lines('')).toEqual([]);
});

test('progress that rewrites its line leaves its last version', () => {
  expect(lines('1%\r2%\r3%\n')).toEqual(['3%']);
  expect(lines('50%\r\r\n')).toEqual(['50%']);
});

test('progress without end shows a sign of life, at most one a second', () => {
  const splitter = createLineSplitter();
  expect(splitter.push('1%\r2%\r', 0)).toEqual(['1%']);
  expect(splitter.push('3%\r', 500)).toEqual([]);
  expect(splitter.push('4%\r5%', 1000)).toEqual(['4%']);
  expect(splitter.end()).toEqual(['5%']);
});

test('a line over the limit is cut, with a remark, however long it is', () => {
  expect(lines(`${'x'.repeat(25)}\nshort\n`)).toEqual([
    `${'x'.repeat(20)} [line cut: 5 more characters]`,
    'short',
  ]);
  expect(lines(...Array<string>(10).fill('0123456789'), '\nshort')).toEqual([
    '01234567890123456789 [line cut: 80 more characters]',
    'short',
  ]);
});

test('any text split anywhere gives the same lines', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[ab\n]{0,8}$/)), (pieces) => {
      const whole = pieces.join('');
      const expected = whole.split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(lines(...pieces)).toEqual(lines(whole));
      if (expected.every((line) => line.length <= 20)) expect(lines(whole)).toEqual(expected);
    }),
  );
});

test('a secret is masked raw, URL-encoded, JSON-escaped, in hex and in base64 at any place', () => {
  const secret = 'pä ss"w/örd+1';
  const mask = createMask([secret]);
  const encoded = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    encodeURIComponent(secret).replaceAll('%20', '+'),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(secret).slice(1, -1).replaceAll('ä', '\\u00e4').replaceAll('ö', '\\u00f6'),
    Buffer.from(secret).toString('hex'),
  ];
  for (const form of encoded) expect(mask.text(`<${form}>`)).toBe('<•••>');
  for (const before of ['', 'u', 'us', 'user:']) {
    const masked = mask.text(Buffer.from(`${before}${secret}${before}`).toString('base64'));
    expect(masked).toContain('•••');
    expect(Buffer.from(masked.replace('•••', ''), 'base64').toString()).not.toMatch(/ss|w\/|rd/);
  }
});

test('base64 of a long secret is masked also where it is broken into lines', () => {
  const secret = Array.from({ length: 40 }, (_, i) => `part-${i}`).join('/');
  const broken = Buffer.from(secret).toString('base64').replace(/.{76}/g, '$&\n').split('\n');
  expect(broken.length).toBeGreaterThan(3);
  for (const line of broken) expect(createMask([secret]).text(line)).toBe('•••');
});

test('each line of a secret is one; texts of three characters are none', () => {
  const mask = createMask(['-----BEGIN-----\nMIIEvQ\n-----END-----\n', 'abc']);
  expect(mask.text('a MIIEvQ b abc')).toBe('a ••• b abc');
});

test('a secret is masked wherever its text is cut, and nothing else is lost or held back at the end', () => {
  const secrets = ['abab', 'ababcc', 'cab-cab'];
  const mask = createMask(secrets);
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'ab', 'c', 'abab', 'ababcc', 'cab-cab', 'x', '-', '\n')),
      fc.array(fc.nat(5)),
      (parts, cuts) => {
        const text = parts.join('');
        const stream = mask.stream();
        let masked = '';
        let at = 0;
        for (const cut of [...cuts, text.length]) {
          masked += stream.push(text.slice(at, at + cut));
          at += cut;
        }
        masked += stream.end();
        expect(masked).toBe(mask.text(text));
        for (const secret of secrets) expect(masked).not.toContain(secret);
      },
    ),
    { numRuns: 2000 },
  );
});

/** What is shown of a text that comes in pieces of `size` characters. */
function shown(text: string, secrets: string[] = [], size = 1000): string {
  const last = createLastLines();
  for (let at = 0; at < text.length; at += size) last.write(text.slice(at, at + size));
  return last.text(createMask(secrets).text);
}

test.each([
  ['', ''],
  ['boom\n', 'boom'],
  [
    'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: no feed\n',
    'Traceback (most recent call last): / File "a.py", line 1 / ValueError: no feed',
  ],
  [
    "file:///a.mjs:1\nthrow new Error('no feed');\n      ^\n\nError: no feed\n    at file:///a.mjs:1:7\n    at run (node:internal/a:1:2)\n\nNode.js v24.15.0\n",
    "file:///a.mjs:1 / throw new Error('no feed'); / Error: no feed",
  ],
  ['\u001b[31mred\u001b[0m\r\n', 'red'],
  ['10 %\r20 %\rdisk full', 'disk full'],
  ['1\n2\n3\n4\n5\n6\n', '3 / 4 / 5 / 6'],
])('%j is shown as %j', (text, expected) => {
  expect(shown(text)).toBe(expected);
});

test('a long line is cut at its beginning', () => {
  expect(shown(`${'x'.repeat(1000)}end`)).toBe(`…${'x'.repeat(297)}end`);
});

test('a secret is masked wherever the pieces are cut, and where the kept text begins', () => {
  const secret = 'canary-4711-secret';
  for (const size of [1, 7, 1000])
    expect(shown(`wrong token ${secret}\n`, [secret], size)).toBe('wrong token •••');
  for (let frames = 16 * 1024 - 60; frames < 16 * 1024; frames += 1)
    expect(shown(`${secret}\n${'\n'.repeat(frames)}`, [secret])).not.toMatch(/secret|4711/);
});
