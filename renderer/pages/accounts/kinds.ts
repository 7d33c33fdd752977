import type { Login, Network } from '../../../shared/index.ts';

/** What a person chooses when adding an account: a network, and for Instagram the way to log in. */
export type Kind = 'mastodon' | 'pixelfed' | 'facebook' | 'instagram' | 'instagram-facebook';

type KindInfo = {
  network: Network;
  login?: Login;
  text: string;
  more?: string;
  /** What a pasted token must allow. */
  scopes: string;
  /** Signs in with an app of the person's own at Meta. */
  ownApp: boolean;
};

export const kinds: Record<Kind, KindInfo> = {
  mastodon: {
    network: 'mastodon',
    text: 'Mastodon or compatible',
    more: 'GoToSocial, Pleroma, Akkoma, Friendica, Hollo',
    scopes: 'profile, read:statuses, write:statuses, write:media',
    ownApp: false,
  },
  pixelfed: { network: 'pixelfed', text: 'Pixelfed', scopes: 'read, write', ownApp: false },
  facebook: {
    network: 'facebook',
    text: 'Facebook Page',
    scopes: 'pages_show_list, pages_read_engagement, pages_manage_posts',
    ownApp: true,
  },
  instagram: {
    network: 'instagram',
    login: 'instagram',
    text: 'Instagram',
    more: 'Business or Creator, with its own log-in',
    scopes: 'instagram_business_basic, instagram_business_content_publish',
    ownApp: true,
  },
  'instagram-facebook': {
    network: 'instagram',
    login: 'facebook',
    text: 'Instagram through Facebook',
    more: 'linked to a Facebook Page of yours',
    scopes: 'instagram_basic, instagram_content_publish, pages_show_list, pages_read_engagement',
    ownApp: true,
  },
};

export const kindNames: readonly Kind[] = [
  'mastodon',
  'pixelfed',
  'instagram',
  'instagram-facebook',
  'facebook',
];

/** The form for an account that is there. */
export function kindOf(network: Network, server: string): Kind {
  return network === 'instagram' && new URL(server).host === 'graph.facebook.com'
    ? 'instagram-facebook'
    : network;
}

/** `mastodon.social/` as `https://mastodon.social`. */
export function withScheme(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, '');
  return trimmed === '' || /^https?:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
}
