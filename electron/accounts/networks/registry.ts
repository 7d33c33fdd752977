import type { Login, Network } from '../../../shared/index.ts';
import type { CredentialKind } from '../credential.ts';
import type { NetworkDoor } from './door.ts';
import { mastodonDoor } from './mastodon/door.ts';
import { facebookDoor } from './meta/facebook-door.ts';
import { instagramDoor } from './meta/instagram-door.ts';

const doors: Record<CredentialKind, NetworkDoor> = {
  oauth: mastodonDoor,
  instagram: instagramDoor,
  facebook: facebookDoor,
};

/** The way to sign in of a kind of credential. */
export function doorOf(kind: CredentialKind): NetworkDoor {
  return doors[kind];
}

/** Which way a network takes: Instagram has two, told apart by the wish, else by the server. */
export function kindOf(network: Network, server: string, login?: Login): CredentialKind {
  if (network === 'mastodon' || network === 'pixelfed') return 'oauth';
  if (network === 'facebook') return 'facebook';
  return login ?? (new URL(server).host === 'graph.facebook.com' ? 'facebook' : 'instagram');
}
