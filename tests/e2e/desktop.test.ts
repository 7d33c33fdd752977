import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startHeadless, until } from '../support/command.ts';
import {
  type Desktop,
  findElectron,
  launchDesktop,
  root,
  startDesktop,
  startSession,
} from '../support/desktop/index.ts';
import { startFakeNetwork } from '../support/fake-networks/index.ts';
import { temporaryHome } from '../support/home.ts';

const visibleWindows = (app: ElectronApplication) =>
  app.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows().filter((window) => window.isVisible()).length,
  );
const title = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle() ?? '');

/** The window's page, shown and loaded. */
async function openPage({ app }: Desktop): Promise<Page> {
  const page = await app.firstWindow();
  await page.getByRole('heading').first().waitFor();
  return page;
}

/** A home whose one job runs until it is stopped. */
function homeWithLongJob(): string {
  const home = temporaryHome();
  const step = {
    type: 'command',
    name: 'Work',
    command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
  };
  writeFileSync(
    join(home, 'config.json'),
    JSON.stringify({
      settings: { secrets: 'key-file', drainSeconds: 1 },
      jobs: [{ id: 'long', name: 'Long', steps: [step] }],
    }),
  );
  return home;
}

describe('the window', () => {
  test('saves a run as a file where the person says', async () => {
    const home = temporaryHome();
    const step = { type: 'command', name: 'Speak', command: ['echo', 'out of the window'] };
    writeFileSync(
      join(home, 'config.json'),
      JSON.stringify({ jobs: [{ id: 'speak', name: 'Speak', steps: [step] }] }),
    );
    const desktop = await launchDesktop({ home });
    const page = await openPage(desktop);
    const file = join(home, 'saved.txt');
    // Takes the place of the person who answers the system's dialog.
    await desktop.app.evaluate(({ session }, path) => {
      session.defaultSession.once('will-download', (_event, item) => item.setSavePath(path));
    }, file);
    await page.evaluate(() => {
      window.location.hash = '#/jobs/speak';
    });
    await page.getByRole('button', { name: 'Run now: Speak' }).click();
    await page.getByText('out of the window').waitFor();
    await page.getByText('Succeeded').first().waitFor();
    await page.getByRole('button', { name: 'Save as text' }).click();
    await until(
      'the saved file',
      () => existsSync(file) && readFileSync(file, 'utf8').includes('out of the window'),
    );
    expect(readFileSync(file, 'utf8')).toMatch(/^Run {8}\w{16}\nJob {8}Speak \(speak\)\n/);
  });

  test('is the real page behind a strict policy, and can do nothing but call Belfry', async () => {
    const desktop = await launchDesktop({ home: temporaryHome() });
    const page = await openPage(desktop);
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    expect(page.url()).toMatch(/^belfry:\/\/app\/index\.html/);
    expect(await page.evaluate(() => Object.keys((window as never as { belfry: object }).belfry))).toEqual([
      'call',
      'subscribe',
    ]);
    const globals = await page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'global', 'electron'].filter((name) => name in window),
    );
    expect(globals).toEqual([]);
    const answer = await page.evaluate(() =>
      (window as never as { belfry: { call(n: string, i: unknown): Promise<unknown> } }).belfry.call(
        'status.get',
        {},
      ),
    );
    expect(answer).toMatchObject({ ok: true, value: { mode: 'desktop', pid: desktop.pid } });
    expect(problems).toEqual([]);

    const inline = await page.evaluate(() => {
      try {
        const script = document.createElement('script');
        script.textContent = 'window.intruder = true';
        document.body.append(script);
      } catch {
        // Refused by trusted types already.
      }
      return 'intruder' in window;
    });
    expect(inline).toBe(false);
    const fetched = await page.evaluate(() =>
      fetch('http://127.0.0.1:9/').then(
        () => 'reached',
        () => 'refused',
      ),
    );
    expect(fetched).toBe('refused');
  });

  test('goes nowhere else and opens nothing', async () => {
    const desktop = await launchDesktop({ home: temporaryHome() });
    const page = await openPage(desktop);
    const before = page.url();
    await page.evaluate(() => {
      window.location.href = 'https://example.com/';
    });
    await page.evaluate(() => window.open('https://example.com/'));
    const permission = await page.evaluate(() => Notification.requestPermission());
    expect(permission).toBe('denied');
    // What was begun has been through the main process when a call of the page has been there and back.
    await page.evaluate(() =>
      (window as never as { belfry: { call(n: string, i: unknown): Promise<unknown> } }).belfry.call(
        'status.get',
        {},
      ),
    );
    expect(page.url()).toBe(before);
    expect(desktop.app.windows()).toHaveLength(1);
  });

  test('no other page may call Belfry, not even one that has its preload', async () => {
    const desktop = await launchDesktop({ home: temporaryHome() });
    await openPage(desktop);
    const answer = await desktop.app.evaluate(
      async ({ BrowserWindow }, preload) => {
        const stranger = new BrowserWindow({
          show: false,
          webPreferences: { preload, sandbox: true, contextIsolation: true },
        });
        await stranger.loadURL('data:text/html,<p>Somebody else</p>');
        const said: unknown = await stranger.webContents.executeJavaScript(
          "window.belfry.call('status.get', {})",
        );
        stranger.destroy();
        return said;
      },
      join(root, 'dist/electron/preload.cjs'),
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'NOT_ALLOWED' } });
  });

  test('opens, closes and quits although its place can be neither read nor kept', async () => {
    const home = temporaryHome();
    mkdirSync(join(home, 'window.json'));
    const desktop = await launchDesktop({ home });
    await openPage(desktop);
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await until('the window is hidden', async () => (await visibleWindows(desktop.app)) === 0);
    await desktop.tray.click('Quit Belfry');
    expect(await desktop.exited).toBe(0);
    expect(desktop.output()).toContain('The position of the window could not be kept');
  });

  test('names the runtime in title and tray when it is for development only, and only then', async () => {
    const desktop = await launchDesktop({ home: temporaryHome() });
    await openPage(desktop);
    const named = findElectron().fallback
      ? expect.stringMatching(/Development runtime Electron 25/)
      : expect.not.stringContaining('Development runtime');
    expect(await until('it has a title', () => title(desktop.app))).toEqual(named);
    expect(await desktop.tray.tooltip()).toEqual(named);
  });

  test('keeps no secret in plain text where the desktop has no key store', async () => {
    const net = await startFakeNetwork('mastodon-4.5');
    onTestFinished(() => net.close());
    const home = temporaryHome();
    const desktop = await launchDesktop({ home });
    const page = await openPage(desktop);
    const answer = await page.evaluate(
      (input) =>
        (
          window as never as {
            belfry: { call(n: string, i: unknown): Promise<{ error?: { code: string } }> };
          }
        ).belfry.call('accounts.add', input),
      { network: 'mastodon', server: net.address, token: net.token },
    );
    expect(answer.error?.code).toBe('VAULT_UNAVAILABLE');
    expect(existsSync(join(home, 'secrets.json'))).toBe(false);
  });

  test('comes back where it was', async () => {
    const home = temporaryHome();
    const first = await launchDesktop({ home });
    await openPage(first);
    await first.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 80, y: 60, width: 900, height: 640 }),
    );
    await first.tray.click('Quit Belfry');
    await first.exited;
    const second = await launchDesktop({ home });
    await openPage(second);
    const bounds = await second.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getBounds(),
    );
    expect(bounds).toMatchObject({ width: 900, height: 640 });
  });
});

