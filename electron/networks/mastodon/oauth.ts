import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import { BelfryError, secretText, serverProblem } from '../../../shared/index.ts';
import { type Answer, askJson, type HttpDeps, okJson } from '../http.ts';
import { type Client, type Credential, credential, endAfter } from '../sign-in.ts';
import { oauthError, refused, unusable, whyRefused } from './errors.ts';

/** A server of the family, Belfry's client there, and how to ask it. */
type TokenAsking = {
  deps: HttpDeps;
  server: string;
  client: Client;
  signal?: AbortSignal | undefined;
};

/** What a server gave; `scope` is what it says the token may do. */
type Given = { credential: Credential; scope: string | undefined };

/** The same paths on every server of the family (networks.md §1.1), whether it lists them or not. */
function authorizationServer(server: string) {
  return {
    issuer: server,
    authorization_endpoint: `${server}/oauth/authorize`,
    token_endpoint: `${server}/oauth/token`,
    revocation_endpoint: `${server}/oauth/revoke`,
  } satisfies oauth.AuthorizationServer;
}

/** Where the browser is sent, with PKCE (RFC 7636); `verifier` goes with the code that it brings back. */
export async function authorization(
  server: string,
  query: { client_id: string; redirect_uri: string; scope: string; state: string; force_login?: 'true' },
): Promise<{ url: string; verifier: string }> {
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(authorizationServer(server).authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    ...query,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString();
  return { url: url.href, verifier };
}

/** The browser's code to a token. Throws SIGN_IN_NEEDED when the code is not taken, else NETWORK_*. */
export function exchangeCode(
  asking: TokenAsking,
  { code, redirectUri, verifier }: { code: string; redirectUri: string; verifier: string },
): Promise<Given> {
  return requestToken(asking, [code, verifier], null, async (as, client, proof, options) => {
    // Its state was compared before: what the user pastes has none.
    const answer = oauth.validateAuthResponse(
      as,
      client,
      new URLSearchParams({ code }),
      oauth.skipStateCheck,
    );
    return oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(as, client, proof, answer, redirectUri, verifier, options),
    );
  });
}

/** A new token. Throws SIGN_IN_NEEDED when the server will not give one, else NETWORK_*. */
export function renewToken(asking: TokenAsking, refreshToken: string): Promise<Given> {
  return requestToken(asking, [refreshToken], refreshToken, async (as, client, proof, options) =>
    oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, proof, refreshToken, options),
    ),
  );
}

/** Makes a token worthless (RFC 7009). Throws NETWORK_*. */
export async function revokeToken({ deps, server, client }: TokenAsking, token: string): Promise<void> {
  const options = optionsOf(server, async (url, form) => {
    const answer = await askJson(deps, { url, form });
    if (answer.status !== 200) throw unusable(server, answer, [token, client.secret]);
    return new Response(null);
  });
  const proof = oauth.ClientSecretPost(client.secret);
  const as = authorizationServer(server);
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, { client_id: client.id }, proof, token, options),
  );
}

/**
 * RFC 6749 §5.1; Mastodon's has no end and no refresh token, Pixelfed's and some others' have both. What a server writes
 * otherwise than the RFC wants it, and what sign-in can do without, is left out before oauth4webapi reads it strictly.
 */
const tokenSchema = z.object({
  access_token: secretText,
  token_type: z.string(),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
  refresh_token: secretText.optional().catch(undefined),
  scope: z.string().optional().catch(undefined),
});

/** Asks for a token by `grant`; its refresh token is the one that comes with it, else `refreshToken`. */
async function requestToken(
  { deps, server, client, signal }: TokenAsking,
  secrets: readonly string[],
  refreshToken: string | null,
  grant: (
    as: oauth.AuthorizationServer,
    client: oauth.Client,
    proof: oauth.ClientAuth,
    options: oauth.TokenEndpointRequestOptions,
  ) => Promise<oauth.TokenEndpointResponse>,
): Promise<Given> {
  // Counted from before the question: an end that comes a little early does no harm.
  const askedAt = deps.clock.now();
  const options = optionsOf(server, async (url, form) => {
    const answer = await askJson(deps, { url, form, signal });
    const token = tokenSchema.safeParse(okJson(answer));
    if (!token?.success) throw grantRefusal(server, answer, [...secrets, client.secret]);
    return Response.json(token.data);
  });
  const proof = oauth.ClientSecretPost(client.secret);
  const token = await grant(authorizationServer(server), { client_id: client.id }, proof, options).catch(
    (error: unknown) => {
      throw error instanceof BelfryError ? error : unreadable(server, error);
    },
  );
  const given = credential({
    token: token.access_token,
    refreshToken: token.refresh_token ?? refreshToken,
    expiresAt: endAfter(askedAt, token.expires_in),
    obtainedAt: askedAt,
    client,
  });
  return { credential: given, scope: token.scope };
}

/** Requests go through Belfry's own client: its time-out, its limits, and its care with secrets and redirects. */
function optionsOf(server: string, send: (url: string, form: Record<string, string>) => Promise<Response>) {
  return {
    [oauth.customFetch]: (url: string, { body }: { body: URLSearchParams }) =>
      send(url, Object.fromEntries(body)),
    // In the clear to this machine only.
    [oauth.allowInsecureRequests]: serverProblem(server) === null,
  };
}

const final = ['invalid_grant', 'invalid_client', 'unauthorized_client', 'access_denied', 'invalid_request'];

function grantRefusal(server: string, answer: Answer, secrets: readonly string[]): BelfryError {
  const named = oauthError(answer.json) ?? '';
  if (answer.status === 401 || (answer.status < 500 && final.includes(named))) {
    const why = whyRefused(answer, secrets);
    return refused('SIGN_IN_NEEDED', 'The server does not take the sign-in', server, why, 'Sign in again');
  }
  return unusable(server, answer, secrets);
}

/** A token that is no bearer token, for example. oauth4webapi's messages name the rule that was broken, no values. */
function unreadable(server: string, error: unknown): BelfryError {
  return new BelfryError({
    code: 'NETWORK_REFUSED',
    what: 'The server gives tokens that Belfry cannot use',
    where: server,
    why: error instanceof Error ? error.message : String(error),
    remedy: 'Check that the address is that of a Mastodon-compatible server',
    cause: error,
  });
}
