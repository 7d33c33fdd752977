import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join, parse as parsePath, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  BelfryError,
  type CallInput,
  type CallOutput,
  heldMediaId,
  inputOfPost,
  listProblems,
  mostPostsAtOnce,
  type PostDraft,
  type PostView,
  type TargetStatus,
  waitText,
} from '../../../shared/index.ts';
import { parseJsonText } from '../../store/index.ts';
import type { Context, Use } from '../context.ts';
import { writeOut } from '../files.ts';
import { type PageOptions, showPages, withPages } from '../pages.ts';
import type { Format } from '../posts/formats.ts';
import { selectionOf, someStatuses, someTime } from '../posts/options.ts';
import { postTable } from '../tables.ts';
import { counted, oneLine, paintStatus, pairs, table } from '../terminal.ts';
import { oneOf } from '../usage.ts';
import { when } from '../when.ts';
import { addCommands, changeCommands } from './change-posts.ts';
import { importCommand } from './import-posts.ts';

type ListOptions = PageOptions & {
  status?: TargetStatus[];
  account?: string;
  tag?: string;
  search?: string;
  from?: string;
  to?: string;
  soonest?: boolean;
  after?: string;
  count?: boolean;
};

/** Posts: list, show, history, export, and the commands that add and change them. */
export function postCommands(program: Command, use: Use): void {
  const posts = program
    .command('posts')
    .description('posts: drafts, queue, what was published and what was not');
  withPages(posts.command('list', { isDefault: true }))
    .description('list the posts, or show one')
    .argument('[id]')
    .option('--status <status>', 'in this state, or in one of several: failed,missed', someStatuses)
    .option('--account <id>', 'for this account')
    .option('--tag <tag>', 'with this tag')
    .option('--search <text>', 'with this in text, thread, first comment or note')
    .option('--from <time>', 'not before this time; without an offset it is the time of this machine')
    .option('--to <time>', 'before this time')
    .option('--soonest', 'the soonest first (default: the latest)')
    .option('--after <id>', 'the page after this post')
    .addOption(
      new Option('--count', 'only how many, up to 10,000, by status, account, tag and search').conflicts([
        'from',
        'to',
        'soonest',
        'after',
        'limit',
        'cursor',
        'all',
      ]),
    )
    .addHelpText(
      'after',
      `
Examples:
  belfry posts --status queued --soonest --limit 5
  belfry posts --tag spring --search bridge --from 2026-11-01T00:00`,
    )
    .action(
      use(async (context, id: string | undefined, options: ListOptions) => {
        if (id !== undefined) return show(context, id);
        if (options.count) return count(context, options);
        const query = await queryOf(context, options);
        await showPages(
          context,
          options,
          async (ask) => {
            const { posts: items, ...page } = await context.call('posts.page', { ...query, ...ask });
            return { items, ...page };
          },
          (list) => postTable(context, list),
        );
      }),
    );
  posts
    .command('show')
    .description('show a post and where it stands on each account')
    .argument('<id>')
    .action(use((context, id: string) => show(context, id)));
  posts
    .command('history')
    .description('show what happened on the way of a post to each account')
    .argument('<id>')
    .action(use((context, id: string) => history(context, id)));
  addCommands(posts, use);
  importCommand(posts, use);
  exportCommand(posts, use);
  changeCommands(posts, use);
}

async function count(context: Context, options: ListOptions): Promise<void> {
  const { status, account, tag, search } = options;
  const found = await context.call('posts.count', {
    ...(status === undefined ? {} : { status }),
    ...(account === undefined ? {} : { account }),
    ...(tag === undefined ? {} : { tag }),
    ...(search === undefined ? {} : { search }),
  });
  context.show(found, () => `${found.count}${found.more ? ' or more' : ''}`);
}

async function queryOf(context: Context, options: ListOptions): Promise<CallInput<'posts.page'>> {
  const { from, to, soonest, limit: _limit, cursor: _cursor, all: _all, ...rest } = options;
  const at = async (text: string, option: string) =>
    new Date(await someTime(context, text, option)).toISOString();
  return {
    ...rest,
    ...(from === undefined ? {} : { from: await at(from, '--from') }),
    ...(to === undefined ? {} : { to: await at(to, '--to') }),
    ...(soonest ? { order: 'soonest' as const } : {}),
  };
}

/** What the network left out or changed, or why that is not known, after the status. */
function differing({
  differs,
  notCompared,
}: Pick<PostView['targets'][number], 'differs' | 'notCompared'>): string {
  const found = differs.length === 0 ? '' : `, differs: ${differs.join(', ')}`;
  return oneLine(notCompared === null ? found : `${found}, could not be compared: ${notCompared}`);
}

