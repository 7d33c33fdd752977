import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type BelfryError, type SignInView, signInInputSchema } from '../../shared/index.ts';
import { signInAs } from '../support/browser-person.ts';
import { answer, fakeMetaApp, html502, startFakeNetwork } from '../support/fake-networks/index.ts';
import { metaProblem } from '../support/fake-networks/meta.ts';
import { temporaryHome } from '../support/home.ts';
import { openAccounts } from './world.ts';

const refusal = (work: Promise<unknown>): Promise<BelfryError> =>
  work.then(
    () => {
      throw new Error('was not refused');
    },
    (error: BelfryError) => error,
  );

const loopbackApp = { ...fakeMetaApp, redirectUri: 'http://127.0.0.1/belfry' };
const day = 86_400_000;

async function world(network: 'instagram' | 'facebook', login?: 'instagram' | 'facebook') {
  const home = temporaryHome();
  const world = await openAccounts(home);
  const fake = await startFakeNetwork(network, { now: world.clock.now });
  onTestFinished(fake.close);
  const place = { network, server: fake.address, ...(login ? { login } : {}) };
  const begin = (some: object = { app: loopbackApp }) =>
    world.accounts.signIn(signInInputSchema.parse({ ...place, ...some }));
  const state = (view: SignInView) => world.accounts.signInState(view.session);
  return { ...world, home, fake, place, begin, state };
}

