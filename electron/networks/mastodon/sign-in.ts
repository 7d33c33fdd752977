import { z } from 'zod';
import type { BelfryError, Network } from '../../../shared/index.ts';
import { type Answer, askJson, type HttpDeps } from '../http.ts';
import type { App } from '../sign-in.ts';
import { credential, type SignInProvider } from '../sign-in.ts';
import { refused, unusable, whyRefused } from './errors.ts';
import { authorization, exchangeCode, renewToken, revokeToken } from './oauth.ts';
import { demandRights, ownerByName, verifyMastodon } from './tokens.ts';

const path = '/cb';

/** Mastodon and what speaks its interface: OAuth 2 with a client of this Belfry's own on every server (networks.md §1). */
export const mastodonSignIn: SignInProvider = {
  kind: 'oauth',
  renewal: {
    isPossible: ({ refreshToken, client }) => refreshToken !== null && client !== null,
    fromAgeMs: 0,
    tellsEnd: false,
    onlyInForce: false,
  },
  async open(deps, { server }, token, signal) {
    const owner = await ownerByName(deps, server, token, signal);
    await demandRights(deps, { server, token, remoteId: owner.remoteId }, signal);
    return [{ owner, credential: credential({ token }) }];
  },
  owner: (deps, { server }, { token }, signal) => verifyMastodon(deps, server, token, signal),
  rights: (deps, { server, remoteId }, { token }, signal) =>
    demandRights(deps, { server, token, remoteId }, signal),
  wanted(app) {
    const known = app?.redirectUris.find((uri) => uri.startsWith('http://127.0.0.1:'));
    // The port of last time: some servers compare it, against RFC 8252 §7.3.
    const port = known === undefined ? 0 : Number(new URL(known).port);
    return { mode: 'loopback', host: '127.0.0.1', port, fixed: false, path };
  },
  async begin(deps, { network, server, app: known, listening, state, another, signal }) {
    const fits = known !== undefined && (listening === null || known.redirectUris.includes(listening));
    const app = fits
      ? known
      : await registerApp(deps, server, await scopesFor(deps, network, server, signal), listening, signal);
    const redirectUri =
      listening !== null && app.redirectUris.includes(listening)
        ? listening
        : (app.redirectUris.find((uri) => uri === outOfBand) ?? app.redirectUris[0] ?? outOfBand);
    const { url, verifier } = await authorization(server, {
      client_id: app.id,
      redirect_uri: redirectUri,
      scope: app.scopes,
      state,
      ...(another ? { force_login: 'true' } : {}),
    });
    return {
      url,
      mode: redirectUri === listening ? 'loopback' : 'code',
      app,
      async exchange(code, over) {
        const client = { id: app.id, secret: app.secret };
        const given = await exchangeCode(
          { deps, server, client, signal: over },
          { code, redirectUri, verifier },
        );
        const { token } = given.credential;
        const owner = await ownerByName(deps, server, token, over);
        await demandRights(deps, { server, token, remoteId: owner.remoteId, told: given.scope }, over);
        return [{ owner, credential: given.credential }];
      },
    };
  },
  async renew(deps, server, old, signal) {
    const { client, refreshToken } = old;
    if (client === null || refreshToken === null) return old;
    return (await renewToken({ deps, server, client, signal }, refreshToken)).credential;
  },
  async revoke(deps, server, { client, token }) {
    if (client === null) return; // A pasted token may be used elsewhere.
    await revokeToken({ deps, server, client }, token);
  },
};

/** The redirect that shows the code on a page of the server. */
const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';

const appSchema = z.object({ client_id: z.string().min(1), client_secret: z.string().min(1) });

/**
 * Registers Belfry on a server (networks.md §1.1), for the listener's address and for codes that are pasted.
 * Some servers take one of the two only, so each alone is tried as well. Throws NETWORK_REFUSED, NETWORK_UNREACHABLE.
 */
async function registerApp(
  deps: HttpDeps,
  server: string,
  scopes: string,
  listening: string | null,
  signal: AbortSignal,
): Promise<App> {
  // Without a listener the browser ends at an address that nothing answers, and the person copies the code from it.
  const loopback = listening ?? 'http://127.0.0.1/cb';
  const alone = listening === null ? [[outOfBand], [loopback]] : [[loopback], [outOfBand]];
  let last: Answer | undefined;
  for (const redirectUris of [[loopback, outOfBand], ...alone]) {
    last = await askJson(deps, {
      url: `${server}/api/v1/apps`,
      // One string with line breaks: the form that every server understands.
      form: { client_name: 'Belfry', redirect_uris: redirectUris.join('\n'), scopes },
      signal,
    });
    const app = last.status === 200 || last.status === 201 ? appSchema.safeParse(last.json) : undefined;
    if (app?.success) {
      const { client_id: id, client_secret: secret } = app.data;
      return { origin: server, id, secret, redirectUris, scopes };
    }
    if (last.status !== 400 && last.status !== 422) break;
  }
  throw registrationRefusal(server, last ?? { status: 0, json: undefined, location: null });
}

function registrationRefusal(server: string, answer: Answer): BelfryError {
  if (answer.status >= 300 && answer.status < 400) return unusable(server, answer, []);
  if (answer.status === 429 || answer.status >= 500) return unusable(server, answer, []);
  const why = `${whyRefused(answer, [])} when Belfry wanted to register there`;
  const remedy =
    'Check the address, or make an access token on the server and add the account with it (belfry accounts add)';
  return refused('NETWORK_REFUSED', 'The server offers no sign-in to applications', server, why, remedy);
}

/** Pixelfed knows only the coarse ones (networks.md §2.1). */
const coarse = 'read write';
/** What publishing and looking up need, and no more (networks.md §1.2). */
const fine = (who: 'profile' | 'read:accounts') => `${who} read:statuses write:statuses write:media`;

const metadataSchema = z.object({ scopes_supported: z.array(z.string()) });
const instanceSchema = z.object({ version: z.string() });

/**
 * The scopes to ask this server for: by its own list (RFC 8414; Mastodon 4.3, GoToSocial), else by its software.
 * Throws NETWORK_UNREACHABLE.
 */
async function scopesFor(
  deps: HttpDeps,
  network: Network,
  server: string,
  signal: AbortSignal,
): Promise<string> {
  if (network === 'pixelfed') return coarse;
  const metadata = await askJson(deps, { url: `${server}/.well-known/oauth-authorization-server`, signal });
  const listed = metadata.status === 200 ? metadataSchema.safeParse(metadata.json).data : undefined;
  if (listed) return scopesOf(listed.scopes_supported);
  const instance = await askJson(deps, { url: `${server}/api/v1/instance`, signal });
  const version = instanceSchema.safeParse(instance.json).data?.version ?? '';
  return /pixelfed/i.test(version) ? coarse : fine('read:accounts');
}

function scopesOf(listed: readonly string[]): string {
  if (!listed.includes('write:statuses')) return coarse;
  return fine(listed.includes('profile') ? 'profile' : 'read:accounts');
}
