import { type Command, Option } from 'commander';
import {
  type AccountMedia,
  type AccountMediaView,
  type AccountOrder,
  accountInputSchema,
  accountMediaSchema,
  accountMoveSchema,
  accountOrders,
  BelfryError,
  type BucketKey,
  bucketKeySchema,
  type Fit,
  fits,
  type Login,
  logins,
  type MediaHost,
  type Network,
  networks,
  parse,
} from '../../../shared/index.ts';
import type { Context, Use } from '../context.ts';
import { type PageOptions, pagesOf, showPages, withPages } from '../pages.ts';
import { accountTable } from '../tables.ts';
import { pairs } from '../terminal.ts';
import { oneOf, wholeNumber } from '../usage.ts';
import { signInCommands } from './sign-in.ts';

/** Accounts: list, add, sign in, media, verify, remove. */
export function accountCommands(program: Command, use: Use): void {
  const accounts = program.command('accounts').description('accounts: where posts go');
  withPages(accounts.command('list', { isDefault: true }))
    .description('list the accounts')
    .action(
      use(async (context, pages: PageOptions) => {
        const all = await context.call('accounts.list', { limit: 10_000 });
        await showPages(
          context,
          pages,
          async (ask) => pagesOf(all, ask),
          (list) => accountTable(context, list),
        );
      }),
    );
  accounts
    .command('add')
    .description('add an account; its access token is read from standard input, never from the command line')
    .argument('<network>', networks.join(', '), oneOf(networks))
    .argument(
      '[server]',
      'address of the server, such as https://mastodon.example; not for Instagram and Facebook',
    )
    .option('--id <id>', 'how Belfry calls it (default: made from its name and server)')
    .option(
      '--login <login>',
      'Instagram: the log-in that made the token, instagram or facebook',
      oneOf(logins),
    )
    .option('--remote-id <id>', 'which account, where the token opens several (several Facebook Pages)')
    .action(use(add));
  signInCommands(accounts, use);
  accountMediaCommand(accounts, use);
  accounts
    .command('set')
    .description('choose what becomes of posts behind one that has to wait')
    .argument('<id>')
    .addOption(
      new Option(
        '--order <order>',
        'independent: a post that has to wait holds no others (default); strict: it holds all behind it',
      )
        .choices(accountOrders)
        .makeOptionMandatory(),
    )
    .action(
      use(async (context, id: string, { order }: { order: AccountOrder }) => {
        const account = await context.call('accounts.set', { id, order });
        context.show(account, () => accountTable(context, [account]));
      }),
    );
  accounts
    .command('verify')
    .description('ask the server whether the token still works')
    .argument('<id>')
    .action(
      use(async (context, id: string) => {
        const account = await context.call('accounts.verify', { id });
        context.show(account, () => accountTable(context, [account]));
      }),
    );
  accounts
    .command('set-server')
    .description('take another address for an account whose server has moved; its token is sent there')
    .argument('<id>')
    .argument('[server]', 'the new address (default: the one that the old address redirects to)')
    .action(
      use(async (context, id: string, server: string | undefined) => {
        const move = parse(
          accountMoveSchema,
          { id, ...(server === undefined ? {} : { server }) },
          'the address',
        );
        const account = await context.call('accounts.setServer', move);
        context.show(account, () => accountTable(context, [account]));
      }),
    );
  accounts
    .command('remove')
    .description('remove an account and its token from this machine')
    .argument('<id>')
    .action(
      use(async (context, id: string) => {
        await context.call('accounts.remove', { id });
        context.show({}, () => `Removed the account ${id}.`);
      }),
    );
}

async function add(
  context: Context,
  network: Network,
  server: string | undefined,
  options: { id?: string; login?: Login; remoteId?: string },
): Promise<void> {
  // Fails before a secret is pasted when no engine runs.
  await context.client();
  const token = await context.io.readSecret('Access token (not shown): ');
  const input = parse(
    accountInputSchema,
    { ...options, network, token, ...(server === undefined ? {} : { server }) },
    'the account',
  );
  const account = await context.call('accounts.add', input);
  context.show(account, () => accountTable(context, [account]));
}

type MediaOptions = {
  lender?: string;
  endpoint?: string;
  bucket?: string;
  publicUrl?: string;
  region?: string;
  prefix?: string;
  removeAfterDays?: number;
  keep?: boolean;
  key?: boolean;
  given?: boolean;
  fit?: Fit | 'default';
};

