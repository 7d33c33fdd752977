import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type PostInput, postInputSchema } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { feed } from './command.ts';

export const postsOf = (stdout: string): PostInput[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => postInputSchema.parse(JSON.parse(line)));

/** All three steps; the posts of the last. */
export async function run(cwd: string, source: string, ...draft: string[]) {
  const ingested = await feed(cwd, ['ingest', '--feed', source]);
  expect(ingested.stderr).toContain('entries in the feed');
  await feed(cwd, ['deduplicate']);
  const drafted = await feed(cwd, ['draft', '--accounts', 'demo', ...draft]);
  return { posts: postsOf(drafted.stdout), said: ingested.stderr + drafted.stderr, code: drafted.code };
}

/** The posts of a feed given as text. */
export async function postsFrom(text: string | Buffer, ...draft: string[]) {
  const cwd = temporaryHome();
  writeFileSync(join(cwd, 'feed.xml'), text);
  return run(cwd, 'feed.xml', ...draft);
}

export const rss = (items: string, head = '<?xml version="1.0"?>') =>
  `${head}<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>T</title>${items}</channel></rss>`;
