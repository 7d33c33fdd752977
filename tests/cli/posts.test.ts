import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { postHandlers } from '../../electron/api/handlers/posts.ts';
import { columnOf, fromCell, toCell } from '../../electron/cli/posts/columns.ts';
import { formatOf, formats, readPosts, writePosts } from '../../electron/cli/posts/formats.ts';
import { seconds, sheetTimes, timeReader } from '../../electron/cli/posts/times.ts';
import {
  inputOfPost,
  type PostDraft,
  type PostView,
  parse,
  postInputSchema,
  settingsSchema,
} from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { createStage } from '../support/publishing.ts';
import { serve } from './engine.ts';
import { belfry, json } from './terminal.ts';

/** A command line in front of a real publisher with its database. */
async function opened() {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const { publisher, home } = stage;
  const nothing = async () => expect.fail('not asked for here');
  const plans = {
    add: (post: PostDraft, from: { source: PostView['source'] }) =>
      publisher.add(parse(postInputSchema, post, 'a test'), from),
    queues: { list: nothing, move: nothing, shuffle: nothing },
    series: {
      list: nothing,
      get: nothing,
      add: nothing,
      set: nothing,
      pause: nothing,
      resume: nothing,
      remove: nothing,
      skip: nothing,
    },
  };
  const handlers = postHandlers({ posts: publisher, plans });
  await serve({ ...handlers, 'settings.get': async () => settingsSchema.parse({}) }, {}, home);
  const folder = temporaryHome();
  const run = (args: string[], input: string | Uint8Array = '') =>
    belfry(['--home', home, 'posts', ...args], { input, folder, timezone: 'Europe/Berlin' });
  const file = (name: string, text: string | Uint8Array) => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return name;
  };
  const all = () => publisher.list({ limit: 1000, order: 'soonest' });
  return { stage, run, file, folder, all };
}

