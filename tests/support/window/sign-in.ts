import type { Announcer, Handlers } from '../../../electron/api/index.ts';
import { type AccountView, BelfryError, type SignInView, usualServer } from '../../../shared/index.ts';
import { sampleAccount } from './sample.ts';
import type { World } from './world.ts';

/** Signing in on plain data: `right` is the code that is taken, Facebook opens two Pages. */
export function signInHandlersOn(world: World, announcer: Announcer) {
  const told = () => announcer.announce({ name: 'accounts.changed' });
  const put = (view: SignInView): SignInView => {
    world.signIns.set(view.session, view);
    told();
    return view;
  };
  const find = (session: string): SignInView => {
    const view = world.signIns.get(session);
    if (view) return view;
    throw new BelfryError({
      code: 'NOT_FOUND',
      what: 'This sign-in is over',
      where: 'in this engine',
      why: 'It ended',
      remedy: 'Begin it again',
    });
  };
  const begin = (some: Pick<SignInView, 'network' | 'server' | 'account' | 'mode'>): SignInView =>
    put({
      session: `session-${world.signIns.size + 1}`,
      url: `${some.server}/oauth/authorize?client_id=1`,
      status: 'waiting',
      choices: [],
      accounts: [],
      error: null,
      endsAt: new Date(Date.now() + 600_000).toISOString(),
      ...some,
    });
  const keep = (account: AccountView): AccountView => {
    world.accounts = [...world.accounts.filter(({ id }) => id !== account.id), account];
    return account;
  };
  return {
    'accounts.signIn': async ({ network, server, login, code, app }) => {
      const at = server ?? usualServer(network, login) ?? '';
      if (app)
        world.apps = [{ login: login ?? 'facebook', server: at, id: app.id, redirectUri: app.redirectUri }];
      const meta = network === 'facebook' || network === 'instagram';
      return begin({ network, server: at, account: null, mode: code || meta ? 'code' : 'loopback' });
    },
    'accounts.reconnect': async ({ id, code }) => {
      const account = world.accounts.find((one) => one.id === id);
      const { network, server } = account ?? sampleAccount({ id });
      return begin({ network, server, account: id, mode: code ? 'code' : 'loopback' });
    },
    'accounts.signInState': async ({ session }) => find(session),
    'accounts.finishSignIn': async ({ session, code }) => {
      const view = find(session);
      if (code !== 'right')
        throw new BelfryError({
          code: 'SIGN_IN_NEEDED',
          what: 'The server does not take the sign-in',
          where: view.server,
          why: 'The code is not known',
          remedy: 'Sign in again',
        });
      if (view.network !== 'facebook')
        return put({
          ...view,
          status: 'done',
          accounts: [keep(sampleAccount({ id: view.account ?? 'signed-in' }))],
        });
      const choices = [
        { remoteId: '1', handle: 'Town news', known: null },
        { remoteId: '2', handle: 'Market square', known: null },
      ];
      return put({ ...view, status: 'choose', choices });
    },
    'accounts.choose': async ({ session, accounts }) => {
      const view = find(session);
      const chosen = view.choices.filter(({ remoteId }) => accounts.includes(remoteId));
      const kept = chosen.map(({ remoteId, handle }) =>
        keep(sampleAccount({ id: `page-${remoteId}`, network: view.network, server: view.server, handle })),
      );
      return put({ ...view, status: 'done', accounts: kept });
    },
    'accounts.cancelSignIn': async ({ session }) => {
      world.signIns.delete(session);
      told();
      return {};
    },
    'accounts.apps': async () => world.apps,
  } satisfies Partial<Handlers>;
}
