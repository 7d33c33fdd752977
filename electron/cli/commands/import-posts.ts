import type { Command } from 'commander';
import {
  check,
  type PostBatchResult,
  type PostInput,
  type Problem,
  parse,
  postInputSchema,
  problemsError,
  timezoneSchema,
} from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { readTextFile } from '../json-file.ts';
import { withAbsoluteMedia } from '../posts/absolute-media.ts';
import { remarksOn, timeReader } from '../posts/local-time.ts';
import { postTable } from '../posts/post-table.ts';
import type { Format, Row } from '../posts/read-posts.ts';
import { counted } from '../text.ts';
import { oneOf } from '../usage.ts';
import type { Use } from '../use.ts';

type Options = { format?: Format; timezone?: string; dryRun?: boolean };

const help = `
Columns of CSV, all but accounts may be left out; an empty cell is one that is not there:
  text, accounts (ids), publishAt (empty: a draft), draft (yes: a draft with a time), tags, firstComment,
  contentWarning, visibility, language, sensitive, note, key (a post whose key came before is not added again),
  media1 alt1 focus1 url1, media2 …            files, from the folder of the CSV file
  thread1, thread1.media1 thread1.alt1 …       further parts of a thread
  poll (one option per line), pollSeconds, pollMultiple, pollHideTotals
  overrides                                    JSON, as in a post
A time without an offset is the time of --timezone. A cell that begins like a formula is written with an
apostrophe before it, which is taken off again.

Examples:
  belfry posts import spring.csv --dry-run
  belfry posts import - --format jsonl < posts.jsonl`;

/** `belfry posts import`: adds all posts of a file, or none and names every mistake by its row. */
export function importCommand(posts: Command, use: Use): void {
  posts
    .command('import')
    .description('add all posts of a file, or none of them')
    .argument('<file>', 'CSV, JSON or JSONL file, or - for standard input')
    .option(
      '--format <format>',
      'csv, json or jsonl (default: by name or content)',
      oneOf(['csv', 'json', 'jsonl'] as const),
    )
    .option(
      '--timezone <zone>',
      'zone of times without an offset (default: the one of the settings, or of this machine)',
    )
    .option('--dry-run', 'only show what would be added')
    .addHelpText('after', help)
    .action(use(importPosts));
}

async function importPosts(context: Context, file: string, options: Options): Promise<void> {
  const { formatOf, readPosts } = await import('../posts/read-posts.ts');
  const { text, where, folder } = await readTextFile(context.io, file);
  const { read, seen } = await timeReader(await zoneOf(context, options.timezone));
  const rows = readPosts(text, options.format ?? formatOf(file, text), where, read);
  if (rows.length === 0) throw problemsError([{ field: '', message: 'holds no posts' }], where);
  const posts = checked(rows, where).map((post) => withAbsoluteMedia(post, folder));
  const result = await addAll(context, rows, posts, options.dryRun === true, where);
  const remarks = remarksOn(seen);
  if (!context.json) for (const remark of remarks) context.io.err(`${remark}\n`);
  const added = result.posts.filter(({ isNew }) => isNew).map(({ post }) => post);
  const existing = result.posts.length - added.length;
  const shown = { dryRun: result.dryRun, added: added.length, existing, remarks, posts: added };
  context.show(shown, () => `${postTable(context, added)}\n${summary(result, added.length, existing)}`);
}

function summary({ dryRun }: PostBatchResult, added: number, existing: number): string {
  const known =
    existing === 0
      ? ''
      : ` ${counted(existing, 'post')} with the same key ${existing === 1 ? 'is' : 'are'} there already.`;
  return dryRun
    ? `A dry run: ${counted(added, 'post')} would be added.${known}`
    : `Added ${counted(added, 'post')}.${known}`;
}

async function zoneOf(context: Context, given: string | undefined): Promise<string> {
  if (given !== undefined) return parse(timezoneSchema, given, 'the option --timezone');
  const { timezone } = await context.call('settings.get', {});
  return timezone ?? context.io.timezone;
}

function checked(rows: readonly Row[], where: string): PostInput[] {
  const results = rows.map(({ value }) => check(postInputSchema, value));
  const problems = results.flatMap((result, index) =>
    result.ok ? [] : result.problems.map((problem) => inRow(rows[index], problem)),
  );
  if (problems.length > 0) throw problemsError(problems, where);
  return results.flatMap((result) => (result.ok ? [result.value] : []));
}

/** What the engine finds (files, accounts, limits) is told by the row, too. */
async function addAll(
  context: Context,
  rows: readonly Row[],
  posts: PostInput[],
  dryRun: boolean,
  where: string,
): Promise<PostBatchResult> {
  try {
    return await context.call('posts.addAll', { posts, source: 'cli', dryRun });
  } catch (error) {
    if (!(error instanceof Failure) || error.wire.details === undefined) throw error;
    throw problemsError(
      error.wire.details.map((problem) => {
        const [, index, field = ''] = /^posts\[(\d+)\]\.?(.*)$/.exec(problem.field) ?? [];
        return index === undefined ? problem : inRow(rows[Number(index)], { ...problem, field });
      }),
      where,
      error.wire.code,
    );
  }
}

function inRow(row: Row | undefined, { field, message }: Problem): Problem {
  return { field: row?.fieldOf(field) ?? field, message };
}