describe('import', () => {
  test('every bad row is named with its column, and nothing is added', async () => {
    const { run, file, all } = await opened();
    const csv = file(
      'bad.csv',
      [
        'text,accounts,publishAt,media1,pollSeconds,poll,tags',
        'Fine,mastodon-4-5,2026-12-01T09:00,,,,',
        ',mastodon-4-5,tomorrow,,,,',
        '"two',
        'lines",mastodon-4-5 Bad!,,,10,"a',
        'b",',
        `x,mastodon-4-5,,,,,${'y'.repeat(51)}`,
      ].join('\n'),
    );
    const result = await run(['import', csv, '--json']);
    expect(result.code).toBe(2);
    expect(json(result)).toMatchObject({
      error: {
        code: 'BAD_INPUT',
        details: [
          {
            field: 'row 3, publishAt',
            message: expect.stringContaining('such as 2026-12-24 09:00, 24.12.2026'),
          },
          { field: 'row 3, text', message: 'must have text or media; white space alone is not a post' },
          { field: 'row 4, accounts' },
          { field: 'row 4, pollSeconds', message: 'must be at least 60' },
          { field: 'row 5, tags', message: 'must have at most 50 characters' },
        ],
      },
    });
    expect(await all()).toEqual([]);
  });

  test('what the engine finds is named by the row as well', async () => {
    const { run, file, all } = await opened();
    const gap = await run(['import', file('a.csv', 'text;accounts;media2\nA;gotosocial;a.png\n')]);
    expect(gap.err).toContain('row 2, media1: must name a file');
    const found = await run(['import', file('b.csv', 'text;accounts;media1\nB;stranger;none.png\n')]);
    expect(found.err).toContain('row 2, accounts: names an unknown account "stranger"');
    expect(found.err).toMatch(/row 2, media1: \/.*none\.png does not exist/);
    expect(await all()).toEqual([]);
  });

  test('a dry run shows what would be added, and says in which zone times were read', async () => {
    const { run, file, all } = await opened();
    const csv = file(
      'spring.csv',
      'text,accounts,publishAt\nA,"mastodon-4-5, gotosocial",2027-03-28 02:30\nB,gotosocial,2026-12-01T09:00Z\n',
    );
    const dry = await run(['import', csv, '--dry-run']);
    expect(dry).toMatchObject({
      code: 0,
      err: '1 time without an offset read as the time in Europe/Berlin\n2027-03-28 02:30: clocks in Europe/Berlin skip it, so it is the moment after\n',
    });
    expect(dry.out).toContain('A dry run: 2 posts would be added.');
    expect(await all()).toEqual([]);
    const done = await run(['import', csv, '--json', '--timezone', 'America/New_York']);
    expect(json(done)).toMatchObject({ dryRun: false, added: 2, existing: 0 });
    expect((await all()).map(({ text, publishAt, source }) => [text, publishAt, source])).toEqual([
      ['B', '2026-12-01T09:00:00.000Z', 'cli'],
      ['A', '2027-03-28T06:30:00.000Z', 'cli'],
    ]);
  });

  test('a post whose key came before is not added again', async () => {
    const { run } = await opened();
    const lines =
      '{"text":"a","accounts":["mastodon-4-5"],"key":"one"}\n\n{"text":"b","accounts":["mastodon-4-5"]}\n';
    expect(json(await run(['import', '-', '--json'], lines))).toMatchObject({ added: 2, existing: 0 });
    const again = await run(['import', '-', '--allow-duplicates'], lines);
    expect(again.out).toContain('Added 1 post. 1 post with the same key is there already.');
  });

  test('the preview counts what is past and what is there already, and options say what is meant', async () => {
    const { run, stage, all } = await opened();
    const instant = (hours: number) => new Date(stage.clock.now() + hours * 3_600_000).toISOString();
    const table = `text,accounts,publishAt\nOld,gotosocial,${instant(-3)}\nNew,gotosocial,${instant(3)}\n`;
    const dry = await run(['import', '-', '--dry-run'], table);
    expect(dry.code).toBe(2);
    expect(dry.out).toContain('1 time in the past: the import needs --past publish, move-to-slot or draft.');
    expect(dry.out).toContain('  row 2: in the past');
    const refused = await run(['import', '-'], table);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('row 2, publishAt: is 3 hours') });
    expect(await all()).toEqual([]);
    expect((await run(['import', '-', '--past', 'draft'], table)).code).toBe(0);
    const twice = await run(['import', '-', '--past', 'draft', '--dry-run', '--json'], table);
    expect([twice.code, json(twice)]).toEqual([2, expect.objectContaining({ past: 0, repeated: 2 })]);
    const again = await run(['import', '-', '--past', 'draft'], table);
    expect(again).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^ALREADY_EXISTS: .*row 2, text: repeats/),
    });
    const one = JSON.stringify({ text: 'New', accounts: ['gotosocial'], publishAt: instant(3) });
    expect((await run(['add', '-'], one)).err).toMatch(/^ALREADY_EXISTS/);
    expect((await run(['add', '-', '--allow-duplicates'], one)).code).toBe(0);
    expect((await all()).map(({ text }) => text).sort()).toEqual(['New', 'New', 'Old']);
  });

  test.each([
    ['', 'is empty: the first row must name the columns'],
    ['text,accounts\n,\n', 'holds no posts'],
    ['text,acounts\na,b', 'row 1, column 2: "acounts" is not a known column; did you mean "accounts"?'],
    ['text,text,accounts\na,b,c', 'row 1, column 2: "text" is there twice'],
    ['text,accounts\na,b,c', 'row 2: has 3 cells, and there are 2 columns'],
    ['text,accounts\n"a,b', 'is not CSV'],
    ['{"text":"a"}\n{"text"\n', 'line 2: is not JSON'],
    ['[{"text":"a"}]', '[0].accounts: is missing'],
    ['{"text":"a","accounts":["A"]}\n{"text":"a"}\n', 'line 1, accounts[0]: must match'],
  ])('%j is refused: %s', async (text, message) => {
    const { run } = await opened();
    const result = await run(['import', '-'], text);
    expect([result.code, result.err]).toEqual([2, expect.stringContaining(message)]);
  });
});

const words = 'Grüße aus Köln – „schön“, 5 €';
const sheet = (mark: string, end: string) =>
  [
    ['text', 'accounts', 'publishAt'].join(mark),
    [words, 'gotosocial', '24.12.2026 09:00'].join(mark),
    '',
  ].join(end);
