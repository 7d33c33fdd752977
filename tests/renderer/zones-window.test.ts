import { describe, expect, test } from 'vitest';
import { findBrowser, goTo, soon, windowsIn } from '../support/window/browser.ts';
import { sampleAccount, sampleJob, samplePost, sampleRun, sampleTarget } from '../support/window/sample.ts';
import { world } from '../support/window/world.ts';

const browser = findBrowser();
/** The person before the window is in New York. */
const open = windowsIn(browser);

const at = '2030-01-02T14:00:00.000Z';
const worldOf = (timezone: string) =>
  world({
    jobs: [sampleJob({ id: 'news', name: 'News', timezone })],
    runs: [sampleRun({ id: 'r', jobId: 'news', jobName: 'News' })],
    accounts: [sampleAccount({ id: 'ada' })],
    posts: [
      samplePost({
        id: 'p',
        text: 'Hello',
        publishAt: at,
        targets: [sampleTarget({ account: 'ada', dueAt: at })],
      }),
    ],
  });

describe.skipIf(!browser)('times name their zone', () => {
  test('where a job goes by another one than the person', async () => {
    const { page, complaints } = await open(worldOf('Europe/Berlin'), { at: '#/jobs' });
    await soon(() => page.getByRole('row', { name: /News/ }).textContent()).toMatch(/GMT-[45]/);
    await goTo(page, '#/runs');
    await page.getByText('Sun 22 Nov 04:00 GMT-5').waitFor();
    await goTo(page, '#/runs/r');
    await page.getByText('Sun 22 Nov 04:00 GMT-5').first().waitFor();
    await goTo(page, '#/posts');
    await page.getByText('Wed 2 Jan 2030 09:00 GMT-5').waitFor();
    await goTo(page, '#/posts/p');
    await page.getByText('Wed 2 Jan 2030 09:00 GMT-5').first().waitFor();
    await goTo(page, '#/calendar?week=2029-12-31');
    await page.getByText('America/New York time').waitFor();
    await goTo(page, '#/new-post');
    await page.getByLabel(/^Day and time/).fill('2030-07-02T09:00');
    await page.getByText('09:00 GMT-4, in ').waitFor();
    await goTo(page, '#/');
    await page.getByRole('heading', { name: 'Next 24 hours, America/New York time' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('and only there', async () => {
    const { page } = await open(worldOf('America/New_York'), { at: '#/runs' });
    await page.getByText('Sun 22 Nov 04:00', { exact: true }).waitFor();
    expect(await page.getByText(/GMT|America/).count()).toBe(0);
    await goTo(page, '#/');
    await page.getByRole('heading', { name: 'Next 24 hours', exact: true }).waitFor();
  });
});
