import { BelfryError, type Network } from '../../shared/index.ts';
import { type Owner, verifyMastodon } from './mastodon.ts';
import type { RequestNeeds } from './request.ts';

type Ask = (needs: RequestNeeds, server: string, token: string, signal?: AbortSignal) => Promise<Owner>;

/** How each network is asked whose token it is; null where Belfry cannot do it yet. */
const asking: Record<Network, Ask | null> = {
  mastodon: verifyMastodon,
  pixelfed: verifyMastodon,
  instagram: null,
  facebook: null,
};

/** Throws NOT_ALLOWED for a network that this Belfry cannot sign in to. */
export function refuseUnready(network: Network): void {
  askFor(network);
}

/** Asks the account's server whose token it is. Throws SIGN_IN_NEEDED, NETWORK_REFUSED, NETWORK_UNREACHABLE, NOT_ALLOWED. */
export function askOwner(
  needs: RequestNeeds,
  network: Network,
  server: string,
  token: string,
  signal?: AbortSignal,
): Promise<Owner> {
  return askFor(network)(needs, server, token, signal);
}

function askFor(network: Network): Ask {
  const ask = asking[network];
  if (ask) return ask;
  const name = network === 'instagram' ? 'Instagram' : 'Facebook';
  const ready = Object.entries(asking)
    .filter(([, known]) => known)
    .map(([other]) => other);
  throw new BelfryError({
    code: 'NOT_ALLOWED',
    what: `${name} accounts cannot be used yet`,
    where: `for the network "${network}"`,
    why: 'This version of Belfry publishes to servers that speak the Mastodon interface only',
    remedy: `Use one of: ${ready.join(', ')}`,
    field: 'network',
  });
}
