import type { Network } from '../../../shared/index.ts';
import type { PublisherAccount } from '../ports.ts';
import type { Adapter } from './adapter.ts';
import { createFacebook } from './facebook/adapter.ts';
import { createInstagram } from './instagram/adapter.ts';
import { createMastodonFamily } from './mastodon/adapter.ts';

/** One adapter per network; what differs between servers of one network is the adapter's own matter. */
export function createAdapters(): (account: PublisherAccount) => Adapter {
  const family = createMastodonFamily();
  const adapters: Record<Network, Adapter> = {
    mastodon: family,
    pixelfed: family,
    instagram: createInstagram(),
    facebook: createFacebook(),
  };
  return ({ network }) => adapters[network];
}
