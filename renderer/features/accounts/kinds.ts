import {
  type Network,
  networkFacts,
  networks,
  type SignInFacts,
  signInFacts,
} from '../../../shared/index.ts';

/** What the user chooses when adding an account: a network, and for Instagram the way to log in. */
export type Kind = SignInFacts & { network: Network };

export const kinds: readonly Kind[] = networks.flatMap((network) =>
  networkFacts[network].signIns.map((way) => ({ network, ...way })),
);

const usual: Kind = { network: 'mastodon', ...networkFacts.mastodon.signIns[0] };

/** The kind of this name; the usual one for a name that is none. */
export function kindNamed(id: string): Kind {
  return kinds.find((kind) => kind.id === id) ?? usual;
}

/** Name of the form for an account that is there. */
export function kindOf(network: Network, server: string): string {
  return signInFacts(network, { server: new URL(server).origin }).id;
}

/** `mastodon.social/` as `https://mastodon.social`. */
export function withScheme(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, '');
  return trimmed === '' || /^https?:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
}
