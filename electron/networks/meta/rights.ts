import { z } from 'zod';
import { BelfryError, graphVersion, type Login, type Network } from '../../../shared/index.ts';
import type { HttpDeps } from '../http.ts';
import type { App } from '../sign-in.ts';
import { endAfter, type RedirectWish, type SignInStart } from '../sign-in.ts';
import { askMeta } from './graph.ts';

const debugSchema = z.object({
  data: z.object({
    expires_at: z.number().optional().catch(undefined),
    scopes: z.array(z.string()).optional().catch(undefined),
    granular_scopes: z
      .array(z.object({ scope: z.string(), target_ids: z.array(z.string()).optional() }))
      .optional()
      .catch(undefined),
  }),
});

/** What Meta says about a token. */
type Inspected = {
  /** null = never, or not known. */
  expiresAt: number | null;
  /** Permissions that were given; undefined = not known. */
  scopes: string[] | undefined;
  /** Pages and accounts that the user ticked, also those that lists leave out (networks.md §4.1). */
  targets: string[];
};

/** `GET /debug_token` (networks.md §3.7); `asker` is an app's token, or the token itself. Throws as askMeta. */
export async function inspectToken(
  deps: HttpDeps,
  server: string,
  token: string,
  asker: string,
  signal: AbortSignal | undefined,
): Promise<Inspected> {
  const url = `${server}/${graphVersion}/debug_token`;
  const ask = { url, query: { input_token: token, access_token: asker }, signal };
  const { data } = await askMeta(deps, ask, debugSchema);
  return {
    expiresAt: data.expires_at ? endAfter(0, data.expires_at) : null,
    scopes: data.scopes,
    targets: [...new Set((data.granular_scopes ?? []).flatMap(({ target_ids }) => target_ids ?? []))],
  };
}

/**
 * What a token may be asked about itself: some may not be, and then nothing is known. Throws NETWORK_UNREACHABLE.
 */
export async function inspectItself(
  deps: HttpDeps,
  server: string,
  token: string,
  signal: AbortSignal | undefined,
): Promise<Pick<Inspected, 'expiresAt' | 'scopes'>> {
  return inspectToken(deps, server, token, token, signal).catch((error: unknown) => {
    if (error instanceof BelfryError && error.code !== 'NETWORK_UNREACHABLE')
      return { expiresAt: null, scopes: undefined };
    throw error;
  });
}

/** Of these, what a token needs that is there already: the list of Pages is read when they are chosen only. */
const chooses = 'pages_show_list';

/** Throws SIGN_IN_NEEDED when a token that someone made lacks what publishing needs. */
export function demandPublishing(
  network: Network,
  given: readonly string[] | undefined,
  where: string,
): void {
  demandScopes(network, given?.length ? [...given, chooses] : undefined, where);
}

/** What publishing needs, by network, with Facebook's log-in (networks.md §3.1, §4.1). */
export const neededScopes: Record<'facebook' | 'instagram', readonly string[]> = {
  facebook: ['pages_show_list', 'pages_read_engagement', 'pages_manage_posts'],
  instagram: ['pages_show_list', 'pages_read_engagement', 'instagram_basic', 'instagram_content_publish'],
};

/** Throws SIGN_IN_NEEDED when the user unticked something that publishing needs. */
export function demandScopes(network: Network, given: readonly string[] | undefined, where: string): void {
  const needed = network === 'instagram' ? neededScopes.instagram : neededScopes.facebook;
  demandAll(
    needed,
    given,
    where,
    'Sign in again and leave every tick as it is; the app at Meta must have these permissions too',
  );
}

/** Throws SIGN_IN_NEEDED with the remedy when one of `needed` is missing; what was given may be unknown. */
export function demandAll(
  needed: readonly string[],
  given: readonly string[] | undefined,
  where: string,
  remedy: string,
): void {
  const missing = given === undefined ? [] : needed.filter((scope) => !given.includes(scope));
  if (missing.length === 0) return;
  throw new BelfryError({
    code: 'SIGN_IN_NEEDED',
    what: 'Belfry was not given every right that it needs',
    where,
    why: `Missing: ${missing.join(', ')}`,
    remedy,
  });
}

/** Where the answer comes: to this machine when the app's redirect URI points here by plain http, else by the user's hand. */
export function wantedBy(app: App | undefined): RedirectWish {
  const uri = app?.redirectUris[0];
  if (uri === undefined) return { mode: 'code' };
  const { protocol, hostname, port, pathname } = new URL(uri);
  if (protocol !== 'http:' || (hostname !== '127.0.0.1' && hostname !== 'localhost')) return { mode: 'code' };
  // Meta compares the address exactly, so a port in it is the only one that will do.
  return { mode: 'loopback', host: hostname, port: Number(port), fixed: port !== '', path: pathname };
}

/** The user's app and the address for the browser's answer. Throws BAD_INPUT when no app is known. */
export function appOf(login: Login, { app, listening }: SignInStart): { app: App; redirectUri: string } {
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
    why: 'Meta lets only registered apps act for people, and a secret shipped with Belfry would not be secret',
    remedy: `Make an app at developers.facebook.com and give its ${name} app id and secret (--app-id); Belfry keeps them`,
    field: 'app',
  });
}
