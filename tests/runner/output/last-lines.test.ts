import { expect, test } from 'vitest';
import { createMask } from '../../../electron/runner/output/mask.ts';
import { createLastLines } from '../../../electron/runner/output/text.ts';

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
