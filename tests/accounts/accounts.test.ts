import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Account, BelfryError } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { openRoom } from './room.ts';
import { json, loopback, type Play, whoAmI } from './server.ts';

const ada = { id: '17', username: 'ada' };
const code = async (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: BelfryError) => error.code,
  );
const message = async (work: Promise<unknown>) =>
  work.then(
    () => '',
    (error: Error) => error.message,
  );

describe('add', () => {
  test('asks the server, keeps the token in the vault and the description in config.json', async () => {
    const home = temporaryHome();
    const server = await loopback(whoAmI({ 'tok-1': ada }));
    const { accounts, config } = await openRoom(home);

    const view = await accounts.add({ network: 'mastodon', server: `${server.url}/`, token: 'tok-1' });

    const host = new URL(server.url).host;
    const id = `ada-${host.replace(/[.:]/g, '-')}`;
    expect(view).toEqual({
      id,
      network: 'mastodon',
      server: server.url,
      handle: `@ada@${host}`,
      status: 'ready',
      reason: null,
      tokenExpiresAt: null,
      movedTo: null,
      order: 'independent',
    });
    expect(config().accounts).toEqual([
      { id, network: 'mastodon', server: server.url, handle: `@ada@${host}`, remoteId: '17' },
    ]);
    expect(await accounts.token(id)).toBe('tok-1');
    expect(readFileSync(join(home, 'secrets.json'), 'utf8')).not.toContain('tok-1');
    expect(accounts.secrets()).toContain('tok-1');
    expect(server.requests[0]?.headers).toMatchObject({
      accept: 'application/json',
      authorization: 'Bearer tok-1',
      'user-agent': 'Belfry/0.1.0',
    });
  });

  test.each([
    ['v2 of Mastodon', '/api/v2/instance', { domain: 'Social.Example' }],
    [
      'v2 of GoToSocial',
      '/api/v2/instance',
      { domain: 'gts.social.example', account_domain: 'social.example' },
    ],
    ['v1', '/api/v1/instance', { uri: 'social.example' }],
  ])(
    'the handle is of the domain that the server names in %s, not of its own name',
    async (_, path, said) => {
      const server = await loopback((q, r) =>
        q.url === path ? json(r, 200, said) : whoAmI({ 'tok-1': ada, 'tok-2': ada })(q, r),
      );
      const { accounts, config } = await openRoom(temporaryHome());
      const input = { network: 'mastodon', server: server.url } as const;
      expect(await accounts.add({ ...input, token: 'tok-1' })).toMatchObject({
        handle: '@ada@social.example',
      });
      const asked = server.requests.filter(({ url }) => url?.includes('/instance'));
      expect(asked.map(({ headers }) => headers.authorization)).toEqual(asked.map(() => undefined));
      expect(config().accounts).toMatchObject([{ server: server.url, handle: '@ada@social.example' }]);
    },
  );

  test('what is no domain is not taken for one, and a wrong guess of old is put right by signing in again', async () => {
    let said: unknown = { domain: 'https://evil.example/@x' };
    const server = await loopback((q, r) =>
      q.url === '/api/v2/instance' ? json(r, 200, said) : whoAmI({ 'tok-1': ada, 'tok-2': ada })(q, r),
    );
    const { accounts } = await openRoom(temporaryHome());
    const input = { network: 'mastodon', server: server.url } as const;
    const guessed = `@ada@${new URL(server.url).host}`;
    expect(await accounts.add({ ...input, token: 'tok-1' })).toMatchObject({ handle: guessed });
    said = { domain: 'social.example' };
    expect(await accounts.add({ ...input, token: 'tok-2' })).toMatchObject({ handle: '@ada@social.example' });
  });

  test('whether its posts keep their order is chosen afterwards, and stays when its token is renewed', async () => {
    const server = await loopback(whoAmI({ 'tok-1': ada, 'tok-2': ada }));
    const { accounts, config } = await openRoom(temporaryHome());
    const place = { network: 'mastodon', server: server.url } as const;
    const { id } = await accounts.add({ ...place, token: 'tok-1' });
    expect(await accounts.set({ id, order: 'strict' })).toMatchObject({ id, order: 'strict' });
    await accounts.add({ ...place, token: 'tok-2' });
    expect(config().accounts).toMatchObject([{ id, order: 'strict' }]);
    expect(accounts.account(id)).toMatchObject({ order: 'strict' });
    expect(await accounts.set({ id, order: 'independent' })).toMatchObject({ order: 'independent' });
    expect(await code(accounts.set({ id: 'nobody', order: 'strict' }))).toBe('NOT_FOUND');
  });

  test('stores the token before the account', async () => {
    const server = await loopback(whoAmI({ 'tok-1': ada }));
    const home = temporaryHome();
    const seen: string[] = [];
    const { accounts } = await openRoom(home, {
      config: {
        current: () => ({ accounts: [] }) as never,
        async change() {
          seen.push(readFileSync(join(home, 'secrets.json'), 'utf8'));
          throw new Error('disk full');
        },
      },
    });
    const adding = accounts.add({ id: 'ada', network: 'mastodon', server: server.url, token: 'tok-1' });
    await expect(adding).rejects.toThrow('disk full');
    expect(Object.keys(JSON.parse(seen[0] ?? '').secrets)).toEqual(['ada']);
    expect(JSON.parse(readFileSync(join(home, 'secrets.json'), 'utf8')).secrets).toEqual({});
  });

  test('the same account again renews its token; under another id it is refused', async () => {
    const server = await loopback(whoAmI({ 'tok-1': ada, 'tok-2': ada }));
    const { accounts, config } = await openRoom(temporaryHome());
    const input = { network: 'mastodon', server: server.url } as const;
    await accounts.add({ ...input, id: 'me', token: 'tok-1' });
    await accounts.signInNeeded('me', 'Refused.');

    const again = await accounts.add({ ...input, token: 'tok-2' });

    expect(again).toMatchObject({ id: 'me', status: 'ready' });
    expect(config().accounts).toHaveLength(1);
    expect(await accounts.token('me')).toBe('tok-2');
    expect(await code(accounts.add({ ...input, id: 'other', token: 'tok-2' }))).toBe('ALREADY_EXISTS');
    expect(accounts.secrets()).toEqual(expect.arrayContaining(['tok-1', 'tok-2']));
  });

  test('two accounts of one server get ids of their own; a taken id is refused', async () => {
    const server = await loopback(
      whoAmI({
        a: { id: '1', username: 'Ada Ω' },
        b: { id: '2', username: 'ada' },
        c: { id: '3', username: 'c' },
      }),
    );
    const { accounts } = await openRoom(temporaryHome());
    const input = { network: 'mastodon', server: server.url } as const;
    const first = await accounts.add({ ...input, token: 'a' });
    const second = await accounts.add({ ...input, token: 'b' });
    expect(first.id).toMatch(/^ada-127-0-0-1-\d+$/);
    expect(second.id).toBe(`${first.id}-2`);
    expect(await code(accounts.add({ ...input, id: first.id, token: 'c' }))).toBe('ALREADY_EXISTS');
    expect(await accounts.token(first.id)).toBe('a');
  });

  test('added twice at the same moment it is there once', async () => {
    const server = await loopback(whoAmI({ 'tok-1': ada }));
    const { accounts, config } = await openRoom(temporaryHome());
    const input = { network: 'mastodon', server: server.url, token: 'tok-1' } as const;
    await Promise.all([accounts.add(input), accounts.add(input), accounts.add(input)]);
    expect(config().accounts).toHaveLength(1);
  });

  test('an account written by hand gets its missing part', async () => {
    const server = await loopback(whoAmI({ 'tok-1': ada }));
    const byHand: Account = {
      id: 'me',
      network: 'mastodon',
      server: `${server.url}/`,
      handle: '',
      remoteId: '',
    };
    const { accounts, config } = await openRoom(temporaryHome(), { accounts: [byHand] });
    await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 'tok-1' });
    expect(config().accounts).toMatchObject([{ id: 'me', remoteId: '17' }]);
  });

  test('an address in config.json is used by its origin', async () => {
    const entry = (id: string, server: string): Account => ({
      id,
      network: 'mastodon',
      server,
      handle: '',
      remoteId: '1',
    });
    const { accounts, needs } = await openRoom(temporaryHome(), {
      accounts: [entry('good', 'https://M.example./')],
    });
    const seal = async (id: string) =>
      needs.secrets.put(id, {
        backend: 'key-file',
        sealed: (await needs.vaults[0]?.encrypt(JSON.stringify({ account: id, token: 't' }))) ?? '',
      });
    await seal('good');
    expect(accounts.account('good')?.server).toBe('https://m.example');
    expect(await accounts.token('good')).toBe('t');
  });

  test('without a key store nothing is asked of the server', async () => {
    const server = await loopback(whoAmI({ 'tok-1': ada }));
    const { accounts } = await openRoom(temporaryHome(), { backend: () => 'os' });
    const adding = accounts.add({ network: 'mastodon', server: server.url, token: 'tok-1' });
    expect(await code(adding)).toBe('VAULT_UNAVAILABLE');
    expect(server.requests).toHaveLength(0);
  });
});

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
    const { accounts, config } = await openRoom(temporaryHome());
    const adding = accounts.add({ network: 'pixelfed', server: server.url, token: 'tok-1' });
    expect(await code(adding)).toBe(expected);
    expect(config().accounts).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('nobody there', async () => {
    const { accounts } = await openRoom(temporaryHome());
    const adding = accounts.add({ network: 'mastodon', server: 'http://127.0.0.1:9', token: 't' });
    expect(await message(adding)).toMatch(
      /^NETWORK_UNREACHABLE: The server cannot be reached, http:\/\/127\.0\.0\.1:9/,
    );
  });

  test('no answer: given up after 15 seconds', async () => {
    const server = await loopback(() => undefined);
    const { accounts, clock } = await openRoom(temporaryHome());
    const adding = message(accounts.add({ network: 'mastodon', server: server.url, token: 't' }));
    await expect.poll(() => server.requests.length).toBe(1);
    await clock.advance(14_999);
    expect(clock.pending()).toBe(1);
    await clock.advance(1);
    expect(await adding).toContain('did not answer within 15 s');
  });

  test('a server that repeats the token does not get it into the message', async () => {
    const server = await loopback((_, r) => json(r, 401, { error: `bad token tok-secret\u001b[31m\nline` }));
    const { accounts } = await openRoom(temporaryHome());
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
    const { accounts } = await openRoom(temporaryHome());
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
    const { accounts } = await openRoom(temporaryHome());
    const text = await message(accounts.add({ network: 'mastodon', server, token: 't' }));
    expect(text).toMatch(/^BAD_INPUT/);
    expect(text).toContain(hint);
    expect(text).not.toContain('pw');
  });
});

