import type { Adapter, Http } from '../../networks/index.ts';
import type { PublisherAccount, PublisherNeeds } from '../ports.ts';
import { checkAddress } from './check-address.ts';
import { wantsAddress } from './wants.ts';

/** So long before it is due a post's addresses are asked for. */
const aheadMs = 3_600_000;
/** What is due sooner is asked for when it is sent. */
const leastMs = 120_000;
/** Posts that were looked at are remembered; more than these are not in one hour. */
const mostRemembered = 10_000;

/**
 * Asks for the addresses that posts give within the hour before they are due, once each, and tells a person of those that do not
 * work: there is time to do something about it. Whatever it finds, the post is asked for again when it is sent.
 */
export function createLookAhead(
  needs: Pick<PublisherNeeds, 'ledger' | 'clock' | 'accounts' | 'needsPerson' | 'log'>,
  http: Http,
  adapterOf: (account: PublisherAccount) => Adapter,
) {
  const ends = new AbortController();
  const seen = new Set<string>();
  let running = false;

  const lookAt = async (account: PublisherAccount, post: string): Promise<void> => {
    const limits = adapterOf(account).knownLimits(account);
    const record = await needs.ledger.get(post);
    for (const media of record?.post.media ?? []) {
      const { publicUrl: url, mime, bytes, name } = media;
      if (url === null || !limits || !wantsAddress(limits, media)) continue;
      const refusal = await checkAddress(http, { url, mime, bytes }, ends.signal);
      if (!refusal || refusal.code === 'NETWORK_UNREACHABLE' || ends.signal.aborted) continue;
      const reason = `${name} cannot be fetched yet: ${refusal.why}. The post is due within the hour`;
      needs.needsPerson({ kind: 'address', post, account: account.id, reason });
    }
  };
  const run = async (): Promise<void> => {
    const now = needs.clock.now();
    for (const account of needs.accounts?.() ?? []) {
      if ((adapterOf(account).knownLimits(account)?.fetches ?? 'nothing') === 'nothing') continue;
      for (const { post, dueAt } of await needs.ledger.waiting(account.id, now + leastMs, now + aheadMs)) {
        const name = `${post} ${account.id} ${dueAt}`;
        if (seen.has(name) || ends.signal.aborted) continue;
        if (seen.size >= mostRemembered) seen.clear();
        seen.add(name);
        await lookAt(account, post);
      }
    }
  };
  return {
    /** Nothing to wait for when it is at it already. */
    run(): Promise<void> | undefined {
      if (running) return undefined;
      running = true;
      return run()
        .catch((error: unknown) =>
          needs.log('error', 'Addresses could not be asked for ahead of time', { error: String(error) }),
        )
        .finally(() => {
          running = false;
        });
    },
    stop: () => ends.abort(),
  };
}
