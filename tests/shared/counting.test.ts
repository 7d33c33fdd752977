import { describe, expect, test } from 'vitest';
import { countCharacters, networkFacts } from '../../shared/index.ts';

const { counting } = networkFacts.mastodon;

describe('Mastodon counts', () => {
  test.each([
    ['plain text', 'Hello', null, 5],
    ['an emoji of many code points', '👩‍👩‍👧‍👦🏳️‍🌈', null, 2],
    ['a letter with two accents', 'ẹ́', null, 1],
    ['line breaks', 'a\nb', null, 3],
    ['a warning', 'abc', 'de', 5],
    ['a long address', `see https://example.org/${'x'.repeat(100)} now`, null, 4 + 23 + 4],
    ['an address without a scheme', 'example.org', null, 11],
    ['two addresses', 'http://a.example https://b.example', null, 47],
    ['a mention from elsewhere', 'hi @anna@social.example!', null, 9],
    ['a mention at home', 'hi @anna', null, 8],
    ['an e-mail address', 'a@b.example', null, 11],
    ['nothing', '', null, 0],
  ])('%s', (_, text, warning, length) => {
    expect(countCharacters(text, warning, counting)).toBe(length);
  });

  test.each([
    ['a full stop', 'https://example.com/page.', 24],
    ['a question mark', 'https://example.com/page?', 24],
    ['marks in a row', 'https://example.com/page!?"', 26],
    ['a full stop behind the host', 'https://example.com.', 24],
    ['a bracket around it', '(https://example.com/page)', 25],
    ['a comma, and more of it', 'https://example.com/a,b', 23],
    ['brackets of its own', 'https://en.wikipedia.org/wiki/Mercury_(planet)', 23],
    ['nested brackets of its own', 'https://example.com/a_(b_(c))', 23],
    ['a query', 'https://example.com/?q=a.b&c=d', 23],
    ['a query that ends a sentence', 'https://example.com/?q=a.', 24],
    ['a query without a path', 'https://example.com?q=1', 23],
    ['a port', 'http://example.com:8080/x', 23],
    ['letters of another script', 'https://例え.テスト/道。', 23],
    ['a slash at the end', 'https://example.com/a/', 23],
  ])('%s', (_, text, length) => {
    expect(countCharacters(text, null, counting)).toBe(length);
  });

  test.each([
    'http://localhost/x',
    'http://localhost:3000',
    'https://10.0.0.1/x',
    'xhttps://example.com',
    'https://user:pw@x',
  ])('%s in full', (text) => {
    expect(countCharacters(text, null, counting)).toBe(text.length);
  });

  test('a sentence that is one too long because of its full stop', () => {
    const text = `${'a'.repeat(476)} https://example.com/${'b'.repeat(40)}.`;
    expect(countCharacters(text, null, counting)).toBe(501);
  });

  test('a hostile text in no time', () => {
    const text = `https://example.com/${'('.repeat(20_000)} ${'@a.'.repeat(20_000)} ${'https://a.'.repeat(5000)}`;
    expect(countCharacters(text, null, counting)).toBeGreaterThan(100_000);
  });
});

test('where addresses count in full, nothing is shortened', () => {
  const text = '👩‍👧 https://a.example @ada@b.example';
  const full = { unit: 'code-points', address: null, shortMentions: false, warning: true } as const;
  expect(countCharacters(text, 'cw', full)).toBe([...text].length + 2);
  expect(countCharacters(text, 'cw', networkFacts.pixelfed.counting)).toBe([...text].length);
});
