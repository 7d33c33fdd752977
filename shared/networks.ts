import type { Counting } from './counting.ts';
import type { PostFormat } from './format.ts';

/** Whose log-in an Instagram account came by: its own, or that of the Facebook Page it is linked to. */
export const logins = ['instagram', 'facebook'] as const;
export type Login = (typeof logins)[number];

/** One way to sign in to a network. */
export type SignInFacts = {
  /** Names the choice where accounts are added. */
  id: string;
  text: string;
  more?: string;
  /** Where a network has several: which it is. */
  login?: Login;
  /** Origin of the only server that it is for; null where the user names one. */
  server: string | null;
  /** What a pasted token must allow. */
  scopes: string;
  /** Signs in with an app of the user's own at Meta, for this log-in. */
  ownApp: Login | null;
};

/** What clients need to know of a network; how it works is in electron/networks. */
export type NetworkFacts = {
  title: string;
  /** Networks of one family are one interface: which name an account has is the user's choice. */
  family: string;
  /** The first is the usual one. */
  signIns: readonly [SignInFacts, ...SignInFacts[]];
  /** Formats besides an ordinary post. */
  formats: readonly PostFormat[];
  /** The customary limit; servers may allow more. */
  characters: number;
  /** Until the server was asked. */
  counting: Counting;
  /** Can keep a file at a public address for some hours, for an account of another network. */
  lendsAddresses: boolean;
  /** Fetches files from a public address instead of taking them. */
  needsAddresses: boolean;
};

const plain: Counting = { unit: 'code-points', address: null, shortMentions: false, warning: false };

const facts = {
  mastodon: {
    title: 'Mastodon',
    family: 'mastodon',
    signIns: [
      {
        id: 'mastodon',
        text: 'Mastodon or compatible',
        more: 'GoToSocial, Pleroma, Akkoma, Friendica, Hollo',
        server: null,
        scopes: 'profile, read:statuses, write:statuses, write:media',
        ownApp: null,
      },
    ],
    formats: [],
    characters: 500,
    counting: { unit: 'graphemes', address: 23, shortMentions: true, warning: true },
    lendsAddresses: true,
    needsAddresses: false,
  },
  pixelfed: {
    title: 'Pixelfed',
    family: 'mastodon',
    signIns: [{ id: 'pixelfed', text: 'Pixelfed', server: null, scopes: 'read, write', ownApp: null }],
    formats: [],
    characters: 500,
    counting: plain,
    lendsAddresses: true,
    needsAddresses: false,
  },
  instagram: {
    title: 'Instagram',
    family: 'instagram',
    signIns: [
      {
        id: 'instagram',
        text: 'Instagram',
        more: 'Business or Creator, with its own log-in',
        login: 'instagram',
        server: 'https://graph.instagram.com',
        scopes: 'instagram_business_basic, instagram_business_content_publish',
        ownApp: 'instagram',
      },
      {
        id: 'instagram-facebook',
        text: 'Instagram through Facebook',
        more: 'linked to a Facebook Page of yours',
        login: 'facebook',
        server: 'https://graph.facebook.com',
        scopes: 'instagram_basic, instagram_content_publish, pages_show_list, pages_read_engagement',
        ownApp: 'facebook',
      },
    ],
    formats: ['reel', 'story'],
    characters: 2200,
    counting: plain,
    lendsAddresses: false,
    needsAddresses: true,
  },
  facebook: {
    title: 'Facebook',
    family: 'facebook',
    signIns: [
      {
        id: 'facebook',
        text: 'Facebook Page',
        server: 'https://graph.facebook.com',
        scopes: 'pages_show_list, pages_read_engagement, pages_manage_posts',
        ownApp: 'facebook',
      },
    ],
    formats: ['reel', 'story'],
    characters: 63_206,
    counting: plain,
    lendsAddresses: true,
    needsAddresses: false,
  },
} as const satisfies Record<string, NetworkFacts>;

export type Network = keyof typeof facts;
export const networks = Object.keys(facts) as readonly string[] as readonly Network[];
export const networkFacts: Readonly<Record<Network, NetworkFacts>> = facts;

/** The way to sign in that is meant: by its log-in, else by the server, else the usual one. */
export function signInFacts(network: Network, meant: { login?: Login | undefined; server?: string } = {}) {
  const { signIns } = networkFacts[network];
  const { login, server } = meant;
  return (
    signIns.find((way) => login !== undefined && way.login === login) ??
    signIns.find((way) => server !== undefined && way.server === server) ??
    signIns[0]
  );
}

/** The server of a network that has one only; undefined where the user names it. */
export function usualServer(network: Network, login?: Login): string | undefined {
  return signInFacts(network, { login }).server ?? undefined;
}

/** How people call what an account is on: its server, or the network that has one only. */
export function placeName({ network, server }: { network: Network; server: string }): string {
  return usualServer(network) === undefined ? new URL(server).host : networkFacts[network].title;
}
