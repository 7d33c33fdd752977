import type { Command } from 'commander';
import {
  BelfryError,
  check,
  exitCodes,
  mostPostsAtOnce,
  type PastChoice,
  type PostBatchResult,
  type PostInput,
  type Problem,
  parse,
  pastChoices,
  postInputSchema,
  problemsError,
  timezoneSchema,
  web,
} from '../../../shared/index.ts';
import { type Context, Failure, type Use } from '../context.ts';
import { type Decoded, decodeFile, readBytesFile } from '../files.ts';
import type { Format, Row } from '../posts/formats.ts';
import { pastHelp, withAbsoluteMedia, withPast } from '../posts/options.ts';
import { acceptedTimes, type DateOrder, dateOrders, remarksOn, timeReader } from '../posts/times.ts';
import { postTable } from '../tables.ts';
import { counted, oneLine } from '../terminal.ts';
import { oneOf } from '../usage.ts';

type Options = {
  format?: Format;
  encoding?: string;
  timezone?: string;
  dates?: DateOrder;
  accounts?: string[];
  past?: PastChoice;
  allowDuplicates?: boolean;
  dryRun?: boolean;
};

/** How the file was understood: for the preview. */
type Source = { format: Format; encoding: string; guessed: boolean; lines: string[] };

const linesShown = 3;
const lineShown = 100;
const rowsNamed = 10;