const windows1252 = (text: string) =>
  Buffer.from(
    [...text].map((char) => ({ '–': 0x96, '„': 0x84, '“': 0x93, '€': 0x80 })[char] ?? char.charCodeAt(0)),
  );
const macRoman = (text: string) =>
  Buffer.from(
    [...text].map(
      (char) =>
        ({ ü: 0x9f, ß: 0xa7, ö: 0x9a, '–': 0xd0, '„': 0xe3, '“': 0xd2, '€': 0xdb })[char] ??
        char.charCodeAt(0),
    ),
  );
const wide = (text: string, isBig: boolean, mark = '\uFEFF') => {
  const bytes = Buffer.from(mark + text, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

describe('files as spreadsheets export them', () => {
  test.each<[string, string, Uint8Array]>([
    ['UTF-8', 'UTF-8', Buffer.from(sheet('\t', '\n'))],
    ['UTF-8 with a mark', 'UTF-8', Buffer.from(`\uFEFF${sheet(';', '\r\n')}`)],
    ['Excel: CSV on Windows', 'Windows-1252', windows1252(sheet(';', '\r\n'))],
    ['Excel: CSV on an old Mac', 'Mac Roman', macRoman(sheet(';', '\r'))],
    ['Excel: Unicode text', 'UTF-16LE', wide(sheet('\t', '\r\n'), false)],
    ['UTF-16, the other way round', 'UTF-16BE', wide(sheet('\t', '\r\n'), true)],
    ['UTF-16 without a mark', 'UTF-16LE', wide(sheet('\t', '\n'), false, '')],
    ['a first line sep=;', 'UTF-8', Buffer.from(`sep=;\r\n${sheet(';', '\r\n')}`)],
  ])('%s', async (_what, encoding, bytes) => {
    const { run, file, all } = await opened();
    const name = file('sheet.csv', bytes);
    const dry = await run(['import', name, '--dry-run']);
    expect(dry).toMatchObject({ code: 0, out: expect.stringContaining(`Read as a table in ${encoding}`) });
    expect(dry.out).toContain('Grüße');
    if (encoding !== 'UTF-8') expect(dry.err).toContain(`Read as ${encoding}`);
    expect(json(await run(['import', name, '--json']))).toMatchObject({ added: 1, source: { encoding } });
    expect((await all()).map(({ text, publishAt }) => [text, publishAt])).toEqual([
      [words, '2026-12-24T08:00:00.000Z'],
    ]);
  });

  test('another script is not guessed at; its encoding can be named', async () => {
    const { run, file, all } = await opened();
    const russian = Buffer.from([
      0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x20, 0xec, 0xe8, 0xf0, 0xfb, 0xfb, 0xfb,
    ]);
    const name = file('ru.csv', Buffer.concat([Buffer.from('accounts,text\ngotosocial,'), russian]));
    const refused = await run(['import', name]);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('line 2, byte 26: 0xCF') });
    expect(refused.err).toContain('--encoding windows-1250');
    expect((await run(['import', name, '--encoding', 'windows-1251'])).code).toBe(0);
    expect((await all()).map(({ text }) => text)).toEqual(['Привет мирыыы']);
    expect((await run(['import', name, '--encoding', 'klingon'])).err).toContain('no encoding "klingon"');
  });

  test('line breaks within cells are kept as such, whatever ends the rows', async () => {
    const { run, all } = await opened();
    const text = 'text,accounts,,\r\n"two\r\nlines",gotosocial,,\r\n"a\nb",gotosocial,,\r\n';
    expect((await run(['import', '-'], text)).code).toBe(0);
    expect((await all()).map((post) => post.text).sort()).toEqual(['a\nb', 'two\nlines']);
    const lost = await run(['import', '-'], 'text,accounts,\na,gotosocial,precious\n');
    expect(lost).toMatchObject({ code: 2, err: expect.stringContaining('row 2: has a cell in column 3') });
  });

  test('tables for Buffer and Hootsuite', async () => {
    const { run, all } = await opened();
    const buffer = 'Text,Image URL,Tags,Posting Time\nHello,,"a,b",2026-12-24 9:00\n';
    const hootsuite = '12/24/2026 15:30,"Look, here",https://a.example/x\n12/25/2026 15:30,Again,\n';
    expect((await run(['import', '-'], buffer)).err).toContain('row 2, accounts: is missing');
    for (const table of [buffer, hootsuite])
      expect((await run(['import', '-', '--accounts', 'gotosocial'], table)).code).toBe(0);
    expect((await all()).map(({ text, tags, publishAt }) => [text, tags, publishAt])).toEqual([
      ['Hello', ['a', 'b'], '2026-12-24T08:00:00.000Z'],
      ['Look, here\nhttps://a.example/x', [], '2026-12-24T14:30:00.000Z'],
      ['Again', [], '2026-12-25T14:30:00.000Z'],
    ]);
    const picture = 'Text,Image URL\nHello,https://a.example/a.png\n';
    const refused = await run(['import', '-', '--accounts', 'gotosocial'], picture);
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringContaining('row 2, Image URL: is an address'),
    });
  });
});

