import { describe, expect, test } from 'vitest';
import { callsOf, findBrowser, soon, windowsIn } from '../support/window/browser.ts';
import { sampleAccount, samplePost } from '../support/window/sample.ts';
import { world } from '../support/window/world.ts';

const browser = findBrowser();
const open = windowsIn(browser);
const ada = sampleAccount({ id: 'ada' });
const gazette = sampleAccount({
  id: 'gazette',
  network: 'instagram',
  server: 'https://graph.instagram.com',
  handle: '@town.gazette',
});

describe.skipIf(!browser)('accounts', () => {
  test('say what waits for them and what they need', async () => {
    const w = world({ accounts: [ada, gazette], posts: [samplePost({ id: 'p' })] });
    const { page, complaints } = await open(w, { at: '#/accounts' });
    const cards = page.getByRole('main').getByRole('listitem');
    await cards.nth(0).getByRole('link', { name: '1 post', exact: true }).waitFor();
    await cards.nth(1).getByText('None scheduled').waitFor();
    await cards.nth(1).getByText('Not chosen').waitFor();
    expect(await cards.nth(0).getByRole('button', { name: 'Choose public address' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('lend each other a public address', async () => {
    const window = await open(world({ accounts: [ada, gazette] }), { at: '#/accounts' });
    const { page } = window;
    await page.getByRole('button', { name: 'Choose public address' }).click();
    await page.getByRole('radio', { name: 'Another account of yours' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Choose an account.').waitFor();
    await page.getByRole('combobox', { name: 'Account that hosts the files' }).click();
    await page.getByRole('option', { name: ada.handle }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await soon(() => page.getByRole('button', { name: 'Choose public address' }).count()).toBe(0);
    expect(callsOf(window, 'accounts.setMedia')).toEqual([
      { id: 'gazette', media: { host: { via: 'account', account: 'ada' } } },
    ]);
  });

  test('use a bucket: what is typed survives a reload, but not its key', async () => {
    const window = await open(world({ accounts: [gazette] }), { at: '#/accounts' });
    const { page } = window;
    await page.getByRole('button', { name: 'Choose public address' }).click();
    await page.getByRole('radio', { name: 'Your storage bucket' }).check();
    await page.getByLabel('Bucket', { exact: true }).fill('gazette-media');
    await page.getByLabel('Secret access key').fill('very-secret');
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('very-secret');
    await page.reload();
    await page.getByRole('button', { name: 'Choose public address' }).click();
    expect(await page.getByLabel('Bucket', { exact: true }).inputValue()).toBe('gazette-media');
    expect(await page.getByLabel('Secret access key').inputValue()).toBe('');
    await page.getByLabel('Endpoint').fill('https://s3.example');
    await page.getByLabel('Address of the bucket').fill('https://media.example/');
    await page.getByLabel('Remove files after days').fill('');
    await page.getByLabel('Access key ID').fill('AKIA');
    await page.getByLabel('Secret access key').fill('very-secret');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Bucket gazette-media', { exact: true }).waitFor();
    expect(callsOf(window, 'accounts.setMedia')).toMatchObject([
      {
        media: { host: { via: 'bucket', bucket: 'gazette-media', region: 'auto', removeAfterDays: null } },
        key: { keyId: 'AKIA', secret: 'very-secret' },
      },
    ]);
  });
});
