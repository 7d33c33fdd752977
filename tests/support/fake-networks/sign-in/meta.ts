import { randomBytes } from 'node:crypto';
import type { Reply } from '../faults.ts';
import type { Handled } from '../mastodon.ts';
import { graphPath, metaProblem, refuseStranger } from '../meta.ts';
import type { Asked } from '../request.ts';
import type { World } from '../world.ts';
import { consentPage, page, sendOn } from './page.ts';
import type { FakePage } from './state.ts';

const hour = 3_600_000;
const sixtyDays = 60 * 24 * hour;

/** Sign-in with Facebook and with Instagram, and who one is then (networks.md §3.7, §4.1); undefined for other addresses. */
export function metaSignInRoutes(world: World, asked: Asked): Handled | undefined {
  const [first = '', second] = graphPath(asked) ?? [];
  const at = (route: Handled['route'], effect: () => Reply): Handled => ({ route, effect });
  if (asked.path === '/oauth/authorize') return at('authorize', () => authorize(world, asked.query));
  if (first === 'dialog' && second === 'oauth') return at('authorize', () => authorize(world, asked.query));
  if (asked.path === '/oauth/access_token') return at('token', () => instagramToken(world, asked));
  if (asked.path === '/access_token') return at('token', () => exchange(world, asked, 'access_token'));
  if (asked.path === '/refresh_access_token') return at('token', () => refresh(world, asked));
  if (first === 'oauth' && second === 'access_token')
    return at('token', () =>
      asked.query.get('grant_type') === 'fb_exchange_token'
        ? exchange(world, asked, 'fb_exchange_token')
        : facebookToken(world, asked.query),
    );
  if (first === 'debug_token') return at('account', () => debug(world, asked.query));
  const known = first === 'me' || pageOf(world, first) !== undefined;
  if (asked.method !== 'GET' || !known || (second !== undefined && second !== 'accounts')) return undefined;
  return at(
    'account',
    () => refuseStranger(world, asked) ?? about(world, asked, first, second === 'accounts'),
  );
}

function authorize({ signIn, now }: World, query: URLSearchParams): Reply {
  const get = (name: string) => query.get(name) ?? '';
  const app = signIn.apps.get(get('client_id'));
  const redirectUri = get('redirect_uri');
  if (!app) return page(400, 'Error', '<p>Invalid App ID</p>');
  if (!app.redirectUris.some((uri) => sameAddress(uri, redirectUri)))
    return page(400, 'Error', '<p>URL blocked: the redirect URI is not whitelisted.</p>');
  const decision = query.get('decision');
  if (decision === null) return consentPage(query, ['the owner'], get('scope'));
  const state = get('state');
  if (decision === 'deny')
    return sendOn(redirectUri, { error: 'access_denied', error_reason: 'user_denied', state });
  const code = secretText();
  const grant = { client: get('client_id'), account: 'person', scope: get('scope') };
  signIn.codes.set(code, { ...grant, redirectUri, challenge: null, at: now(), used: false });
  const reply = sendOn(redirectUri, { code, state });
  // Meta's oddity: something behind the code that is none of it.
  return { ...reply, headers: { location: `${reply.headers?.['location']}#_` } };
}

/** A free port on this machine, as apps in development mode may have it. */
function sameAddress(registered: string, asked: string): boolean {
  if (registered === asked) return true;
  const [one, other] = [new URL(registered), new URL(asked)];
  return one.protocol === 'http:' && one.hostname === other.hostname && one.pathname === other.pathname;
}

function codeOf({ signIn, now }: World, given: Record<string, unknown>) {
  const code = signIn.codes.get(String(given['code']));
  const app = signIn.apps.get(String(given['client_id']));
  if (!app || app.secret !== given['client_secret']) return 'app' as const;
  if (!code || code.used || now() - code.at > signIn.codeLifeMs) return 'code' as const;
  if (code.redirectUri !== given['redirect_uri']) return 'code' as const;
  code.used = true;
  return code;
}

function facebookToken(world: World, query: URLSearchParams): Reply {
  const found = codeOf(world, Object.fromEntries(query));
  if (found === 'app') return metaProblem(400, 1, undefined, 'Error validating client secret.');
  if (found === 'code') return metaProblem(400, 100, 36009, 'This authorization code has been used.');
  const token = give(world, 'person', 'person', hour);
  return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: 3600 } };
}

function instagramToken(world: World, { fields }: Asked): Reply {
  const found = codeOf(world, fields);
  if (typeof found === 'string')
    return {
      status: 400,
      body: {
        error_type: 'OAuthException',
        code: 400,
        error_message:
          found === 'app' ? 'Invalid platform app' : 'Matching code was not found or was already used',
      },
    };
  const token = give(world, world.signIn.pages[0]?.instagram?.id ?? '', 'instagram', hour);
  const permissions = found.scope.split(',').filter((scope) => !world.signIn.withheld.includes(scope));
  return {
    status: 200,
    body: { data: [{ access_token: token, user_id: '17841400000001001', permissions }] },
  };
}

