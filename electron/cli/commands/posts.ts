import { isAbsolute, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  BelfryError,
  type CallName,
  type PostInput,
  type PostView,
  postInputSchema,
  type TargetStatus,
  targetStatuses,
} from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { readJsonFile } from '../json-file.ts';
import { addEach, parseMany } from '../many.ts';
import { paintStatus } from '../paint.ts';
import { pairs, table } from '../table.ts';
import { counted, oneLine } from '../text.ts';
import { oneOf, wholeNumber } from '../usage.ts';
import type { Use } from '../use.ts';
import { when } from '../when.ts';

type ListOptions = { status?: TargetStatus; limit?: number };
type SettleOptions = { account?: string; published?: boolean; notPublished?: boolean };
type ById = Extract<CallName, 'posts.cancel' | 'posts.retry' | 'posts.publish'>;

/** Posts: list, show, add, cancel, retry, publish, settle. */
export function postCommands(program: Command, use: Use): void {
  const posts = program
    .command('posts')
    .description('posts: drafts, queue, what was published and what was not');
  posts
    .command('list', { isDefault: true })
    .description('list the posts, or show one')
    .argument('[id]')
    .option('--status <status>', 'in this state', oneOf(targetStatuses))
    .option('--limit <n>', 'at most this many', wholeNumber(1, 10_000))
    .action(
      use(async (context, id: string | undefined, options: ListOptions) => {
        if (id !== undefined) return show(context, id);
        const list = await context.call('posts.list', options);
        context.show(list, () => postTable(context, list));
      }),
    );
  posts
    .command('show')
    .description('show a post and where it stands on each account')
    .argument('<id>')
    .action(use((context, id: string) => show(context, id)));
  posts
    .command('add')
    .description('add a post, or a list of posts; paths of media are meant from the folder of the file')
    .argument('<file>', 'JSON file, or - for standard input')
    .action(use(add));

  const byId: [string, ById, string][] = [
    ['cancel', 'posts.cancel', 'take a post out of the queue'],
    ['retry', 'posts.retry', 'queue again what failed or was missed'],
    ['publish', 'posts.publish', 'make a draft or a queued post due now'],
  ];
  for (const [verb, name, what] of byId) {
    posts
      .command(verb)
      .description(what)
      .argument('<id>')
      .action(
        use(async (context, id: string) => {
          const post = await context.call(name, { id });
          context.show(post, () => postTable(context, [post]));
        }),
      );
  }
  posts
    .command('settle')
    .description('say what became of an unconfirmed post; look at the account before you do')
    .argument('<id>')
    .option('--account <id>', 'the account (default: the one that is unconfirmed)')
    .option('--published', 'it is there')
    .option('--not-published', 'it is not there, and may be sent again')
    .action(use(settle));
}

async function show(context: Context, id: string): Promise<void> {
  const post = await context.call('posts.get', { id });
  context.show(post, () => {
    const { paint, reader } = context;
    const targets = post.targets.map(
      (target) =>
        `  ${target.account}  ${paintStatus(paint, target.status)}  ${oneLine(target.url ?? target.error?.message ?? '')}`,
    );
    const list = pairs([
      ['Post', post.id],
      ['Status', paintStatus(paint, post.status)],
      ['Publish at', post.publishAt === null ? 'draft' : when(post.publishAt, reader)],
      ['Text', oneLine(post.text)],
      ['Thread', post.thread.length > 0 ? counted(post.thread.length, 'more part') : undefined],
      ['Media', post.media.map((medium) => oneLine(medium.name)).join(', ')],
      ['Source', post.runId === null ? post.source : `${post.source}, run ${post.runId}`],
      ['Note', oneLine(post.note)],
    ]);
    return [list, 'Accounts', ...targets].join('\n');
  });
}

async function add(context: Context, file: string): Promise<void> {
  const input = await readJsonFile(context.io, file);
  const posts = parseMany(postInputSchema, input).map((post) => withAbsoluteMedia(post, input.folder));
  const added = await addEach(context.io, posts, (post) =>
    context.call('posts.add', { post, source: 'cli' }),
  );
  const [only] = added;
  context.show(Array.isArray(input.value) ? added : only, () => postTable(context, added));
}

/** The engine works in another folder than the person who wrote the path. */
function withAbsoluteMedia(post: PostInput, folder: string): PostInput {
  const absolute = <T extends { path: string }>(medium: T): T =>
    isAbsolute(medium.path) ? medium : { ...medium, path: resolve(folder, medium.path) };
  return {
    ...post,
    media: post.media.map(absolute),
    thread: post.thread.map((part) => ({ ...part, media: part.media.map(absolute) })),
  };
}

async function settle(context: Context, id: string, options: SettleOptions): Promise<void> {
  if (options.published === options.notPublished) throw undecided();
  const account = options.account ?? (await unconfirmedOf(context, id));
  const post = await context.call('posts.settle', { id, account, published: options.published === true });
  context.show(post, () => postTable(context, [post]));
}

async function unconfirmedOf(context: Context, id: string): Promise<string> {
  const { targets } = await context.call('posts.get', { id });
  const [only, ...more] = targets.filter((target) => target.status === 'unconfirmed');
  if (only && more.length === 0) return only.account;
  throw new BelfryError({
    code: only ? 'BAD_INPUT' : 'CONFLICT',
    what: only ? 'It is not clear which account is meant' : 'Nothing is unconfirmed',
    where: `in the post ${id}`,
    why: only ? 'More than one is unconfirmed' : 'The outcome is known for every account',
    remedy: only ? 'Name one with --account' : `See belfry posts ${id}`,
    field: 'account',
  });
}

function undecided(): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: 'The outcome is missing',
    where: 'on the command line',
    why: 'Exactly one of --published and --not-published must be given',
    remedy: 'Look at the account, then say which',
  });
}

function postTable(context: Context, posts: readonly PostView[]): string {
  if (posts.length === 0) return 'No posts.';
  const rows = posts.map((post) => [
    post.id,
    paintStatus(context.paint, post.status),
    post.publishAt === null ? 'draft' : when(post.publishAt, context.reader),
    post.targets.map((target) => target.account).join(', '),
    oneLine(post.text),
  ]);
  return table(['ID', 'STATUS', 'PUBLISH AT', 'ACCOUNTS', 'TEXT'], rows, context.io.columns);
}
