import { BelfryError } from '../../../shared/index.ts';
import type { Http } from '../networks/http.ts';
import type { PublisherNeeds } from '../ports.ts';
import { removeFromBucket } from './bucket.ts';

const day = 24 * 3_600_000;
/** Files that are looked at in one go; the rest is for the next day. */
const mostFiles = 1000;

type TidyNeeds = Pick<PublisherNeeds, 'mediaLedger' | 'account' | 'bucketKey' | 'clock' | 'log'>;

/** Takes files out of people's buckets that nobody has wanted for as long as they said; what fails is tried again the next day. */
export async function tidyBuckets(needs: TidyNeeds, http: Http, signal: AbortSignal): Promise<void> {
  for (const { account, name, at } of await needs.mediaLedger.bucketFiles(mostFiles)) {
    const host = needs.account(account)?.media?.host;
    // The person took the bucket away from the account: what lies there is theirs to keep.
    if (host?.via !== 'bucket') {
      await needs.mediaLedger.forgetBucketFile(account, name);
      continue;
    }
    if (host.removeAfterDays === null || at > needs.clock.now() - host.removeAfterDays * day) continue;
    if (signal.aborted) return;
    try {
      const key = await needs.bucketKey(account);
      const refusal = await removeFromBucket({ http, clock: needs.clock, signal }, host, key, name);
      if (refusal) needs.log('warn', `A file stays in the bucket of ${account}`, { name, why: refusal.why });
      else await needs.mediaLedger.forgetBucketFile(account, name);
    } catch (error) {
      if (!(error instanceof BelfryError)) throw error;
      needs.log('warn', error.message, { account });
    }
  }
}
