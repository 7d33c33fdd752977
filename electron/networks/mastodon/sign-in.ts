import { z } from 'zod';
import { BelfryError, masking, type Network } from '../../../shared/index.ts';
import { type Answer, askJson, type HttpDeps, okJson } from '../http.ts';
import { type App, credential, type Owner, printable, type SignInProvider } from '../sign-in.ts';
import { errorText, refused, unusable, whyRefused } from './errors.ts';
import { authorization, exchangeCode, renewToken, revokeToken } from './oauth.ts';

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
        await demandRights(deps, { server, token, remoteId: owner.remoteId, scope: given.scope }, over);
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
  // Without a listener the browser ends at an address that nothing answers, and the user copies the code from it.
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
const versionSchema = z.object({ version: z.string() });

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
  const listed = metadataSchema.safeParse(okJson(metadata)).data;
  if (listed) return scopesOf(listed.scopes_supported);
  const instance = await askJson(deps, { url: `${server}/api/v1/instance`, signal });
  const version = versionSchema.safeParse(instance.json).data?.version ?? '';
  return /pixelfed/i.test(version) ? coarse : fine('read:accounts');
}

function scopesOf(listed: readonly string[]): string {
  if (!listed.includes('write:statuses')) return coarse;
  return fine(listed.includes('profile') ? 'profile' : 'read:accounts');
}

const ownerSchema = z.object({
  id: z.union([z.string().min(1).max(256), z.int().transform(String)]),
  username: z.string().min(1).max(256),
});

/**
 * Asks a Mastodon-compatible server whose token this is: `GET /api/v1/accounts/verify_credentials` (networks.md §1.3).
 * Throws SIGN_IN_NEEDED when the token is refused, NETWORK_REFUSED or NETWORK_UNREACHABLE when nothing was learned of it.
 */
async function verifyMastodon(
  deps: HttpDeps,
  server: string,
  token: string,
  signal?: AbortSignal,
): Promise<Owner> {
  const url = `${server}/api/v1/accounts/verify_credentials`;
  const answer = await askJson(deps, { url, token, signal });
  const owner = ownerSchema.safeParse(okJson(answer));
  if (!owner?.success) throw ownerRefusal(server, token, answer);
  const { id, username } = owner.data;
  // A name is shown and stored in the clear, so one that holds the token is none.
  const shown = `${id} ${username}`;
  if (masking([token]).text(shown) !== shown) throw unusable(server, answer, [token]);
  return { remoteId: id, username, handle: `@${printable(username)}@${new URL(server).host}` };
}

/** The same with the handle that others know the account by: of the server's account domain, which may not be its own name. */
async function ownerByName(
  deps: HttpDeps,
  server: string,
  token: string,
  signal?: AbortSignal,
): Promise<Owner> {
  const owner = await verifyMastodon(deps, server, token, signal);
  const domain = await accountDomain(deps, server, signal);
  return domain === undefined ? owner : { ...owner, handle: `@${printable(owner.username)}@${domain}` };
}

const host = z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i);
const instanceSchema = z.object({
  /** GoToSocial's word for it. */
  account_domain: host.optional().catch(undefined),
  /** Mastodon's LOCAL_DOMAIN: in `domain` of version 2, in `uri` of version 1. */
  domain: host.optional().catch(undefined),
  uri: host.optional().catch(undefined),
});

/** Domain of the handles of a server, by its own word (networks.md §1.4); undefined when it does not tell. Needs no token. */
async function accountDomain(
  deps: HttpDeps,
  server: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  for (const version of ['v2', 'v1']) {
    const url = `${server}/api/${version}/instance`;
    // A handle is for people; the sign-in does not fail for it.
    const answer = await quietly(askJson(deps, { url, signal }));
    if (answer === undefined) return undefined;
    const instance = instanceSchema.safeParse(okJson(answer)).data;
    const domain = instance?.account_domain ?? instance?.domain ?? instance?.uri;
    if (domain !== undefined) return domain.toLowerCase();
  }
  return undefined;
}