describe('an account that stops working', () => {
  test('is told once, keeps its state over a restart, and is cleared by verify', async () => {
    const home = temporaryHome();
    const owners: Record<string, typeof ada> = { 'tok-1': ada };
    const server = await loopback((q, r) => whoAmI(owners)(q, r));
    const { accounts, facts, needs, config } = await openRoom(home);
    await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 'tok-1' });

    delete owners['tok-1'];
    expect(await code(accounts.verify('me'))).toBe('SIGN_IN_NEEDED');
    await Promise.all([
      accounts.signInNeeded('me', 'Refused again.'),
      accounts.signInNeeded('me', 'And again.'),
    ]);
    expect(facts).toEqual([
      { kind: 'account', accountId: 'me', handle: config().accounts[0]?.handle, reason: expect.any(String) },
    ]);
    expect(await code(accounts.token('me'))).toBe('SIGN_IN_NEEDED');
    expect(await accounts.accountStatus('me')).toBe('sign-in-needed');
    expect(await accounts.accountStatus('nobody')).toBe('unknown');

    const later = await openRoom(home, { config: needs.config });
    expect(await later.accounts.list()).toMatchObject([{ id: 'me', status: 'sign-in-needed' }]);
    await later.accounts.signInNeeded('me', 'Still.');
    expect(later.facts).toEqual([]);

    owners['tok-1'] = ada;
    expect(await later.accounts.verify('me')).toMatchObject({ status: 'ready', reason: null });
    expect(later.facts).toEqual([{ kind: 'account-ready', accountId: 'me' }]);
    expect(await later.accounts.token('me')).toBe('tok-1');
  });

  test('a server that cannot be reached changes nothing', async () => {
    let up = true;
    const server = await loopback((q, r) => (up ? whoAmI({ t: ada })(q, r) : q.socket.destroy()));
    const { accounts, facts } = await openRoom(temporaryHome());
    await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 't' });
    up = false;
    expect(await code(accounts.verify('me'))).toBe('NETWORK_UNREACHABLE');
    expect(await accounts.list()).toMatchObject([{ status: 'ready' }]);
    expect(facts).toEqual([]);
  });

  test("another person's token is no token of this account", async () => {
    const owners: Record<string, typeof ada> = { t: ada };
    const server = await loopback((q, r) => whoAmI(owners)(q, r));
    const { accounts } = await openRoom(temporaryHome());
    await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 't' });
    owners['t'] = { id: '99', username: 'eve' };
    expect(await message(accounts.verify('me'))).toMatch(
      /^SIGN_IN_NEEDED: The token of "me" belongs to @eve@/,
    );
    expect(await code(accounts.token('me'))).toBe('SIGN_IN_NEEDED');
  });

  test('an answer about the old token does not stop an account that was renewed meanwhile', async () => {
    let held: (() => void) | undefined;
    let hold = false;
    const server = await loopback((q, r) => {
      if (hold && q.headers.authorization === 'Bearer old') held = () => json(r, 401, { error: 'revoked' });
      else whoAmI({ old: ada, new: ada })(q, r);
    });
    const { accounts } = await openRoom(temporaryHome());
    await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 'old' });
    hold = true;
    const verifying = code(accounts.verify('me'));
    await expect.poll(() => held !== undefined).toBe(true);
    await accounts.add({ network: 'mastodon', server: server.url, token: 'new' });
    held?.();
    expect(await verifying).toBe('SIGN_IN_NEEDED');
    expect(await accounts.list()).toMatchObject([{ status: 'ready' }]);
  });

  test.each([
    ['that it works', 200],
    ['that it does not', 401],
  ])('an answer %s that comes after its removal is kept nowhere and told to nobody', async (_, status) => {
    let held: (() => void) | undefined;
    let hold = false;
    const server = await loopback((q, r) => {
      if (hold && q.url === '/api/v1/accounts/verify_credentials')
        held = () => json(r, status, status === 200 ? ada : { error: 'revoked' });
      else whoAmI({ t: ada })(q, r);
    });
    const { accounts, needs, facts, changes } = await openRoom(temporaryHome());
    await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 't' });
    hold = true;
    const verifying = code(accounts.verify('me'));
    await expect.poll(() => held !== undefined).toBe(true);
    await accounts.remove('me');
    const before = changes.count;
    held?.();
    expect(await verifying).toBe(status === 200 ? 'NOT_FOUND' : 'SIGN_IN_NEEDED');
    expect(await needs.states.all()).toEqual([]);
    expect(facts).toEqual([]);
    expect(changes.count).toBe(before);
  });

  test('an account of config.json without a token here needs sign-in', async () => {
    const account: Account = {
      id: 'me',
      network: 'mastodon',
      server: 'https://m.example',
      handle: '@a',
      remoteId: '1',
    };
    const { accounts } = await openRoom(temporaryHome(), { accounts: [account] });
    expect(await accounts.list()).toMatchObject([{ id: 'me', status: 'sign-in-needed' }]);
    expect(await code(accounts.token('me'))).toBe('SIGN_IN_NEEDED');
  });
});

