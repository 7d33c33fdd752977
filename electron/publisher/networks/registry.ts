import { BelfryError, type Network } from '../../../shared/index.ts';
import type { PublisherAccount } from '../ports.ts';
import type { Adapter } from './adapter.ts';
import { createMastodonFamily } from './mastodon/adapter.ts';

/** One adapter per network; what differs between servers of one network is the adapter's own matter. */
export function createAdapters(): (account: PublisherAccount) => Adapter {
  const family = createMastodonFamily();
  const adapters: Partial<Record<Network, Adapter>> = { mastodon: family, pixelfed: family };
  return ({ network, id }) => {
    const adapter = adapters[network];
    if (adapter) return adapter;
    throw new BelfryError({
      code: 'INTERNAL',
      what: `There is no way to publish to ${network}`,
      where: `account "${id}"`,
      why: 'This Belfry has no adapter for it yet',
      remedy: 'Use a newer Belfry',
    });
  };
}
