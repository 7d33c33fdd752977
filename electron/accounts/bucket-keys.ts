import { z } from 'zod';
import { BelfryError, type BucketKey, bucketKeySchema } from '../../shared/index.ts';
import type { Records } from './records.ts';

/** Keys of the buckets that lend addresses to accounts, in the vault. */
export type BucketKeys = {
  /** Throws NOT_FOUND when none is stored, VAULT_UNAVAILABLE when it cannot be opened here. */
  read(accountId: string): Promise<BucketKey>;
  has(accountId: string): Promise<boolean>;
  /** Durable when resolved. */
  write(accountId: string, key: BucketKey): Promise<void>;
  remove(accountId: string): Promise<void>;
};

const contentSchema = z.object({ account: z.string(), key: bucketKeySchema });

export function createBucketKeys(records: Records, seen: Set<string>): BucketKeys {
  const find = async (accountId: string) => {
    const key = (await records.read(nameOf(accountId), contentSchema))?.key;
    if (key) seen.add(key.secret);
    return key;
  };
  return {
    async read(accountId) {
      const key = await find(accountId);
      if (key) return key;
      throw new BelfryError({
        code: 'NOT_FOUND',
        what: `There is no key for the bucket of "${accountId}"`,
        where: 'on this machine',
        why: 'config.json names the bucket, but its key was never stored here or was lost',
        remedy: `Store it with: belfry accounts media ${accountId} --key`,
      });
    },
    has: async (accountId) => (await find(accountId)) !== undefined,
    async write(accountId, key) {
      seen.add(key.secret);
      await records.write(nameOf(accountId), { account: nameOf(accountId), key } as { account: string });
    },
    remove: (accountId) => records.remove(nameOf(accountId)),
  };
}

function nameOf(accountId: string): string {
  return `bucket:${accountId}`;
}
