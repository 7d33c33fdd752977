import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Account } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { ada, code, message } from './errors.ts';
import { json, loopback, whoAmI } from './server.ts';
import { openAccounts } from './world.ts';

describe('add', () => {
  test('asks the server, keeps the token in the vault and the description in config.json', async () => {
    const home = temporaryHome();
    const server = await loopback(whoAmI({ 'tok-1': ada }));
    const { accounts, knownSecrets, config } = await openAccounts(home);

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
    expect([...knownSecrets]).toContain('tok-1');
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
      const { accounts, config } = await openAccounts(temporaryHome());
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
    const { accounts } = await openAccounts(temporaryHome());
    const input = { network: 'mastodon', server: server.url } as const;
    const guessed = `@ada@${new URL(server.url).host}`;
    expect(await accounts.add({ ...input, token: 'tok-1' })).toMatchObject({ handle: guessed });
    said = { domain: 'social.example' };
    expect(await accounts.add({ ...input, token: 'tok-2' })).toMatchObject({ handle: '@ada@social.example' });
  });

  test('whether its posts keep their order is chosen afterwards, and stays when its token is renewed', async () => {
    const server = await loopback(whoAmI({ 'tok-1': ada, 'tok-2': ada }));
    const { accounts, config } = await openAccounts(temporaryHome());
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
    const { accounts } = await openAccounts(home, {
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
    const { accounts, knownSecrets, config } = await openAccounts(temporaryHome());
    const input = { network: 'mastodon', server: server.url } as const;
    await accounts.add({ ...input, id: 'me', token: 'tok-1' });
    await accounts.signInNeeded('me', 'Refused.');

    const again = await accounts.add({ ...input, token: 'tok-2' });

    expect(again).toMatchObject({ id: 'me', status: 'ready' });
    expect(config().accounts).toHaveLength(1);
    expect(await accounts.token('me')).toBe('tok-2');
    expect(await code(accounts.add({ ...input, id: 'other', token: 'tok-2' }))).toBe('ALREADY_EXISTS');
    expect([...knownSecrets]).toEqual(expect.arrayContaining(['tok-1', 'tok-2']));
  });

  test('two accounts of one server get ids of their own; a taken id is refused', async () => {
    const server = await loopback(
      whoAmI({
        a: { id: '1', username: 'Ada Ω' },
        b: { id: '2', username: 'ada' },
        c: { id: '3', username: 'c' },
      }),
    );
    const { accounts } = await openAccounts(temporaryHome());
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
    const { accounts, config } = await openAccounts(temporaryHome());
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
    const { accounts, config } = await openAccounts(temporaryHome(), { accounts: [byHand] });
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
    const { accounts, needs } = await openAccounts(temporaryHome(), {
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
    const { accounts } = await openAccounts(temporaryHome(), { backend: () => 'os' });
    const adding = accounts.add({ network: 'mastodon', server: server.url, token: 'tok-1' });
    expect(await code(adding)).toBe('VAULT_UNAVAILABLE');
    expect(server.requests).toHaveLength(0);
  });
});

describe('remove', () => {
  test('takes the secret with it', async () => {
    const home = temporaryHome();
    const server = await loopback(whoAmI({ t: ada }));
    const { accounts, config, needs } = await openAccounts(home);
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
    const { accounts } = await openAccounts(temporaryHome(), { sending: async (id) => id === 'me' });
    await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 't' });
    expect(await code(accounts.remove('me'))).toBe('CONFLICT');
    expect(await accounts.token('me')).toBe('t');
  });

  test('an unknown id is answered with the one that was meant', async () => {
    const server = await loopback(whoAmI({ t: ada }));
    const { accounts } = await openAccounts(temporaryHome());
    await accounts.add({ id: 'newsroom', network: 'mastodon', server: server.url, token: 't' });
    expect(await message(accounts.verify('newsrom'))).toContain('did you mean "newsroom"?');
  });
});
