/** A Page of a pretended person, and the Instagram account linked to it. */
export type FakePage = { id: string; name: string; instagram: { id: string; username: string } | null };

export type FakeApp = { secret: string; redirectUris: string[]; scopes: string };

type Grant = { client: string; account: string; scope: string };

/** What a pretended server remembers of sign-ins, and how it behaves; tests change it. */
export type FakeSignIn = {
  /** Who may sign in in the browser, the first by default. */
  people: string[];
  /** `closed`: 404, as where the administrator switched it off. `page`: HTML. `no-oob`, `oob-only`: refuses the other redirect. */
  registration: 'open' | 'closed' | 'page' | 'no-oob' | 'oob-only';
  /** Compares the redirect's port although RFC 8252 says otherwise. */
  strictPorts: boolean;
  /** Knows `read write` only. */
  coarseScopes: boolean;
  /** Lists its scopes at the well-known address, as Mastodon does since 4.3. */
  listsScopes: boolean;
  /** Life of a token in seconds; null = for ever, without a refresh token. */
  lifeSeconds: number | null;
  /** A refresh token is worth nothing once used, and the token that came with it neither. */
  rotates: boolean;
  codeLifeMs: number;
  apps: Map<string, FakeApp>;
  codes: Map<string, Grant & { redirectUri: string; challenge: string | null; at: number; used: boolean }>;
  refreshTokens: Map<string, Grant & { token: string }>;
  /** Meta: the Pages of every person, and the rights that are given however many are asked for. */
  pages: FakePage[];
  withheld: string[];
  /** Meta: Pages of a business portfolio, which lists leave out. */
  unlisted: boolean;
};

/** The app at Meta that the fakes know. */
export const fakeMetaApp = { id: '4242424242', secret: 'fake-app-secret-of-a-person' };

const year = 365 * 86_400;

export function createSignInState(software: string): FakeSignIn {
  const pixelfed = software === 'pixelfed';
  return {
    people: ['1001', '1002'],
    registration: 'open',
    strictPorts: false,
    coarseScopes: pixelfed,
    listsScopes: !pixelfed,
    lifeSeconds: pixelfed ? year : null,
    rotates: pixelfed,
    codeLifeMs: 600_000,
    apps: new Map([
      [fakeMetaApp.id, { secret: fakeMetaApp.secret, redirectUris: ['http://127.0.0.1/belfry'], scopes: '' }],
    ]),
    codes: new Map(),
    refreshTokens: new Map(),
    pages: [
      { id: '1001', name: 'Town news', instagram: { id: '17841400000001001', username: 'townnews' } },
      { id: '1002', name: 'Market square', instagram: null },
    ],
    withheld: [],
    unlisted: false,
  };
}