test.each<[string[], string[]]>([
  [
    ['24.12.2026 09:00', '1.2.27 9:05:07'],
    ['2026-12-24T09:00:00', '2027-02-01T09:05:07'],
  ],
  [
    ['12/24/2026 9:00 AM', '01/02/2027 12:30 pm'],
    ['2026-12-24T09:00:00', '2027-01-02T12:30:00'],
  ],
  [
    ['24/12/2026 09:00', '03/04/2026, 12:00 AM'],
    ['2026-12-24T09:00:00', '2026-04-03T00:00:00'],
  ],
  [
    ['2026-12-24 9:00', '2026/1/2 09:00'],
    ['2026-12-24T09:00:00', '2026-01-02T09:00:00'],
  ],
  [
    ['46380,375', '46380.5'],
    ['2026-12-24T09:00:00', '2026-12-24T12:00:00'],
  ],
  [
    ['2026-12-24T09:00Z', '46380.375'],
    ['2026-12-24T09:00Z', '46380.375'],
  ],
  [
    ['13:00', '1/2'],
    ['13:00', '1/2'],
  ],
])('the times %j are read as %j', (cells, wanted) => {
  const times = sheetTimes(cells);
  expect('read' in times && cells.map(times.read)).toEqual(wanted);
});

test('a column of times that can be read in two ways is not guessed at', async () => {
  const { run, all } = await opened();
  const table = (...times: string[]) =>
    ['text,accounts,publishAt', ...times.map((time) => `a ${time},gotosocial,${time}`)].join('\n');
  const unclear = await run(['import', '-'], table('03/04/2027 9:00', '05/06/2027 9:00'));
  expect(unclear).toMatchObject({ code: 2, err: expect.stringContaining('--dates dmy or --dates mdy') });
  const mixed = await run(['import', '-'], table('13/04/2027 9:00', '04/13/2027 9:00'));
  expect(mixed.err).toContain('has both 13/04/2027 9:00 and 04/13/2027 9:00');
  const said = await run(['import', '-', '--dates', 'dmy', '--timezone', 'UTC'], table('03/04/2027 9:00'));
  expect(said).toMatchObject({ code: 0, err: expect.stringContaining('read with the day first') });
  expect((await all()).map(({ publishAt }) => publishAt)).toEqual(['2027-04-03T09:00:00.000Z']);
  expect((await run(['import', '-'], table('31.02.2027 09:00'))).err).toContain(
    'row 2, publishAt: must be a time',
  );
});

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

test.each([
  ['30m', 1800],
  ['-1d', -86_400],
  ['2h', 7200],
  ['1w', 604_800],
  ['90', undefined],
  ['1y', undefined],
])('the length %s', (text, expected) => {
  expect(seconds(text)).toBe(expected);
});

