import { expect, test } from 'vitest';
import { fillPost } from '../../electron/planner/fill-post.ts';
import { type PostRequestDraft, parse, postRequestSchema, snippetsSchema } from '../../shared/index.ts';

const snippets = parse(
  snippetsSchema,
  {
    texts: [{ id: 'news', text: '{title}\n{link} {hashtags:city}' }],
    hashtags: [{ id: 'city', tags: ['Philadelphia'] }],
  },
  'a test',
);
const fill = (post: PostRequestDraft) =>
  fillPost(parse(postRequestSchema, post, 'a test'), null, snippets, { date: '2026-11-22' });

test('a named text, its values and the texts of all parts are filled', () => {
  const filled = fill({
    template: 'news',
    values: { title: 'Bridge', link: 'https://a.example' },
    accounts: ['a', 'b'],
    thread: [{ text: 'More on {date}: {link}' }],
    firstComment: '{hashtags:city}',
    overrides: { b: { text: '{title}!', firstComment: null, thread: ['{title}, shorter'] } },
  });
  expect(filled).toMatchObject({
    post: {
      text: 'Bridge\nhttps://a.example #Philadelphia',
      thread: [{ text: 'More on 2026-11-22: https://a.example' }],
      firstComment: '#Philadelphia',
      overrides: { b: { text: 'Bridge!', firstComment: null, thread: ['Bridge, shorter'] } },
    },
  });
});

test('braces of a plain post stay as they are', () => {
  expect(fill({ text: 'if (a) { b } {title}', accounts: ['a'] })).toMatchObject({
    post: { text: 'if (a) { b } {title}' },
  });
});

test('every placeholder without a value is a problem of its field', () => {
  const filled = fill({
    template: 'news',
    accounts: ['a'],
    thread: [{ text: '{x}' }],
    overrides: { a: { text: '{y}' } },
  });
  expect(filled).toEqual({
    problems: [
      { field: 'values', message: 'needs a value for {title}' },
      { field: 'values', message: 'needs a value for {link}' },
      { field: 'thread[0].text', message: 'needs a value for {x}' },
      { field: 'overrides.a.text', message: 'needs a value for {y}' },
    ],
  });
});

test('what it comes to is checked as a post', () => {
  expect(fill({ text: '{a}', values: { a: '  ' }, accounts: ['a', 'a'] })).toEqual({
    problems: [
      { field: 'accounts', message: 'names an account twice' },
      { field: 'text', message: 'must have text or media; white space alone is not a post' },
    ],
  });
});

test('a text that nobody knows', () => {
  expect(fill({ template: 'mews', accounts: ['a'] })).toEqual({
    problems: [{ field: 'template', message: 'names an unknown text "mews"; there are news' }],
  });
});
