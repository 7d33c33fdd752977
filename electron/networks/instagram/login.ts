import { z } from 'zod';
import { BelfryError, graphVersion, secretText } from '../../../shared/index.ts';
import type { HttpDeps } from '../http.ts';
import { askMeta, placesOf } from '../meta/graph.ts';
import { appOf, demandAll, wantedBy } from '../meta/rights.ts';
import {
  type Credential,
  credential,
  endAfter,
  type Owner,
  printable,
  type SignInProvider,
} from '../sign-in.ts';

const scopes = ['instagram_business_basic', 'instagram_business_content_publish'];

const shortToken = z.object({
  access_token: secretText,
  permissions: z
    .union([z.array(z.string()), z.string().transform((text) => text.split(','))])
    .optional()
    .catch(undefined),
});
/** The documentation shows the answer inside `data[0]`, in practice it is flat (networks.md §3.7). */
const shortSchema = z.union([shortToken, z.object({ data: z.tuple([shortToken]).rest(z.unknown()) })]);
const longSchema = z.object({ access_token: secretText, expires_in: z.coerce.number().positive() });
const ownerSchema = z.object({
  user_id: z.union([z.string().min(1), z.int().transform(String)]),
  username: z.string().min(1),
});

/** Instagram's own log-in, for professional accounts without a Facebook Page (networks.md §3). */
export const instagramLogin: SignInProvider = {
  kind: 'instagram',
  // From 24 hours of age on, and only before their end (networks.md §3.7).
  renewal: { isPossible: () => true, fromAgeMs: 25 * 3_600_000, tellsEnd: true, onlyInForce: true },
  login: 'instagram',
  async open(deps, { server }, token, signal) {
    const owner = await whoAmI(deps, server, token, signal);
    await tryPublishing(deps, server, owner.remoteId, token, signal);
    return [{ owner, credential: credential({ token, kind: 'instagram', obtainedAt: deps.clock.now() }) }];
  },
  owner: (deps, { server }, { token }, signal) => whoAmI(deps, server, token, signal),
  rights: (deps, { server, remoteId }, { token }, signal) =>
    tryPublishing(deps, server, remoteId, token, signal),
  wanted: wantedBy,
  async begin(deps, beginning) {
    const { server, state, another, listening } = beginning;
    const { app, redirectUri } = appOf('instagram', beginning);
    const places = placesOf('instagram', server);
    const query = new URLSearchParams({
      client_id: app.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: scopes.join(','),
      state,
      ...(another ? { force_reauth: 'true' } : {}),
    });
    return {
      url: `${places.dialog}?${query}`,
      mode: redirectUri === listening ? 'loopback' : 'code',
      app,
      async exchange(code, signal) {
        const form = {
          client_id: app.id,
          client_secret: app.secret,
          grant_type: 'authorization_code',
          redirect_uri: redirectUri,
          code,
        };
        const answer = await askMeta(deps, { url: places.token, form, signal }, shortSchema);
        const short = 'data' in answer ? answer.data[0] : answer;
        demandPublishing(short.permissions, server);
        const exchange = {
          grant_type: 'ig_exchange_token',
          client_secret: app.secret,
          access_token: short.access_token,
        };
        const given = await tokenFrom(deps, `${server}/access_token`, exchange, signal);
        return [{ owner: await whoAmI(deps, server, given.token, signal), credential: given }];
      },
    };
  },
  renew: (deps, server, old, signal) =>
    tokenFrom(
      deps,
      `${server}/refresh_access_token`,
      { grant_type: 'ig_refresh_token', access_token: old.token },
      signal,
    ),
};

async function tokenFrom(
  deps: HttpDeps,
  url: string,
  query: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Credential> {
  const askedAt = deps.clock.now();
  const { access_token: token, expires_in: seconds } = await askMeta(
    deps,
    { url, query, signal },
    longSchema,
  );
  return credential({ token, kind: 'instagram', obtainedAt: askedAt, expiresAt: endAfter(askedAt, seconds) });
}

async function whoAmI(deps: HttpDeps, server: string, token: string, signal?: AbortSignal): Promise<Owner> {
  const url = `${server}/${graphVersion}/me`;
  const ask = { url, query: { fields: 'user_id,username' }, token, signal };
  const { user_id: remoteId, username } = await askMeta(deps, ask, ownerSchema);
  return { remoteId, username: printable(username), handle: `@${printable(username)}` };
}

/**
 * Its log-in says nothing about a token, but how much of the day's posts is left is shown only to those who may publish
 * (networks.md §3.3). Throws SIGN_IN_NEEDED when the permission for it is missing.
 */
async function tryPublishing(
  deps: HttpDeps,
  server: string,
  remoteId: string,
  token: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const url = `${server}/${graphVersion}/${encodeURIComponent(remoteId)}/content_publishing_limit`;
  try {
    await askMeta(deps, { url, query: { fields: 'quota_usage' }, token, signal }, z.object({}));
  } catch (error) {
    if (!(error instanceof BelfryError) || error.code === 'SIGN_IN_NEEDED') throw error;
  }
}

function demandPublishing(given: readonly string[] | undefined, where: string): void {
  demandAll(scopes, given, where, 'Sign in again and leave every tick as it is');
}
