import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnOf, fromCell, toCell } from '../../electron/cli/posts/columns.ts';
import { formatOf, formats, readPosts, writePosts } from '../../electron/cli/posts/formats.ts';
import { timeReader } from '../../electron/cli/posts/times.ts';
import { inputOfPost, type PostDraft, type PostView, parse, postInputSchema } from '../../shared/index.ts';
import { opened } from './publisher.ts';
import { json } from './terminal.ts';

describe('export', () => {
  test.each(formats)('%s: another home gets the very same posts', async (format) => {
    const one = await opened();
    const { stage, run } = one;
    const at = new Date(stage.clock.now() + 86_400_000).toISOString();
    await stage.add({
      text: '=SUM(A1)\r\n"quoted", with ü 👋',
      accounts: ['mastodon-4-5', 'gotosocial'],
      publishAt: at,
      media: [
        { path: stage.picture('a, "b".png'), alt: '-1', focus: [-0.5, 1], url: 'https://cdn.example/a.png' },
        { path: stage.picture('c.png') },
      ],
      thread: [{ text: '@ada' }, { text: '', media: [{ path: stage.picture('d.png'), alt: 'D' }] }],
      firstComment: '#tag',
      tags: ['a b', 'c'],
      visibility: 'unlisted',
      contentWarning: '+1',
      language: 'pt-BR',
      sensitive: false,
      overrides: { gotosocial: { text: "'=1", thread: [], firstComment: null } },
      note: ' spaces ',
      key: 'k',
    });
    await stage.add({ text: 'Draft', accounts: ['gotosocial'], publishAt: at, draft: true });
    await stage.add({
      text: 'Poll',
      accounts: ['mastodon-4-5'],
      publishAt: null,
      poll: { options: ['a, b', ' c'], durationSeconds: 600, multiple: true },
    });
    await stage.add({ text: 'Out already', accounts: ['gotosocial'] });
    await stage.beat();
    const name = `posts.${format}`;
    const exported = await run(['export', '--output', name, '--json']);
    expect(json(exported)).toMatchObject({ format, posts: 3, media: 3 });

    const two = await opened();
    const text = readFileSync(join(one.folder, name), 'utf8');
    // The files of the export go along, in the folder beside it.
    const result = await two.run(['import', join(one.folder, name), '--json']);
    expect(json(result)).toMatchObject({ added: 3, remarks: [] });
    const plain = (post: PostView) => ({
      ...JSON.parse(JSON.stringify(inputOfPost(post)).replace(/media:\w+/g, 'FILE')),
      names: [post, ...post.thread].map(({ media }) => media.map(({ name: file }) => file)),
      status: post.status,
    });
    const before = (await one.all()).filter(({ status }) => status !== 'published');
    expect((await two.all()).map(plain)).toEqual(before.map(plain));
    if (format === 'csv') expect(text).toContain(`"'=SUM(A1)`);
    expect(text).not.toContain('Out already');
  });

  test('what an account has published is not written along, and times of accounts are kept', async () => {
    const { stage, run } = await opened();
    const at = stage.clock.now();
    const instant = (ms: number) => new Date(ms).toISOString();
    const post = parse(
      postInputSchema,
      { text: 'a', accounts: ['mastodon-4-5', 'gotosocial'], publishAt: instant(at + 1000), key: 'k' },
      'a test',
    );
    const slots = new Map([
      ['mastodon-4-5', at + 1000],
      ['gotosocial', at + 9000],
    ]);
    await stage.publisher.add(post, { source: 'cli', slots });
    const read = async () => json(await run(['export'])) as PostDraft[];
    expect((await read()).map(({ accounts, publishAt, key }) => [accounts, publishAt, key])).toEqual([
      [['mastodon-4-5'], instant(at + 1000), 'k'],
      [['gotosocial'], instant(at + 9000), 'k (2)'],
    ]);
    await stage.clock.advance(2000);
    await stage.beat();
    expect((await read()).map(({ accounts }) => accounts)).toEqual([['gotosocial']]);
    expect(json(await run(['export', '--status', 'published']))).toMatchObject([
      { accounts: ['mastodon-4-5'] },
    ]);
  });

  test('many more than one page are written', async () => {
    const { stage, run } = await opened();
    const accounts = ['gotosocial'];
    const posts = Array.from({ length: 1003 }, (_, index) =>
      parse(postInputSchema, { text: `p${index}`, accounts, publishAt: '2027-01-01T00:00:00Z' }, 'a test'),
    );
    await stage.publisher.addAll(posts, { source: 'cli', dryRun: false });
    const lines = (await run(['export', '--format', 'jsonl'])).out.trim().split('\n');
    expect(lines).toHaveLength(1003);
    expect(json(await run(['export', '--format', 'jsonl', '--json']))).toMatchObject({
      error: { message: expect.stringContaining('--json and --format jsonl do not go together') },
    });
  });
});

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => text.trim() !== '' && text.isWellFormed());

