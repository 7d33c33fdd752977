import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findBrowser, goTo, soon, windowsIn } from '../support/window/browser.ts';
import {
  sampleAccount,
  sampleJob,
  sampleLine,
  samplePost,
  sampleRun,
  sampleTarget,
} from '../support/window/sample.ts';
import { world } from '../support/window/world.ts';

const browser = findBrowser();
if (!browser && process.env['CI']) throw new Error('CI must have a browser: install the package chromium');
if (!browser)
  console.warn('The tests of the window were skipped: no chromium on the PATH (apt install chromium).');
const open = windowsIn(browser);

const step = {
  name: 'Analyse',
  status: 'success',
  exitCode: 0,
  signal: null,
  startedAt: '2026-11-22T09:00:00.000Z',
  finishedAt: '2026-11-22T09:00:05.000Z',
  error: null,
} as const;

const live = sampleRun({
  id: 'live',
  jobId: 'news',
  jobName: 'News',
  status: 'running',
  createdAt: new Date().toISOString(),
  finishedAt: null,
  steps: [{ ...step, status: 'running', exitCode: null, finishedAt: null }],
});
const news = sampleJob({ id: 'news', name: 'News' });
const ada = sampleAccount({ id: 'ada' });
const callsOf = (window: { calls: { name: string; input: unknown }[] }, name: string) =>
  window.calls.filter((call) => call.name === name).map((call) => call.input);

