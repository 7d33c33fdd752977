import type { Handlers } from '../dispatch.ts';
import type { ApiNeeds } from '../ports.ts';

/** Calls about signing in with the person's browser. */
export function signInHandlers({ accounts }: ApiNeeds) {
  return {
    'accounts.signIn': (input) => accounts.signIn(input),
    'accounts.reconnect': (input) => accounts.reconnect(input),
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