const cell = fc.oneof(
  word,
  fc.constantFrom(
    "'=1",
    '=1',
    "''@x",
    '-',
    '+1',
    '\tx',
    '\rx',
    'a\r\nb',
    ' a ',
    '"',
    'a,b;c\td',
    '＝1',
    '\uFEFFx',
  ),
);

const medium = fc.record(
  {
    path: cell,
    alt: cell,
    focus: fc.constantFrom<[number, number]>([0, -0.25], [1, 1]),
    url: fc.constant('https://a.example/b'),
  },
  { requiredKeys: ['path'] },
);

const draft = fc.record(
  {
    text: cell,
    accounts: fc.constantFrom<string[]>(['a'], ['a', 'b-c_d']),
    publishAt: fc.constantFrom(null, '2026-11-22T09:00:00.000Z', '2026-11-22T09:00:00+02:00'),
    draft: fc.boolean(),
    media: fc.array(medium, { minLength: 1, maxLength: 3 }),
    thread: fc.array(fc.record({ text: cell, media: fc.array(medium, { maxLength: 2 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
    poll: fc.record({
      options: fc.constantFrom<string[]>(['a', 'b'], ['=1', ' x ', '-']),
      durationSeconds: fc.integer({ min: 60, max: 1000 }),
      multiple: fc.boolean(),
      hideTotals: fc.boolean(),
    }),
    firstComment: cell,
    tags: fc.constantFrom<string[]>(['a'], ['=1', "b'c", 'd e']),
    overrides: fc.constantFrom<NonNullable<PostDraft['overrides']>>({
      a: { text: '=1', sensitive: true, thread: [] },
    }),
    note: cell,
    key: cell,
    visibility: fc.constantFrom('public' as const, 'direct' as const),
    contentWarning: cell,
    language: fc.constantFrom('de', 'pt-BR'),
    sensitive: fc.boolean(),
  },
  { requiredKeys: ['text', 'accounts'] },
);

test.each(formats)('%s: whatever is written is read back the same', async (format) => {
  const { read, seen } = await timeReader('Europe/Berlin');
  fc.assert(
    fc.property(fc.array(draft, { minLength: 1, maxLength: 4 }), (posts) => {
      const { rows } = readPosts(writePosts(posts, format), format, 'a test', { times: read });
      const full = (post: unknown) => parse(postInputSchema, post, 'a test');
      expect(rows.map(({ value }) => full(value))).toEqual(posts.map(full));
    }),
    { numRuns: 200 },
  );
  expect(seen.read).toBe(0);
});

test('columns stand in the order in which they are filled in', () => {
  const file = { path: 'a', alt: 'b', focus: [0, 0] as [number, number], url: 'https://a.example/b' };
  const post = {
    text: 'a',
    accounts: ['a'],
    media: Array(11).fill(file),
    thread: [{ text: 'b', media: [file] }],
  };
  const [head = ''] = writePosts([post], 'csv').split('\n');
  const names = head.split(',');
  expect(names.slice(0, 12)).toEqual([
    'text',
    'accounts',
    'publishAt',
    'media1',
    'alt1',
    'focus1',
    'url1',
    'media2',
    'alt2',
    'focus2',
    'url2',
    'media3',
  ]);
  expect(names.slice(-6)).toEqual([
    'url11',
    'thread1',
    'thread1.media1',
    'thread1.alt1',
    'thread1.focus1',
    'thread1.url1',
  ]);
});

test('no cell begins like a formula', () => {
  fc.assert(
    fc.property(fc.oneof(cell, fc.string()), (text) => {
      expect(fromCell(toCell(text))).toBe(text);
      expect(toCell(text)).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
    }),
  );
});

test.each([
  ['a.csv', '', 'csv'],
  ['a.JSON', '', 'json'],
  ['a.ndjson', '', 'jsonl'],
  ['-', ' [', 'json'],
  ['-', '{"a":\n1}', 'json'],
  ['-', '{"a":1}\n{"a":1}', 'jsonl'],
  ['-', 'text,accounts', 'csv'],
])('%s with %j is %s', (name, text, format) => {
  expect(formatOf(name, text)).toBe(format);
});

test.each([
  ['media[0].path', 'media1'],
  ['media[2].alt', 'alt3'],
  ['media[1]', 'media2'],
  ['media', 'media1'],
  ['thread[0].text', 'thread1'],
  ['thread[1].media[0].focus[1]', 'thread2.focus1'],
  ['poll.options[1]', 'poll'],
  ['poll.durationSeconds', 'pollSeconds'],
  ['overrides.ada.text', 'overrides'],
  ['accounts[1]', 'accounts'],
  ['publishAt', 'publishAt'],
])('the mistake %s is put right in the column %s', (field, column) => {
  expect(columnOf(field)).toBe(column);
});