describe('starting', () => {
  test('--hidden stays in the tray; a second start shows the window; its own process ends', async () => {
    const desktop = await launchDesktop({ home: temporaryHome(), args: ['--hidden'] });
    await until('the tray is there', () => desktop.tray.present());
    expect(await visibleWindows(desktop.app)).toBe(0);
    const hidden = await desktop.startAgain('--hidden');
    expect(hidden.code).toBe(0);
    expect(await visibleWindows(desktop.app)).toBe(0);
    const second = await desktop.startAgain('belfry://settings');
    expect(second.code).toBe(0);
    await until('the window is shown', async () => (await visibleWindows(desktop.app)) === 1);
    expect(desktop.app.windows()[0]?.url()).toBe('belfry://app/index.html#/settings');
  });

  test('a slip of the pen on the command line is explained', async () => {
    const desktop = await launchDesktop({ home: temporaryHome(), args: ['--hidden'] });
    const slip = await desktop.startAgain('--hiden');
    expect(slip.output).toMatch(
      /BAD_INPUT: Unknown option --hiden, on the command line\. .+ Did you mean --hidden\?/,
    );
    expect(slip.code).toBe(2);
  });

  test('a home that the headless host works in is left alone', async () => {
    const home = temporaryHome();
    await startHeadless(home, '--no-window');
    const session = await startSession({ tray: true });
    onTestFinished(() => session.stop());
    const { code, output } = await startDesktop({ home, session, args: ['--hidden'] });
    expect(output).toMatch(/ALREADY_RUNNING: .+headless, pid \d+/);
    expect(code).toBe(3);
  });

  test('on a desktop without a tray the window opens, and closing it ends Belfry', async () => {
    const session = await startSession({ tray: false });
    onTestFinished(() => session.stop());
    const desktop = await launchDesktop({ home: temporaryHome(), session });
    await openPage(desktop);
    expect(await title(desktop.app)).toMatch(/No tray on this desktop: closing the window quits Belfry/);
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    expect(await desktop.exited).toBe(0);
    expect(desktop.processes()).toEqual([]);
  });

  test('a panel that is restarted gets the icon back', async () => {
    const desktop = await launchDesktop({ home: temporaryHome(), args: ['--hidden'] });
    await until('the tray is there', () => desktop.tray.present());
    await desktop.session.watcher.leave();
    expect(desktop.tray.present()).toBe(false);
    await desktop.session.watcher.come();
    await until('the tray is back', () => desktop.tray.present());
    // The icon comes first, its menu a moment later.
    await until('the menu is back', async () => (await desktop.tray.text()).includes('Quit Belfry'));
  });

  test('Launch at login writes an entry that starts it hidden, and removes it', async () => {
    const home = temporaryHome();
    const desktop = await launchDesktop({ home, args: ['--hidden'] });
    const folder = join(home, 'xdg/config/autostart');
    await until('the engine has answered', async () =>
      (await desktop.tray.text()).includes('\nStop scheduler'),
    );
    await desktop.tray.click('Launch at login');
    await until('it is checked', async () => (await desktop.tray.text()).includes('✓ Launch at login'));
    const [name = ''] = await desktop.app.evaluate(
      (_electron, path) => process.getBuiltinModule('node:fs').readdirSync(path),
      folder,
    );
    const entry = readFileSync(join(folder, name), 'utf8');
    expect(entry).toMatch(/^Exec=.*electron.* --hidden --home .*$/m);
    expect(entry).toContain(home);
    await desktop.tray.click('Launch at login');
    await until('it is gone', () => !existsSync(join(folder, name)));
  });
});