async function show(context: Context, id: string): Promise<void> {
  const post = await context.call('posts.get', { id });
  context.show(post, () => {
    const { paint, reader } = context;
    const targets = post.targets.flatMap(({ account, status, url, error, waits, differs, notCompared }) => [
      `  ${account}  ${paintStatus(paint, status)}${differing({ differs, notCompared })}  ${oneLine([url, error?.message].filter(Boolean).join('  '))}`,
      ...(waits ? [`    waits for ${oneLine(waitText(waits, (at) => when(at, reader)))}`] : []),
    ]);
    const list = pairs([
      ['Post', post.id],
      ['Status', paintStatus(paint, post.status)],
      ['Publish at', post.publishAt === null ? 'draft' : when(post.publishAt, reader)],
      ['Text', oneLine(post.text)],
      ['Poll', oneLine(post.poll?.options.join(' / ') ?? '')],
      ['Thread', post.thread.length > 0 ? counted(post.thread.length, 'more part') : undefined],
      ['First comment', oneLine(post.firstComment ?? '')],
      ['Media', post.media.map((medium) => oneLine(medium.name)).join(', ')],
      ['Tags', oneLine(post.tags.join(', '))],
      ['Source', post.runId === null ? post.source : `${post.source}, run ${post.runId}`],
      ['Note', oneLine(post.note)],
    ]);
    return [list, 'Accounts', ...targets].join('\n');
  });
}

async function history(context: Context, id: string): Promise<void> {
  const lines = await context.call('posts.history', { id });
  const post = await context.call('posts.get', { id });
  context.show(lines, () => {
    const waits = post.targets.flatMap(({ account, waits }) =>
      waits === null ? [] : `${account} waits for ${waitText(waits, (at) => when(at, context.reader))}.`,
    );
    if (lines.length === 0) return ['Nothing has happened yet.', ...waits].join('\n');
    const rows = lines.map(({ at, account, status, note }) => [
      when(at, context.reader),
      account,
      paintStatus(context.paint, status),
      oneLine(note),
    ]);
    return [table(['WHEN', 'ACCOUNT', 'STATUS', 'WHAT'], rows, context.io.columns), ...waits].join('\n');
  });
}

type Options = {
  format?: Format;
  status?: TargetStatus[];
  account?: string;
  tag?: string;
  from?: string;
  to?: string;
  output: string;
};

/** Exported by default: what has not been published yet. */
const toGo: readonly TargetStatus[] = ['draft', 'queued', 'failed', 'missed'];
const pageSize = 500;

/** `belfry posts export`: posts in a form that `belfry posts import` takes, here or in another home. */
function exportCommand(posts: Command, use: Use): void {
  posts
    .command('export')
    .description('write posts as CSV, JSON or JSONL, so that import takes them, here or elsewhere')
    .option(
      '--format <format>',
      'csv, json or jsonl (default: by the name of the file, else json)',
      oneOf(['csv', 'json', 'jsonl'] as const),
    )
    .option('--status <status>', 'in these states (default: draft,queued,failed,missed)', someStatuses)
    .option('--account <id>', 'for this account only')
    .option('--tag <tag>', 'with this tag')
    .option('--from <time>', 'not before this time')
    .option('--to <time>', 'before this time')
    .option(
      '-o, --output <file>',
      'file to write, with the media in a folder beside it; - for standard output',
      '-',
    )
    .addHelpText(
      'after',
      `
A post is written for those accounts that are in these states: what an account has published is not written along.
On standard output the files of a post are named where Belfry keeps them.

Examples:
  belfry posts export --output spring.csv
  belfry posts export --status published --format jsonl > published.jsonl`,
    )
    .action(use(exportPosts));
}

async function exportPosts(context: Context, options: Options): Promise<void> {
  const { writePosts } = await import('../posts/formats.ts');
  const { output } = options;
  const format = options.format ?? byName(output);
  if (context.json && output === '-' && format !== 'json') throw notBoth(format);
  const views = await allPosts(context, options);
  const posts = views.flatMap((view) => inputsOf(view, options));
  const isFile = output !== '-';
  const folder = isFile ? mediaFolderOf(resolve(context.io.folder, output)) : null;
  const files = new Map<string, string>();
  const named = posts.map((post) => withFiles(context, post, views, folder, files));
  if (isFile) for (const [from, to] of files) await copy(from, to);
  const text = writePosts(named, format);
  const obstacle = importObstacle(text, format, named.length);
  if (obstacle !== null) context.io.err(`posts import does not take this in one piece: ${obstacle}\n`);
  const file = await writeOut(context.io, output, oneText(text));
  if (file === null) return;
  const shown = { file, format, posts: posts.length, media: files.size };
  context.show(
    shown,
    () =>
      `Wrote ${counted(posts.length, 'post')} to ${file}${folder && files.size > 0 ? `, and ${counted(files.size, 'file')} to ${folder}` : ''}.`,
  );
}

