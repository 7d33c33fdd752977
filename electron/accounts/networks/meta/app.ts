import { BelfryError, type Login } from '../../../../shared/index.ts';
import type { App } from '../../apps.ts';
import type { Beginning, Wanted } from '../door.ts';

/** Where the answer comes: to this machine when the app's redirect URI points here by plain http, else by the person's hand. */
export function wantedBy(app: App | undefined): Wanted {
  const uri = app?.redirectUris[0];
  if (uri === undefined) return { mode: 'code' };
  const { protocol, hostname, port, pathname } = new URL(uri);
  if (protocol !== 'http:' || (hostname !== '127.0.0.1' && hostname !== 'localhost')) return { mode: 'code' };
  // Meta compares the address exactly, so a port in it is the only one that will do.
  return { mode: 'loopback', host: hostname, port: Number(port), fixed: port !== '', path: pathname };
}

/** The person's app and the address for the browser's answer. Throws BAD_INPUT when no app is known. */
export function appOf(login: Login, { app, listening }: Beginning): { app: App; redirectUri: string } {
  if (app === undefined) throw withoutApp(login);
  const [registered = ''] = app.redirectUris;
  return { app, redirectUri: wantedBy(app).mode === 'loopback' && listening ? listening : registered };
}

function withoutApp(login: Login): BelfryError {
  const name = login === 'instagram' ? 'Instagram' : 'Facebook';
  return new BelfryError({
    code: 'BAD_INPUT',
    what: 'There is no app to sign in with',
    where: `for ${name}`,
    why: 'Meta lets only registered apps act for people, and a secret that is shipped with Belfry would be none',
    remedy: `Make an app at developers.facebook.com and give its ${name} app id and secret (--app-id); Belfry keeps them`,
    field: 'app',
  });
}