describe('by hand', () => {
  test('move and set refuse a past time unless --past says what is meant', async () => {
    const { stage, run, file } = await opened();
    const publishAt = '2026-12-01T09:00:00Z';
    const post = await stage.add({ text: 'Old', accounts: ['gotosocial'], publishAt });
    const late = ['--to', '2026-11-01T09:00'];
    const input = file(
      'late.json',
      JSON.stringify({ ...inputOfPost(post), publishAt: '2026-11-01T09:00:00Z' }),
    );
    for (const command of [
      ['move', post.id, ...late],
      ['move', post.id, ...late, '--every', '30m'],
      ['move', post.id, '--by', '-60d'],
      ['set', post.id, input],
    ])
      expect(await run(command), command.join(' ')).toMatchObject({
        code: 2,
        err: expect.stringMatching(/days in the past.*move-to-slot or draft/),
      });
    expect(await stage.publisher.get(post.id)).toEqual(post);
    expect(json(await run(['set', post.id, input, '--past', 'draft', '--json']))).toMatchObject({
      status: 'draft',
    });
    expect(json(await run(['move', post.id, ...late, '--past', 'publish', '--json']))).toMatchObject({
      status: 'queued',
      publishAt: new Date(stage.clock.now()).toISOString(),
    });
  });

  test('set, check, move, history and the filters of the list', async () => {
    const { stage, run, file } = await opened();
    const post = await stage.add({
      text: 'Old',
      accounts: ['gotosocial'],
      publishAt: '2026-12-01T09:00:00Z',
      tags: ['spring'],
    });
    const input = file('new.json', JSON.stringify({ ...inputOfPost(post), text: 'New words' }));
    expect(json(await run(['set', post.id, input, '--json']))).toMatchObject({ text: 'New words' });
    expect((await run(['check', input])).out).toContain('is the same as that of post');
    expect((await run(['check', input, '--id', post.id])).out).toBe('Nothing stands in its way.\n');
    const long = file('long.json', JSON.stringify({ text: 'x'.repeat(501), accounts: ['mastodon-4-5'] }));
    expect(await run(['check', long])).toMatchObject({
      code: 2,
      out: expect.stringContaining('problem  text: has 501'),
    });
    expect(json(await run(['move', post.id, '--to', '2026-12-02T09:00', '--json']))).toMatchObject({
      publishAt: '2026-12-02T08:00:00.000Z',
    });
    const moved = await run(['move', '--tag', 'spring', '--by', '1d', '--dry-run']);
    expect(moved.out).toContain('A dry run: 1 post would be changed.');
    expect((await run(['move', '--tag', 'spring', '--by', '1d'])).out).toContain('Moved 1 post.');
    expect((await run(['history', post.id])).out).toContain('Moved by hand to 2026-12-03T08:00:00.000Z');
    const found = await run([
      '--tag',
      'spring',
      '--search',
      'WORDS',
      '--from',
      '2026-12-03T00:00',
      '--soonest',
      '--json',
    ]);
    expect(json(found)).toMatchObject([{ id: post.id, tags: ['spring'] }]);
    expect((await run(['--status', 'failed,missed'])).out).toBe('No posts.\n');
    expect((await run(['cancel'])).err).toContain('It is not said which posts');
    expect((await run(['move', post.id])).err).toContain('Exactly one of --to, --by and --draft');
    expect((await run(['move', post.id, '--to', 'soon'])).err).toContain('--to must be a time');
    expect((await run(['cancel', '--tag', 'spring'])).out).toContain('Cancelled 1 post.');
    expect((await run(['retry', '--tag', 'spring'])).out).toBe('No post fits: nothing was changed.\n');
  });
});

test('what a post waits for stands in the list, with the post and at the end of its history', async () => {
  const { stage, run } = await opened();
  stage.statuses.set('gotosocial', 'sign-in-needed');
  const post = await stage.add({ text: 'Hello', accounts: ['mastodon-4-5', 'gotosocial'] });
  const list = await run([]);
  expect(list.out).toMatch(/WAITS FOR/);
  expect(list.out).toContain('its turn; a sign-in to its account');
  expect((await run(['show', post.id])).out).toContain('    waits for a sign-in to its account');
  expect((await run(['history', post.id])).out).toContain('gotosocial waits for a sign-in to its account.');
  expect(json(await run(['--json']))).toMatchObject([
    { targets: [{ waits: { for: 'turn' } }, { waits: { for: 'sign-in' } }] },
  ]);
});