/** Why `posts import` would refuse what is written; an archive may be larger than that. */
function importObstacle(text: string, format: Format, posts: number): string | null {
  const reading = format === 'json' ? parseJsonText(text) : { ok: true as const };
  if (!reading.ok) return `the file ${listProblems(reading.problems)}; --format jsonl has no such limit`;
  return posts > mostPostsAtOnce
    ? `it takes ${mostPostsAtOnce} posts at once, and these are ${posts}; choose with --from and --to`
    : null;
}

async function* oneText(text: string): AsyncGenerator<string> {
  yield text;
}

function byName(output: string): Format {
  if (/\.csv$/i.test(output)) return 'csv';
  return /\.(jsonl|ndjson)$/i.test(output) ? 'jsonl' : 'json';
}

async function allPosts(context: Context, options: Options): Promise<PostView[]> {
  const { status = [...toGo], account, tag } = options;
  const from = options.from === undefined ? undefined : await someTime(context, options.from, '--from');
  const to = options.to === undefined ? undefined : await someTime(context, options.to, '--to');
  const query = {
    ...selectionOf([], {
      status,
      ...(account === undefined ? {} : { account }),
      ...(tag === undefined ? {} : { tag }),
    }),
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(to).toISOString() }),
    order: 'soonest' as const,
    limit: pageSize,
  };
  const all: PostView[] = [];
  let cursor: string | null = null;
  do {
    const page: CallOutput<'posts.page'> = await context.call('posts.page', {
      ...query,
      ...(cursor === null ? {} : { cursor }),
    });
    all.push(...page.posts);
    cursor = page.cursor;
  } while (cursor !== null);
  return all;
}

/** A post as it is to be made again; where accounts have times of their own, one for each time. */
function inputsOf(post: PostView, { status = [...toGo], account }: Options): PostDraft[] {
  const targets = post.targets.filter(
    (target) => status.includes(target.status) && (account === undefined || target.account === account),
  );
  const times = Map.groupBy(targets, (target) =>
    target.status === 'queued' ? (target.dueAt ?? post.publishAt) : post.publishAt,
  );
  return [...times].map(([publishAt, group], index) => {
    const input = inputOfPost(
      post,
      group.map((target) => target.account),
    );
    const { key, ...rest } = { ...input, publishAt };
    // A key names one post.
    return key === undefined ? rest : { ...rest, key: index === 0 ? key : `${key} (${index + 1})` };
  });
}

function mediaFolderOf(output: string): string {
  const { dir, name } = parsePath(output);
  return join(dir, `${name}-media`);
}

/** Names the files of a post by paths; those to copy are noted down in `files`, from where to where. */
function withFiles(
  context: Context,
  post: PostDraft,
  views: readonly PostView[],
  folder: string | null,
  files: Map<string, string>,
): PostDraft {
  const named = <M extends { path: string }>(medium: M): M => {
    const id = heldMediaId(medium.path);
    if (id === undefined) return medium;
    const held = join(context.paths.media, id);
    if (folder === null) return { ...medium, path: held };
    const copy = join(folder, id, nameOf(views, id));
    files.set(held, copy);
    return { ...medium, path: relative(dirname(folder), copy) };
  };
  return {
    ...post,
    ...(post.media ? { media: post.media.map(named) } : {}),
    ...(post.thread
      ? { thread: post.thread.map((part) => ({ ...part, media: (part.media ?? []).map(named) })) }
      : {}),
  };
}

function nameOf(views: readonly PostView[], id: string): string {
  const all = views.flatMap(({ media, thread }) => [...media, ...thread.flatMap((part) => part.media)]);
  return all.find((medium) => medium.id === id)?.name ?? id;
}

async function copy(from: string, to: string): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, to);
  } catch (cause) {
    throw new BelfryError({
      code: 'BAD_INPUT',
      what: 'A file of a post cannot be copied',
      where: `from ${from} to ${to}`,
      why: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Name another file with --output',
      cause,
    });
  }
}

function notBoth(format: Format): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: `--json and --format ${format} do not go together`,
    where: 'on the command line',
    why: 'With --json everything on standard output is one JSON document',
    remedy: 'Leave one of them out, or name a file with --output',
  });
}
