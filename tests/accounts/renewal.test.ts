import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SecretsFile } from '../../electron/accounts/deps.ts';
import { providerOf } from '../../electron/networks/index.ts';
import * as renewal from '../../electron/networks/sign-in.ts';
import { type Credential, credential } from '../../electron/networks/sign-in.ts';
import { systemClock } from '../../electron/system.ts';
import { signInInputSchema } from '../../shared/index.ts';
import { signInAs } from '../support/browser-person.ts';
import { html502, lostAnswer, type ModelName, startFakeNetwork } from '../support/fake-networks/index.ts';
import { temporaryHome } from '../support/home.ts';
import { openAccounts } from './world.ts';

const hour = 3_600_000;
const day = 24 * hour;

describe('when a token is renewed', () => {
  const ruleOf = ({ kind }: Credential) => providerOf(kind).renewal;
  const renewalDue = (one: Credential, now: number) => renewal.renewalDue(one, ruleOf(one), now);
  const renewalUrgent = (one: Credential, now: number) => renewal.renewalUrgent(one, ruleOf(one), now);
  const endingSoon = (one: Credential, now: number) => renewal.endingSoon(one, ruleOf(one), now);
  const client = { id: 'c', secret: 's' };
  const pixelfed = (left: number, life = 365 * day, now = 1e12): Credential =>
    credential({
      token: 't',
      refreshToken: 'r',
      client,
      expiresAt: now + left,
      obtainedAt: now + left - life,
    });
  const instagram = (some: Partial<Credential>) => credential({ token: 't', kind: 'instagram', ...some });
  const now = 1e12;

  test.each<[string, Credential, boolean]>([
    ['Pixelfed with 31 days left', pixelfed(31 * day), false],
    ['Pixelfed with 30 days left', pixelfed(30 * day), true],
    ['Pixelfed that has ended: its refresh token lives on', pixelfed(-day), true],
    ['two hours of life, more than half of it left', pixelfed(1.01 * hour, 2 * hour), false],
    ['two hours of life, half of it gone', pixelfed(hour, 2 * hour), true],
    ['refused before', { ...pixelfed(day), renewalRefused: 'No.' }, false],
    ['pasted, without a refresh token', credential({ token: 't', expiresAt: now + day }), false],
    ['Mastodon: no end', credential({ token: 't', client }), false],
    ['a Page', credential({ token: 't', kind: 'facebook', expiresAt: now + day }), false],
    [
      'Instagram with 31 days left',
      instagram({ expiresAt: now + 31 * day, obtainedAt: now - 29 * day }),
      false,
    ],
    [
      'Instagram with 30 days left',
      instagram({ expiresAt: now + 30 * day, obtainedAt: now - 30 * day }),
      true,
    ],
    ['Instagram that has ended', instagram({ expiresAt: now, obtainedAt: now - 60 * day }), false],
    ['Instagram of unknown end, a day old', instagram({ obtainedAt: now - day }), false],
    ['Instagram of unknown end, older', instagram({ obtainedAt: now - 25 * hour }), true],
    ['Instagram, the clock was set back', instagram({ obtainedAt: now + day }), false],
  ])('%s', (_name, given, due) => {
    expect(renewalDue(given, now)).toBe(due);
  });

  test('urgent is what ends within two minutes and can be renewed', () => {
    expect(renewalUrgent(pixelfed(3 * 60_000, 2 * hour), now)).toBe(false);
    expect(renewalUrgent(pixelfed(2 * 60_000, 2 * hour), now)).toBe(true);
    expect(renewalUrgent(credential({ token: 't', expiresAt: now }), now)).toBe(false);
  });

  test('the owner is alerted two weeks before an end that nothing prevents', () => {
    const pasted = (left: number) => credential({ token: 't', expiresAt: now + left });
    expect(endingSoon(pasted(15 * day), now)).toBeNull();
    expect(endingSoon(pasted(14 * day), now)).toBe(
      'Its token ends on 2001-09-23 and cannot be renewed. Sign in again before then.',
    );
    expect(endingSoon(pixelfed(day), now)).toBeNull();
    expect(endingSoon({ ...pixelfed(100 * day), renewalRefused: 'It said no.' }, now)).toContain(
      'was not renewed: It said no. Sign in',
    );
  });
});

/** An account signed in to a fake server whose tokens end. */
async function signedIn(model: ModelName, options: Parameters<typeof openAccounts>[1] = {}) {
  const home = temporaryHome();
  const world = await openAccounts(home, options);
  const network = await startFakeNetwork(model, { now: world.clock.now });
  onTestFinished(network.close);
  const view = await world.accounts.signIn(
    signInInputSchema.parse({ network: 'pixelfed', server: network.address, id: 'me' }),
  );
  await signInAs(view.url);
  return { ...world, home, network };
}
type World = Awaited<ReturnType<typeof signedIn>>;

