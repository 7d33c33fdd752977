import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { callsOf, findBrowser, goTo, soon, windowsIn } from '../support/window/browser.ts';
import { sampleLine, sampleRun } from '../support/window/sample.ts';
import { world } from '../support/window/world.ts';
import { news, step } from './run-samples.ts';

const browser = findBrowser();

if (!browser && process.env['CI']) throw new Error('CI must have a browser: install the package chromium');

if (!browser)
  console.warn('The tests of the window were skipped: no chromium on the PATH (apt install chromium).');

const open = windowsIn(browser);

const live = sampleRun({
  id: 'live',
  jobId: 'news',
  jobName: 'News',
  status: 'running',
  createdAt: new Date().toISOString(),
  finishedAt: null,
  steps: [{ ...step, status: 'running', exitCode: null, finishedAt: null }],
});

describe.skipIf(!browser)('runs', () => {
  test('shows output as it comes, fetches what was lost, and takes markup as text', async () => {
    const w = world({ jobs: [news], runs: [live], output: new Map([['live', []]]) });
    const window = await open(w, { at: '#/runs/live' });
    const { page } = window;
    const say = (seqs: number[], announced = seqs) => {
      const line = (seq: number) =>
        sampleLine({
          runId: 'live',
          seq,
          text: seq === 1 ? '<b>line 1</b> \x1b[31mred\x1b[0m' : `line ${seq}`,
        });
      w.output.set('live', [...(w.output.get('live') ?? []), ...seqs.map(line)]);
      window.announcer.announce({ name: 'runs.output', runId: 'live', lines: announced.map(line) });
    };
    await page.getByText('No output yet.').waitFor();
    say([1]);
    await page.getByText('<b>line 1</b>').waitFor();
    expect(await page.locator('.ansi-front-1').textContent()).toBe('red');
    say([2, 3, 4, 5], [5]);
    await page.getByText('line 3').waitFor();
    await soon(() => page.locator('.log-line').count()).toBe(5);
    await page.getByLabel('Search output').fill('LINE 4');
    await soon(() => page.locator('.log-line').count()).toBe(1);
    expect(await page.locator('mark').textContent()).toBe('line 4');
  });

  test('follows the end of the output until one scrolls up', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) =>
      sampleLine({ runId: 'live', seq: i + 1, text: `line ${i + 1}` }),
    );
    const w = world({ jobs: [news], runs: [live], output: new Map([['live', lines]]) });
    const window = await open(w, { at: '#/runs/live' });
    const { page } = window;
    const add = (seq: number) => {
      const line = sampleLine({ runId: 'live', seq, text: `line ${seq}` });
      lines.push(line);
      window.announcer.announce({ name: 'runs.output', runId: 'live', lines: [line] });
    };
    await page.getByText('line 3000', { exact: true }).waitFor();
    add(3001);
    await page.getByText('line 3001', { exact: true }).waitFor();
    await page.locator('.log').hover();
    await page.mouse.wheel(0, -5000);
    await page.getByRole('button', { name: 'Follow' }).waitFor();
    add(3002);
    await page.waitForTimeout(100);
    expect(await page.getByText('line 3002', { exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Follow' }).click();
    await page.getByText('line 3002', { exact: true }).waitFor();
    expect(await page.locator('.log-line').count()).toBeLessThan(200);
  });

  test('cancels a run, and resumes a failed one from its failed step', async () => {
    const failed = sampleRun({
      id: 'failed',
      jobId: 'news',
      status: 'failed',
      steps: [
        step,
        {
          ...step,
          name: 'Store',
          status: 'failed',
          exitCode: 1,
          error: 'NOT_FOUND: No such file, in x. Y. Z.',
        },
      ],
    });
    const window = await open(world({ jobs: [news], runs: [live, failed] }), { at: '#/runs/live' });
    const { page } = window;
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByText('Cancelled').first().waitFor();
    await goTo(page, '#/runs/failed');
    await page.getByText('No such file, in x. Y. Z.').waitFor();
    await page.getByRole('button', { name: 'Resume from step 2' }).click();
    await page.getByText('Resumed run failed.').waitFor();
    expect(callsOf(window, 'runs.resume')).toEqual([{ id: 'failed' }]);
  });

  test('saves a run with all of its output, as text and as JSON', async () => {
    const run = sampleRun({ id: 'long', jobId: 'news', jobName: 'News', steps: [step] });
    const lines = Array.from({ length: 2500 }, (_, n) =>
      sampleLine({ runId: 'long', seq: n + 1, text: `line ${n + 1}` }),
    );
    const { page, complaints } = await open(
      world({ jobs: [news], runs: [run], output: new Map([['long', lines]]) }),
      { at: '#/runs/long' },
    );
    const saved = async (button: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button }).click(),
      ]);
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
    };
    const text = await saved('Save as text');
    expect(text.name).toBe('news-long.txt');
    expect(text.text).toMatch(/^Run {8}long\nJob {8}News \(news\)\n/);
    expect(text.text).toMatch(/ {2}stdout {2}line 2500\n$/);
    const json = await saved('Save as JSON');
    expect(json.name).toBe('news-long.json');
    expect(JSON.parse(json.text)).toMatchObject({ run: { id: 'long' }, missing: [] });
    expect(JSON.parse(json.text).lines).toHaveLength(2500);
    expect(complaints).toEqual([]);
  });

  test('tries a cut-off run again or goes on where it stood, runs again with what a run was given', async () => {
    const parameters = { args: ['--count', '5'], env: {} };
    const cut = sampleRun({
      id: 'cut',
      jobId: 'news',
      status: 'interrupted',
      parameters,
      steps: [step, { ...step, name: 'Store', status: 'interrupted', exitCode: null }],
    });
    const done = sampleRun({ id: 'done', jobId: 'news', parameters });
    const waits = sampleRun({ id: 'waits', jobId: 'news', status: 'queued', cause: 'retry', attempt: 2 });
    const window = await open(world({ jobs: [news], runs: [cut, done, waits] }), { at: '#/runs/cut' });
    const { page } = window;
    await page.getByRole('button', { name: 'Resume from step 2' }).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Tries run cut again.').waitFor();
    expect(callsOf(window, 'runs.retry')).toEqual([{ id: 'cut' }]);
    await goTo(page, '#/runs/waits');
    await page.getByRole('button', { name: 'Try now' }).click();
    await soon(() => callsOf(window, 'runs.retry')).toEqual([{ id: 'cut' }, { id: 'waits' }]);
    await goTo(page, '#/runs/done');
    await page.getByRole('button', { name: 'Run again' }).click();
    await soon(() => callsOf(window, 'jobs.run')).toEqual([{ id: 'news', parameters }]);
  });

  test('says how many slots were missed, when and why', async () => {
    const gap = { count: 12, first: '2026-11-20T07:00:00.000Z', last: '2026-11-20T13:00:00.000Z' };
    const missed = sampleRun({
      id: 'gap',
      jobId: 'news',
      status: 'missed',
      gap,
      reason: 'The computer was asleep.',
    });
    const { page } = await open(world({ runs: [missed] }), { at: '#/runs' });
    await page.getByText(/12 slots missed, .*02:00–08:00 · The computer was asleep\./).waitFor();
  });

  test('draws few of a hundred thousand runs and fetches older ones on the way down', async () => {
    const start = Date.parse('2026-11-22T09:00:00Z');
    const runs = Array.from({ length: 100_000 }, (_, i) =>
      sampleRun({
        id: `r${i}`,
        jobId: 'news',
        jobName: `Run ${i}`,
        createdAt: new Date(start - i * 60_000).toISOString(),
      }),
    );
    const window = await open(world({ runs }), { at: '#/runs' });
    const { page } = window;
    await page.getByText('Run 0', { exact: true }).waitFor();
    for (let i = 0; i < 3; i += 1) {
      await page.locator('.list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
      await soon(
        () => callsOf(window, 'runs.page').filter((input) => JSON.stringify(input).includes('cursor')).length,
      ).toBeGreaterThan(i);
    }
    expect(await page.locator('.list tbody tr').count()).toBeLessThan(60);
    await page
      .getByRole('link', { name: /^Run \d+$/ })
      .first()
      .focus();
    await page.keyboard.press('Home');
    await soon(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Run 0');
    await page.keyboard.press('ArrowDown');
    await soon(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Run 1');
  });

  test('goes on down the runs when the last one shown was removed meanwhile', async () => {
    const at = (i: number) => new Date(Date.parse('2026-11-22T09:00:00Z') - i * 60_000).toISOString();
    const runs = Array.from({ length: 150 }, (_, i) =>
      sampleRun({ id: `r${i}`, jobId: 'news', jobName: `Run ${i}`, createdAt: at(i) }),
    );
    const w = world({ runs });
    const window = await open(w, { at: '#/runs' });
    const { page } = window;
    await page.getByText('Run 0', { exact: true }).waitFor();
    w.runs = runs.filter(({ id }) => id !== 'r99');
    await page.locator('.list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await soon(() => callsOf(window, 'runs.page').length).toBe(2);
    await page.locator('.list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await page.getByText('Run 149', { exact: true }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
