import { describe, expect, test } from 'vitest';
import { signInAs } from '../support/browser-person.ts';
import { query, refusal, world } from './sign-in-world.ts';

describe('the user brings the code', () => {
  test('a code that the server shows', async () => {
    const w = await world();
    const view = await w.begin({ code: true });
    expect(view.mode).toBe('code');
    const shown = /<code>(\w+)<\/code>/.exec((await signInAs(view.url)).text)?.[1] ?? '';
    expect(await w.accounts.finishSignIn(view.session, ` ${shown}\n`)).toMatchObject({ status: 'done' });
  });

  test('the address where the browser ended, from another machine', async () => {
    const w = await world();
    const view = await w.begin();
    const url = new URL(view.url);
    url.searchParams.set('decision', 'allow');
    const location = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '';
    expect(await w.accounts.finishSignIn(view.session, location)).toMatchObject({ status: 'done' });
  });

  test('a server without the page for codes: the browser ends nowhere, and its address holds the code', async () => {
    const w = await world();
    w.network.world.signIn.registration = 'no-oob';
    const view = await w.begin({ code: true });
    expect(view.mode).toBe('code');
    const url = new URL(view.url);
    url.searchParams.set('decision', 'allow');
    const location = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '';
    expect(location).toMatch(/^http:\/\/127\.0\.0\.1\/cb\?code=/);
    expect(await w.accounts.finishSignIn(view.session, location)).toMatchObject({ status: 'done' });
  });

  test('a server that sends no browser to this machine: the sign-in turns to a code by itself', async () => {
    const w = await world();
    w.network.world.signIn.registration = 'oob-only';
    const view = await w.begin();
    expect(view.mode).toBe('code');
    expect(query(view).get('redirect_uri')).toBe('urn:ietf:wg:oauth:2.0:oob');
  });

  test('a wrong code is reported, and the next one is taken', async () => {
    const w = await world();
    const view = await w.begin({ code: true });
    const wrong = await refusal(w.accounts.finishSignIn(view.session, 'nonsense'));
    expect(wrong).toMatchObject({ code: 'SIGN_IN_NEEDED' });
    expect(w.state(view)).toMatchObject({ status: 'waiting', error: { code: 'SIGN_IN_NEEDED' } });
    const shown = /<code>(\w+)<\/code>/.exec((await signInAs(view.url)).text)?.[1] ?? '';
    expect(await w.accounts.finishSignIn(view.session, shown)).toMatchObject({ status: 'done', error: null });
  });

  test.each([
    ['two words', 'BAD_INPUT', 'neither a code nor an address'],
    ['https://m.example/home', 'BAD_INPUT', 'neither a code nor an address'],
    ['http://127.0.0.1/cb?state=abc', 'BAD_INPUT', 'neither a code nor an address'],
    ['http://127.0.0.1/cb?code=1&state=abc', 'BAD_INPUT', 'belongs to another sign-in'],
  ])('%s is refused: %s', async (text, code, words) => {
    const w = await world();
    const view = await w.begin({ code: true });
    const error = await refusal(w.accounts.finishSignIn(view.session, text));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(w.state(view).status).toBe('waiting');
  });
});

test('a refusal that is pasted ends the sign-in', async () => {
  const w = await world();
  const view = await w.begin({ code: true });
  const error = await refusal(
    w.accounts.finishSignIn(view.session, 'http://127.0.0.1/cb?error=access_denied'),
  );
  expect(error.code).toBe('NETWORK_REFUSED');
  expect(error.message).toContain('access_denied');
  expect(w.state(view).status).toBe('failed');
});