async function refresh({ accounts }: Pick<World, 'accounts'>) {
  const said: string[] = [];
  const signal = new AbortController().signal;
  return { ...(await accounts.refreshTokens({ signal, say: (text) => said.push(text) })), said };
}
const asked = ({ network }: World) =>
  network.requests.filter((one) => one.asked.fields['grant_type'] === 'refresh_token').length;

describe('refresh_tokens', () => {
  test('renews a month before the end, by a refresh token that changes each time', async () => {
    const w = await signedIn('pixelfed');
    expect(await w.accounts.list()).toMatchObject([
      { tokenExpiresAt: new Date(w.clock.now() + 365 * day).toISOString(), status: 'ready' },
    ]);
    const first = await w.accounts.token('me');
    w.clock.set(w.clock.now() + 334 * day);
    expect(await refresh(w)).toMatchObject({ summary: 'Accounts: 1 checked, nothing to renew' });
    w.clock.set(w.clock.now() + 2 * day);
    expect(await refresh(w)).toMatchObject({
      ok: true,
      summary: 'Accounts: 1 renewed',
      said: ['me: renewed'],
    });
    const second = await w.accounts.token('me');
    expect(second).not.toBe(first);
    expect(w.network.world.tokens.has(first)).toBe(false);
    expect(await w.accounts.list()).toMatchObject([
      { tokenExpiresAt: new Date(w.clock.now() + 365 * day).toISOString() },
    ]);
    w.clock.set(w.clock.now() + 340 * day);
    await refresh(w);
    expect(await w.accounts.token('me')).not.toBe(second);
    expect(asked(w)).toBe(2);
    expect([...w.knownSecrets]).toEqual(expect.arrayContaining([first, second]));
  });

  test('asked for at the same moment it is renewed once', async () => {
    const w = await signedIn('pixelfed');
    w.clock.set(w.clock.now() + 365 * day);
    const tokens = await Promise.all([w.accounts.token('me'), w.accounts.token('me'), refresh(w)]);
    expect(tokens[0]).toBe(tokens[1]);
    expect(asked(w)).toBe(1);
    expect(await w.accounts.verify('me')).toMatchObject({ status: 'ready' });
  });

  test('a token that lives for an hour is renewed when it is needed', async () => {
    const w = await signedIn('pixelfed');
    w.network.world.signIn.lifeSeconds = 3600;
    const again = await w.accounts.reconnect({ id: 'me', code: false });
    await signInAs(again.url);
    const first = await w.accounts.token('me');
    w.clock.set(w.clock.now() + 59 * 60_000);
    const second = await w.accounts.token('me');
    expect(second).not.toBe(first);
    expect(await w.accounts.verify('me')).toMatchObject({ status: 'ready' });
  });

  test('one that has ended while its server is away is asked for again, and dies of nothing else', async () => {
    const w = await signedIn('pixelfed');
    const token = await w.accounts.token('me');
    w.clock.set(w.clock.now() + 365 * day - 60_000);
    w.network.faults.next('token', html502(), html502());
    expect(await w.accounts.token('me')).toBe(token);
    w.clock.set(w.clock.now() + 60_000);
    await expect(w.accounts.token('me')).rejects.toMatchObject({ code: 'NETWORK_REFUSED' });
    expect(await w.accounts.accountStatus('me')).toBe('ready');
    expect(await w.accounts.token('me')).not.toBe(token);
    expect(w.facts).toEqual([]);
  });

  test('off line or behind a broken proxy nothing is lost, and the next run tries again', async () => {
    const w = await signedIn('pixelfed');
    const token = await w.accounts.token('me');
    w.clock.set(w.clock.now() + 340 * day);
    w.network.faults.next('token', html502());
    expect(await refresh(w)).toMatchObject({ ok: true, summary: 'Accounts: 1 not checked' });
    expect(await w.accounts.token('me')).toBe(token);
    expect(w.facts).toEqual([]);
    expect(await refresh(w)).toMatchObject({ summary: 'Accounts: 1 renewed' });
  });

  test('a renewal that never left is no answer that was lost, when a later one is refused', async () => {
    let offline = false;
    const gone = await startFakeNetwork('pixelfed', { now: () => 0 });
    await gone.close();
    const w = await signedIn('pixelfed', {
      fetch: (url, init) => fetch(offline ? url.replace(/^http:..[^/]+/, gone.address) : url, init),
    });
    w.clock.set(w.clock.now() + 340 * day);
    offline = true;
    expect(await refresh(w)).toMatchObject({ summary: 'Accounts: 1 not checked' });
    offline = false;
    w.network.world.signIn.refreshTokens.clear();
    expect((await refresh(w)).said[0]).toMatch(/was not renewed/);
    expect(JSON.stringify(await w.accounts.list())).not.toContain('lost');
  });

  test('refused, while the token lives: it publishes on, the owner is alerted when it ends', async () => {
    const w = await signedIn('pixelfed');
    const token = await w.accounts.token('me');
    w.network.world.signIn.refreshTokens.clear();
    w.clock.set(w.clock.now() + 340 * day);
    const result = await refresh(w);
    expect(result.said[0]).toMatch(/^me: ending\. Its token ends on 2027-11-22 and was not renewed/);
    expect(await w.accounts.token('me')).toBe(token);
    expect(await w.accounts.list()).toMatchObject([
      { status: 'ready', reason: expect.stringContaining('Sign in again before then.') },
    ]);
    expect(w.facts).toMatchObject([{ kind: 'account-ending', accountId: 'me' }]);
    await refresh(w);
    expect(asked(w)).toBe(1);

    const again = await w.accounts.reconnect({ id: 'me', code: false });
    await signInAs(again.url);
    expect(await w.accounts.list()).toMatchObject([{ status: 'ready', reason: null }]);
  });

  test('an Instagram token is renewed after a month, and its new end is known', async () => {
    const world = await openAccounts(temporaryHome());
    const network = await startFakeNetwork('instagram', { now: world.clock.now });
    onTestFinished(network.close);
    const place = { network: 'instagram', server: network.address } as const;
    await world.accounts.add({ ...place, token: network.token, id: 'me' });
    world.clock.set(world.clock.now() + 24 * hour);
    expect(await refresh(world)).toMatchObject({ summary: 'Accounts: 1 checked, nothing to renew' });
    world.clock.set(world.clock.now() + 2 * hour);
    expect(await refresh(world)).toMatchObject({ summary: 'Accounts: 1 renewed' });
    const end = world.clock.now() + 60 * day;
    expect(await world.accounts.list()).toMatchObject([{ tokenExpiresAt: new Date(end).toISOString() }]);
    world.clock.set(end - 30 * day);
    expect(await refresh(world)).toMatchObject({ summary: 'Accounts: 1 renewed' });
    world.clock.set(world.clock.now() + 61 * day);
    expect(await refresh(world)).toMatchObject({ summary: 'Accounts: 1 needs sign-in' });
    expect(world.facts).toMatchObject([{ kind: 'account', accountId: 'me' }]);
  });

  test('a sign-in while the renewal is under way wins', async () => {
    let holding = false;
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const w = await signedIn('pixelfed', {
      async fetch(url, init) {
        const answer = await fetch(url, init);
        if (holding && url.endsWith('/oauth/token')) await held;
        return answer;
      },
    });
    w.clock.set(w.clock.now() + 340 * day);
    w.network.world.tokens.set('pasted-meanwhile', { account: '1001', write: true });
    holding = true;
    const renewing = refresh(w);
    await expect.poll(() => asked(w)).toBe(1);
    await w.accounts.add({ network: 'pixelfed', server: w.network.address, token: 'pasted-meanwhile' });
    release();
    await renewing;
    expect(await w.accounts.token('me')).toBe('pasted-meanwhile');
  });
});

