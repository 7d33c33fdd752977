import { z } from 'zod';
import {
  type Account,
  type AccountMediaInput,
  type AccountMediaView,
  BelfryError,
  type BucketKey,
  bucketKeySchema,
  networkFacts,
  type Problem,
  problemsError,
} from '../../shared/index.ts';
import type { AccountsDeps } from './deps.ts';
import type { Records } from './records.ts';

type MediaHostingDeps = Pick<AccountsDeps, 'config' | 'changed'> & {
  /** Throws NOT_FOUND. */
  requireAccount(id: string): Account;
  inTurn<T>(work: () => Promise<T>): Promise<T>;
};

/** How the pictures and films of an account are hosted, by the user's choice: config.json holds it, the vault a bucket's key. */
export function createMediaChoice(deps: MediaHostingDeps, keys: BucketKeys) {
  const view = async (id: string): Promise<AccountMediaView> => ({
    id,
    media: deps.requireAccount(id).media ?? {},
    hasBucketKey: await keys.has(deps.requireAccount(id)),
  });
  return {
    media: view,
    setMedia: ({ id, media, key }: AccountMediaInput): Promise<AccountMediaView> =>
      deps.inTurn(async () => {
        const account = deps.requireAccount(id);
        const problems = problemsOf(deps, account, media);
        if (problems.length > 0) throw problemsError(problems, `the choice for "${id}"`);
        // The key first: a crash in between leaves an unused key, not a bucket without its key.
        if (key !== undefined) await keys.write({ id, media: media ?? account.media }, key);
        if (media !== undefined) {
          await deps.config.change((raw) => ({
            ...raw,
            accounts: (raw.accounts ?? []).map((other) => {
              if (other.id !== id) return other;
              const { media: _, ...rest } = other;
              return Object.keys(media).length === 0 ? rest : { ...rest, media };
            }),
          }));
          if (media.host?.via !== 'bucket') await keys.remove(id);
        }
        deps.changed();
        return view(id);
      }),
  };
}

/** Another account lends an address only where its network can. */
function problemsOf(deps: MediaHostingDeps, account: Account, media: AccountMediaInput['media']): Problem[] {
  if (media?.host?.via !== 'account') return [];
  const field = 'media.host.account';
  const { account: id } = media.host;
  const other = deps.config.current().accounts.find((one) => one.id === id);
  if (id === account.id) return [{ field, message: 'is this account itself' }];
  if (!other) return [{ field, message: `names an unknown account "${id}"; \`belfry accounts\` lists them` }];
  const { lendsAddresses, title } = networkFacts[other.network];
  return lendsAddresses ? [] : [{ field, message: `is an ${title} account, which lends no addresses` }];
}

/** Whose bucket it is, and where it stands. */
type BucketOwner = Pick<Account, 'id' | 'media'>;

/** Keys of the buckets that lend addresses to accounts, in the vault, each bound to the server that it was given for. */
type BucketKeys = {
  /** Throws NOT_FOUND when none is stored for the server that the bucket is at, VAULT_UNAVAILABLE when it cannot be opened here. */
  read(account: BucketOwner): Promise<BucketKey>;
  has(account: BucketOwner): Promise<boolean>;
  /** Notes the server in a record of an older version; does nothing where there is none. */
  bind(account: BucketOwner): Promise<void>;
  /** Durable when resolved. */
  write(account: BucketOwner, key: BucketKey): Promise<void>;
  remove(accountId: string): Promise<void>;
};

const contentSchema = z.object({
  account: z.string(),
  key: bucketKeySchema,
  /** Origin of the server; null in records of older versions. */
  origin: z.string().nullable().default(null),
});

export function createBucketKeys(records: Records, knownSecrets: Set<string>): BucketKeys {
  const find = async (account: BucketOwner) => {
    const now = originOf(account);
    const content = await records.read(nameOf(account.id), contentSchema);
    if (!content || now === null) return undefined;
    knownSecrets.add(content.key.secret);
    return { key: content.key, origin: records.givenFor(nameOf(account.id), content.origin, now), now };
  };
  const put = async (id: string, key: BucketKey, origin: string | null) => {
    knownSecrets.add(key.secret);
    await records.write(nameOf(id), { account: nameOf(id), key, origin } as { account: string });
  };
  return {
    async read(account) {
      const found = await find(account);
      if (found?.origin === found?.now && found) return found.key;
      throw missing(account.id, found);
    },
    async has(account) {
      const found = await find(account);
      return found !== undefined && found.origin === found.now;
    },
    async bind(account) {
      const now = originOf(account);
      if (now !== null) records.givenFor(nameOf(account.id), null, now); // Also for a record that is locked now.
      const content = await records.read(nameOf(account.id), contentSchema);
      const found = content?.origin === null ? await find(account) : undefined;
      if (found) await put(account.id, found.key, found.origin);
    },
    write: (account, key) => put(account.id, key, originOf(account)),
    remove: (accountId) => records.remove(nameOf(accountId)),
  };
}

/** Origin of the bucket's server; null for an account without a bucket. */
function originOf({ media }: BucketOwner): string | null {
  return media?.host?.via === 'bucket' ? new URL(media.host.endpoint).origin : null;
}

function missing(id: string, other: { origin: string; now: string } | undefined): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what: `There is no key for the bucket of "${id}"`,
    where: other ? `at ${other.now}` : 'on this machine',
    why: other
      ? `The key that is stored was given for ${other.origin}, and is used nowhere else`
      : 'config.json names the bucket, but its key was never stored here or was lost',
    remedy: `Store it with: belfry accounts media ${id} --key`,
  });
}

function nameOf(accountId: string): string {
  return `bucket:${accountId}`;
}
