import { type Command, Option } from 'commander';
import { type CallInput, type PostView, type TargetStatus, waitText } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { type PageOptions, showPages, withPages } from '../pages.ts';
import { paintStatus } from '../paint.ts';
import { someStatuses, someTime } from '../posts/options.ts';
import { postTable } from '../posts/post-table.ts';
import { pairs, table } from '../table.ts';
import { counted, oneLine } from '../text.ts';
import type { Use } from '../use.ts';
import { when } from '../when.ts';
import { postChangeCommands } from './post-changes.ts';
import { postFileCommands } from './post-files.ts';

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

/** Posts: list, show, history, and all that a person does with them. */
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
