import type { Login, Network } from '../../shared/index.ts';
import type { Adapter, NetworkAccount } from './adapter.ts';
import { createFacebook } from './facebook/publish.ts';
import { instagramLogin } from './instagram/login.ts';
import { createInstagram } from './instagram/publish.ts';
import { createMastodonFamily } from './mastodon/publish.ts';
import { mastodonSignIn } from './mastodon/sign-in.ts';
import { facebookLogin } from './meta/facebook-login.ts';
import type { CredentialKind, SignInProvider } from './sign-in.ts';

/** One adapter per network; what differs between servers of one network is the adapter's own matter. */
export function createAdapters(): (account: NetworkAccount) => Adapter {
  const family = createMastodonFamily();
  const adapters: Record<Network, Adapter> = {
    mastodon: family,
    pixelfed: family,
    instagram: createInstagram(),
    facebook: createFacebook(),
  };
  return ({ network }) => adapters[network];
}

const providers: Record<CredentialKind, SignInProvider> = {
  oauth: mastodonSignIn,
  instagram: instagramLogin,
  facebook: facebookLogin,
};

/** The way to sign in of a kind of credential. */
export function providerOf(kind: CredentialKind): SignInProvider {
  return providers[kind];
}

/** Which way a network takes: Instagram has two, told apart by the wish, else by the server. */
export function credentialKindOf(network: Network, server: string, login?: Login): CredentialKind {
  if (network === 'mastodon' || network === 'pixelfed') return 'oauth';
  if (network === 'facebook') return 'facebook';
  return login ?? (new URL(server).host === 'graph.facebook.com' ? 'facebook' : 'instagram');
}