/** What a refusal means; texts are translated by servers, so only the status and the form decide. */
function ownerRefusal(server: string, token: string, answer: Answer) {
  const said = errorText(answer.json, [token]) !== undefined;
  if (answer.status === 401 || ((answer.status === 403 || answer.status === 422) && said)) {
    const why = whyRefused(answer, [token]);
    const remedy = 'Sign in again, or make a new access token on the server and add the account with it';
    return refused('SIGN_IN_NEEDED', 'The server refuses the access token', server, why, remedy);
  }
  return unusable(server, answer, [token]);
}

/** What publishing and looking up need (networks.md §1.2). */
const rights = ['read:statuses', 'write:statuses', 'write:media'] as const;
type Right = (typeof rights)[number];

const scopeList = z.union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,]+/))]);
/** Doorkeeper's word on the token that asks (`GET /oauth/token/info`); Mastodon has it, most others do not. */
const tokenInfoSchema = z.object({ scope: scopeList });

/** A token to be checked: whose it is, where, and what its server said when it gave it. */
type Checked = { server: string; token: string; remoteId: string; scope?: string | undefined };

/**
 * Throws SIGN_IN_NEEDED when the token lacks a right: by what the server said when it gave it, by its word on the token,
 * else by asking for what needs that right and changes nothing. A server that answers none of these is believed.
 */
async function demandRights(deps: HttpDeps, checked: Checked, signal?: AbortSignal): Promise<void> {
  const { server, token, scope } = checked;
  const missing =
    missingOf(scopeList.safeParse(scope).data) ??
    missingOf(await tokenInfo(deps, server, token, signal)) ??
    (await missingByTrying(deps, checked, signal));
  if (missing.length === 0) return;
  throw refused(
    'SIGN_IN_NEEDED',
    'The token does not have every right that Belfry needs',
    server,
    `Missing: ${missing.join(', ')}`,
    `Sign in again, or make a token with ${rights.join(', ')} and add the account with it`,
  );
}

/** The rights that scopes leave out; undefined when they are not given, or not in Mastodon's words. */
function missingOf(scopes: readonly string[] | undefined): Right[] | undefined {
  const words = (scopes ?? []).filter((word) => word !== '');
  if (words.length === 0 || !words.every((word) => /^(read|write|follow|push|profile|admin)\b/.test(word)))
    return undefined;
  return rights.filter((right) => !words.includes(right) && !words.includes(right.replace(/:.*/, '')));
}

async function tokenInfo(
  deps: HttpDeps,
  server: string,
  token: string,
  signal: AbortSignal | undefined,
): Promise<string[] | undefined> {
  const answer = await quietly(askJson(deps, { url: `${server}/oauth/token/info`, token, signal }));
  return answer && tokenInfoSchema.safeParse(okJson(answer)).data?.scope;
}

/** A list of the account, and changes to a post and a file that do not exist: 404 where they are allowed, 403 where not. */
async function missingByTrying(
  deps: HttpDeps,
  { server, token, remoteId }: Checked,
  signal: AbortSignal | undefined,
): Promise<Right[]> {
  const api = `${server}/api/v1`;
  const tries: Record<Right, { url: string; method?: 'PUT' }> = {
    'read:statuses': { url: `${api}/accounts/${encodeURIComponent(remoteId)}/statuses` },
    'write:statuses': { url: `${api}/statuses/0`, method: 'PUT' },
    'write:media': { url: `${api}/media/0`, method: 'PUT' },
  };
  const missing: Right[] = [];
  for (const right of rights) {
    const answer = await quietly(askJson(deps, { ...tries[right], token, signal }));
    // A page of a proxy says nothing about the token.
    if (answer?.status === 403 && errorText(answer.json, [token]) !== undefined) missing.push(right);
  }
  return missing;
}

/** What could not be asked is left out. */
function quietly<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof BelfryError) return undefined;
    throw error;
  });
}
