import type { Command } from 'commander';
import {
  BelfryError,
  type CallInput,
  type PastChoice,
  type PostInput,
  type PostRequest,
  type PostSelection,
  type PostView,
  pastChoices,
  postInputSchema,
  postRequestSchema,
  problemsError,
  toInstant,
} from '../../../shared/index.ts';
import type { Context, Use } from '../context.ts';
import { addEach, parseMany, readJsonFile } from '../files.ts';
import {
  pastHelp,
  selectionOf,
  someSeconds,
  someTime,
  type Which,
  whichOptions,
  withAbsoluteMedia,
  withPast,
} from '../posts/options.ts';
import { changeTable, postTable } from '../tables.ts';
import { oneOf } from '../usage.ts';

/** Posts from a file: add, set, check. */
export function addCommands(posts: Command, use: Use): void {
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

type Many = Which & { dryRun?: boolean };
type MoveOptions = Many & { to?: string; every?: number; by?: number; draft?: boolean; past?: PastChoice };
type ResolveOptions = { account?: string; published?: boolean; notPublished?: boolean };

/** Changes of posts that exist: cancel, retry, move, publish, settle. */
export function changeCommands(posts: Command, use: Use): void {
  const many = (verb: string, what: string, examples: string) =>
    whichOptions(posts.command(verb).description(what).argument('[ids...]'))
      .option('--dry-run', 'only show what would change')
      .addHelpText('after', `\nExamples:${examples}`);
  many(
    'cancel',
    'take posts out of the queue; what is out stays out',
    `
  belfry posts cancel 3f2a91c4d5e60718
  belfry posts cancel --tag spring --dry-run`,
  ).action(
    use(async (context, ids: string[], options: Many) => {
      const [only] = ids;
      if (only !== undefined && isPlain(ids, options))
        return one(context, await context.call('posts.cancel', { id: only }));
      const input = { select: chosen(ids, options), dryRun: options.dryRun === true };
      const done = await context.call('posts.cancelAll', input);
      context.show(done, () => changeTable(context, 'Cancelled', done));
    }),
  );
  many(
    'retry',
    'queue again what failed or was missed, due now',
    `
  belfry posts retry 3f2a91c4d5e60718
  belfry posts retry --status failed --account ada-example`,
  ).action(
    use(async (context, ids: string[], options: Many) => {
      const [only] = ids;
      if (only !== undefined && isPlain(ids, options))
        return one(context, await context.call('posts.retry', { id: only }));
      const input = { select: chosen(ids, options), dryRun: options.dryRun === true };
      const done = await context.call('posts.retryAll', input);
      context.show(done, () => changeTable(context, 'Queued', done));
    }),
  );
  many(
    'move',
    'give posts another time, also those that were missed',
    `
  belfry posts move 3f2a91c4d5e60718 --to 2026-11-24T09:00
  belfry posts move --status missed --to 2026-11-24T09:00 --every 30m --dry-run
  belfry posts move --tag spring --by 1w`,
  )
    .option('--to <time>', 'to this time; without an offset it is the time of this machine')
    .option(
      '--every <length>',
      'the first goes to that time, the others this long after each other: 30m, 1d',
      someSeconds,
    )
    .option('--by <length>', 'each by so much, earlier with a minus: 2h, -1d', someSeconds)
    .option('--draft', 'make drafts of them')
    .option('--past <choice>', pastHelp, oneOf(pastChoices))
    .action(use(move));
  posts
    .command('publish')
    .description('make a draft or a queued post due now')
    .argument('<id>')
    .action(use(async (context, id: string) => one(context, await context.call('posts.publish', { id }))));
  posts
    .command('settle')
    .description('say what became of an unconfirmed post; look at the account before you do')
    .argument('<id>')
    .option('--account <id>', 'the account (default: the one that is unconfirmed)')
    .option('--published', 'it is there')
    .option('--not-published', 'it is not there, and may be sent again')
    .action(use(resolve));
}

function one(context: Context, post: PostView): void {
  context.show(post, () => postTable(context, [post]));
}

/** One post, and nothing else is said about which. */
function isPlain(ids: readonly string[], { dryRun, ...which }: Many): boolean {
  return ids.length === 1 && dryRun !== true && selectionOf([], which) === undefined;
}

function chosen(ids: readonly string[], options: Which): PostSelection {
  const select = selectionOf(ids, options);
  if (select) return select;
  throw new BelfryError({
    code: 'BAD_INPUT',
    what: 'It is not said which posts',
    where: 'on the command line',
    why: 'Neither an id nor --status, --account or --tag is there',
    remedy: 'Name the posts, or choose them with these options',
  });
}

async function move(context: Context, ids: string[], options: MoveOptions): Promise<void> {
  const { to, every, by, draft, past, ...which } = options;
  const choice = past === undefined ? {} : { past };
  const given = [to, by, draft].filter((option) => option !== undefined).length;
  if (given !== 1 || (every !== undefined && to === undefined)) throw unclearMove();
  const at = to === undefined ? null : toInstant(await someTime(context, to, '--to'));
  const [only] = ids;
  if (only !== undefined && isPlain(ids, which) && by === undefined && every === undefined)
    return one(context, await context.call('posts.move', { id: only, publishAt: at, ...choice }));
  const target: CallInput<'posts.moveAll'>['to'] =
    by === undefined
      ? { publishAt: at, ...(every === undefined ? {} : { everySeconds: every }) }
      : { bySeconds: by };
  const input = { select: chosen(ids, which), to: target, ...choice, dryRun: options.dryRun === true };
  const done = await context.call('posts.moveAll', input);
  context.show(done, () => changeTable(context, 'Moved', done));
}

function unclearMove(): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: 'It is not clear where to move them',
    where: 'on the command line',
    why: 'Exactly one of --to, --by and --draft must be given, and --every goes with --to',
    remedy: 'See `belfry posts move --help`',
  });
}

async function resolve(context: Context, id: string, options: ResolveOptions): Promise<void> {
  if (options.published === options.notPublished) throw undecided();
  const account = options.account ?? (await unconfirmedOf(context, id));
  one(context, await context.call('posts.settle', { id, account, published: options.published === true }));
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
