import { createHash, randomBytes } from 'node:crypto';
import type { Reply } from '../faults.ts';
import type { Handled } from '../mastodon.ts';
import type { Asked } from '../request.ts';
import type { World } from '../world.ts';
import { consentPage, html, page, sendOn } from './page.ts';
import type { FakeSignIn } from './state.ts';

export const oob = 'urn:ietf:wg:oauth:2.0:oob';
const fineScopes = ['profile', 'read:accounts', 'read:statuses', 'write:statuses', 'write:media'];
const coarseScopes = ['read', 'write', 'follow', 'push'];

/** OAuth of the Mastodon family (networks.md §1.1, §1.2, §2.1); undefined for an address that is none of its. */
export function oauthRoutes(world: World, asked: Asked): Handled | undefined {
  const { signIn } = world;
  switch (`${asked.method} ${asked.path}`) {
    case 'GET /.well-known/oauth-authorization-server':
      return { route: 'app', effect: () => metadata(signIn) };
    case 'POST /api/v1/apps':
      return { route: 'app', effect: () => register(signIn, asked) };
    case 'GET /oauth/authorize':
      return { route: 'authorize', effect: () => authorize(world, asked.query) };
    case 'POST /oauth/token':
      return { route: 'token', effect: () => token(world, asked) };
    case 'POST /oauth/revoke':
      return { route: 'revoke', effect: () => revoke(world, asked) };
    default:
      return undefined;
  }
}

const problem = (status: number, error: string, error_description: string): Reply => ({
  status,
  body: { error, error_description },
});

function metadata({ listsScopes, coarseScopes: coarse }: FakeSignIn): Reply {
  if (!listsScopes) return problem(404, 'Not found', '');
  return {
    status: 200,
    body: { scopes_supported: coarse ? coarseScopes : [...coarseScopes, ...fineScopes] },
  };
}

function register(signIn: FakeSignIn, { fields }: Asked): Reply {
  if (signIn.registration === 'closed') return { status: 404, body: { error: 'Record not found' } };
  if (signIn.registration === 'page') return page(404, 'Not found', '<p>nginx</p>');
  const redirectUris = String(fields['redirect_uris'] ?? '').split('\n');
  const refused =
    (signIn.registration === 'no-oob' && redirectUris.includes(oob)) ||
    (signIn.registration === 'oob-only' && redirectUris.some((uri) => uri !== oob));
  if (refused) return problem(422, 'Validation failed: Redirect URI must be an absolute URI.', '');
  const id = `client-${signIn.apps.size}`;
  const secret = secretText();
  signIn.apps.set(id, { secret, redirectUris, scopes: String(fields['scopes'] ?? 'read') });
  return { status: 200, body: { id: '1', name: 'Belfry', client_id: id, client_secret: secret } };
}

/** What the user sees: errors are pages here, since it is not known yet where to send the browser. */
function authorize({ signIn, now }: World, query: URLSearchParams): Reply {
  const get = (name: string) => query.get(name) ?? '';
  const app = signIn.apps.get(get('client_id'));
  if (!app) return page(401, 'Error', '<p>Client authentication failed due to unknown client.</p>');
  const redirectUri = get('redirect_uri');
  if (!app.redirectUris.some((known) => fits(known, redirectUri, signIn.strictPorts)))
    return page(400, 'Error', '<p>The redirect URI included is not valid.</p>');
  const scopes = get('scope').split(' ');
  const known = signIn.coarseScopes ? coarseScopes : [...coarseScopes, ...fineScopes];
  const registered = app.scopes.split(' ');
  if (scopes.some((scope) => !known.includes(scope) || !registered.includes(scope)))
    return page(400, 'Error', '<p>The requested scope is invalid, unknown, or malformed.</p>');
  const decision = query.get('decision');
  if (decision === null) return consentPage(query, signIn.people, scopes.join(', '));
  const state = get('state');
  if (decision === 'deny')
    return sendOn(redirectUri, { error: 'access_denied', error_description: 'The owner said no.', state });
  const code = secretText();
  const [first = ''] = signIn.people;
  signIn.codes.set(code, {
    client: get('client_id'),
    account: query.get('as') ?? first,
    scope: get('scope'),
    redirectUri,
    challenge: query.get('code_challenge'),
    at: now(),
    used: false,
  });
  if (redirectUri === oob) return page(200, 'Your code', `<p>Paste this: <code>${html(code)}</code></p>`);
  return sendOn(redirectUri, { code, state });
}

/** The port may differ between loopback IP literals only (networks.md §1.2). */
function fits(registered: string, asked: string, strictPorts: boolean): boolean {
  if (registered === asked) return true;
  if (strictPorts || !URL.canParse(registered) || !URL.canParse(asked)) return false;
  const [one, other] = [new URL(registered), new URL(asked)];
  return one.hostname === '127.0.0.1' && other.hostname === '127.0.0.1' && one.pathname === other.pathname;
}

function token(world: World, { fields }: Asked): Reply {
  const { signIn } = world;
  const field = (name: string) => String(fields[name] ?? '');
  const app = signIn.apps.get(field('client_id'));
  if (!app || app.secret !== field('client_secret'))
    return problem(401, 'invalid_client', 'Client authentication failed due to unknown client.');
  const grant =
    field('grant_type') === 'refresh_token'
      ? refreshed(world, field('refresh_token'))
      : granted(world, field);
  if (grant === undefined || grant.client !== field('client_id'))
    return problem(400, 'invalid_grant', 'The provided authorization grant is invalid, expired, revoked.');
  return { status: 200, body: give(world, grant) };
}

type Grant = { client: string; account: string; scope: string };

function granted({ signIn, now }: World, field: (name: string) => string): Grant | undefined {
  const code = signIn.codes.get(field('code'));
  if (!code || code.used || now() - code.at > signIn.codeLifeMs) return undefined;
  if (code.redirectUri !== field('redirect_uri')) return undefined;
  const challenge = createHash('sha256').update(field('code_verifier')).digest('base64url');
  if (code.challenge !== null && code.challenge !== challenge) return undefined;
  code.used = true;
  return code;
}

function refreshed({ signIn, tokens }: World, refreshToken: string): Grant | undefined {
  const grant = signIn.refreshTokens.get(refreshToken);
  if (grant && signIn.rotates) {
    signIn.refreshTokens.delete(refreshToken);
    tokens.delete(grant.token);
  }
  return grant;
}

function give({ signIn, tokens, now }: World, grant: Grant) {
  const { lifeSeconds } = signIn;
  const access = `token-${secretText()}`;
  const until = lifeSeconds === null ? undefined : now() + lifeSeconds * 1000;
  tokens.set(access, {
    account: grant.account,
    write: grant.scope.includes('write'),
    scopes: grant.scope,
    ...(until === undefined ? {} : { until }),
  });
  const body = {
    access_token: access,
    token_type: 'Bearer',
    scope: grant.scope,
    created_at: Math.floor(now() / 1000),
  };
  if (lifeSeconds === null) return body;
  const refresh = `refresh-${secretText()}`;
  signIn.refreshTokens.set(refresh, { ...grant, token: access });
  return { ...body, expires_in: lifeSeconds, refresh_token: refresh };
}

function revoke({ signIn, tokens }: World, { fields }: Asked): Reply {
  const app = signIn.apps.get(String(fields['client_id']));
  if (app?.secret !== fields['client_secret']) return problem(403, 'unauthorized_client', '');
  tokens.delete(String(fields['token']));
  return { status: 200, body: {} };
}

function secretText(): string {
  return randomBytes(16).toString('hex');
}
