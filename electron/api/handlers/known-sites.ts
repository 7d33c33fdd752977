import type { AccountView, SignInView } from '../../../shared/index.ts';

/** Pages of networks whose API has another address, and what Belfry's own pages link to. */
const fixedHosts = [
  'instagram.com',
  'www.instagram.com',
  'facebook.com',
  'www.facebook.com',
  'developers.facebook.com',
];

/** The sites that Belfry itself leads to; everything else is opened only after the user has seen where it goes. */
export type KnownSites = {
  /** A sign-in leads to its server's page. */
  remember(view: SignInView): SignInView;
  knows(url: string): Promise<boolean>;
};

/** Servers of accounts, the networks' own sites, and servers that somebody signs in at now. */
export function createKnownSites(accounts: { list(): Promise<AccountView[]> }): KnownSites {
  const signingIn = new Set<string>();
  return {
    remember(view) {
      if (URL.canParse(view.url)) signingIn.add(new URL(view.url).origin);
      return view;
    },
    async knows(url) {
      const { origin, protocol, host } = new URL(url);
      if (signingIn.has(origin) || (protocol === 'https:' && fixedHosts.includes(host))) return true;
      const all = await accounts.list();
      return all.some(({ server }) => URL.canParse(server) && new URL(server).origin === origin);
    },
  };
}