describe('ending', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s ends all processes, running work too',
    async (signal) => {
      const desktop = await launchDesktop({ home: homeWithLongJob(), args: ['--hidden'] });
      await until('the job is in the menu', async () => (await desktop.tray.text()).includes('  Long'));
      await desktop.tray.click('Run now', 'Long');
      await until('it runs', async () => (await desktop.tray.text()).startsWith('(Running: Long)'));
      process.kill(desktop.pid, signal);
      expect(await desktop.exited).toBe(0);
      await until('all processes are gone', () => desktop.processes().length === 0);
    },
  );

  test('Quit asks when work is running, and answers itself', async () => {
    const desktop = await launchDesktop({ home: homeWithLongJob(), args: ['--hidden'] });
    await until('the job is in the menu', async () => (await desktop.tray.text()).includes('  Long'));
    await desktop.tray.click('Run now', 'Long');
    await until('it runs', async () => (await desktop.tray.text()).startsWith('(Running: Long)'));
    const asked = Date.now();
    await desktop.tray.click('Quit Belfry');
    expect(await desktop.exited).toBe(0);
    expect(Date.now() - asked).toBeGreaterThan(9_500);
    await until('all processes are gone', () => desktop.processes().length === 0);
  });

  test('Quit without running work asks nothing and leaves nothing', async () => {
    const desktop = await launchDesktop({ home: temporaryHome() });
    await openPage(desktop);
    await desktop.tray.click('Quit Belfry');
    expect(await desktop.exited).toBe(0);
    await until('all processes are gone', () => desktop.processes().length === 0);
  });
});
