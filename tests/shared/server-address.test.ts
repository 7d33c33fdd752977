import { expect, test } from 'vitest';
import { accountInputSchema, accountMediaSchema, check, configSchema } from '../../shared/index.ts';

const account = (server: string) => ({
  id: 'ada',
  network: 'mastodon',
  server,
  handle: '@ada',
  remoteId: '1',
});
const bucket = (endpoint: string) => ({
  host: { via: 'bucket', endpoint, bucket: 'pictures', publicUrl: 'https://cdn.example' },
});
const said = (result: ReturnType<typeof check>) =>
  result.ok ? [] : result.problems.map(({ field, message }) => `${field}: ${message}`);

test.each([
  'https://mastodon.example',
  'https://mastodon.example/',
  'https://mastodon.example:8443',
  'http://127.0.0.1:3000',
  'http://localhost:3000/',
  'http://belfry.localhost',
  'http://[::1]:3000',
])('a server at %s is taken', (server) => {
  expect(said(check(configSchema, { accounts: [account(server)] }))).toEqual([]);
  expect(said(check(accountInputSchema, { network: 'mastodon', server, token: 't' }))).toEqual([]);
});

test.each([
  ['http://mastodon.example', 'Over http everything could be read', 'Use https://mastodon.example'],
  ['http://192.168.1.4:3000', 'Over http', 'Use https://192.168.1.4:3000'],
  ['http://localhost.mastodon.example', 'Over http', 'Use https://localhost.mastodon.example'],
  ['https://mastodon.example/@ada', 'it has "/@ada" behind', 'Give https://mastodon.example'],
  ['https://mastodon.example/social/', 'it has "/social" behind', 'Give https://mastodon.example'],
  ['https://mastodon.example/?a=b', 'it has "?a=b" behind', 'Give https://mastodon.example'],
  [
    'https://ada:pw@mastodon.example',
    'it holds a user name or password',
    'Give the address of the server alone',
  ],
  ['ftp://mastodon.example', 'must be an http(s) address', ''],
  ['mastodon.example', 'must be an http(s) address', ''],
])('a server at %s is refused by config.json and by the calls', (server, why, remedy) => {
  const inConfig = said(check(configSchema, { accounts: [account(server)] }));
  const inCall = said(check(accountInputSchema, { network: 'mastodon', server, token: 't' }));
  expect(inConfig).toHaveLength(1);
  for (const [line] of [inConfig, inCall]) {
    expect(line).toMatch(new RegExp(why.replace(/[()"/?@]/g, '.'), 'i'));
    expect(line).toContain(remedy);
    expect(line).not.toContain('pw');
  }
  expect(inConfig[0]).toMatch(/^accounts\[0\]\.server: /);
  expect(inCall[0]).toMatch(/^server: /);
});

test('the server of a bucket is reached over https too, and may have a path', () => {
  expect(said(check(accountMediaSchema, bucket('https://s3.example/storage')))).toEqual([]);
  expect(said(check(accountMediaSchema, bucket('http://127.0.0.1:9000')))).toEqual([]);
  expect(said(check(accountMediaSchema, bucket('http://nas.example:9000')))).toEqual([
    expect.stringMatching(/^host\.endpoint: cannot be used: over http .*Use https:\/\/nas\.example:9000$/),
  ]);
});
