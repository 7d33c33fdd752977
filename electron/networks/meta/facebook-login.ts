import { z } from 'zod';
import { BelfryError, graphVersion, type Network, secretText } from '../../../shared/index.ts';
import { askJson, type HttpDeps, okJson } from '../http.ts';
import type { App } from '../sign-in.ts';
import { type Candidate, credential, printable, type SignInProvider } from '../sign-in.ts';
import { metaError, signInRefusal } from './errors.ts';
import { askMeta, placesOf } from './graph.ts';
import {
  appOf,
  demandPublishing,
  demandScopes,
  inspectItself,
  inspectToken,
  neededScopes,
  wantedBy,
} from './rights.ts';

const tokenSchema = z.object({ access_token: secretText });
const pageOwnerSchema = z.object({ id: z.string().min(1), name: z.string().catch('') });
const instagramOwnerSchema = z.object({ id: z.string().min(1), username: z.string().min(1) });

/** Facebook's log-in: for Pages, and for the Instagram accounts that are linked to them (networks.md §3, §4). */
export const facebookLogin: SignInProvider = {
  kind: 'facebook',
  login: 'facebook',
  async open(deps, { network, server, app }, token, signal) {
    const asking = { deps, server, token, signal };
    const pages = await pagesOf(asking);
    const rights = await inspectItself(deps, server, token, signal);
    demandPublishing(network, rights.scopes, server);
    const at = deps.clock.now();
    if (pages === null) {
      const page = candidateOf(network, await pageBy(asking, 'me'), token, at);
      return withEnd(opened(network, server, page ? [page] : []), rights.expiresAt);
    }
    // Pages' tokens live as long as the user's: a short one is exchanged first, where an app can do so.
    if (app === undefined)
      return withEnd(opened(network, server, candidates(network, pages, at)), rights.expiresAt);
    const long = await longLived(asking, app);
    const again = await pagesOf({ ...asking, token: long });
    return opened(network, server, candidates(network, again ?? pages, at));
  },
  async owner(deps, { network, server, remoteId }, { token }, signal) {
    if (network === 'facebook') {
      const url = `${server}/${graphVersion}/me`;
      const ask = { url, query: { fields: 'id,name' }, token, signal };
      const { id, name } = await askMeta(deps, ask, pageOwnerSchema);
      const shown = printable(name) || id;
      return { remoteId: id, username: shown, handle: shown };
    }
    const url = `${server}/${graphVersion}/${encodeURIComponent(remoteId)}`;
    const ask = { url, query: { fields: 'id,username' }, token, signal };
    const { id, username } = await askMeta(deps, ask, instagramOwnerSchema);
    return { remoteId: id, username: printable(username), handle: `@${printable(username)}` };
  },
  async rights(deps, { network, server }, { token }, signal) {
    demandPublishing(network, (await inspectItself(deps, server, token, signal)).scopes, server);
  },
  wanted: wantedBy,
  async begin(deps, beginning) {
    const { network, server, state, listening } = beginning;
    const { app, redirectUri } = appOf('facebook', beginning);
    const places = placesOf('facebook', server);
    const query = new URLSearchParams({
      client_id: app.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: neededScopes[network === 'instagram' ? 'instagram' : 'facebook'].join(','),
      state,
      // What was left out last time can be given only when Facebook asks again.
      auth_type: 'rerequest',
    });
    return {
      url: `${places.dialog}?${query}`,
      mode: redirectUri === listening ? 'loopback' : 'code',
      app,
      async exchange(code, signal) {
        const grant = { client_id: app.id, client_secret: app.secret, redirect_uri: redirectUri, code };
        const short = await askMeta(deps, { url: places.token, query: grant, signal }, tokenSchema);
        const asking = { deps, server, token: short.access_token, signal };
        return fromPerson({ ...asking, token: await longLived(asking, app) }, network, app);
      },
    };
  },
};

/** The accounts of a user who has just signed in. */
async function fromPerson(asking: Asking, network: Network, app: App): Promise<Candidate[]> {
  const { deps, server, token, signal } = asking;
  const seen = await inspectToken(deps, server, token, `${app.id}|${app.secret}`, signal);
  demandScopes(network, seen.scopes, server);
  const pages = (await pagesOf(asking)) ?? [];
  if (pages.length === 0 && network === 'facebook') {
    // Pages of a business portfolio are missing in the list, and ticked all the same.
    for (const id of seen.targets) pages.push(await pageBy(asking, id));
  }
  return opened(network, server, candidates(network, pages, deps.clock.now()));
}

