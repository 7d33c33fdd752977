import { expect, test } from 'vitest';
import { createKnownSites } from '../../electron/api/handlers/accounts.ts';
import type { AccountView, SignInView } from '../../shared/index.ts';

test('only servers of accounts, the networks themselves and a sign-in under way are opened without a question', async () => {
  const account = { server: 'https://mastodon.example' } as AccountView;
  const sites = createKnownSites({ list: async () => [account] });
  for (const url of [
    'https://mastodon.example/@ada/1',
    'https://www.instagram.com/p/1/',
    'https://developers.facebook.com/apps/',
  ])
    expect([url, await sites.knows(url)]).toEqual([url, true]);
  for (const url of [
    'https://evil.example/',
    'http://mastodon.example/',
    'https://mastodon.example.evil.example/',
    'https://mastodon.example:8443/',
    'https://mastodon.example@evil.example/',
    'http://www.instagram.com/',
    'http://127.0.0.1:1/',
  ])
    expect([url, await sites.knows(url)]).toEqual([url, false]);

  expect(await sites.knows('https://new.example/oauth/authorize')).toBe(false);
  sites.remember({ url: 'https://new.example/oauth/authorize?state=1' } as SignInView);
  expect(await sites.knows('https://new.example/oauth/authorize')).toBe(true);
});
