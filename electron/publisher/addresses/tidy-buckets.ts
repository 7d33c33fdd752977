import { BelfryError } from '../../../shared/index.ts';
import type { Http } from '../../networks/index.ts';
import type { PublisherNeeds } from '../ports.ts';
import { removeFromBucket } from './bucket.ts';

const day = 24 * 3_600_000;
/** Files that are looked at in one go; the rest is for the next day. */
const mostFiles = 1000;

type TidyNeeds = Pick<PublisherNeeds, 'mediaLedger' | 'account' | 'bucketKey' | 'clock' | 'log'>;

/** Takes files out of people's buckets that nobody has wanted for as long as they said; what fails is tried again the next day. */
export async function tidyBuckets(needs: TidyNeeds, http: Http, signal: AbortSignal): Promise<void> {
  const { mediaLedger, clock } = needs;
  for (const account of await mediaLedger.bucketAccounts()) {
    const host = needs.account(account)?.media?.host;
    // The person took the bucket away from the account: what lies there is theirs to keep.
    const isTheirs = host?.via !== 'bucket';
    if (!isTheirs && host.removeAfterDays === null) continue;
    const before = isTheirs ? clock.now() : clock.now() - (host.removeAfterDays ?? 0) * day;
    for (const name of await mediaLedger.bucketFiles(account, before, mostFiles)) {
      if (signal.aborted) return;
      if (isTheirs) await mediaLedger.forgetBucketFile(account, name);
      else await remove(needs, { http, clock, signal }, { account, host, name });
    }
  }
}

async function remove(
  needs: TidyNeeds,
  way: Parameters<typeof removeFromBucket>[0],
  { account, host, name }: { account: string; host: Parameters<typeof removeFromBucket>[1]; name: string },
): Promise<void> {
  try {
    const refusal = await removeFromBucket(way, host, await needs.bucketKey(account), name);
    if (refusal) needs.log('warn', `A file stays in the bucket of ${account}`, { name, why: refusal.why });
    else await needs.mediaLedger.forgetBucketFile(account, name);
  } catch (error) {
    if (!(error instanceof BelfryError)) throw error;
    needs.log('warn', error.message, { account });
  }
}
