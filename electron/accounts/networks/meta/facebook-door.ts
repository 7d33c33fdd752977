import { z } from 'zod';
import { BelfryError, graphVersion, type Network, secretText } from '../../../../shared/index.ts';
import type { App } from '../../apps.ts';
import type { Candidate, NetworkDoor } from '../door.ts';
import { printable } from '../words.ts';
import { appOf, wantedBy } from './app.ts';
import { askMeta, placesOf } from './graph.ts';
import { demandPublishing, demandScopes, inspectItself, inspectToken, neededScopes } from './inspect.ts';
import { type Asking, candidateOf, pageBy, pagesOf } from './pages.ts';

const tokenSchema = z.object({ access_token: secretText });
const pageOwnerSchema = z.object({ id: z.string().min(1), name: z.string().catch('') });
const instagramOwnerSchema = z.object({ id: z.string().min(1), username: z.string().min(1) });

/** Facebook's log-in: for Pages, and for the Instagram accounts that are linked to them (networks.md §3, §4). */
export const facebookDoor: NetworkDoor = {
  login: 'facebook',
  async open(needs, { network, server, app }, token, signal) {
    const asking = { needs, server, token, signal };
    const pages = await pagesOf(asking);
    const told = await inspectItself(needs, server, token, signal);
    demandPublishing(network, told.scopes, server);
    const at = needs.clock.now();
    if (pages === null) {
      const page = candidateOf(network, await pageBy(asking, 'me'), token, at);
      return withEnd(opened(network, server, page ? [page] : []), told.expiresAt);
    }
    // Pages' tokens live as long as the person's: a short one is exchanged first, where an app can do so.
    if (app === undefined)
      return withEnd(opened(network, server, candidates(network, pages, at)), told.expiresAt);
    const long = await longLived(asking, app);
    const again = await pagesOf({ ...asking, token: long });
    return opened(network, server, candidates(network, again ?? pages, at));
  },
  async owner(needs, { network, server, remoteId }, { token }, signal) {
    if (network === 'facebook') {
      const url = `${server}/${graphVersion}/me`;
      const ask = { url, query: { fields: 'id,name' }, token, signal };
      const { id, name } = await askMeta(needs, ask, pageOwnerSchema);
      const shown = printable(name) || id;
      return { remoteId: id, username: shown, handle: shown };
    }
    const url = `${server}/${graphVersion}/${encodeURIComponent(remoteId)}`;
    const ask = { url, query: { fields: 'id,username' }, token, signal };
    const { id, username } = await askMeta(needs, ask, instagramOwnerSchema);
    return { remoteId: id, username: printable(username), handle: `@${printable(username)}` };
  },
  async rights(needs, { network, server }, { token }, signal) {
    demandPublishing(network, (await inspectItself(needs, server, token, signal)).scopes, server);
  },
  wanted: wantedBy,
  async begin(needs, beginning) {
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
        const short = await askMeta(needs, { url: places.token, query: grant, signal }, tokenSchema);
        const asking = { needs, server, token: short.access_token, signal };
        return fromPerson({ ...asking, token: await longLived(asking, app) }, network, app);
      },
    };
  },
};

/** The accounts of a person who has just signed in. */
async function fromPerson(asking: Asking, network: Network, app: App): Promise<Candidate[]> {
  const { needs, server, token, signal } = asking;
  const seen = await inspectToken(needs, server, token, `${app.id}|${app.secret}`, signal);
  demandScopes(network, seen.scopes, server);
  const pages = (await pagesOf(asking)) ?? [];
  if (pages.length === 0 && network === 'facebook') {
    // Pages of a business portfolio are missing in the list, and ticked all the same.
    for (const id of seen.targets) pages.push(await pageBy(asking, id));
  }
  return opened(network, server, candidates(network, pages, needs.clock.now()));
}

/** A person's token of an hour to one of some sixty days. */
async function longLived({ needs, server, token, signal }: Asking, app: App): Promise<string> {
  const query = {
    grant_type: 'fb_exchange_token',
    client_id: app.id,
    client_secret: app.secret,
    fb_exchange_token: token,
  };
  const ask = { url: placesOf('facebook', server).token, query, signal };
  return (await askMeta(needs, ask, tokenSchema)).access_token;
}

function candidates(network: Network, pages: readonly Parameters<typeof candidateOf>[1][], at: number) {
  // A Page without a token is one that the person may not publish to.
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
