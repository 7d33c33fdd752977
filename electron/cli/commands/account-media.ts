import type { Command } from 'commander';
import {
  type AccountMedia,
  type AccountMediaView,
  accountMediaSchema,
  BelfryError,
  type BucketKey,
  bucketKeySchema,
  type Fit,
  fits,
  type MediaHost,
  parse,
} from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { pairs } from '../table.ts';
import { oneOf, wholeNumber } from '../usage.ts';
import type { Use } from '../use.ts';

type Options = {
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
export function accountMediaCommand(accounts: Command, use: Use): void {
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
    .action(use(run));
}

async function run(context: Context, id: string, options: Options): Promise<void> {
  const now = await context.call('accounts.media', { id });
  if (Object.keys(options).length === 0) return show(context, now);
  const key = options.key ? await readKey(context) : undefined;
  const media = wanted(now.media, options);
  const changed = await context.call('accounts.setMedia', {
    id,
    media,
    ...(key === undefined ? {} : { key }),
  });
  show(context, changed);
}

/** What is named takes the place of what was; the rest stays. */
function wanted(now: AccountMedia, options: Options): AccountMedia {
  const host = wantedHost(now.host, options);
  const fit = options.fit === 'default' ? undefined : (options.fit ?? now.fit);
  const media = { ...(host === undefined ? {} : { host }), ...(fit === undefined ? {} : { fit }) };
  return parse(accountMediaSchema, media, 'the choice for media');
}

function wantedHost(now: MediaHost | undefined, options: Options): unknown {
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

function show(context: Context, view: AccountMediaView): void {
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
