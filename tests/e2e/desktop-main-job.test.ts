import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PostView, RunView, Status } from '../../shared/index.ts';
import { commandOn, until } from '../support/command.ts';
import { launchDesktop, processesOf, root } from '../support/desktop/index.ts';
import { startFakeNetwork } from '../support/fake-networks/index.ts';
import { temporaryHome } from '../support/home.ts';

const picture = join(root, 'docs/examples/feed-pipeline/belfry-dusk.png');

const script = (code: string) => ['node', '-e', code];
const job = (id: string, name: string, code: string, more: Record<string, unknown> = {}) => ({
  id,
  name,
  steps: [{ type: 'command', name: 'Work', command: script(code) }],
  ...more,
});

/** A home with these jobs; the key file stands in for the key store that a test machine has not. */
function homeWith(jobs: unknown[]): string {
  const home = temporaryHome();
  const settings = { secrets: 'key-file', drainSeconds: 1, settleSeconds: 2 };
  writeFileSync(join(home, 'config.json'), JSON.stringify({ settings, jobs }));
  return home;
}

test('the main job on a real desktop: scheduled, seen live, run from the tray, published once', async () => {
  const go = join(temporaryHome(), 'go');
  // It is seen while it runs, however slow the machine: it goes on when the test has looked.
  const counting = `const { existsSync } = require('node:fs'); let n = 0;
    const t = setInterval(() => {
      if (n === 3 && !existsSync(${JSON.stringify(go)})) return;
      console.log('line ' + ++n); if (n === 20) clearInterval(t) }, 50)`;
  const home = homeWith([job('news', 'News', counting), job('trends', 'Trends', "console.log('by hand')")]);
  const belfry = commandOn(home);
  const net = await startFakeNetwork('mastodon-4.5');
  onTestFinished(() => net.close());
  const desktop = await launchDesktop({ home });
  const page = await desktop.app.firstWindow();

  await page.getByRole('link', { name: 'Jobs', exact: true }).click();
  await page.getByRole('row', { name: /News/ }).waitFor();

  await desktop.tray.click('Run now', 'Trends');
  const byHand = await until('the run from the tray ends', async () => {
    const [run] = await belfry.json<RunView[]>('runs', '--job', 'trends', '--status', 'success');
    return run;
  });
  expect(byHand.cause).toBe('manual');

  const added = await belfry.fed(net.token, '--json', 'accounts', 'add', 'mastodon', net.address);
  expect(added.code, added.stdout + added.stderr).toBe(0);
  const account: string = JSON.parse(added.stdout).id;
  const due = new Date(Date.now() + 1000).toISOString();
  const post = {
    text: 'With a picture',
    accounts: [account],
    publishAt: due,
    media: [{ path: picture, alt: 'Dusk' }],
  };
  expect((await belfry.fed(JSON.stringify(post), 'posts', 'add', '-')).code).toBe(0);
  await page.getByRole('link', { name: 'Posts', exact: true }).click();
  await until(
    'it is published',
    async () => (await belfry.json<PostView[]>('posts'))[0]?.status === 'published',
  );
  expect(net.world.visible).toHaveLength(1);
  expect(net.world.visible[0]).toMatchObject({ text: 'With a picture' });

  const at = new Date(Date.now() + 10_000).toISOString();
  const planned = job('news', 'News', counting, { triggers: [{ type: 'date', at }] });
  expect((await belfry.fed(JSON.stringify(planned), 'jobs', 'set', 'news', '-')).code).toBe(0);
  const run = await until(
    'the scheduled run starts by itself',
    async () => (await belfry.json<Status>('status')).running[0],
  );
  expect(run.jobId).toBe('news');
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.getByRole('link', { name: 'News', exact: true }).click();
  await page.getByText('line 3', { exact: true }).waitFor();
  expect((await belfry.json<RunView>('runs', run.runId)).status).toBe('running');
  writeFileSync(go, '');
  await page.getByText('line 20', { exact: true }).waitFor();
  const [ended] = await until('it ends', async () => {
    const runs = await belfry.json<RunView[]>('runs', '--job', 'news');
    return runs[0]?.status === 'success' ? runs : undefined;
  });
  expect(ended).toMatchObject({ cause: 'schedule', slot: at });
});

test('the tray stops and starts slots, and says so', async () => {
  const home = homeWith([job('often', 'Often', '1', { triggers: [{ type: 'interval', seconds: 1 }] })]);
  const belfry = commandOn(home);
  const desktop = await launchDesktop({ home });
  const slots = async () =>
    (await belfry.json<RunView[]>('runs', '--job', 'often', '--status', 'success')).length;
  await until('slots run', async () => (await slots()) > 1);
  await desktop.tray.click('Stop scheduler');
  await until('it is paused', async () => (await belfry.json<Status>('status')).scheduler === 'paused');
  await until('nothing runs', async () => (await belfry.json<Status>('status')).running.length === 0);
  const before = await slots();
  await until('the menu says so', async () => (await desktop.tray.text()).startsWith('(Paused)'));
  const paused = Date.now();
  await until('three slots of every second have gone by', () => Date.now() > paused + 3000);
  expect(await slots()).toBe(before);
  await desktop.tray.click('Start scheduler');
  await until('slots run again', async () => (await slots()) > before);
});

test('closing the window keeps Belfry in the tray, a second start shows it again, Quit ends all processes', async () => {
  const home = homeWith([
    job(
      'long',
      'Long',
      "require('child_process').spawn('sleep', ['200000.5'], {detached: true}); setInterval(() => {}, 1000)",
    ),
  ]);
  const asleep = () => processesOf('200000.5').some(({ command }) => command === 'sleep 200000.5');
  const belfry = commandOn(home);
  const desktop = await launchDesktop({ home });
  const page = await desktop.app.firstWindow();
  const visible = () =>
    desktop.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().some((window) => window.isVisible()),
    );
  await until('the window is seen', visible);
  await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await until('the window is gone', async () => !(await visible()));
  expect((await belfry.json<Status>('status')).mode).toBe('desktop');
  expect(desktop.tray.present()).toBe(true);

  const second = await desktop.startAgain();
  expect(second.code).toBe(0);
  await until('the window is seen again', visible);
  await page.getByRole('link', { name: 'Jobs', exact: true }).waitFor();

  await belfry('run-job', 'long');
  await until('a grandchild runs', asleep);
  await desktop.tray.click('Quit Belfry');
  expect(await desktop.exited).toBe(0);
  await until('no process is left', () => !asleep() && processesOf(home).length === 0);
  expect((await belfry('status')).code).toBe(4);
});
