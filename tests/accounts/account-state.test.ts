import { describe, expect, test } from 'vitest';
import type { Account } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { ada, code, message } from './errors.ts';
import { json, loopback, whoAmI } from './server.ts';
import { openAccounts } from './world.ts';

describe('an account that stops working', () => {
  test('is reported once, keeps its state over a restart, and is cleared by verify', async () => {
    const home = temporaryHome();
    const owners: Record<string, typeof ada> = { 'tok-1': ada };
    const server = await loopback((q, r) => whoAmI(owners)(q, r));
    const { accounts, facts, needs, config } = await openAccounts(home);
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

    const later = await openAccounts(home, { config: needs.config });
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
    const { accounts, facts } = await openAccounts(temporaryHome());
    await accounts.add({ id: 'me', network: 'mastodon', server: server.url, token: 't' });
    up = false;
    expect(await code(accounts.verify('me'))).toBe('NETWORK_UNREACHABLE');
    expect(await accounts.list()).toMatchObject([{ status: 'ready' }]);
    expect(facts).toEqual([]);
  });

  test("another user's token is no token of this account", async () => {
    const owners: Record<string, typeof ada> = { t: ada };
    const server = await loopback((q, r) => whoAmI(owners)(q, r));
    const { accounts } = await openAccounts(temporaryHome());
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
    const { accounts } = await openAccounts(temporaryHome());
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
  ])('an answer %s that comes after its removal is neither kept nor reported', async (_, status) => {
    let held: (() => void) | undefined;
    let hold = false;
    const server = await loopback((q, r) => {
      if (hold && q.url === '/api/v1/accounts/verify_credentials')
        held = () => json(r, status, status === 200 ? ada : { error: 'revoked' });
      else whoAmI({ t: ada })(q, r);
    });
    const { accounts, needs, facts, changes } = await openAccounts(temporaryHome());
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
    const { accounts } = await openAccounts(temporaryHome(), { accounts: [account] });
    expect(await accounts.list()).toMatchObject([{ id: 'me', status: 'sign-in-needed' }]);
    expect(await code(accounts.token('me'))).toBe('SIGN_IN_NEEDED');
  });
});

describe('refresh_tokens', () => {
  const run = async (accounts: Awaited<ReturnType<typeof openAccounts>>['accounts']) => {
    const said: string[] = [];
    const result = await accounts.refreshTokens({
      signal: new AbortController().signal,
      say: (text) => said.push(text),
    });
    return { ...result, said };
  };

  test('says what it found of each account', async () => {
    const owners: Record<string, typeof ada> = { a: ada, b: { id: '2', username: 'bo' } };
    const server = await loopback((q, r) => whoAmI(owners)(q, r));
    const { accounts, facts } = await openAccounts(temporaryHome());
    expect(await run(accounts)).toEqual({ ok: true, summary: 'No accounts', said: [] });
    await accounts.add({ id: 'a', network: 'mastodon', server: server.url, token: 'a' });
    await accounts.add({ id: 'b', network: 'mastodon', server: server.url, token: 'b' });
    expect(await run(accounts)).toMatchObject({
      ok: true,
      summary: 'Accounts: 2 checked, nothing to renew',
    });
    delete owners['b'];
    const second = await run(accounts);
    expect(second).toMatchObject({
      ok: true,
      summary: 'Accounts: 1 checked, nothing to renew, 1 needs sign-in',
    });
    expect(second.said).toEqual([
      'a: works',
      expect.stringMatching(/^b: needs sign-in\. The server refuses/),
    ]);
    await run(accounts);
    expect(facts).toHaveLength(1);
  });

  test('clients hear of changes only', async () => {
    const server = await loopback(whoAmI({ a: ada }));
    const { accounts, changes } = await openAccounts(temporaryHome());
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
    const { accounts, needs } = await openAccounts(temporaryHome(), { accounts: [account] });
    const [vault] = needs.vaults;
    const sealed = (await vault?.encrypt(JSON.stringify({ account: 'me', token: 't' }))) ?? '';
    await needs.secrets.put('me', { backend: 'key-file', sealed });
    expect(await run(accounts)).toMatchObject({
      ok: true,
      summary: 'Accounts: 1 not checked',
    });
    expect(await accounts.list()).toMatchObject([{ status: 'unknown' }]);
  });

  test('called off between two accounts it stops', async () => {
    const { accounts } = await openAccounts(temporaryHome(), {
      accounts: [{ id: 'me', network: 'mastodon', server: 'https://m.example', handle: '', remoteId: '' }],
    });
    const signal = AbortSignal.abort();
    expect(await accounts.refreshTokens({ signal, say: () => undefined })).toMatchObject({ ok: false });
  });
});
