import { describe, expect, test } from 'vitest';
import { callsOf, findBrowser, goTo, soon, windowsIn } from '../support/window/browser.ts';
import { sampleAccount } from '../support/window/sample.ts';
import { world } from '../support/window/world.ts';

const browser = findBrowser();
const open = windowsIn(browser);

describe.skipIf(!browser)('signing in', () => {
  test('to Mastodon: the link for the browser, then done by itself', async () => {
    const w = world();
    const window = await open(w, { at: '#/new-account' });
    const { page, announcer, complaints } = window;
    await page.getByLabel('Server').fill('social.example/');
    await page.getByRole('button', { name: 'Sign in with browser' }).click();
    await page.getByRole('heading', { name: 'Sign in to social.example' }).waitFor();
    await page.getByText('Waiting for the browser…').waitFor();
    const link = page.getByRole('link', { name: 'Open the sign-in page' });
    expect(await link.getAttribute('href')).toBe('https://social.example/oauth/authorize?client_id=1');
    expect(await link.getAttribute('rel')).toContain('noreferrer');

    const [view] = [...w.signIns.values()];
    if (!view) throw new Error('No sign-in was begun');
    const account = sampleAccount({ id: 'ada' });
    w.signIns.set(view.session, { ...view, status: 'done', accounts: [account] });
    announcer.announce({ name: 'accounts.changed' });

    await page.getByText(`${account.handle} can be published to.`).waitFor();
    expect(callsOf(window, 'accounts.signIn')).toEqual([
      { network: 'mastodon', server: 'https://social.example', code: false },
    ]);
    expect(complaints).toEqual([]);
  });

  test('to a Page: the app once, the code by hand, and the choice', async () => {
    const w = world();
    const window = await open(w, { at: '#/new-account' });
    const { page } = window;
    await page.getByLabel('Facebook Page', { exact: true }).check();
    await page.getByRole('button', { name: 'Sign in with browser' }).click();
    await page.getByText('This must be the number that Meta shows as the app id.').waitFor();
    await page.getByLabel('Facebook app id').fill('4242');
    await page.getByLabel('Facebook app secret').fill('very-secret');
    await page.getByRole('button', { name: 'Sign in with browser' }).click();

    const code = page.getByLabel('Code, or address where the browser ended');
    await code.fill('wrong');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('The server does not take the sign-in').waitFor();
    await code.fill('right');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('Market square').check();
    await page.getByRole('button', { name: 'Add accounts' }).click();
    await page.getByText('Market square can be published to.').waitFor();

    expect(w.accounts.map(({ handle }) => handle)).toEqual(['Market square']);
    const storage = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    expect(storage).not.toContain('very-secret');
    await goTo(page, '#/new-account');
    await page.getByLabel('Facebook Page', { exact: true }).check();
    await page.getByText('Signs in with your app 4242.').waitFor();
  });

  test('again, for an account that needs it; cancelled, it is over', async () => {
    const w = world({
      accounts: [sampleAccount({ id: 'ada', status: 'sign-in-needed', reason: 'Refused.' })],
    });
    const window = await open(w, { at: '#/accounts' });
    const { page } = window;
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.getByRole('heading', { name: 'Sign in to mastodon.example' }).waitFor();
    expect(callsOf(window, 'accounts.reconnect')).toEqual([{ id: 'ada' }]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: 'Accounts' }).waitFor();
    await soon(() => w.signIns.size).toBe(0);
  });

  test('a sign-in that is gone says so', async () => {
    const { page } = await open(world(), { at: '#/sign-in/gone' });
    await page.getByText('This sign-in is over').waitFor();
    await page.getByRole('link', { name: 'Begin again' }).click();
    await page.getByRole('heading', { name: 'Add account' }).waitFor();
  });
});
