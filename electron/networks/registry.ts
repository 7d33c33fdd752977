import { BelfryError, type Login, type Network, signInFacts } from '../../shared/index.ts';
import type { Adapter, NetworkAccount, NetworkDescriptor } from './adapter.ts';
import { facebook } from './facebook/publish.ts';
import { instagram } from './instagram/publish.ts';
import { mastodon, pixelfed } from './mastodon/publish.ts';
import type { SignInProvider } from './sign-in.ts';

/** Every network that Belfry knows; what clients know of them is in shared/networks.ts. */
const descriptors: Readonly<Record<Network, NetworkDescriptor>> = {
  mastodon,
  pixelfed,
  instagram,
  facebook,
};

/** The adapters of one engine: each remembers what its servers allow. Networks that share one are given the same. */
export function createAdapters(): (account: NetworkAccount) => Adapter {
  const made = new Map<NetworkDescriptor['createAdapter'], Adapter>();
  return ({ network }) => {
    const { createAdapter } = descriptors[network];
    const adapter = made.get(createAdapter) ?? createAdapter();
    made.set(createAdapter, adapter);
    return adapter;
  };
}

const providers = Object.values(descriptors).flatMap(({ signIns }) => Object.values(signIns));

/** The way to sign in that a credential came by. */
export function providerOf(kind: string): SignInProvider {
  const provider = providers.find((one) => one.kind === kind);
  if (provider) return provider;
  throw new BelfryError({
    code: 'SIGN_IN_NEEDED',
    what: `A sign-in of the kind "${kind}" is not known`,
    where: 'in the stored credential',
    why: 'It was stored by another version of Belfry',
    remedy: 'Sign in again',
  });
}

/** The way to sign in that a network takes: by the wish, else by the server. */
export function providerFor(network: Network, server: string, login?: Login): SignInProvider {
  const { signIns } = descriptors[network];
  const { id } = signInFacts(network, { login, server });
  const provider = signIns[id];
  if (provider) return provider;
  throw new Error(`The network ${network} has no way to sign in called ${id}`);
}
