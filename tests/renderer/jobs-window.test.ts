import { describe, expect, test } from 'vitest';
import { callsOf, findBrowser, soon, windowsIn } from '../support/window/browser.ts';
import { sampleJob } from '../support/window/sample.ts';
import { world } from '../support/window/world.ts';
import { news } from './run-samples.ts';

const browser = findBrowser();

if (!browser && process.env['CI']) throw new Error('CI must have a browser: install the package chromium');

if (!browser)
  console.warn('The tests of the window were skipped: no chromium on the PATH (apt install chromium).');

const open = windowsIn(browser);

describe.skipIf(!browser)('jobs', () => {
  test('runs a job now, and switches it off', async () => {
    const window = await open(world({ jobs: [news] }), { at: '#/jobs' });
    const { page } = window;
    await page.getByRole('button', { name: 'Run now: News' }).click();
    await page.getByText('News was started.').waitFor();
    await page.getByRole('row', { name: /News/ }).getByText('Running').waitFor();
    expect(callsOf(window, 'jobs.run')).toEqual([{ id: 'news' }]);
    const enabled = page.getByRole('switch', { name: 'News enabled' });
    await enabled.click();
    await page.getByRole('row', { name: /News/ }).getByText('Disabled').waitFor();
    expect(await enabled.isChecked()).toBe(false);
  });

  test('shows the rules of a job, and none for publishing, which goes by those of posts', async () => {
    const steps = [{ type: 'builtin' as const, name: 'Publish', action: 'publish_due_posts' as const }];
    const publishing = sampleJob({ id: 'publish_due_posts', name: 'Publish due posts', steps });
    const { page } = await open(world({ jobs: [news, publishing] }), { at: '#/jobs/news' });
    await page.getByRole('heading', { name: 'Rules' }).waitFor();
    await page.evaluate(() => {
      location.hash = '#/jobs/publish_due_posts';
    });
    await page.getByRole('heading', { name: 'Publish due posts' }).waitFor();
    await page.getByRole('heading', { name: 'Schedule' }).waitFor();
    expect(await page.getByRole('heading', { name: 'Rules' }).count()).toBe(0);
  });

  test('names the mistakes of a job while it is typed, and saves it when there are none', async () => {
    const w = world();
    const { page } = await open(w, { at: '#/new-job' });
    const text = page.getByLabel('Job as JSON');
    await text.fill('{ "id": "Not Good", "name": "", "steps": [] }');
    await page.getByText('3 mistakes to put right').waitFor();
    expect(await page.getByRole('button', { name: 'Add job' }).isDisabled()).toBe(true);
    await text.fill(JSON.stringify({ ...news, name: 'Fresh news' }));
    await page.getByText('Every 180 minutes').waitFor();
    await page.getByRole('button', { name: 'Add job' }).click();
    await page.getByRole('heading', { name: 'Fresh news' }).waitFor();
    expect(w.jobs.map((job) => job.name)).toEqual(['Fresh news']);
  });

  test('runs a job with arguments and variables, and shows beforehand what it would do', async () => {
    const steps = ['Ingest', 'Store'].map((name) => ({
      type: 'command' as const,
      name,
      command: ['python3', 'news.py', name.toLowerCase()],
    }));
    const window = await open(world({ jobs: [sampleJob({ id: 'news', name: 'News', steps })] }), {
      at: '#/jobs/news',
    });
    const { page, complaints } = window;
    await page.getByRole('button', { name: 'Run with…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run News' });
    const planned = (step: number) => dialog.locator('.argv').nth(step).locator('code').allTextContents();
    await soon(() => planned(0)).toEqual(['python3', 'news.py', 'ingest']);
    await dialog.getByLabel('Arguments').fill('--topic\nCity council');
    await dialog.getByLabel('Variables').fill('1X=2');
    await dialog.getByText(/must be a name of letters/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true);
    await dialog.getByLabel('Variables').fill('MODE=a=b');
    await dialog.getByLabel('Begin with step').selectOption('2. Store');
    await soon(() => planned(0)).toEqual(['python3', 'news.py', 'store', '--topic', 'City council']);
    expect(await dialog.locator('.argv').count()).toBe(1);
    await dialog.getByText('3 variables').click();
    await dialog.getByText('HOME, PATH, MODE').waitFor();
    expect(callsOf(window, 'jobs.run')).toEqual([]);
    await dialog.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel run' }).waitFor();
    expect(callsOf(window, 'jobs.run')).toEqual([
      { id: 'news', fromStep: 2, parameters: { args: ['--topic', 'City council'], env: { MODE: 'a=b' } } },
    ]);
    expect(complaints).toEqual([]);
  });
});