describe('remove', () => {
  test('takes the secret with it', async () => {
    const home = temporaryHome();
    const server = await loopback(whoAmI({ t: ada }));
    const { accounts, config, needs } = await openRoom(home);
    await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 't' });
    await accounts.remove('me');
    expect(config().accounts).toEqual([]);
    expect(JSON.parse(readFileSync(join(home, 'secrets.json'), 'utf8')).secrets).toEqual({});
    expect(await needs.states.all()).toEqual([]);
    expect(await code(accounts.token('me'))).toBe('NOT_FOUND');
    expect(await code(accounts.remove('me'))).toBe('NOT_FOUND');
  });

  test('waits while a post is being sent', async () => {
    const server = await loopback(whoAmI({ t: ada }));
    const { accounts } = await openRoom(temporaryHome(), { sending: async (id) => id === 'me' });
    await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 't' });
    expect(await code(accounts.remove('me'))).toBe('CONFLICT');
    expect(await accounts.token('me')).toBe('t');
  });

  test('an unknown id is answered with the one that was meant', async () => {
    const server = await loopback(whoAmI({ t: ada }));
    const { accounts } = await openRoom(temporaryHome());
    await accounts.add({ id: 'newsroom', network: 'mastodon', server: server.url, token: 't' });
    expect(await message(accounts.verify('newsrom'))).toContain('did you mean "newsroom"?');
  });
});