describe('Facebook Pages', () => {
  test('from the link to the Pages of the user, of which some are chosen', async () => {
    const w = await world('facebook');
    const view = await w.begin();
    const ended = await signInAs(view.url);
    expect(ended.text).toContain('Choose in Belfry');
    expect(w.state(view)).toMatchObject({
      status: 'choose',
      choices: [
        { remoteId: '1001', handle: 'Town news', known: null },
        { remoteId: '1002', handle: 'Market square', known: null },
      ],
    });
    expect((await refusal(w.accounts.choose(view.session, ['1001', '9']))).message).toContain(
      'There is no "9"',
    );

    const done = await w.accounts.choose(view.session, ['1001', '1002']);

    expect(done).toMatchObject({ status: 'done' });
    expect(done.accounts).toMatchObject([
      { id: 'town-news-facebook', handle: 'Town news', status: 'ready', tokenExpiresAt: null },
      { id: 'market-square-facebook', handle: 'Market square' },
    ]);
    const token = await w.accounts.token('market-square-facebook');
    expect(w.fake.world.tokens.get(token)).toMatchObject({ account: '1002', kind: 'page' });
    expect(await w.accounts.verify('market-square-facebook')).toMatchObject({ status: 'ready' });
    expect(w.config().accounts).toMatchObject([{ remoteId: '1001' }, { remoteId: '1002' }]);
  });

  test('the app is kept sealed, and asked for the first time only', async () => {
    const w = await world('facebook');
    expect((await refusal(w.begin({}))).message).toMatch(
      /^BAD_INPUT: There is no app to sign in with, for Facebook/,
    );
    const view = await w.begin();
    await signInAs(view.url);
    await w.accounts.choose(view.session, ['1001']);
    expect(await w.accounts.apps()).toEqual([
      { login: 'facebook', server: w.fake.address, id: fakeMetaApp.id, redirectUri: loopbackApp.redirectUri },
    ]);
    expect(readFileSync(join(w.home, 'secrets.json'), 'utf8')).not.toContain(fakeMetaApp.secret);
    expect([...w.knownSecrets]).toContain(fakeMetaApp.secret);
    const again = await w.begin({});
    expect((await signInAs(again.url)).text).toContain('Choose in Belfry');
    expect(w.state(again).choices).toMatchObject([{ known: 'town-news-facebook' }, { known: null }]);
  });

  test('an https redirect: the browser ends nowhere, and the user pastes its address', async () => {
    const w = await world('facebook');
    w.fake.world.signIn.apps.get(fakeMetaApp.id)?.redirectUris.push('https://localhost/belfry');
    const view = await w.begin({ app: fakeMetaApp });
    expect(view.mode).toBe('code');
    const { address } = await signInAs(view.url);
    expect(address).toMatch(/^https:\/\/localhost\/belfry\?code=\w+&state=[\w-]+#_$/);
    expect(await w.accounts.finishSignIn(view.session, address)).toMatchObject({ status: 'choose' });
  });

  test('a redirect with a port of its own: a port that is taken is reported', async () => {
    const w = await world('facebook');
    const taken = new URL(w.fake.address).port;
    const app = { ...fakeMetaApp, redirectUri: `http://localhost:${taken}/belfry` };
    const error = await refusal(w.begin({ app }));
    expect(error).toMatchObject({ code: 'PORT_IN_USE' });
    expect(error.message).toContain(`http://localhost:${taken}/belfry`);
  });

  test('signing in again finds its Page by itself; a Page that is not among them is refused', async () => {
    const w = await world('facebook');
    const first = await w.begin();
    await signInAs(first.url);
    await w.accounts.choose(first.session, ['1002']);
    await w.accounts.signInNeeded('market-square-facebook', 'Password changed.');

    const again = await w.accounts.reconnect({ id: 'market-square-facebook', code: false });
    await signInAs(again.url);
    expect(w.state(again)).toMatchObject({ status: 'done', accounts: [{ status: 'ready' }] });

    w.fake.world.signIn.pages.pop();
    const other = await w.accounts.reconnect({ id: 'market-square-facebook', code: false });
    await signInAs(other.url);
    expect(w.state(other)).toMatchObject({ status: 'failed', error: { code: 'CONFLICT' } });
    expect(w.state(other).error?.message).toContain('signed in as Town news');
  });

  test('Pages of a business portfolio, which the list leaves out', async () => {
    const w = await world('facebook');
    w.fake.world.signIn.unlisted = true;
    const view = await w.begin();
    await signInAs(view.url);
    expect(w.state(view).choices.map(({ handle }) => handle)).toEqual(['Town news', 'Market square']);
  });

  test('a right that was unticked', async () => {
    const w = await world('facebook');
    w.fake.world.signIn.withheld = ['pages_manage_posts'];
    const view = await w.begin();
    await signInAs(view.url);
    expect(w.state(view).error?.message).toContain('Missing: pages_manage_posts');
  });

  test('no Page at all', async () => {
    const w = await world('facebook');
    w.fake.world.signIn.pages = [];
    const view = await w.begin();
    await signInAs(view.url);
    expect(w.state(view).error?.message).toContain('No Page was found');
  });

  test('a wrong app secret is reported, without showing it', async () => {
    const w = await world('facebook');
    const view = await w.begin({ app: { ...loopbackApp, secret: 'a-wrong-one-altogether' } });
    const ended = await signInAs(view.url);
    expect(w.state(view)).toMatchObject({ status: 'failed', error: { code: 'NETWORK_REFUSED' } });
    expect(`${w.state(view).error?.message}${ended.text}`).not.toContain('a-wrong-one-altogether');
    expect(await w.accounts.apps()).toEqual([]);
  });

  test('denied, spent and HTML', async () => {
    const w = await world('facebook');
    const denied = await w.begin();
    await signInAs(denied.url, { decision: 'deny' });
    expect(w.state(denied).error?.message).toContain('access_denied: user_denied');
    const spent = await w.begin();
    w.fake.world.signIn.codeLifeMs = -1;
    await signInAs(spent.url);
    expect(w.state(spent).error).toMatchObject({ code: 'SIGN_IN_NEEDED' });
    const page = await w.begin();
    w.fake.faults.next('token', html502());
    await signInAs(page.url);
    expect(w.state(page).error).toMatchObject({ code: 'NETWORK_REFUSED' });
  });

  test('a pasted token of a Page', async () => {
    const w = await world('facebook');
    const account = await w.accounts.add({ ...w.place, token: w.fake.token });
    expect(account).toMatchObject({ handle: 'Town news', status: 'ready', tokenExpiresAt: null });
    expect(w.config().accounts[0]?.remoteId).toBe('1001');
  });

  test('a pasted token of a user: the Page must be named, and its own token is kept', async () => {
    const w = await world('facebook');
    w.fake.world.tokens.set('person-token', {
      account: 'person',
      write: true,
      kind: 'person',
      until: w.clock.now() + day,
    });
    const error = await refusal(w.accounts.add({ ...w.place, token: 'person-token' }));
    expect(error.message).toContain('It opens Town news (1001), Market square (1002)');
    const account = await w.accounts.add({ ...w.place, token: 'person-token', remoteId: '1002' });
    expect(account).toMatchObject({
      handle: 'Market square',
      tokenExpiresAt: new Date(w.clock.now() + day).toISOString(),
      reason: expect.stringContaining('cannot be renewed'),
    });
    expect(await w.accounts.token(account.id)).toMatch(/^page-/);
  });

  test('a refused token is reported; nothing is kept', async () => {
    const w = await world('facebook');
    const error = await refusal(w.accounts.add({ ...w.place, token: 'nobody-knows-it' }));
    expect(error.code).toBe('SIGN_IN_NEEDED');
    expect(error.message).toContain('code 190/463');
    expect(w.config().accounts).toEqual([]);
  });

  test.each([
    [
      'rate limit',
      metaProblem(400, 4, undefined, 'Application request limit reached'),
      'NETWORK_REFUSED',
      'cannot answer now',
    ],
    [
      'a right is missing',
      metaProblem(403, 200, undefined, 'Requires pages_manage_posts'),
      'SIGN_IN_NEEDED',
      'code 200',
    ],
    ['HTML', { status: 502, body: '<html>' }, 'NETWORK_REFUSED', 'HTTP 502'],
  ])('verify: %s', async (_name, reply, code, words) => {
    const w = await world('facebook');
    const { id } = await w.accounts.add({ ...w.place, token: w.fake.token });
    w.fake.faults.next('account', answer(reply.status, reply.body));
    const error = await refusal(w.accounts.verify(id));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });
});

describe('Instagram with its own log-in', () => {
  test('from the link to a token of sixty days', async () => {
    const w = await world('instagram');
    const view = await w.begin();
    expect(new URL(view.url).searchParams.get('scope')).toBe(
      'instagram_business_basic,instagram_business_content_publish',
    );
    const ended = await signInAs(view.url);
    expect(ended.text).toContain('Signed in as @townnews');
    expect(w.state(view).accounts).toMatchObject([
      {
        id: 'townnews-instagram',
        network: 'instagram',
        server: w.fake.address,
        handle: '@townnews',
        status: 'ready',
        reason: null,
        tokenExpiresAt: new Date(w.clock.now() + 60 * day).toISOString(),
      },
    ]);
    expect(w.config().accounts[0]?.remoteId).toBe('17841400000001001');
  });

  test('a right that was unticked', async () => {
    const w = await world('instagram');
    w.fake.world.signIn.withheld = ['instagram_business_content_publish'];
    const view = await w.begin();
    await signInAs(view.url);
    expect(w.state(view).error?.message).toContain('Missing: instagram_business_content_publish');
  });

  test('a pasted token; its end is not known until it is renewed', async () => {
    const w = await world('instagram');
    const account = await w.accounts.add({ ...w.place, token: w.fake.token });
    expect(account).toMatchObject({ handle: '@townnews', tokenExpiresAt: null });
  });

  test('a token of the other log-in is refused', async () => {
    const w = await world('instagram');
    w.fake.world.tokens.set('page-token', { account: '1001', write: true, kind: 'page' });
    expect((await refusal(w.accounts.add({ ...w.place, token: 'page-token' }))).code).toBe('NETWORK_REFUSED');
  });
});

describe("Instagram with Facebook's log-in", () => {
  test('the account of the linked Page, by the token of that Page', async () => {
    const w = await world('instagram', 'facebook');
    const view = await w.begin();
    expect(new URL(view.url).searchParams.get('scope')).toContain('instagram_content_publish');
    await signInAs(view.url);
    expect(w.state(view).accounts).toMatchObject([
      { id: 'townnews-instagram', handle: '@townnews', status: 'ready', tokenExpiresAt: null },
    ]);
    expect(await w.accounts.token('townnews-instagram')).toMatch(/^page-/);
    expect(await w.accounts.verify('townnews-instagram')).toMatchObject({ status: 'ready' });
  });

  test('no Page has an Instagram account', async () => {
    const w = await world('instagram', 'facebook');
    w.fake.world.signIn.pages = [{ id: '1', name: 'Lonely', instagram: null }];
    const view = await w.begin();
    await signInAs(view.url);
    expect(w.state(view).error?.message).toContain('No Instagram account was found');
  });

  test('signing in again takes the same log-in', async () => {
    const w = await world('instagram', 'facebook');
    await signInAs((await w.begin()).url);
    const again = await w.accounts.reconnect({ id: 'townnews-instagram', code: false });
    expect(again.url).toContain('/dialog/oauth?');
    await signInAs(again.url);
    expect(w.state(again).status).toBe('done');
  });
});

test("without a server it is Meta's own, by the log-in; the link never leads to plain http", async () => {
  const world = await openAccounts(temporaryHome());
  const hosts = [];
  for (const input of [
    { network: 'facebook' },
    { network: 'instagram' },
    { network: 'instagram', login: 'facebook' },
    { network: 'instagram', server: 'https://graph.facebook.com' },
  ]) {
    const view = await world.accounts.signIn(signInInputSchema.parse({ ...input, app: fakeMetaApp }));
    hosts.push([new URL(view.url).origin, view.server]);
  }
  expect(hosts).toEqual([
    ['https://www.facebook.com', 'https://graph.facebook.com'],
    ['https://www.instagram.com', 'https://graph.instagram.com'],
    ['https://www.facebook.com', 'https://graph.facebook.com'],
    ['https://www.facebook.com', 'https://graph.facebook.com'],
  ]);
  const plain = { network: 'facebook', server: 'http://graph.facebook.com', app: fakeMetaApp };
  expect(signInInputSchema.safeParse(plain).error?.issues).toMatchObject([{ path: ['server'] }]);
});

test.each([
  [{ network: 'mastodon' }, 'server: is missing'],
  [{ network: 'facebook', login: 'facebook' }, 'login: is for Instagram only'],
  [{ network: 'facebook', app: { id: 'abc', secret: 'x y' } }, 'app.id: must be the number'],
  [{ network: 'facebook', app: { id: '1', secret: 'x y' } }, 'app.secret: must not contain spaces'],
  [
    { network: 'facebook', app: { id: '1', secret: 'x', redirectUri: 'http://x.example/' } },
    'must be an https',
  ],
  [
    { network: 'facebook', app: { id: '1', secret: 'x', redirectUri: 'belfry://x' } },
    'app.redirectUri: must be',
  ],
])('%j is refused: %s', (input, words) => {
  const { error } = signInInputSchema.safeParse(input);
  const texts = error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  expect(texts.join('\n')).toContain(words);
});