/** A person's token of an hour to one of some sixty days. */
async function longLived({ deps, server, token, signal }: Asking, app: App): Promise<string> {
  const query = {
    grant_type: 'fb_exchange_token',
    client_id: app.id,
    client_secret: app.secret,
    fb_exchange_token: token,
  };
  const ask = { url: placesOf('facebook', server).token, query, signal };
  return (await askMeta(deps, ask, tokenSchema)).access_token;
}

function candidates(network: Network, pages: readonly Parameters<typeof candidateOf>[1][], at: number) {
  // A Page without a token is one that the user may not publish to.
  return pages
    .filter((page) => page.access_token !== undefined)
    .map((page) => candidateOf(network, page, '', at))
    .filter((candidate) => candidate !== undefined);
}

function withEnd(list: readonly Candidate[], expiresAt: number | null): Candidate[] {
  return list.map(({ owner, credential }) => ({ owner, credential: { ...credential, expiresAt } }));
}

/** Throws NETWORK_REFUSED when there is nothing to publish to. */
function opened(network: Network, server: string, list: readonly Candidate[]): Candidate[] {
  if (list.length > 0) return [...list];
  const instagram = network === 'instagram';
  throw new BelfryError({
    code: 'NETWORK_REFUSED',
    what: instagram ? 'No Instagram account was found' : 'No Page was found',
    where: server,
    why: instagram
      ? 'None of the Pages that this sign-in opens is linked to a professional Instagram account'
      : 'This sign-in opens no Page that its person may publish to; personal profiles cannot be published to',
    remedy: instagram
      ? 'Link the account to a Page and tick that Page when you sign in'
      : 'Tick the Page when you sign in, as one of its people',
  });
}

const instagramSchema = z.object({ id: z.string().min(1), username: z.string().min(1) });
const pageSchema = z.object({
  id: z.string().min(1),
  name: z.string().catch(''),
  access_token: secretText.optional().catch(undefined),
  instagram_business_account: instagramSchema.optional().catch(undefined),
});
type Page = z.infer<typeof pageSchema>;
const listSchema = z.object({
  data: z.array(pageSchema),
  paging: z
    .object({ cursors: z.object({ after: z.string() }), next: z.string() })
    .optional()
    .catch(undefined),
});

const pageFields = 'id,name,access_token,instagram_business_account{id,username}';
const mostPages = 20;

/** A question that the token of a user or a Page can ask. */
type Asking = { deps: HttpDeps; server: string; token: string; signal: AbortSignal | undefined };

/** The Pages that a user manages, or null when the token is a Page's own, which has no list (error 100). Throws as askMeta. */
async function pagesOf({ deps, server, token, signal }: Asking): Promise<Page[] | null> {
  const pages: Page[] = [];
  const url = `${server}/${graphVersion}/me/accounts`;
  let after: string | undefined;
  for (let count = 0; count < mostPages; count += 1) {
    const query = { fields: pageFields, limit: '100', ...(after === undefined ? {} : { after }) };
    const ask = { url, query, token, signal };
    const answer = await askJson(deps, ask);
    const list = listSchema.safeParse(okJson(answer)).data;
    if (list === undefined) {
      if (metaError(answer)?.code === 100) return null;
      throw signInRefusal(ask, answer);
    }
    pages.push(...list.data);
    after = list.paging?.cursors.after;
    if (after === undefined) break;
  }
  return pages;
}

/** One Page by its id (`me`: the Page whose token asks). Throws as askMeta. */
async function pageBy({ deps, server, token, signal }: Asking, id: string): Promise<Page> {
  const url = `${server}/${graphVersion}/${encodeURIComponent(id)}`;
  // A Page token may not ask for itself again.
  const fields = id === 'me' ? 'id,name,instagram_business_account{id,username}' : pageFields;
  return askMeta(deps, { url, query: { fields }, token, signal }, pageSchema);
}

/** What a Page is to a network: itself, or the Instagram account linked to it; undefined when it has none. */
function candidateOf(network: Network, page: Page, token: string, at: number): Candidate | undefined {
  // Of a long-lived sign-in a Page's token has no date of expiry (networks.md §3.7).
  const given = credential({ token: page.access_token ?? token, kind: 'facebook', obtainedAt: at });
  if (network === 'facebook') {
    const name = printable(page.name) || page.id;
    return { owner: { remoteId: page.id, username: name, handle: name }, credential: given };
  }
  const linked = page.instagram_business_account;
  if (linked === undefined) return undefined;
  const username = printable(linked.username);
  return { owner: { remoteId: linked.id, username, handle: `@${username}` }, credential: given };
}