describe('refresh_tokens', () => {
  const run = async (accounts: Awaited<ReturnType<typeof openRoom>>['accounts']) => {
    const said: string[] = [];
    const result = await accounts.refreshTokens({
      signal: new AbortController().signal,
      say: (text) => said.push(text),
    });
    return { ...result, said };
  };

  test('says what it found of each account, and is quiet when all is well', async () => {
    const owners: Record<string, typeof ada> = { a: ada, b: { id: '2', username: 'bo' } };
    const server = await loopback((q, r) => whoAmI(owners)(q, r));
    const { accounts, facts } = await openRoom(temporaryHome());
    expect(await run(accounts)).toEqual({ ok: true, summary: 'No accounts', quiet: true, said: [] });
    await accounts.add({ id: 'a', network: 'mastodon', server: server.url, token: 'a' });
    await accounts.add({ id: 'b', network: 'mastodon', server: server.url, token: 'b' });
    expect(await run(accounts)).toMatchObject({
      ok: true,
      quiet: true,
      summary: 'Accounts: 2 checked, nothing to renew',
    });
    delete owners['b'];
    const second = await run(accounts);
    expect(second).toMatchObject({
      ok: true,
      quiet: false,
      summary: 'Accounts: 1 checked, nothing to renew, 1 needs sign-in',
    });
    expect(second.said).toEqual([
      'a: works',
      expect.stringMatching(/^b: needs sign-in\. The server refuses/),
    ]);
    await run(accounts);
    expect(facts).toHaveLength(1);
  });

  test('clients are told of news only', async () => {
    const server = await loopback(whoAmI({ a: ada }));
    const { accounts, changes } = await openRoom(temporaryHome());
    await accounts.add({ id: 'a', network: 'mastodon', server: server.url, token: 'a' });
    const before = changes.count;
    await run(accounts);
    await accounts.verify('a');
    await accounts.ready('a');
    expect(changes.count).toBe(before);
    await accounts.signInNeeded('a', 'Refused.');
    expect(changes.count).toBe(before + 1);
  });

  test('being off line is no failure, and no news about the token', async () => {
    const account: Account = {
      id: 'me',
      network: 'mastodon',
      server: 'http://127.0.0.1:9',
      handle: '@a',
      remoteId: '1',
    };
    const { accounts, needs } = await openRoom(temporaryHome(), { accounts: [account] });
    const [vault] = needs.vaults;
    const sealed = (await vault?.encrypt(JSON.stringify({ account: 'me', token: 't' }))) ?? '';
    await needs.secrets.put('me', { backend: 'key-file', sealed });
    expect(await run(accounts)).toMatchObject({
      ok: true,
      quiet: false,
      summary: 'Accounts: 1 not checked',
    });
    expect(await accounts.list()).toMatchObject([{ status: 'unknown' }]);
  });

  test('called off between two accounts it stops', async () => {
    const { accounts } = await openRoom(temporaryHome(), {
      accounts: [{ id: 'me', network: 'mastodon', server: 'https://m.example', handle: '', remoteId: '' }],
    });
    const signal = AbortSignal.abort();
    expect(await accounts.refreshTokens({ signal, say: () => undefined })).toMatchObject({ ok: false });
  });
});
