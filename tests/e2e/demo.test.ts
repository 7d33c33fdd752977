import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AccountView, PostView, RunView, Status } from '../../shared/index.ts';
import { commandOn, startHeadless, until } from '../support/command.ts';
import { launchBrowser, root } from '../support/desktop/index.ts';
import { temporaryHome } from '../support/home.ts';

type Shown = { text: string; pictures: { src: string; alt: string }[] };

/** The demonstration's network as its page sees it. */
async function shownBy(accounts: AccountView[]): Promise<{ address: string; posts: Shown[] }> {
  const address = accounts[0]?.server ?? '';
  return { address, posts: await (await fetch(`${address}/timeline.json`)).json() };
}

test('a newcomer sees a pipeline run and a post with a picture published', async () => {
  const home = temporaryHome();
  const belfry = commandOn(home);
  const host = await startHeadless(home, '--demo');
  const { address, posts } = await until('a post is published', async () => {
    const shown = await shownBy(await belfry.json<AccountView[]>('accounts'));
    return shown.posts.length > 0 ? shown : undefined;
  });
  expect(posts[0]?.pictures[0]?.alt).toContain('belfry');
  const picture = await fetch(`${address}${posts[0]?.pictures[0]?.src}`);
  expect(picture.headers.get('content-type')).toBe('image/png');
  expect(host.output()).toContain(`The demonstration's network: ${address}/`);

  const page = await (await launchBrowser()).newPage();
  const complaints: string[] = [];
  page.on('console', (line) => complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(address);
  expect(await page.locator('article img').first().getAttribute('alt')).toContain('belfry');
  expect(await page.locator('article a').first().getAttribute('href')).toContain(`${address}/stories/`);
  expect(complaints).toEqual([]);

  expect((await belfry.json<Status>('status')).scheduler).toBe('running');
  // On a slow machine the run may still be at its end, or the next one under way.
  const run = await until('a run has ended', async () => {
    const ended = await belfry.json<RunView[]>('runs', '--job', 'town_news', '--status', 'success');
    return ended.at(-1);
  });
  expect(run.steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
    'Ingest success',
    'Deduplicate success',
    'Draft success',
  ]);
  const queue = await belfry.json<PostView[]>('posts', '--status', 'queued');
  expect(queue.map(({ text }) => text)).toContainEqual(expect.stringContaining('waits for its time'));

  // The feed goes on, and so does the pipeline, by itself.
  await until('a second story', async () => (await shownBy(await belfry.json('accounts'))).posts.length >= 2);
  expect((await belfry('quit')).code).toBe(0);
  expect(await host.exited).toBe(0);
  await page.getByText('The demonstration has ended').waitFor();

  // It begins anew each time.
  const again = await startHeadless(home, '--demo');
  await until('a post is published again', async () => {
    const shown = await shownBy(await belfry.json<AccountView[]>('accounts'));
    return shown.address !== address && shown.posts.length > 0;
  });
  expect((await belfry.json<PostView[]>('posts')).length).toBeLessThan(4);
  await belfry('quit');
  await again.exited;
});

test('a home with work of its own is never emptied', async () => {
  const home = temporaryHome();
  writeFileSync(join(home, 'config.json'), '{"settings":{"theme":"dark"}}');
  const answer = await commandOn(home)('run', '--demo', '--port', '0');
  expect(answer.stderr).toMatch(/CONFLICT: The demonstration cannot use this home folder/);
  expect(answer.code).not.toBe(0);
});

test('a demonstration without --home leaves the usual home alone', async () => {
  const folder = temporaryHome();
  const { BELFRY_HOME: _, ...own } = process.env;
  const env = { ...own, HOME: folder, XDG_CONFIG_HOME: folder };
  const cli = join(root, 'dist/electron/cli.cjs');
  const child = spawn(process.execPath, [cli, 'run', '--demo', '--no-window'], { env, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const shown = commandOn(join(folder, 'Belfry-demo'));
  await until('it runs in a home of its own', async () => (await shown('status')).code === 0);
  expect((await shown.json<Status>('status')).demo).toBe(true);
  expect(existsSync(join(folder, 'Belfry'))).toBe(false);
  expect((await shown('quit')).code).toBe(0);
});

test('a demonstration that was gone on with in earnest is never emptied', async () => {
  const home = temporaryHome();
  const belfry = commandOn(home);
  for (const args of [['--demo'], []]) {
    const host = await startHeadless(home, ...args);
    host.child.kill('SIGTERM');
    expect(await host.exited).toBe(0);
  }
  const answer = await belfry('run', '--demo', '--port', '0');
  expect(answer.stderr).toMatch(/CONFLICT: The demonstration cannot use this home folder/);
});