/** A token of an hour to one of sixty days. */
function exchange(world: World, { query }: Asked, name: string): Reply {
  const old = world.tokens.get(query.get(name) ?? '');
  const secret = query.get('client_secret');
  if (![...world.signIn.apps.values()].some((app) => app.secret === secret))
    return metaProblem(400, 1, undefined, 'Error validating client secret.');
  if (!old) return metaProblem(400, 190, 463, 'Error validating access token');
  const token = give(world, old.account, old.kind ?? 'instagram', sixtyDays);
  return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: sixtyDays / 1000 } };
}

/** Only a token of 24 hours of age, and not one that has ended. The old one lives on. */
function refresh(world: World, { query }: Asked): Reply {
  const old = world.tokens.get(query.get('access_token') ?? '');
  if (!old || (old.until ?? Number.POSITIVE_INFINITY) <= world.now())
    return metaProblem(400, 190, 463, 'Error validating access token: Session has expired');
  if (world.now() - (old.since ?? 0) < 24 * hour)
    return metaProblem(400, 100, undefined, 'The access token is too young to be refreshed');
  const token = give(world, old.account, 'instagram', sixtyDays);
  return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: sixtyDays / 1000 } };
}

function debug({ tokens, signIn }: World, query: URLSearchParams): Reply {
  const token = tokens.get(query.get('input_token') ?? '');
  if (!token) return metaProblem(400, 190, undefined, 'Invalid OAuth access token');
  const all = [
    'pages_show_list',
    'pages_read_engagement',
    'pages_manage_posts',
    'instagram_basic',
    'instagram_content_publish',
  ];
  const scopes = all.filter((scope) => !signIn.withheld.includes(scope));
  const targets = signIn.pages.map(({ id }) => id);
  return {
    status: 200,
    body: {
      data: {
        is_valid: true,
        expires_at: token.until === undefined ? 0 : Math.floor(token.until / 1000),
        scopes,
        granular_scopes: [{ scope: 'pages_manage_posts', target_ids: targets }],
      },
    },
  };
}

function about(world: World, asked: Asked, id: string, list: boolean): Reply {
  const token = world.tokens.get(asked.token ?? '');
  const fields = asked.query.get('fields') ?? '';
  const missing = (field: string) =>
    metaProblem(400, 100, undefined, `Tried accessing nonexisting field (${field})`);
  // The token that every fake lets in is one of its own network.
  const kind = token?.kind ?? (world.model.api === 'instagram' ? 'instagram' : 'page');
  if (token && kind === 'instagram') {
    const username = instagramOf(world, token.account)?.username ?? token.account;
    return list ? missing('accounts') : { status: 200, body: { id: '99', user_id: token.account, username } };
  }
  if (token?.kind === 'person' && id === 'me') {
    if (list)
      return {
        status: 200,
        body: { data: world.signIn.unlisted ? [] : world.signIn.pages.map((one) => pageJson(world, one)) },
      };
    return fields.includes('instagram')
      ? missing('instagram_business_account')
      : { status: 200, body: { id: '7', name: 'Ada' } };
  }
  const found = pageOf(world, id === 'me' ? (token?.account ?? '') : id);
  if (list || !found) return missing('accounts');
  const linked = found.instagram;
  if (linked && id === linked.id) return { status: 200, body: linked };
  return { status: 200, body: token?.kind === 'person' ? pageJson(world, found) : withoutToken(found) };
}

function pageJson(world: World, one: FakePage) {
  return { ...withoutToken(one), access_token: give(world, one.id, 'page', null) };
}

function withoutToken({ id, name, instagram }: FakePage) {
  return { id, name, ...(instagram ? { instagram_business_account: instagram } : {}) };
}

function pageOf({ signIn }: World, id: string): FakePage | undefined {
  return signIn.pages.find((one) => one.id === id || one.instagram?.id === id);
}

function instagramOf(world: World, id: string) {
  return pageOf(world, id)?.instagram;
}

function give(
  world: World,
  account: string,
  kind: 'person' | 'page' | 'instagram',
  lifeMs: number | null,
): string {
  const token = `${kind}-${secretText()}`;
  const since = world.now();
  const until = lifeMs === null ? {} : { until: since + lifeMs };
  world.tokens.set(token, { account, write: true, kind, since, ...until });
  return token;
}

function secretText(): string {
  return randomBytes(16).toString('hex');
}
