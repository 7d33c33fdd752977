import { type Command, Option } from 'commander';
import {
  type CallInput,
  type PastChoice,
  type PostInput,
  type PostRequest,
  type PostView,
  pastChoices,
  postInputSchema,
  postRequestSchema,
  problemsError,
  type TargetStatus,
  waitText,
} from '../../../shared/index.ts';
import type { Context, Use } from '../context.ts';
import { addEach, parseMany, readJsonFile } from '../files.ts';
import { type PageOptions, showPages, withPages } from '../pages.ts';
import { pastHelp, someStatuses, someTime, withAbsoluteMedia, withPast } from '../posts/options.ts';
import { postTable } from '../tables.ts';
import { counted, oneLine, paintStatus, pairs, table } from '../terminal.ts';
import { oneOf } from '../usage.ts';
import { when } from '../when.ts';
import { exportCommand } from './export-posts.ts';
import { importCommand } from './import-posts.ts';
import { postChangeCommands } from './post-changes.ts';

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

/** Posts: list, show, history, add, set, check, and the commands that change them. */
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
  postFileCommands(posts, use);
  postChangeCommands(posts, use);
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

/** What the network left out or changed, after the status. */
function differing(differs: PostView['targets'][number]['differs']): string {
  return differs.length === 0 ? '' : oneLine(`, differs: ${differs.join(', ')}`);
}

async function show(context: Context, id: string): Promise<void> {
  const post = await context.call('posts.get', { id });
  context.show(post, () => {
    const { paint, reader } = context;
    const targets = post.targets.flatMap(({ account, status, url, error, waits, differs }) => [
      `  ${account}  ${paintStatus(paint, status)}${differing(differs)}  ${oneLine([url, error?.message].filter(Boolean).join('  '))}`,
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

/** Posts from files and to files: add, set, check, import, export. */
function postFileCommands(posts: Command, use: Use): void {
  posts
    .command('add')
    .description('add a post, or a list of posts; paths of media are meant from the folder of the file')
    .argument('<file>', 'JSON file, or - for standard input')
    .option('--past <choice>', pastHelp, oneOf(pastChoices))
    .option(
      '--allow-duplicates',
      'add also what an account has already with the same content near the same time',
    )
    .addHelpText(
      'after',
      `
Examples:
  echo '{ "text": "Good morning", "accounts": ["ada-example"], "publishAt": "2026-11-24T09:00:00Z" }' | belfry posts add -
  echo '{ "text": "Which one?", "accounts": ["ada-example"], "poll": { "options": ["Tea", "Coffee"] },
    "firstComment": "Tell us why.", "tags": ["breakfast"] }' | belfry posts add -`,
    )
    .action(use(add));
  posts
    .command('set')
    .description('replace a post that is not out yet; what an account has published stays as it is')
    .argument('<id>')
    .argument('<file>', 'JSON file, or - for standard input')
    .option('--past <choice>', pastHelp, oneOf(pastChoices))
    .addHelpText(
      'after',
      `
A file of the post is kept with "path": "media:ID", its id being in \`belfry posts show ID --json\`.

Example:
  echo '{ "text": "Better words", "accounts": ["ada-example"], "publishAt": "2026-11-24T09:00:00Z" }' |
    belfry posts set 3f2a91c4d5e60718 -`,
    )
    .action(use(set));
  posts
    .command('check')
    .description('say what the accounts of a post would refuse; adds nothing')
    .argument('<file>', 'JSON file, or - for standard input')
    .option('--id <id>', 'the post that it is to take the place of')
    .action(use(checkPost));
  importCommand(posts, use);
  exportCommand(posts, use);
}

type AddOptions = { past?: PastChoice; allowDuplicates?: boolean };

async function add(context: Context, file: string, options: AddOptions): Promise<void> {
  const input = await readJsonFile(context.io, file);
  const posts = parseMany(postRequestSchema, input).map((post) =>
    withPast(withAbsoluteMedia(post, input.folder), options.past),
  );
  const { allowDuplicates = false } = options;
  const added = await addEach(context.io, posts, (post: PostRequest) =>
    context.call('posts.add', { post, source: 'cli', allowDuplicates }),
  );
  const [only] = added;
  context.show(Array.isArray(input.value) ? added : only, () => postTable(context, added));
}

async function set(
  context: Context,
  id: string,
  file: string,
  { past }: { past?: PastChoice },
): Promise<void> {
  const post = withPast(await onePost(context, file), past);
  const view = await context.call('posts.set', { id, post });
  context.show(view, () => postTable(context, [view]));
}

async function checkPost(context: Context, file: string, { id }: { id?: string }): Promise<number> {
  const post = await onePost(context, file);
  const found = await context.call('posts.check', { post, ...(id === undefined ? {} : { id }) });
  const lines = (list: typeof found.problems, word: string) =>
    list.map(({ field, message }) => `${word}  ${field ? `${field}: ` : ''}${message}`);
  context.show(found, ({ problems, advice }) =>
    problems.length + advice.length === 0
      ? 'Nothing stands in its way.'
      : [...lines(problems, 'problem'), ...lines(advice, 'advice ')].join('\n'),
  );
  return found.problems.length > 0 ? 2 : 0;
}

async function onePost(context: Context, file: string): Promise<PostInput> {
  const input = await readJsonFile(context.io, file);
  const [post, ...more] = parseMany(postInputSchema, input);
  if (post && more.length === 0) return withAbsoluteMedia(post, input.folder);
  throw problemsError([{ field: '', message: 'must be one post' }], file);
}
