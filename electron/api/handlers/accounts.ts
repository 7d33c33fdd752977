import type { SignInView } from '../../../shared/index.ts';
import type { ApiDeps, Handlers } from './deps.ts';

/** Calls about accounts and signing in. */
export function accountHandlers({ accounts }: ApiDeps, sites: KnownSites) {
  return {
    'accounts.list': async ({ limit }) => (await accounts.list()).slice(0, limit),
    'accounts.add': (input) => accounts.add(input),
    'accounts.set': (patch) => accounts.set(patch),
    'accounts.verify': ({ id }) => accounts.verify(id),
    'accounts.setServer': (move) => accounts.setServer(move),
    'accounts.media': ({ id }) => accounts.media(id),
    'accounts.setMedia': (input) => accounts.setMedia(input),
    'accounts.remove': async ({ id }) => {
      await accounts.remove(id);
      return {};
    },
    'accounts.signIn': async (input) => sites.remember(await accounts.signIn(input)),
    'accounts.reconnect': async (input) => sites.remember(await accounts.reconnect(input)),
    'accounts.signInState': async ({ session }) => accounts.signInState(session),
    'accounts.finishSignIn': ({ session, code }) => accounts.finishSignIn(session, code),
    'accounts.choose': ({ session, accounts: chosen }) => accounts.choose(session, chosen),
    'accounts.cancelSignIn': async ({ session }) => {
      accounts.cancelSignIn(session);
      return {};
    },
    'accounts.apps': () => accounts.apps(),
  } satisfies Partial<Handlers>;
}

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

/** Servers of accounts, the networks' own sites, and servers of sign-ins under way. */
export function createKnownSites(accounts: Pick<ApiDeps['accounts'], 'list'>): KnownSites {
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
