import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editJsonText } from '../../electron/store/config-file.ts';

const written = `{
    "jobs": [
        { "id": "a", "steps": [ "one", "two" ] },

        { "id": "b", "steps": [] },
        { "id": "c" }
    ],
    "settings": {"theme": "dark"}
}
`;
const value = (): { jobs: Record<string, unknown>[]; settings: Record<string, unknown> } =>
  JSON.parse(written);

test('nothing changed, nothing touched', () => {
  expect(editJsonText(written, value())).toBe(written);
});

test('one value changed: the rest stands as it was written', () => {
  const to = value();
  to.settings['theme'] = 'light';
  expect(editJsonText(written, to)).toBe(written.replace('"dark"', '"light"'));
});

test('an entry removed from the middle of a list', () => {
  const to = value();
  to.jobs.splice(1, 1);
  expect(editJsonText(written, to)).toBe(
    written.replace('\n        { "id": "b", "steps": [] },', '').replace(',\n\n', ',\n'),
  );
});

test('entries added at the end, in front and between, and one changed', () => {
  const to = value();
  to.jobs.push({ id: 'd' });
  to.jobs.unshift({ id: 'x', enabled: false });
  to.jobs[1] = { id: 'a', steps: ['one', 'three'] };
  const edited = editJsonText(written, to);
  expect(JSON.parse(edited)).toEqual(to);
  expect(edited).toContain('        { "id": "b", "steps": [] },\n');
  expect(edited).toContain('        { "id": "a", "steps": [ "one","three" ] },\n');
  expect(edited).toContain('        {\n            "id": "d"\n        }\n    ],\n');
});

test('the first, the last and the only entry removed', () => {
  expect(editJsonText('{ "a": 1, "b": 2, "c": 3 }', { b: 2, c: 3 })).toBe('{ "b": 2, "c": 3 }');
  expect(editJsonText('{ "a": 1, "b": 2, "c": 3 }', { a: 1, b: 2 })).toBe('{ "a": 1, "b": 2 }');
  expect(editJsonText('{ "a": [ 1 ] }', { a: [] })).toBe('{ "a": [] }');
});

test('what is new gets a line for each entry, unless it comes into a line that is there', () => {
  expect(editJsonText('{}', { args: ['a', 'b'], env: { A: '1' }, none: [] })).toBe(
    '{\n  "args": [\n    "a",\n    "b"\n  ],\n  "env": {\n    "A": "1"\n  },\n  "none": []\n}',
  );
  expect(editJsonText('{ "a": [1, 2] }', { a: [1, 2, 3], b: 4 })).toBe('{ "a": [1, 2,3],"b": 4 }');
});

test('the last entry of a list on one line removed', () => {
  expect(editJsonText('{ "a": [1,2,30] }', { a: [1, 2] })).toBe('{ "a": [1,2] }');
});

test.each(['', 'rubbish', '{"a":1', 'null'])('%j is written anew', (text) => {
  expect(editJsonText(text, { a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}\n');
});

test('tabs and Windows line breaks stay', () => {
  const text = '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": 2\r\n\t}\r\n}\r\n';
  expect(editJsonText(text, { a: 1, b: { c: 2, d: 3 } })).toBe(
    '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": 2,\r\n\t\t"d": 3\r\n\t}\r\n}\r\n',
  );
});

test('whatever is changed into whatever, the text says it afterwards', () => {
  const entry = fc.oneof(
    fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), n: fc.integer() }, { requiredKeys: ['id'] }),
    fc.integer({ min: 0, max: 3 }),
  );
  const json = fc.record(
    { list: fc.array(entry, { maxLength: 6 }), other: fc.jsonValue(), 'a.b/c': fc.string() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(json, json, fc.constantFrom(undefined, 2, 4, '\t'), (from, to, indent) => {
      const edited = editJsonText(JSON.stringify(from, null, indent), to);
      expect(JSON.parse(edited)).toEqual(JSON.parse(JSON.stringify(to)));
    }),
    { numRuns: 500 },
  );
});