/** `accounts media`: where pictures stand for Instagram, which fetches them, and what becomes of their shape. */
function accountMediaCommand(accounts: Command, use: Use): void {
  accounts
    .command('media')
    .description('show or choose where pictures stand for Instagram, and what becomes of their shape')
    .argument('<id>')
    .option(
      '--lender <account>',
      'another account of yours lends addresses: a Mastodon-like server or a Page',
    )
    .option('--endpoint <url>', 'an S3-compatible bucket does: its server')
    .option('--bucket <name>', '… its name')
    .option('--public-url <url>', '… the address at which anybody can read it')
    .option('--region <region>', '… its region (default: auto)')
    .option('--prefix <folders/>', '… where in it (default: belfry/)')
    .option(
      '--remove-after-days <n>',
      '… days after which files are removed (default: 7)',
      wholeNumber(1, 3650),
    )
    .option('--keep', '… files are never removed')
    .option('--key', 'read the key of the bucket from standard input, as KEY-ID:SECRET')
    .option('--given', 'only addresses that the posts themselves give')
    .option(
      '--fit <fit>',
      `${fits.join(', ')} or default (the setting mediaFit)`,
      oneOf([...fits, 'default'] as const),
    )
    .action(use(changeMedia));
}

async function changeMedia(context: Context, id: string, options: MediaOptions): Promise<void> {
  const now = await context.call('accounts.media', { id });
  if (Object.keys(options).length === 0) return showMedia(context, now);
  const key = options.key ? await readKey(context) : undefined;
  const media = wanted(now.media, options);
  const changed = await context.call('accounts.setMedia', {
    id,
    media,
    ...(key === undefined ? {} : { key }),
  });
  showMedia(context, changed);
}

/** Options replace what was chosen before; the rest stays. */
function wanted(now: AccountMedia, options: MediaOptions): AccountMedia {
  const host = wantedHost(now.host, options);
  const fit = options.fit === 'default' ? undefined : (options.fit ?? now.fit);
  const media = { ...(host === undefined ? {} : { host }), ...(fit === undefined ? {} : { fit }) };
  return parse(accountMediaSchema, media, 'the choice for media');
}

function wantedHost(now: MediaHost | undefined, options: MediaOptions): unknown {
  const { lender, endpoint, bucket, publicUrl, region, prefix, removeAfterDays, keep, given } = options;
  const parts = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(bucket === undefined ? {} : { bucket }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(region === undefined ? {} : { region }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(removeAfterDays === undefined ? {} : { removeAfterDays }),
    ...(keep ? { removeAfterDays: null } : {}),
  };
  const ways = [lender !== undefined, Object.keys(parts).length > 0, given === true].filter(Boolean).length;
  if (ways > 1) throw undecided();
  if (given) return undefined;
  if (lender !== undefined) return { via: 'account', account: lender };
  if (Object.keys(parts).length === 0) return now;
  return { ...(now?.via === 'bucket' ? now : { via: 'bucket' }), ...parts };
}

async function readKey(context: Context): Promise<BucketKey> {
  const [keyId = '', ...rest] = (
    await context.io.readSecret('Key of the bucket, as KEY-ID:SECRET (not shown): ')
  ).split(':');
  return parse(bucketKeySchema, { keyId, secret: rest.join(':') }, 'the key of the bucket');
}

function showMedia(context: Context, view: AccountMediaView): void {
  const { host, fit } = view.media;
  context.show(view, () =>
    pairs([
      ['Account', view.id],
      ['Addresses', host === undefined ? 'only those that posts give' : addresses(host)],
      [
        'Key',
        host?.via === 'bucket' ? (view.hasBucketKey ? 'stored' : 'missing; give it with --key') : undefined,
      ],
      ['Removed', host?.via === 'bucket' ? removal(host.removeAfterDays) : undefined],
      ['Shape', fit ?? 'as the setting mediaFit says'],
    ]),
  );
}

function addresses(host: MediaHost): string {
  return host.via === 'account'
    ? `lent by the account ${host.account}`
    : `bucket ${host.bucket} at ${host.endpoint}, read at ${host.publicUrl}`;
}

function removal(days: number | null): string {
  return days === null ? 'never' : `${days} days after it was last wanted`;
}

function undecided(): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: 'More than one place is named',
    where: 'on the command line',
    why: 'Files stand in one place: --lender, a bucket (--endpoint, --bucket, --public-url …) or --given',
    remedy: 'Name one of them',
  });
}
