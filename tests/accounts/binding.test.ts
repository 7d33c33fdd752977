import { expect, test } from 'vitest';
import type { Account, BelfryError } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { loopback, whoAmI } from './server.ts';
import { openAccounts } from './world.ts';

const ada = { id: '17', username: 'ada' };
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: BelfryError) => error.code,
  );
type AccountsWorld = Awaited<ReturnType<typeof openAccounts>>;

/** What an edit of config.json by hand does. */
async function edit(world: AccountsWorld, id: string, change: Partial<Account>): Promise<void> {
  await world.needs.config.change((raw) => ({
    ...raw,
    accounts: (raw.accounts ?? []).map((account) =>
      account.id === id ? { ...account, ...change } : account,
    ),
  }));
  await world.accounts.look();
}

/** An account at one server, and another server that takes whatever it is given. */
async function twoServers(home = temporaryHome()) {
  const own = await loopback(whoAmI({ 'tok-1': ada }));
  const other = await loopback(whoAmI({ 'tok-1': ada, 'tok-2': ada }));
  const world = await openAccounts(home);
  await world.accounts.add({ id: 'me', network: 'mastodon', server: own.url, token: 'tok-1' });
  return { home, own, other, world };
}

test('a token is never sent to a server that config.json names afterwards', async () => {
  const { own, other, world } = await twoServers();
  await edit(world, 'me', { server: other.url });

  expect(await code(world.accounts.token('me'))).toBe('SIGN_IN_NEEDED');
  expect(await code(world.accounts.verify('me'))).toBe('SIGN_IN_NEEDED');
  const context = { signal: new AbortController().signal, say: () => undefined };
  expect((await world.accounts.refreshTokens(context)).summary).toBe('Accounts: 1 needs sign-in');
  const [view] = await world.accounts.list();
  expect(view).toMatchObject({ status: 'sign-in-needed' });
  for (const part of [own.url, other.url, 'Put the old address back', 'belfry accounts reconnect me'])
    expect(view?.reason).toContain(part);
  expect(world.facts).toMatchObject([{ kind: 'account', accountId: 'me', reason: view?.reason }]);

  await world.accounts.remove('me');
  expect(other.requests).toEqual([]);
});

test('with the old address it works again at once, and so it does after a sign-in at the new one', async () => {
  const { own, other, world } = await twoServers();
  await edit(world, 'me', { server: other.url });
  await edit(world, 'me', { server: `${own.url}/` });
  expect(await world.accounts.token('me')).toBe('tok-1');
  expect(world.facts.map(({ kind }) => kind)).toEqual(['account', 'account-ready']);

  await edit(world, 'me', { server: other.url });
  const renewed = await world.accounts.add({ network: 'mastodon', server: other.url, token: 'tok-2' });
  expect(renewed).toMatchObject({ id: 'me', status: 'ready' });
  expect(await world.accounts.token('me')).toBe('tok-2');
  expect(other.requests.map(({ headers }) => headers.authorization)).not.toContain('Bearer tok-1');
});

test('a record of an older version is bound to the configured server at the first start, and stays so', async () => {
  const { home, own, other, world } = await twoServers();
  const sealed =
    (await world.needs.vaults[0]?.encrypt(JSON.stringify({ account: 'me', token: 'tok-1' }))) ?? '';
  await world.needs.secrets.put('me', { backend: 'key-file', sealed });
  const started = await openAccounts(home, { config: world.needs.config, secrets: world.needs.secrets });
  await started.accounts.start();
  expect(await started.accounts.token('me')).toBe('tok-1');

  const later = await openAccounts(home, { config: world.needs.config, secrets: world.needs.secrets });
  await edit(later, 'me', { server: other.url });
  await later.accounts.start();
  expect(await code(later.accounts.token('me'))).toBe('SIGN_IN_NEEDED');
  await edit(later, 'me', { server: own.url });
  expect(await later.accounts.token('me')).toBe('tok-1');
  expect(other.requests).toEqual([]);
});

test('a record that cannot be opened at the start is bound to the server of then all the same', async () => {
  const { home, other, world } = await twoServers();
  const [vault] = world.needs.vaults;
  const sealed = (await vault?.encrypt(JSON.stringify({ account: 'me', token: 'tok-1' }))) ?? '';
  await world.needs.secrets.put('me', { backend: 'key-file', sealed });
  const vaults = [...world.needs.vaults];
  const key = vaults.splice(0);
  const locked = await openAccounts(home, {
    config: world.needs.config,
    secrets: world.needs.secrets,
    vaults,
  });
  await locked.accounts.start();
  expect(await locked.accounts.list()).toMatchObject([{ status: 'locked' }]);

  await edit(locked, 'me', { server: other.url });
  vaults.push(...key);
  expect(await code(locked.accounts.token('me'))).toBe('SIGN_IN_NEEDED');
});

test('what is given back goes to the server that it came from', async () => {
  const { own, other, world } = await twoServers();
  const client = { id: 'c', secret: 'client-secret' };
  const content = { account: 'me', token: 'tok-1', client, origin: own.url };
  const sealed = (await world.needs.vaults[0]?.encrypt(JSON.stringify(content))) ?? '';
  await world.needs.secrets.put('me', { backend: 'key-file', sealed });
  await edit(world, 'me', { server: other.url });
  await world.accounts.remove('me');
  await expect.poll(() => own.requests.at(-1)?.url).toBe('/oauth/revoke');
  expect(other.requests).toEqual([]);
});

test("the key of a bucket is used at the bucket's own server only", async () => {
  const world = await openAccounts(temporaryHome(), {
    accounts: [
      {
        id: 'insta',
        network: 'instagram',
        server: 'https://graph.instagram.com',
        handle: '@i',
        remoteId: '1',
      },
    ],
  });
  const at = (endpoint: string) => ({
    host: {
      via: 'bucket' as const,
      endpoint,
      bucket: 'pictures',
      publicUrl: 'https://cdn.example',
      region: 'auto',
      prefix: 'belfry/',
      removeAfterDays: 7,
    },
  });
  const key = { keyId: 'AK', secret: 'top-secret' };
  await world.accounts.setMedia({ id: 'insta', media: at('https://s3.example'), key });
  expect(await world.accounts.bucketKey('insta')).toEqual(key);

  await edit(world, 'insta', { media: at('https://evil.example') });
  await expect(world.accounts.bucketKey('insta')).rejects.toThrow(
    /https:\/\/evil\.example\. The key that is stored was given for https:\/\/s3\.example/,
  );
  expect(await world.accounts.media('insta')).toMatchObject({ hasBucketKey: false });
  expect(await world.accounts.setMedia({ id: 'insta', key })).toMatchObject({ hasBucketKey: true });
  expect(await world.accounts.bucketKey('insta')).toEqual(key);
});