describe('the old token is not lost before the new one is stored', () => {
  /** A secrets file that fails at the wish of a test. */
  function failing(file: SecretsFile) {
    const will = { fail: (_write: number) => false, writes: 0 };
    const secrets: SecretsFile = {
      ...file,
      async put(name, secret) {
        will.writes += 1;
        if (will.fail(will.writes)) throw new Error('ENOSPC: no space left on device');
        return file.put(name, secret);
      },
    };
    return { will, secrets };
  }
  async function fullDisk() {
    const home = temporaryHome();
    const plain = await openAccounts(home);
    const { will, secrets } = failing(plain.needs.secrets);
    const world = await openAccounts(home, { secrets, clock: plain.clock, config: plain.needs.config });
    const network = await startFakeNetwork('pixelfed', { now: plain.clock.now });
    onTestFinished(network.close);
    const view = await world.accounts.signIn(
      signInInputSchema.parse({ network: 'pixelfed', server: network.address, id: 'me' }),
    );
    await signInAs(view.url);
    plain.clock.set(plain.clock.now() + 340 * day);
    will.writes = 0;
    return { ...world, clock: plain.clock, home, network, will, plain };
  }

  test('a disk that takes nothing is found out before the network is asked', async () => {
    const w = await fullDisk();
    const token = await w.accounts.token('me');
    w.will.fail = () => true;
    await expect(refresh(w)).rejects.toThrow('ENOSPC');
    expect(asked(w)).toBe(0);
    expect(await w.accounts.token('me')).toBe(token);
    w.will.fail = () => false;
    expect(await refresh(w)).toMatchObject({ summary: 'Accounts: 1 renewed' });
  });

  test('full between question and answer: the new token is used, the run fails, and a later look stores it', async () => {
    const w = await fullDisk();
    const old = await w.accounts.token('me');
    w.will.fail = (write) => write >= 2;
    const result = await refresh(w);
    expect(result).toMatchObject({ ok: false, summary: 'Accounts: 1 not stored' });
    const renewed = await w.accounts.token('me');
    expect(renewed).not.toBe(old);
    expect(await w.accounts.verify('me')).toMatchObject({ status: 'ready' });
    w.will.fail = () => false;
    expect(await w.accounts.token('me')).toBe(renewed);
    const later = await openAccounts(w.home, { clock: w.clock, config: w.needs.config });
    expect(await later.accounts.token('me')).toBe(renewed);
  });

  test('an answer that got lost: a server that keeps the old token gives another, one that does not needs its owner', async () => {
    const keeps = await signedIn('pixelfed');
    keeps.network.world.signIn.rotates = false;
    keeps.clock.set(keeps.clock.now() + 340 * day);
    keeps.network.faults.next('token', lostAnswer);
    expect(await refresh(keeps)).toMatchObject({ summary: 'Accounts: 1 not checked' });
    expect(await refresh(keeps)).toMatchObject({ summary: 'Accounts: 1 renewed' });

    const rotates = await signedIn('pixelfed');
    rotates.clock.set(rotates.clock.now() + 340 * day);
    rotates.network.faults.next('token', lostAnswer);
    await refresh(rotates);
    const result = await refresh(rotates);
    expect(result).toMatchObject({ summary: 'Accounts: 1 needs sign-in' });
    expect(rotates.facts).toMatchObject([{ kind: 'account' }]);
    const again = await rotates.accounts.reconnect({ id: 'me', code: false });
    await signInAs(again.url);
    expect(rotates.facts.at(-1)).toEqual({ kind: 'account-ready', accountId: 'me' });
  });

  test.each([
    ['before 1', 'Accounts: 1 renewed', 'old'],
    ['after 1', 'Accounts: 1 renewed', 'old'],
    ['before 2', 'Accounts: 1 needs sign-in', 'old'],
    ['after 2', 'Accounts: 1 checked, nothing to renew', 'new'],
  ])('killed %s: the next start finds a whole record, and %s', async (dieAt, summary, record) => {
    const home = temporaryHome();
    const network = await startFakeNetwork('pixelfed');
    onTestFinished(network.close);
    const world = await openAccounts(home, { clock: systemClock });
    network.world.signIn.lifeSeconds = 20 * 86_400;
    const view = await world.accounts.signIn(
      signInInputSchema.parse({ network: 'pixelfed', server: network.address, id: 'me' }),
    );
    await signInAs(view.url);
    const before = await world.accounts.token('me');
    network.world.signIn.lifeSeconds = 365 * 86_400;
    await age(world, 11 * day);

    const script = fileURLToPath(new URL('./renew-child.ts', import.meta.url));
    const run = (...args: string[]) =>
      new Promise<{ out: string; signal: string | null }>((resolve) => {
        const child = spawn(process.execPath, [script, home, network.address, ...args], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let out = '';
        child.stdout.on('data', (text: Buffer) => {
          out += text.toString();
        });
        child.on('close', (_code, signal) => resolve({ out, signal }));
      });
    expect(await run(dieAt)).toEqual({ out: '', signal: 'SIGKILL' });

    const after = await openAccounts(home, { config: world.needs.config });
    expect((await after.accounts.token('me')) === before).toBe(record === 'old');
    expect((await run()).out.trim()).toBe(summary);
  });
});

/** Makes the stored credential older than it is. */
async function age({ needs }: Awaited<ReturnType<typeof openAccounts>>, ms: number): Promise<void> {
  const [vault] = needs.vaults;
  const record = await needs.secrets.get('me');
  if (!vault || !record) throw new Error('Nobody is signed in');
  const content = JSON.parse(await vault.decrypt(record.sealed));
  const older = { ...content, obtainedAt: content.obtainedAt - ms, expiresAt: content.expiresAt - ms };
  await needs.secrets.put('me', { ...record, sealed: await vault.encrypt(JSON.stringify(older)) });
}
