import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { accountMediaInputSchema, parse } from '../../shared/index.ts';
import { serve } from '../cli/engine.ts';
import { belfry, json } from '../cli/terminal.ts';
import { temporaryHome } from '../support/home.ts';
import { openAccounts } from './world.ts';

const insta = {
  id: 'insta',
  network: 'instagram' as const,
  server: 'https://graph.instagram.com',
  handle: '@me',
  remoteId: '1',
};
const fedi = {
  id: 'fedi',
  network: 'mastodon' as const,
  server: 'https://m.example',
  handle: '@me',
  remoteId: '2',
};
const bucket = {
  via: 'bucket',
  endpoint: 'https://s3.example',
  bucket: 'pictures',
  publicUrl: 'https://cdn.example',
};

async function open() {
  const home = temporaryHome();
  const world = await openAccounts(home, { accounts: [insta, fedi] });
  const set = (input: object) =>
    world.accounts.setMedia(parse(accountMediaInputSchema, { id: 'insta', ...input }, 'a test'));
  return { home, ...world, set };
}

test('where pictures stand is kept in config.json, and the key of a bucket in the vault only', async () => {
  const { home, accounts, knownSecrets, config, set } = await open();
  expect(await accounts.media('insta')).toEqual({ id: 'insta', media: {}, hasBucketKey: false });
  const view = await set({ media: { host: bucket, fit: 'pad' }, key: { keyId: 'AK', secret: 'top-secret' } });
  expect(view).toMatchObject({
    media: { host: { ...bucket, region: 'auto', removeAfterDays: 7 }, fit: 'pad' },
    hasBucketKey: true,
  });
  expect(config().accounts?.[0]).toMatchObject({ id: 'insta', media: { host: bucket } });
  expect(await accounts.bucketKey('insta')).toEqual({ keyId: 'AK', secret: 'top-secret' });
  expect([...knownSecrets]).toContain('top-secret');
  expect(readFileSync(join(home, 'secrets.json'), 'utf8')).not.toContain('top-secret');
  expect(accounts.account('insta')?.media?.fit).toBe('pad');
});

test('another choice forgets the key, and no choice leaves config.json as it was', async () => {
  const { accounts, config, set } = await open();
  await set({ media: { host: bucket }, key: { keyId: 'AK', secret: 'top-secret' } });
  expect(await set({ media: { host: { via: 'account', account: 'fedi' } } })).toMatchObject({
    hasBucketKey: false,
  });
  await expect(accounts.bucketKey('insta')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await set({ media: {} });
  expect(config().accounts?.[0]).toEqual(insta);
});

test.each([
  ['itself', 'insta', 'is this account itself'],
  ['a stranger', 'nobody', 'names an unknown account "nobody"; `belfry accounts` lists them'],
])('an account cannot lend addresses when it is %s', async (_, account, message) => {
  const { set } = await open();
  await expect(set({ media: { host: { via: 'account', account } } })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    details: [{ field: 'media.host.account', message }],
  });
});

test('belfry accounts media shows the choice, changes a part of it and never prints the key', async () => {
  const { accounts } = await open();
  const { home } = await serve({
    'accounts.media': ({ id }) => accounts.media(id),
    'accounts.setMedia': (input) => accounts.setMedia(input),
  });
  const run = (args: string[], input = '') =>
    belfry(['--home', home, 'accounts', 'media', ...args], { input, folder: home });
  expect((await run(['insta'])).out).toContain('only those that posts give');
  const place = [
    '--endpoint',
    'https://s3.example',
    '--bucket',
    'pictures',
    '--public-url',
    'https://cdn.example',
  ];
  const made = await run(['insta', ...place, '--key'], 'AK:top:secret\n');
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringContaining('bucket pictures at https://s3.example'),
  });
  expect(made.out + made.err).not.toContain('top:secret');
  expect(await accounts.bucketKey('insta')).toEqual({ keyId: 'AK', secret: 'top:secret' });
  const changed = await run(['insta', '--keep', '--fit', 'crop', '--json']);
  expect(json(changed)).toMatchObject({
    media: { host: { bucket: 'pictures', removeAfterDays: null }, fit: 'crop' },
    hasBucketKey: true,
  });
  expect((await run(['insta', '--lender', 'fedi', '--given'])).code).toBe(2);
  expect((await run(['insta', '--public-url', 'http://cdn.example'])).err).toMatch(
    /must be an https address/,
  );
  expect(json(await run(['insta', '--given', '--fit', 'default', '--json']))).toEqual({
    id: 'insta',
    media: {},
    hasBucketKey: false,
  });
  expect((await run(['nobody'])).code).toBe(5);
});