const help = `
Columns of CSV, all but accounts may be left out; an empty cell is one that is not there:
  text, accounts (ids), publishAt (empty: a draft), draft (yes: a draft with a time), tags, firstComment,
  contentWarning, visibility, language, sensitive, note, key (a post whose key came before is not added again),
  media1 alt1 focus1 url1, media2 …            files, from the folder of the CSV file
  thread1, thread1.media1 thread1.alt1 …       further parts of a thread
  poll (one option per line), pollSeconds, pollMultiple, pollHideTotals
  overrides                                    JSON, as in a post
What spreadsheets export is read as it is: UTF-8, UTF-16, Windows-1252 or Mac Roman, with commas, semicolons or tabs;
the import says what it took when that is not certain. Times such as 2026-12-24 09:00, 24.12.2026 09:00 and
12/24/2026 9:00 AM; without an offset they are the times of --timezone. A cell that begins like a formula is written
with an apostrophe before it, which is taken off again.
Tables for Buffer (Text, Tags, Posting Time) and Hootsuite (time, message, link) are understood; they name no accounts,
so --accounts does.

Examples:
  belfry posts import spring.csv --dry-run
  belfry posts import buffer.csv --accounts ada-example,grace-page --dry-run
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
    .option('--encoding <name>', 'encoding of the file, such as windows-1250 (default: found from its bytes)')
    .option(
      '--dates <order>',
      'dmy or mdy: whether the day or the month comes first in 3/4/2026',
      oneOf(dateOrders),
    )
    .option('--accounts <ids>', 'accounts of posts that name none, with commas between them', (ids) =>
      ids.split(',').map((id) => id.trim()),
    )
    .option(
      '--timezone <zone>',
      'zone of times without an offset (default: the one of the settings, or of this machine)',
    )
    .option('--past <choice>', pastHelp, oneOf(pastChoices))
    .option(
      '--allow-duplicates',
      'add also what an account has already with the same content near the same time',
    )
    .option('--dry-run', 'only show what would be added')
    .addHelpText('after', help)
    .action(use(importPosts));
}

async function importPosts(context: Context, file: string, options: Options): Promise<number> {
  const { formatOf, readPosts } = await import('../posts/formats.ts');
  const { bytes, where, folder } = await readBytesFile(context.io, file);
  const start = options.format ?? formatOf(file, Buffer.from(bytes.subarray(0, 100)).toString('latin1'));
  const decoded = decodeFile(bytes, where, { given: options.encoding, isTable: start === 'csv' });
  const format = options.format ?? formatOf(file, decoded.text);
  const { read, seen } = await timeReader(await zoneOf(context, options.timezone));
  const { dates, accounts } = options;
  const { rows, remarks: understood } = readPosts(decoded.text, format, where, {
    times: read,
    dates,
    accounts,
  });
  if (rows.length === 0) throw problemsError([{ field: '', message: 'holds no posts' }], where);
  const posts = checked(rows, where).map((post) => withPast(withAbsoluteMedia(post, folder), options.past));
  assertOneCall(posts, where);
  const result = await addAll(context, rows, posts, options, where);
  const notYet = result.posts.flatMap(({ past, repeats }, index) =>
    past || repeats !== undefined
      ? [{ row: rows[index]?.fieldOf('').replace(/, $/, '') ?? '', past, repeats }]
      : [],
  );
  const late = notYet.filter(({ past }) => past).length;
  const repeated = notYet.filter(({ repeats }) => repeats !== undefined).length;
  const remarks = [...encodingRemarks(decoded), ...understood, ...remarksOn(seen)];
  if (!context.json) for (const remark of remarks) context.io.err(`${remark}\n`);
  const added = result.posts.filter(({ isNew }) => isNew).map(({ post }) => post);
  const existing = result.posts.length - added.length;
  const source: Source = {
    format,
    encoding: decoded.encoding,
    guessed: decoded.guessed,
    lines: firstLines(decoded.text),
  };
  const shown = {
    dryRun: result.dryRun,
    added: added.length,
    existing,
    past: late,
    repeated,
    source,
    remarks,
    posts: added,
  };
  context.show(shown, () =>
    [
      ...(result.dryRun ? [describeSource(source)] : []),
      postTable(context, added),
      summary(result, added.length, existing),
      ...(late > 0
        ? [`${counted(late, 'time')} in the past: the import needs --past publish, move-to-slot or draft.`]
        : []),
      ...(repeated > 0
        ? [
            `${counted(repeated, 'post')} would be there twice: the import needs --allow-duplicates to add them again.`,
          ]
        : []),
      ...notYet
        .slice(0, rowsNamed)
        .map(
          ({ row, past, repeats }) =>
            `  ${row}: ${[past ? 'in the past' : '', repeats === undefined ? '' : `repeats ${repeats}`].filter(Boolean).join(', ')}`,
        ),
    ].join('\n'),
  );
  return notYet.length > 0 ? exitCodes.badInput : exitCodes.done;
}

function encodingRemarks({ encoding, guessed, text }: Decoded): string[] {
  if (encoding === 'UTF-8') return [];
  if (!guessed) return [`Read as ${encoding}`];
  const words = [...new Set(text.match(/[\p{L}]*[^\0-\x7f\p{P}\p{S}\s][\p{L}]*/gu) ?? [])].slice(0, 3);
  const such = words.length > 0 ? `, with words such as ${words.join(', ')}` : '';
  return [`Read as ${encoding}, since it is not UTF-8${such}; if that is wrong, name it with --encoding`];
}

function firstLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/, linesShown).filter((line) => line !== '');
  return lines.map((line) => (line.length > lineShown ? `${line.slice(0, lineShown)}…` : line));
}

function describeSource({ format, encoding, lines }: Source): string {
  const name = { csv: 'a table', json: 'JSON', jsonl: 'JSON lines' }[format];
  return [`Read as ${name} in ${encoding}; it begins:`, ...lines.map((line) => `  ${oneLine(line)}`)].join(
    '\n',
  );
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
    result.ok ? [] : inWords(result.problems).map((problem) => inRow(rows[index], problem)),
  );
  if (problems.length > 0) throw problemsError(problems, where);
  return results.flatMap((result) => (result.ok ? [result.value] : []));
}

/** A time that none of the accepted forms fits breaks several rules at once; one line says what does. */
function inWords(problems: readonly Problem[]): Problem[] {
  const others = problems.filter(({ field }) => field !== 'publishAt');
  return others.length === problems.length
    ? others
    : [{ field: 'publishAt', message: acceptedTimes }, ...others];
}

/** Mistakes that the engine finds (files, accounts, limits) are named by the row, too. */
async function addAll(
  context: Context,
  rows: readonly Row[],
  posts: PostInput[],
  { dryRun = false, allowDuplicates = false }: Options,
  where: string,
): Promise<PostBatchResult> {
  try {
    return await context.call('posts.addAll', { posts, source: 'cli', dryRun, allowDuplicates });
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

/** Bytes for the rest of the call. */
const callBytes = 1024;

/** Throws TOO_LARGE for more posts than one call takes: all of them are added, or none, and that takes one call. */
function assertOneCall(posts: readonly unknown[], where: string): void {
  let bytes = callBytes;
  let fit = 0;
  for (const post of posts) {
    bytes += Buffer.byteLength(JSON.stringify(post)) + 1;
    if (bytes <= web.bodyLimitBytes.socket && fit < mostPostsAtOnce) fit += 1;
  }
  if (fit === posts.length) return;
  throw new BelfryError({
    code: 'TOO_LARGE',
    what: `${posts.length.toLocaleString('en')} posts of ${mebibytes(bytes)} MiB are too many at once`,
    where,
    why: `An import adds all posts or none, and takes at most ${mostPostsAtOnce.toLocaleString('en')} posts and ${mebibytes(web.bodyLimitBytes.socket)} MiB. Nothing was added`,
    remedy: `Split the file, and import the parts one after the other: the first ${fit.toLocaleString('en')} posts fit into one`,
  });
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}
