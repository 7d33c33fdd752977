import { describe, expect, test } from 'vitest';
import { sheetTimes } from '../../electron/cli/posts/times.ts';
import { opened } from './publisher.ts';
import { json } from './terminal.ts';

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
