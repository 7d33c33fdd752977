import { describe, expect, test } from 'vitest';
import { check, fillText, snippetsSchema, valuesNeeded } from '../../shared/index.ts';
import { seededRandom } from '../support/random.ts';

const hashtags = [{ id: 'news', tags: ['#Philadelphia', 'news'] }];
const fill = (text: string, values: Record<string, string> = {}) => fillText(text, { values, hashtags });

describe('filling a text', () => {
  test.each([
    ['{title}: {link}', { title: 'Bridge', link: 'https://a.example' }, 'Bridge: https://a.example'],
    ['{title}{title}', { title: 'a' }, 'aa'],
    ['no placeholder }', {}, 'no placeholder }'],
    ['{{title}} {title}', { title: 'x' }, '{title} x'],
    ['{title}}}', { title: 'x' }, 'x}'],
    ['{hashtags:news}', {}, '#Philadelphia #news'],
    ['{a}', { a: '{b}', b: 'never' }, '{b}'],
    ['{a}', { a: '$& $1' }, '$& $1'],
    ['{a}', { a: '' }, ''],
    ['{hashtags}', { hashtags: 'a value may have this name' }, 'a value may have this name'],
  ])('%s with %j is %s', (text, values, filled) => {
    expect(fill(text, values)).toEqual({ text: filled, problems: [] });
  });

  test.each([
    ['{title}', 'needs a value for {title}'],
    ['{constructor}', 'needs a value for {constructor}'],
    ['{hashtags:sport}', 'names an unknown group of hashtags, {hashtags:sport}'],
    ['{ title }', 'has a { that begins no placeholder; write {{ for a brace'],
    ['{Title}', 'has a { that begins no placeholder; write {{ for a brace'],
    ['{', 'has a { that begins no placeholder; write {{ for a brace'],
  ])('%s: %s', (text, message) => {
    expect(fill(text).problems).toEqual([{ field: 'text', message }]);
  });

  test('every missing value is named once', () => {
    const { problems } = fillText('{a} {b} {a} {hashtags:x}', { values: {}, hashtags }, 'thread[0].text');
    expect(problems.map(({ field, message }) => `${field} ${message}`)).toEqual([
      'thread[0].text needs a value for {a}',
      'thread[0].text needs a value for {b}',
      'thread[0].text names an unknown group of hashtags, {hashtags:x}',
    ]);
    expect(valuesNeeded('{a} {{x}} {b} {a} {hashtags:x}')).toEqual(['a', 'b']);
  });

  test('any text comes through unchanged once its braces are doubled', () => {
    const seed = 20_261_122;
    const { next } = seededRandom(seed);
    const letters = ['{', '}', 'a', ':', ' ', 'ß', '👩‍👩‍👧', 'hashtags'];
    for (let round = 0; round < 2000; round += 1) {
      const text = Array.from(
        { length: Math.floor(next() * 12) },
        () => letters[Math.floor(next() * letters.length)] ?? '',
      ).join('');
      const doubled = text.replaceAll('{', '{{').replaceAll('}', '}}');
      expect(fill(doubled), `seed ${seed}`).toEqual({ text, problems: [] });
    }
  });
});

test.each([
  ['#123', 'networks make no hashtag of it'],
  ['two words', 'must be a hashtag'],
  ['#', 'must be a hashtag'],
  ['a#b', 'must be a hashtag'],
])('%j is no hashtag', (tag, message) => {
  const result = check(snippetsSchema, { hashtags: [{ id: 'a', tags: [tag] }] });
  expect(result).toMatchObject({
    ok: false,
    problems: [{ field: 'hashtags[0].tags[0]', message: expect.stringContaining(message) }],
  });
});

test('hashtags of any script are', () => {
  const tags = ['#news', 'été', '日本', 'हिन्दी', '2026news', 'a_b'];
  expect(check(snippetsSchema, { hashtags: [{ id: 'a', tags }] }).ok).toBe(true);
});
