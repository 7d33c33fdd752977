import { expect, test } from 'vitest';
import type { Account, BelfryError } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { openRoom } from './room.ts';
import { loopback, whoAmI } from './server.ts';

const ada = { id: '17', username: 'ada' };
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: BelfryError) => error.code,
  );
type Room = Awaited<ReturnType<typeof openRoom>>;

/** What an edit of config.json by hand does. */
async function edit(room: Room, id: string, change: Partial<Account>): Promise<void> {
  await room.needs.config.change((raw) => ({
    ...raw,
    accounts: (raw.accounts ?? []).map((account) =>
      account.id === id ? { ...account, ...change } : account,
    ),
  }));
  await room.accounts.look();
}

/** An account at one server, and another server that takes whatever it is given. */
async function twoServers(home = temporaryHome()) {
  const own = await loopback(whoAmI({ 'tok-1': ada }));
  const other = await loopback(whoAmI({ 'tok-1': ada, 'tok-2': ada }));
  const room = await openRoom(home);
  await room.accounts.add({ id: 'me', network: 'mastodon', server: own.url, token: 'tok-1' });
  return { home, own, other, room };
}

test('a token is never sent to a server that config.json names afterwards', async () => {
  const { own, other, room } = await twoServers();
  await edit(room, 'me', { server: other.url });

  expect(await code(room.accounts.token('me'))).toBe('SIGN_IN_NEEDED');
  expect(await code(room.accounts.verify('me'))).toBe('SIGN_IN_NEEDED');
  const context = { signal: new AbortController().signal, say: () => undefined };
  expect((await room.accounts.refreshTokens(context)).summary).toBe('Accounts: 1 needs sign-in');
  const [view] = await room.accounts.list();
  expect(view).toMatchObject({ status: 'sign-in-needed' });
  for (const part of [own.url, other.url, 'Put the old address back', 'belfry accounts reconnect me'])
    expect(view?.reason).toContain(part);
  expect(room.facts).toMatchObject([{ kind: 'account', accountId: 'me', reason: view?.reason }]);

  await room.accounts.remove('me');
  expect(other.requests).toEqual([]);
});

test('with the old address it works again at once, and so it does after a sign-in at the new one', async () => {
  const { own, other, room } = await twoServers();
  await edit(room, 'me', { server: other.url });
  await edit(room, 'me', { server: `${own.url}/` });
  expect(await room.accounts.token('me')).toBe('tok-1');
  expect(room.facts.map(({ kind }) => kind)).toEqual(['account', 'account-ready']);

  await edit(room, 'me', { server: other.url });
  const renewed = await room.accounts.add({ network: 'mastodon', server: other.url, token: 'tok-2' });
  expect(renewed).toMatchObject({ id: 'me', status: 'ready' });
  expect(await room.accounts.token('me')).toBe('tok-2');
  expect(other.requests.map(({ headers }) => headers.authorization)).not.toContain('Bearer tok-1');
});

test('a record of an older version is bound to the configured server at the first start, and stays so', async () => {
  const { home, own, other, room } = await twoServers();
  const sealed =
    (await room.needs.vaults[0]?.encrypt(JSON.stringify({ account: 'me', token: 'tok-1' }))) ?? '';
  await room.needs.secrets.put('me', { backend: 'key-file', sealed });
  const started = await openRoom(home, { config: room.needs.config, secrets: room.needs.secrets });
  await started.accounts.start();
  expect(await started.accounts.token('me')).toBe('tok-1');

  const later = await openRoom(home, { config: room.needs.config, secrets: room.needs.secrets });
  await edit(later, 'me', { server: other.url });
  await later.accounts.start();
  expect(await code(later.accounts.token('me'))).toBe('SIGN_IN_NEEDED');
  await edit(later, 'me', { server: own.url });
  expect(await later.accounts.token('me')).toBe('tok-1');
  expect(other.requests).toEqual([]);
});

test('a record that cannot be opened at the start is bound to the server of then all the same', async () => {
  const { home, other, room } = await twoServers();
  const [vault] = room.needs.vaults;
  const sealed = (await vault?.encrypt(JSON.stringify({ account: 'me', token: 'tok-1' }))) ?? '';
  await room.needs.secrets.put('me', { backend: 'key-file', sealed });
  const vaults = [...room.needs.vaults];
  const key = vaults.splice(0);
  const locked = await openRoom(home, { config: room.needs.config, secrets: room.needs.secrets, vaults });
  await locked.accounts.start();
  expect(await locked.accounts.list()).toMatchObject([{ status: 'locked' }]);

  await edit(locked, 'me', { server: other.url });
  vaults.push(...key);
  expect(await code(locked.accounts.token('me'))).toBe('SIGN_IN_NEEDED');
});

test('what is given back goes to the server that it came from', async () => {
  const { own, other, room } = await twoServers();
  const client = { id: 'c', secret: 'client-secret' };
  const content = { account: 'me', token: 'tok-1', client, origin: own.url };
  const sealed = (await room.needs.vaults[0]?.encrypt(JSON.stringify(content))) ?? '';
  await room.needs.secrets.put('me', { backend: 'key-file', sealed });
  await edit(room, 'me', { server: other.url });
  await room.accounts.remove('me');
  await expect.poll(() => own.requests.at(-1)?.url).toBe('/oauth/revoke');
  expect(other.requests).toEqual([]);
});

test("the key of a bucket is used at the bucket's own server only", async () => {
  const room = await openRoom(temporaryHome(), {
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
  await room.accounts.setMedia({ id: 'insta', media: at('https://s3.example'), key });
  expect(await room.accounts.bucketKey('insta')).toEqual(key);

  await edit(room, 'insta', { media: at('https://evil.example') });
  await expect(room.accounts.bucketKey('insta')).rejects.toThrow(
    /https:\/\/evil\.example\. The key that is stored was given for https:\/\/s3\.example/,
  );
  expect(await room.accounts.media('insta')).toMatchObject({ hasBucketKey: false });
  expect(await room.accounts.setMedia({ id: 'insta', key })).toMatchObject({ hasBucketKey: true });
  expect(await room.accounts.bucketKey('insta')).toEqual(key);
});
