import { z } from 'zod';
import { type Account, BelfryError, type BucketKey, bucketKeySchema } from '../../shared/index.ts';
import type { Records } from './records.ts';

/** Whose bucket it is, and where it stands. */
type Whose = Pick<Account, 'id' | 'media'>;

/** Keys of the buckets that lend addresses to accounts, in the vault, each bound to the server that it was given for. */
export type BucketKeys = {
  /** Throws NOT_FOUND when none is stored for the server that the bucket is at, VAULT_UNAVAILABLE when it cannot be opened here. */
  read(account: Whose): Promise<BucketKey>;
  has(account: Whose): Promise<boolean>;
  /** Notes the server in a record of an older version; does nothing where there is none. */
  bind(account: Whose): Promise<void>;
  /** Durable when resolved. */
  write(account: Whose, key: BucketKey): Promise<void>;
  remove(accountId: string): Promise<void>;
};

const contentSchema = z.object({
  account: z.string(),
  key: bucketKeySchema,
  /** Origin of the server; null in records of older versions. */
  origin: z.string().nullable().default(null),
});

export function createBucketKeys(records: Records, seen: Set<string>): BucketKeys {
  const find = async (account: Whose) => {
    const now = originOf(account);
    const content = await records.read(nameOf(account.id), contentSchema);
    if (!content || now === null) return undefined;
    seen.add(content.key.secret);
    return { key: content.key, origin: records.givenFor(nameOf(account.id), content.origin, now), now };
  };
  const put = async (id: string, key: BucketKey, origin: string | null) => {
    seen.add(key.secret);
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
function originOf({ media }: Whose): string | null {
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
