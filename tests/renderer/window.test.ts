import { describe, expect, test } from 'vitest';
import { findBrowser, goTo, serveBuilt, soon, windowsIn } from '../support/window/browser.ts';
import { sampleJob, samplePost } from '../support/window/sample.ts';
import { world } from '../support/window/world.ts';
import { ada, news } from './run-samples.ts';

const browser = findBrowser();

if (!browser && process.env['CI']) throw new Error('CI must have a browser: install the package chromium');

if (!browser)
  console.warn('The tests of the window were skipped: no chromium on the PATH (apt install chromium).');

const open = windowsIn(browser);

describe.skipIf(!browser)('the window', () => {
  test('opens by its link, without complaint, and hides the code', async () => {
    const { page, complaints } = await open(world({ jobs: [news], accounts: [ada] }));
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByText('On schedule').waitFor();
    expect(new URL(page.url()).hash).toBe('#/');
    expect(complaints).toEqual([]);
  });

  test('stops and starts the scheduler', async () => {
    const w = world({ jobs: [news] });
    const { page } = await open(w);
    await page.getByRole('button', { name: 'Pause scheduler' }).click();
    await page.getByText('Paused', { exact: true }).waitFor();
    expect(w.paused).toBe(true);
    await page.getByRole('button', { name: 'Resume scheduler' }).click();
    await page.getByText('On schedule').waitFor();
  });

  test('adds an account, says why not, and removes one after asking', async () => {
    const w = world({ accounts: [ada] });
    const window = await open(w, { at: '#/new-account' });
    const { page } = window;
    await page.getByLabel('Server').fill('social.example/');
    await page.getByText('Add with an access token instead').click();
    await page.getByLabel('Access token').fill('wrong');
    await page.getByRole('button', { name: 'Add account' }).click();
    await page.getByText('The token was refused, at https://social.example.').waitFor();
    await page.getByLabel('Access token').fill('right');
    await page.getByRole('button', { name: 'Add account' }).click();
    await page.getByRole('heading', { name: '@new@social.example' }).waitFor();
    await page.getByRole('button', { name: 'Actions for @ada@mastodon.example' }).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await page.getByRole('button', { name: 'Remove account' }).click();
    await soon(() => w.accounts.map((account) => account.id)).toEqual(['new']);
  });

  test('saves each setting, shows what the engine refuses, and takes on the theme', async () => {
    const w = world();
    const { page } = await open(w, { at: '#/settings' });
    const theme = () => page.evaluate(() => document.documentElement.dataset['mantineColorScheme']);
    await soon(theme).toBe('light');
    await page.getByLabel('Theme').selectOption('Dark');
    await soon(theme).toBe('dark');
    await page.getByText('Saved').waitFor();
    const limit = page.getByLabel('Late limit');
    await limit.fill('-3');
    await limit.press('Enter');
    await page.getByText(/must not be negative/).waitFor();
    expect(w.settings.lateLimitHours).toBe(24);
    await limit.fill('48');
    await limit.press('Enter');
    await soon(() => w.settings.lateLimitHours).toBe(48);
    const days = page.getByLabel('Keep runs for');
    await days.fill('');
    await days.press('Enter');
    await soon(() => w.settings.keepRunsDays).toBe(null);
    await days.fill('0');
    await days.press('Enter');
    await page.getByText(/must be at least 1/).waitFor();
    await days.fill('30');
    await days.press('Enter');
    await soon(() => w.settings.keepRunsDays).toBe(30);
    await page.getByLabel('Runs kept of each job').fill('50');
    await page.getByLabel('Largest database').fill('');
    await page.getByLabel('Largest database').press('Enter');
    await soon(() => [w.settings.keepRunsPerJob, w.settings.keepDatabaseMiB]).toEqual([50, null]);
  });

  test('finds a setting by its words', async () => {
    const { page } = await open(world(), { at: '#/settings' });
    await page.getByLabel('Search settings').fill('LOCATION');
    await page.getByRole('switch', { name: 'Remove location' }).waitFor();
    await page.getByRole('heading', { name: 'Retention' }).waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Late limit').count()).toBe(0);
    await page.getByLabel('Search settings').fill('xyz');
    await page.getByText('No setting matches “xyz”.').waitFor();
  });

  test('keeps what is being typed when news of that setting come', async () => {
    const w = world();
    const { page, announcer } = await open(w, { at: '#/settings' });
    const days = page.getByLabel('Keep runs for');
    await days.fill('45');
    w.settings = { ...w.settings, keepRunsDays: 10, lateLimitHours: 7 };
    announcer.announce({ name: 'settings.changed' });
    await soon(() => page.getByLabel('Late limit').inputValue()).toBe('7');
    expect(await days.inputValue()).toBe('45');
    await days.press('Enter');
    await soon(() => w.settings.keepRunsDays).toBe(45);
  });

  test('helps to begin while there is nothing, and shows the demonstration', async () => {
    const { page } = await open(world());
    await page.getByRole('link', { name: 'See templates' }).waitFor();
    await page.getByRole('button', { name: 'See it work' }).click();
    const link = page.getByRole('link', { name: 'Open its window' });
    expect(await link.getAttribute('href')).toBe('http://127.0.0.1:1/#code=demo');
  });

  test('shows warnings with their remedy and takes the user’s confirmation', async () => {
    const w = world({
      warnings: [
        {
          code: 'NEEDS_PERSON',
          message: 'NEEDS_PERSON: The database was restored, in x. Why. Look at your posts.',
        },
      ],
    });
    const { page } = await open(w);
    await page.getByRole('alert').getByText('Look at your posts.').waitFor();
    await page.getByRole('button', { name: 'I have checked, go on' }).click();
    await soon(() => page.getByRole('alert').count()).toBe(0);
    expect(w.warnings).toEqual([]);
  });

  test('keeps showing what it knows when the engine is gone', async () => {
    const window = await open(world({ jobs: [news] }), { at: '#/jobs' });
    const { page } = window;
    const row = page.getByRole('row', { name: /News/ });
    await row.waitFor();
    await window.close();
    await page.getByText('Belfry does not answer.').waitFor();
    expect(await row.isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Run now: News' }).click();
    await page
      .getByRole('alert')
      .getByText(/Belfry does not answer, at this address/)
      .waitFor();
  });

  test('goes on by itself when the engine has started anew, and takes a fresh link in the same tab', async () => {
    const w = world({ jobs: [news] });
    const window = await open(w, { at: '#/jobs' });
    const { page } = window;
    await page.getByRole('row', { name: /News/ }).waitFor();
    await window.close();
    await page.getByText('Not connected').waitFor();
    w.jobs = [...w.jobs, sampleJob({ id: 'trends', name: 'Trends' })];
    const again = await serveBuilt(w, window.port, window.sessionFile);
    await page.getByRole('row', { name: /Trends/ }).waitFor();
    expect(await page.getByText('Not connected').count()).toBe(0);
    again.endSessions();
    await page.getByRole('button', { name: 'Pause scheduler' }).click();
    await page.getByRole('heading', { name: 'This window needs a fresh link' }).waitFor();
    await goTo(page, new URL(again.link()).hash);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('link', { name: 'Jobs', exact: true }).click();
    await page.getByRole('row', { name: /Trends/ }).waitFor();
    expect(page.url()).not.toContain('code');
  });

  test('asks again for what is shown when it can be reached again: nothing was announced meanwhile', async () => {
    const w = world({ jobs: [news] });
    const { page } = await open(w, { at: '#/jobs' });
    let asked = 0;
    await page.route('**/api/events', (route) => {
      asked += 1;
      return route.abort();
    });
    await page.reload();
    await page.getByRole('row', { name: /News/ }).waitFor();
    await soon(() => asked > 0).toBe(true);
    w.jobs = [...w.jobs, sampleJob({ id: 'trends', name: 'Trends' })];
    await page.unroute('**/api/events');
    await page.getByRole('row', { name: /Trends/ }).waitFor();
  });

  test('asks for a fresh link when it has none', async () => {
    const window = await open(world());
    const other = await window.page.context().newPage();
    await other.goto(`http://127.0.0.1:${window.port}/`);
    await other.getByRole('heading', { name: 'This window needs a fresh link' }).waitFor();
    await other.close();
  });

  test('draws only what is seen of a thousand jobs and ten thousand posts', async () => {
    const jobs = Array.from({ length: 1000 }, (_, i) => sampleJob({ id: `job${i}`, name: `Job ${i}` }));
    const posts = Array.from({ length: 10_000 }, (_, i) =>
      samplePost({
        id: `p${i}`,
        text: `Post ${i}`,
        publishAt: new Date(Date.parse('2030-01-01T00:00:00Z') + i * 60_000).toISOString(),
      }),
    );
    const { page } = await open(world({ jobs, posts, accounts: [ada] }));
    // How long it takes is a benchmark's matter; that it draws what is seen alone makes it quick.
    for (const [hash, text] of [
      ['#/posts', 'Post 0'],
      ['#/jobs', 'Job 0'],
    ] as const) {
      await goTo(page, hash);
      await page.getByRole('table').getByText(text, { exact: true }).waitFor();
      expect(await page.locator('tbody tr').count()).toBeLessThan(60);
    }
    await page.getByLabel('Find a job').fill('job 99');
    await soon(() => page.getByText('11 of 1000').count()).toBe(1);
    expect(await page.locator('tbody tr').count()).toBeLessThan(60);
  });
});
