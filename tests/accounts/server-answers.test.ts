import { describe, expect, test } from 'vitest';
import { temporaryHome } from '../support/home.ts';
import { code, message } from './errors.ts';
import { json, loopback, type Play } from './server.ts';
import { openAccounts } from './world.ts';

describe('what servers answer', () => {
  const answers: [string, Play, string][] = [
    ['401', (_, r) => json(r, 401, { error: 'Das Zugriffstoken ist ungültig' }), 'SIGN_IN_NEEDED'],
    ['403 with an error', (_, r) => json(r, 403, { error: 'outside the scopes' }), 'SIGN_IN_NEEDED'],
    [
      '422 for an app token',
      (_, r) => json(r, 422, { error: 'requires an authenticated user' }),
      'SIGN_IN_NEEDED',
    ],
    ['403 of a proxy', (_, r) => void r.writeHead(403).end('<html>blocked</html>'), 'NETWORK_REFUSED'],
    ['404', (_, r) => json(r, 404, { error: 'Not found' }), 'NETWORK_REFUSED'],
    ['429', (_, r) => json(r, 429, { error: 'Too many requests' }), 'NETWORK_REFUSED'],
    ['502 as HTML', (_, r) => void r.writeHead(502).end('<html>Bad gateway</html>'), 'NETWORK_REFUSED'],
    [
      'a page',
      (_, r) => void r.writeHead(200, { 'content-type': 'text/html' }).end('<p>hi'),
      'NETWORK_REFUSED',
    ],
    ['JSON that is no account', (_, r) => json(r, 200, []), 'NETWORK_REFUSED'],
    ['a name that is the token', (_, r) => json(r, 200, { id: '1', username: 'tok-1' }), 'NETWORK_REFUSED'],
    ['an empty id', (_, r) => json(r, 200, { id: '', username: 'a' }), 'NETWORK_REFUSED'],
    [
      'a redirect',
      (_, r) => void r.writeHead(301, { location: 'http://evil.example/' }).end(),
      'NETWORK_REFUSED',
    ],
    ['a cut connection', (q) => void q.socket.destroy(), 'NETWORK_UNREACHABLE'],
    ['too much', (_, r) => void r.writeHead(200).end('x'.repeat(2_000_000)), 'TOO_LARGE'],
  ];
  test.each(answers)('%s', async (_name, play, expected) => {
    const server = await loopback(play);
    const { accounts, config } = await openAccounts(temporaryHome());
    const adding = accounts.add({ network: 'pixelfed', server: server.url, token: 'tok-1' });
    expect(await code(adding)).toBe(expected);
    expect(config().accounts).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('no server there', async () => {
    const { accounts } = await openAccounts(temporaryHome());
    const adding = accounts.add({ network: 'mastodon', server: 'http://127.0.0.1:9', token: 't' });
    expect(await message(adding)).toMatch(
      /^NETWORK_UNREACHABLE: The server cannot be reached, http:\/\/127\.0\.0\.1:9/,
    );
  });

  test('no answer: given up after 15 seconds', async () => {
    const server = await loopback(() => undefined);
    const { accounts, clock } = await openAccounts(temporaryHome());
    const adding = message(accounts.add({ network: 'mastodon', server: server.url, token: 't' }));
    await expect.poll(() => server.requests.length).toBe(1);
    await clock.advance(14_999);
    expect(clock.pending()).toBe(1);
    await clock.advance(1);
    expect(await adding).toContain('did not answer within 15 s');
  });

  test('a server that repeats the token does not get it into the message', async () => {
    const server = await loopback((_, r) => json(r, 401, { error: `bad token tok-secret\u001b[31m\nline` }));
    const { accounts } = await openAccounts(temporaryHome());
    const text = await message(
      accounts.add({ network: 'mastodon', server: server.url, token: 'tok-secret' }),
    );
    expect(text).toContain('"bad token … [31m line"');
    expect(text).not.toContain('tok-secret');
  });

  test('nor does one that repeats it encoded, or sends it on', async () => {
    const token = 'tok/secret+1';
    const said = `${encodeURIComponent(token)} ${token}`;
    const refusing = await loopback((_, r) => json(r, 401, { error: said }));
    const redirecting = await loopback(
      (_, r) => void r.writeHead(302, { location: `https://elsewhere.example/${token}/` }).end(),
    );
    const { accounts } = await openAccounts(temporaryHome());
    for (const { url: server } of [refusing, redirecting]) {
      const text = await message(accounts.add({ network: 'mastodon', server, token }));
      if (server === refusing.url) expect(text).toContain('…');
      else expect(text).toContain('It redirects to https://elsewhere.example,');
      expect(text).not.toMatch(/secret/);
    }
  });

  test.each([
    ['http://mastodon.example', 'https://mastodon.example'],
    ['http://localhost.mastodon.example', 'https://localhost.mastodon.example'],
    ['http://127.0.0.1.example', 'https://127.0.0.1.example'],
    ['ftp://mastodon.example', 'Give it like https://mastodon.example'],
    ['https://ada:pw@mastodon.example', 'Give the address of the server alone'],
    ['https://mastodon.example/@ada', 'Give https://mastodon.example'],
  ])('the address %s is refused', async (server, hint) => {
    const { accounts } = await openAccounts(temporaryHome());
    const text = await message(accounts.add({ network: 'mastodon', server, token: 't' }));
    expect(text).toMatch(/^BAD_INPUT/);
    expect(text).toContain(hint);
    expect(text).not.toContain('pw');
  });
});
