import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { columnNames } from '../../electron/cli/posts/columns.ts';
import { type PostInput, parse, postInputSchema, settingsSchema } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { postView, serve } from './engine.ts';
import { belfry, json } from './terminal.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../..', name), 'utf8');
const page = read('docs/posts.md');
const block = (kind: string) => new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';

test('the post on the page is one', () => {
  expect(parse(postInputSchema, JSON.parse(block('json')), 'the page')).toMatchObject({
    poll: { options: ['Tea', 'Coffee'] },
  });
});

test('the table on the page is read as the page says', async () => {
  const given: PostInput[] = [];
  const served = await serve({
    'settings.get': async () => settingsSchema.parse({ timezone: 'Europe/Berlin' }),
    'posts.addAll': async ({ posts, dryRun }) => {
      given.push(...posts);
      return { dryRun, posts: posts.map(({ text }) => ({ isNew: true, post: postView('p', { text }) })) };
    },
  });
  const folder = temporaryHome();
  writeFileSync(join(folder, 'spring.csv'), block('csv'));
  const args = ['--home', served.home, '--json', 'posts', 'import', 'spring.csv', '--dry-run'];
  expect(json(await belfry(args, { folder }))).toMatchObject({
    dryRun: true,
    added: 2,
    remarks: ['1 time without an offset read as the time in Europe/Berlin'],
  });
  expect(given.map(({ text, accounts, publishAt, tags }) => [text, accounts, publishAt, tags])).toEqual([
    ['Good morning', ['ada-example'], '2026-12-01T08:00:00.000Z', ['spring', 'sun']],
    ['Two lines,\none cell', ['ada-example', 'grace-page'], '2026-12-02T09:00:00+01:00', []],
  ]);
});

test('every column is on the page', () => {
  const missing = columnNames.filter((name) => !page.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});

test('the commands on the page and in the README exist, with the options that they show', async () => {
  const lines = [page, read('README.md')]
    .flatMap((text) => [...text.matchAll(/^(?:npx )?belfry posts (.*)$/gm)])
    .map(([, line = '']) => line.replace(/\s+#.*$/, ''));
  expect(lines.length).toBeGreaterThan(4);
  for (const line of lines) {
    const [verb = ''] = line.split(' ');
    const { code, out } = await belfry(['posts', verb.startsWith('--') ? 'list' : verb, '--help']);
    const missing = (line.match(/--[a-z-]+/g) ?? []).filter((option) => !out.includes(`${option} `));
    expect({ line, code, missing }).toEqual({ line, code: 0, missing: [] });
  }
});

test('more posts than one import takes are refused before anything is sent, with where to split', async () => {
  const served = await serve({
    'settings.get': async () => settingsSchema.parse({}),
    'posts.addAll': async () => expect.fail('must not be asked'),
  });
  const folder = temporaryHome();
  const take = async (name: string, count: number, text: string) => {
    const line = `${JSON.stringify({ text, accounts: ['ada'] })}\n`;
    writeFileSync(join(folder, name), line.repeat(count));
    const { code, err } = await belfry(['--home', served.home, 'posts', 'import', name], { folder });
    return [code, err];
  };
  expect(await take('many.jsonl', 10_001, 'x')).toEqual([
    2,
    expect.stringMatching(
      /^TOO_LARGE: 10,001 posts of .* at most 10,000 posts and 8\.0 MiB\. Nothing was added\. Split the file.* the first 10,000 posts fit/,
    ),
  ]);
  expect(await take('long.jsonl', 5000, 'x'.repeat(2000))).toEqual([
    2,
    expect.stringMatching(/^TOO_LARGE: 5,000 posts of 1\d\.\d MiB .* the first 3,\d\d\d posts fit/),
  ]);
});
