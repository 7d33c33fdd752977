import type { Handlers } from '../dispatch.ts';
import type { ApiNeeds } from '../ports.ts';
import type { KnownSites } from './known-sites.ts';

/** Calls about signing in with the person's browser. */
export function signInHandlers({ accounts }: ApiNeeds, sites: KnownSites) {
  return {
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
