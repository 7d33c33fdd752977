import { expect, onTestFinished, test } from 'vitest';
import type { PostView, SeriesDetails, SeriesView } from '../../shared/index.ts';
import { commandOn, startHeadless, until } from '../support/command.ts';
import { launchBrowser } from '../support/desktop/index.ts';
import { startFakeNetwork } from '../support/fake-networks/index.ts';
import { temporaryHome } from '../support/home.ts';

test('a series and weekly slots that are made in the window make posts in the engine', async () => {
  const home = temporaryHome();
  const belfry = commandOn(home);
  const net = await startFakeNetwork('mastodon-4.5');
  onTestFinished(() => net.close());
  const host = await startHeadless(home);
  const added = await belfry.fed(net.token, '--json', 'accounts', 'add', 'mastodon', net.address);
  const account: string = JSON.parse(added.stdout).id;
  const browser = await launchBrowser();
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(/http:\/\/127\.0\.0\.1:\d+\/#code=\S+/.exec(host.output())?.[0] ?? '');

  await page.getByRole('link', { name: 'Plans', exact: true }).click();
  await page.getByRole('link', { name: 'Texts and hashtags' }).click();
  await page.getByRole('button', { name: 'New text' }).click();
  await page.getByLabel('Id').fill('daily');
  await page.getByLabel('Text', { exact: true }).fill('Open on {date}: {what}');
  await page.getByRole('button', { name: 'Save text' }).click();
  await page.getByRole('heading', { name: 'daily' }).waitFor();

  await page.getByRole('link', { name: 'Recurring posts' }).click();
  await page.getByRole('link', { name: 'New series' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Every day');
  await page.getByLabel('Unit').selectOption('days');
  await page.getByRole('radio', { name: 'A named text' }).check();
  await page.getByLabel('Named text', { exact: true }).selectOption('daily');
  await page.getByLabel('Value of {what}').fill('the tower');
  await page.getByLabel('Number of posts after which it ends').fill('3');
  await page.getByRole('checkbox', { name: /Mastodon/ }).check();
  await page.locator('.next-times tbody tr').nth(2).waitFor();
  expect(await page.locator('.next-times tbody tr').count()).toBe(3);
  await page.getByRole('button', { name: 'Add series' }).click();
  await page.getByRole('heading', { name: 'Every day' }).waitFor();
  const [series] = await belfry.json<SeriesView[]>('series');
  const posts = await belfry.json<PostView[]>('posts');
  expect(posts).toHaveLength(3);
  expect(posts[0]?.text).toMatch(/^Open on \d{4}-\d\d-\d\d: the tower$/);

  await page
    .getByRole('button', { name: /^Leave out/ })
    .first()
    .click();
  await page.getByRole('button', { name: /^Take in again/ }).waitFor();
  const details = await belfry.json<SeriesDetails>('series', 'show', series?.id ?? '');
  expect(details.occurrences.map(({ state }) => state)).toEqual(['skipped', 'made', 'made']);

  await page.getByRole('link', { name: 'Plans', exact: true }).click();
  await page.getByRole('link', { name: 'Weekly slots' }).click();
  await page.getByRole('button', { name: /^Add slots/ }).click();
  await page.getByRole('checkbox', { name: 'Saturday' }).check();
  await page.getByRole('checkbox', { name: 'Sunday' }).check();
  await page.getByLabel('Time', { exact: true }).fill('03:33');
  await page.getByRole('button', { name: 'Save slots' }).click();
  await page.getByText('every day 03:33').waitFor();
  for (const text of ['First', 'Second'])
    await belfry.fed(
      JSON.stringify({ text, accounts: [account], publishAt: 'next-slot' }),
      'posts',
      'add',
      '-',
    );
  await page.getByRole('button', { name: 'Move up: Second' }).click();
  await until('the window shows the new order', async () => {
    const rows = await page.locator('.slots').innerText();
    return rows.includes('Second') && rows.indexOf('Second') < rows.indexOf('First');
  });
  expect(complaints).toEqual([]);
});
