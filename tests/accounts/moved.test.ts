import { expect, test } from 'vitest';
import type { BelfryError } from '../../shared/index.ts';
import { serve } from '../cli/engine.ts';
import { belfry } from '../cli/terminal.ts';
import { temporaryHome } from '../support/home.ts';
import { loopback, whoAmI } from './server.ts';
import { openAccounts } from './world.ts';

const ada = { id: '17', username: 'ada' };
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: BelfryError) => error.code,
  );
const tokensAt = (server: Awaited<ReturnType<typeof loopback>>) =>
  server.requests.flatMap(({ headers }) => headers.authorization ?? []);

/** An account whose server sends every request to another one since it was added. */
async function moved(status = 301, owner = ada) {
  let to: string | undefined;
  const next = await loopback(whoAmI({ 'tok-1': owner }));
  const old = await loopback((q, r) =>
    to === undefined
      ? whoAmI({ 'tok-1': ada })(q, r)
      : void r.writeHead(status, { location: `${to}${q.url}` }).end(),
  );
  const world = await openAccounts(temporaryHome());
  await world.accounts.add({ id: 'me', network: 'mastodon', server: old.url, token: 'tok-1' });
  to = next.url;
  return { ...world, old, next, stay: () => (to = undefined) };
}

test.each([301, 302, 307, 308])(
  '%i to another server: reported with its address, and no token is sent there',
  async (status) => {
    const { accounts, facts, next } = await moved(status);
    expect(await code(accounts.verify('me'))).toBe('NETWORK_REFUSED');
    const [view] = await accounts.list();
    expect(view).toMatchObject({ status: 'moved', movedTo: next.url });
    expect(view?.reason).toContain(`belfry accounts set-server me ${next.url}`);
    expect(facts).toMatchObject([{ kind: 'account-moved', accountId: 'me', reason: view?.reason }]);
    expect(await code(accounts.token('me'))).toBe('SIGN_IN_NEEDED');
    expect(next.requests).toEqual([]);
  },
);

test('a refusal that publishing met is looked into: a server that has moved needs no sign-in', async () => {
  const { accounts, facts, next } = await moved();
  await accounts.signInNeeded('me', 'The server answered 301');
  expect(await accounts.list()).toMatchObject([{ status: 'moved', movedTo: next.url }]);
  expect(facts.map(({ kind }) => kind)).toEqual(['account-moved']);
  expect(next.requests).toEqual([]);
});

test('the new address is taken when its owner says so, with the token; the queue goes on', async () => {
  const { accounts, config, facts, next } = await moved();
  await code(accounts.verify('me'));
  expect(await accounts.setServer({ id: 'me' })).toMatchObject({
    status: 'ready',
    server: next.url,
    movedTo: null,
    reason: null,
  });
  expect(config().accounts).toMatchObject([{ id: 'me', server: next.url, remoteId: '17' }]);
  expect(await accounts.token('me')).toBe('tok-1');
  expect(await accounts.verify('me')).toMatchObject({ status: 'ready' });
  expect(tokensAt(next)).toContain('Bearer tok-1');
  expect(facts.map(({ kind }) => kind)).toEqual(['account-moved', 'account-ready']);
});

test('an address where the token belongs to another is not taken', async () => {
  const { accounts, config, old, next } = await moved(301, { id: '99', username: 'eve' });
  await code(accounts.verify('me'));
  expect(await code(accounts.setServer({ id: 'me' }))).toBe('SIGN_IN_NEEDED');
  expect(await code(accounts.setServer({ id: 'me', server: 'http://m.example' }))).toBe('BAD_INPUT');
  expect(config().accounts).toMatchObject([{ server: old.url }]);
  expect(await accounts.list()).toMatchObject([{ status: 'moved', movedTo: next.url }]);
});

test('a server that comes back to its address works again by itself; none is taken unasked', async () => {
  const { accounts, stay } = await moved(302);
  await code(accounts.verify('me'));
  stay();
  await accounts.refreshTokens({ signal: new AbortController().signal, say: () => undefined });
  expect(await accounts.list()).toMatchObject([{ status: 'ready', movedTo: null }]);
  expect(await code(accounts.setServer({ id: 'me' }))).toBe('BAD_INPUT');
});

test('belfry accounts set-server takes the address that was named', async () => {
  const { accounts, next } = await moved();
  await code(accounts.verify('me'));
  const { home } = await serve({ 'accounts.setServer': (move) => accounts.setServer(move) });
  const refused = await belfry(['--home', home, 'accounts', 'set-server', 'me', 'http://m.example']);
  expect(refused.code).toBe(2);
  const done = await belfry(['--home', home, 'accounts', 'set-server', 'me']);
  expect(done).toMatchObject({ code: 0, out: expect.stringContaining(next.url) });
});
