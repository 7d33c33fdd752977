import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createJsonResult } from '../../../electron/runner/output/step-results.ts';

function take(...pieces: string[]) {
  const result = createJsonResult();
  for (const piece of pieces) result.write(piece);
  return result.take();
}

/** What the result is by its definition, each place tried in turn. */
function defined(text: string): string | undefined {
  const openings = [...text.matchAll(/^[[{]/gm)].map(({ index }) => index).reverse();
  for (const start of [0, text.lastIndexOf('\n') + 1, ...openings]) {
    try {
      return JSON.stringify(JSON.parse(text.slice(start)));
    } catch {} // No JSON from there on.
  }
  return undefined;
}

test('the result is all of the output, its last line, or what a line begins with a bracket', () => {
  expect(take('{"a":\n1}\n')).toEqual({ value: '{"a":1}' });
  expect(take('looking\n', '4', '2\n')).toEqual({ value: '42' });
  expect(take('[1]\nlooking\n[\n{"a": "]\\\\\\"{"\n}\n]\n\n')).toEqual({ value: '[{"a":"]\\\\\\"{"}]' });
  expect(take('it: {\n"a": 1\n}')).toEqual({ problem: 'It printed no JSON value at its end.' });
});

test('whatever is printed, the result is what its definition says', () => {
  const value = fc.json({
    maxDepth: 3,
    stringUnit: fc.constantFrom('"', '\\', '[', ']', '{', '}', 'a', '\n'),
  });
  const pretty = value.map((json) => JSON.stringify(JSON.parse(json), null, 1).replace(/^ +/gm, ''));
  const scrap = fc.constantFrom('[', ']', '{', '}', '"', '\\', '\n', ',', ':', '1', 'x');
  const output = fc.array(fc.oneof(scrap, value, pretty), { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(output, (text) => {
      const value = defined(text.trim());
      expect(take(text)).toEqual(value === undefined ? { problem: expect.any(String) } : { value });
    }),
    { numRuns: 1000 },
  );
});

// A second and more per thousand lines when each was tried, which goes over the test's time limit.
test('a large output of brackets is read once, and not once for each of its lines', () => {
  for (const line of ['[\n', '{"a":[\n', '"[\n', '[]\n[\\"\n'])
    expect(take(line.repeat(200_000))).toEqual({ problem: 'It printed no JSON value at its end.' });
});
