import type { Command } from 'commander';
import {
  type PastChoice,
  type PostInput,
  type PostRequest,
  pastChoices,
  postInputSchema,
  postRequestSchema,
  problemsError,
} from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { readJsonFile } from '../json-file.ts';
import { addEach, parseMany } from '../many.ts';
import { withAbsoluteMedia } from '../posts/absolute-media.ts';
import { pastHelp, withPast } from '../posts/options.ts';
import { postTable } from '../posts/post-table.ts';
import { oneOf } from '../usage.ts';
import type { Use } from '../use.ts';
import { exportCommand } from './export-posts.ts';
import { importCommand } from './import-posts.ts';

/** Posts from files and to files: add, set, check, import, export. */
export function postFileCommands(posts: Command, use: Use): void {
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
    .action(use(check));
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

async function check(context: Context, file: string, { id }: { id?: string }): Promise<number> {
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