describe.skipIf(!browser)('the window', () => {
  test('opens by its link, without complaint, and hides the code', async () => {
    const { page, complaints } = await open(world({ jobs: [news], accounts: [ada] }));
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByText('Scheduler running').waitFor();
    expect(new URL(page.url()).hash).toBe('#/');
    expect(complaints).toEqual([]);
  });

  test('stops and starts the scheduler', async () => {
    const w = world({ jobs: [news] });
    const { page } = await open(w);
    await page.getByRole('button', { name: 'Stop scheduler' }).click();
    await page.getByText('Scheduler paused').waitFor();
    expect(w.paused).toBe(true);
    await page.getByRole('button', { name: 'Start scheduler' }).click();
    await page.getByText('Scheduler running').waitFor();
  });

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

  test('keeps what was typed over a visit elsewhere', async () => {
    const { page } = await open(world({ accounts: [ada] }), { at: '#/new-post' });
    await page.getByRole('textbox', { name: 'Text' }).fill('Half a thought');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await goTo(page, '#/new-post');
    await soon(() => page.getByRole('textbox', { name: 'Text' }).inputValue()).toBe('Half a thought');
  });

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

  test('writes a post: mistakes stand at their fields, then it is scheduled', async () => {
    const window = await open(world({ accounts: [ada] }), { at: '#/new-post' });
    const { page } = window;
    const schedule = page.getByRole('button', { name: 'Schedule post' });
    await schedule.click();
    await page.getByText('Choose the day and time at which it goes out.').waitFor();
    await page.getByLabel(/^Day and time/).fill('2030-01-02T09:00');
    await schedule.click();
    await page.getByText('Choose at least one account.').waitFor();
    await page.getByRole('checkbox', { name: /ada/ }).check();
    await page.getByRole('textbox', { name: 'Text' }).fill('See https://a.example/long 👨‍👩‍👧‍👦');
    await page.getByText(/Mastodon: 29 of usually 500/).waitFor();
    await page.getByRole('button', { name: 'Add file' }).click();
    await page.getByLabel('File 1', { exact: true }).fill('/tmp/tower.png');
    await page.getByLabel('Description of file 1').fill('A tower');
    await schedule.click();
    await page.getByRole('heading', { name: 'Post', exact: true }).waitFor();
    await page.getByText('A tower').waitFor();
    expect(callsOf(window, 'posts.add')).toEqual([
      {
        post: {
          text: 'See https://a.example/long 👨‍👩‍👧‍👦',
          accounts: ['ada'],
          publishAt: '2030-01-02T14:00:00.000Z',
          media: [{ path: '/tmp/tower.png', alt: 'A tower' }],
        },
      },
    ]);
  });

  test('asks a person about an unconfirmed post, and twice before sending it again', async () => {
    const target = sampleTarget({
      account: 'ada',
      status: 'unconfirmed',
      error: { code: 'NEEDS_PERSON', message: 'NEEDS_PERSON: Nobody knows, at the server. Why. Look.' },
    });
    const posts = [
      samplePost({ id: 'one', targets: [target] }),
      samplePost({ id: 'two', targets: [target] }),
    ];
    const window = await open(world({ accounts: [ada], posts }), { at: '#/posts/one' });
    const { page } = window;
    await page.getByText('Nobody knows, at the server. Why. Look.').waitFor();
    await page.getByRole('button', { name: 'It is not there, send it' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send it again?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(callsOf(window, 'posts.settle')).toEqual([]);
    await page.getByRole('button', { name: 'It is there' }).click();
    await page.getByText('Published').first().waitFor();
    await goTo(page, '#/posts/two');
    await page.getByRole('button', { name: 'It is not there, send it' }).click();
    await dialog.getByRole('button', { name: 'It is not there, send it' }).click();
    await page.getByText('Scheduled').first().waitFor();
    expect(callsOf(window, 'posts.settle')).toEqual([
      { id: 'one', account: 'ada', published: true },
      { id: 'two', account: 'ada', published: false },
    ]);
  });

  test('tries a failed post again, publishes a scheduled one, cancels after asking', async () => {
    const failed = samplePost({
      id: 'failed',
      targets: [sampleTarget({ account: 'ada', status: 'failed' })],
    });
    const window = await open(world({ accounts: [ada], posts: [failed] }), { at: '#/posts?show=needs-you' });
    const { page } = window;
    await page.getByRole('link', { name: 'failed' }).click();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Cancel post' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel post' }).click();
    await page.getByText('The post was cancelled.').waitFor();
    expect(window.calls.map((call) => call.name)).toEqual(
      expect.arrayContaining(['posts.retry', 'posts.cancel']),
    );
  });

  test('adds an account, tells why not, and removes one after asking', async () => {
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
    await page.getByRole('button', { name: 'Remove @ada@mastodon.example' }).click();
    await page.getByRole('button', { name: 'Remove account' }).click();
    await soon(() => w.accounts.map((account) => account.id)).toEqual(['new']);
  });

  test('saves each setting, shows what the engine refuses, and takes on the theme', async () => {
    const w = world();
    const { page } = await open(w, { at: '#/settings' });
    const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
    await soon(theme).toBe('light');
    await page.getByLabel('Appearance').selectOption('Dark');
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

  test('shows warnings with their remedy and takes a person’s word', async () => {
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

  test('stays quick with a thousand jobs and ten thousand posts', async () => {
    const jobs = Array.from({ length: 1000 }, (_, i) => sampleJob({ id: `job${i}`, name: `Job ${i}` }));
    const posts = Array.from({ length: 10_000 }, (_, i) =>
      samplePost({
        id: `p${i}`,
        text: `Post ${i}`,
        publishAt: new Date(Date.parse('2030-01-01T00:00:00Z') + i * 60_000).toISOString(),
      }),
    );
    const { page } = await open(world({ jobs, posts, accounts: [ada] }));
    const time = async (hash: string, text: string) => {
      const from = Date.now();
      await goTo(page, hash);
      await page.getByRole('table').getByText(text, { exact: true }).waitFor();
      return Date.now() - from;
    };
    expect(await time('#/jobs', 'Job 0')).toBeLessThan(3000);
    expect(await time('#/posts', 'Post 0')).toBeLessThan(3000);
    await goTo(page, '#/jobs');
    await page.getByLabel('Find a job').fill('job 99');
    await soon(() => page.getByText('11 of 1000').count()).toBe(1);
    expect(await page.locator('tbody tr').count()).toBeLessThan(60);
  });
});
