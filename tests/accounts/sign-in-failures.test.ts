import { describe, expect, test } from 'vitest';
import { signInInputSchema } from '../../shared/index.ts';
import { follow, signInAs } from '../support/browser-person.ts';
import { answer, html502 } from '../support/fake-networks/index.ts';
import { temporaryHome } from '../support/home.ts';
import { query, raw, refusal, world } from './sign-in-world.ts';
import { openAccounts } from './world.ts';

describe('what goes wrong', () => {
  test('denied by a server that leaves out the state: the waiting ends, and a code without it is still none', async () => {
    const w = await world();
    const view = await w.begin();
    const address = query(view).get('redirect_uri') ?? '';
    expect((await fetch(`${address}?code=1`)).status).toBe(400);
    const inPage = await raw(
      Number(new URL(address).port),
      `GET /cb?error=x HTTP/1.1\r\nHost: ${new URL(address).host}\r\nSec-Fetch-Dest: image\r\n\r\n`,
    );
    expect(inPage).toMatch(/^HTTP\/1\.1 400 /);
    expect(w.state(view).status).toBe('waiting');

    const ended = await follow(new URL(`${address}?error=access_denied&error_description=No.`));
    expect(ended.text).toContain('Not signed in');
    expect(w.state(view)).toMatchObject({ status: 'failed', error: { code: 'NETWORK_REFUSED' } });
    expect(w.state(view).error?.message).toContain('access_denied: No.');
  });

  test('denied in the browser', async () => {
    const w = await world();
    const view = await w.begin();
    const ended = await signInAs(view.url, { decision: 'deny' });
    expect(ended.text).toContain('Not signed in');
    expect(w.state(view)).toMatchObject({ status: 'failed', error: { code: 'NETWORK_REFUSED' } });
    expect(w.state(view).error?.message).toContain('access_denied: The owner said no.');
    expect(await w.accounts.list()).toEqual([]);
  });

  test('a stranger who calls the listener changes nothing', async () => {
    const w = await world();
    const view = await w.begin();
    const address = query(view).get('redirect_uri') ?? '';
    for (const bad of ['?code=1', '?code=1&state=guess', '?error=access_denied&state=guess', ''])
      expect((await fetch(address + bad)).status).toBe(400);
    expect((await fetch(new URL('/', address))).status).toBe(404);
    expect((await fetch(address, { method: 'POST' })).status).toBe(405);
    expect(w.state(view).status).toBe('waiting');
    expect((await signInAs(view.url)).text).toContain('Signed in as');
  });

  test('the listener answers to its own name only, and on 127.0.0.1 only', async () => {
    const w = await world();
    const view = await w.begin();
    const { port } = new URL(query(view).get('redirect_uri') ?? '');
    expect((await fetch(`http://localhost:${port}/cb?code=1`).catch(() => ({ status: 421 }))).status).toBe(
      421,
    );
    await expect(fetch(`http://[::1]:${port}/cb`)).rejects.toThrow('fetch failed');
  });

  test('a code that has expired', async () => {
    const w = await world();
    w.network.world.signIn.codeLifeMs = -1;
    const view = await w.begin();
    expect((await signInAs(view.url)).text).toContain('does not take the sign-in');
    expect(w.state(view)).toMatchObject({ status: 'failed', error: { code: 'SIGN_IN_NEEDED' } });
  });

  test('another verifier than that of the link', async () => {
    const w = await world();
    const view = await w.begin();
    const url = new URL(view.url);
    url.searchParams.set('code_challenge', 'x'.repeat(43));
    await signInAs(url.href);
    expect(w.state(view)).toMatchObject({ status: 'failed', error: { code: 'SIGN_IN_NEEDED' } });
  });

  test('no answer comes back: over after ten minutes, the listener closed, asked for as long again', async () => {
    const w = await world();
    const view = await w.begin();
    await w.clock.advance(10 * 60_000);
    expect(w.state(view)).toMatchObject({ status: 'failed', error: { code: 'SIGN_IN_NEEDED' } });
    expect((await signInAs(view.url)).status).toBe(0);
    await w.clock.advance(11 * 60_000);
    await w.begin();
    expect(() => w.state(view)).toThrow('NOT_FOUND');
  });

  test('cancelled: the listener is closed at once, and the session is gone', async () => {
    const w = await world();
    const view = await w.begin();
    w.accounts.cancelSignIn(view.session);
    expect((await signInAs(view.url)).status).toBe(0);
    expect(() => w.state(view)).toThrow('NOT_FOUND');
    expect(w.clock.pending()).toBe(0);
  });

  test.each([
    ['closed', 404],
    ['page', 404],
  ] as const)(
    'a server without sign-in for applications (%s) is named, with the remedy',
    async (registration, status) => {
      const w = await world();
      w.network.world.signIn.registration = registration;
      const error = await refusal(w.begin());
      expect(error.code).toBe('NETWORK_REFUSED');
      expect(error.message).toContain(`HTTP ${status}`);
      expect(error.message).toContain('make an access token on the server');
      expect(w.clock.pending()).toBe(0);
    },
  );

  test('HTML instead of a token', async () => {
    const w = await world();
    const view = await w.begin();
    w.network.faults.next('token', html502());
    await signInAs(view.url);
    expect(w.state(view)).toMatchObject({ status: 'failed', error: { code: 'NETWORK_REFUSED' } });
  });

  test('a server that repeats the code, the secret and the verifier does not get them into the message', async () => {
    const w = await world();
    const view = await w.begin();
    let sent: Record<string, unknown> = {};
    w.network.faults.rule = (route) => {
      if (route !== 'token') return undefined;
      sent = w.network.requests.at(-1)?.asked.fields ?? {};
      return answer(400, { error: 'invalid_grant', error_description: Object.values(sent).join(' ') });
    };
    const ended = await signInAs(view.url);
    const shown = `${w.state(view).error?.message} ${ended.text} ${ended.address}`;
    for (const name of ['code', 'client_secret', 'code_verifier'])
      expect(shown).not.toContain(String(sent[name] ?? 'missing'));
    expect(sent['code_verifier']).toMatch(/^[\w-]{43}$/);
  });

  test('a registration that the server has forgotten is made again by the next sign-in', async () => {
    const w = await world();
    await signInAs((await w.begin()).url);
    await w.clock.advance(6000);
    w.network.world.signIn.apps.clear();
    const stale = await w.begin();
    expect((await signInAs(stale.url, { as: '1002' })).text).toContain('unknown client');
    w.accounts.cancelSignIn(stale.session);
    const fresh = await w.begin();
    expect((await signInAs(fresh.url, { as: '1002' })).text).toContain('Signed in as @1002');
  });

  test('without a key store nothing is begun', async () => {
    const w = await world();
    const { accounts } = await openAccounts(temporaryHome(), { backend: () => 'os' });
    const input = signInInputSchema.parse({ network: 'mastodon', server: w.network.address });
    expect((await refusal(accounts.signIn(input))).code).toBe('VAULT_UNAVAILABLE');
    expect(w.network.requests).toHaveLength(0);
  });

  test('a taken id is refused before the browser is opened', async () => {
    const w = await world();
    await signInAs((await w.begin({ id: 'me' })).url);
    expect((await refusal(w.begin({ id: 'me' }))).code).toBe('ALREADY_EXISTS');
  });

  test('a token that cannot be stored makes no account', async () => {
    const w = await world();
    const other = await openAccounts(temporaryHome(), {
      secrets: {
        get: async () => undefined,
        put: () => Promise.reject(new Error('disk full')),
        remove: async () => {},
      },
    });
    const view = await other.accounts.signIn(
      signInInputSchema.parse({ network: 'mastodon', server: w.network.address }),
    );
    await signInAs(view.url);
    expect(other.accounts.signInState(view.session)).toMatchObject({
      status: 'failed',
      error: { code: 'INTERNAL' },
    });
    expect(other.config().accounts).toEqual([]);
  });
});
