import { describe, expect, test } from 'vitest';
import { opened } from './publisher.ts';
import { json } from './terminal.ts';

describe('posts import', () => {
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
