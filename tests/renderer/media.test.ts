import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { web } from '../../shared/index.ts';
import { realFilm } from '../support/films.ts';
import { temporaryHome } from '../support/home.ts';
import type { Shown } from '../support/media-page/main.tsx';
import { pictureBytes, realPicture } from '../support/pictures.ts';
import { findBrowser, soon } from '../support/window/browser.ts';
import { serveWindow } from '../support/window/serve.ts';
import { world } from '../support/window/world.ts';

const browser = findBrowser();
const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, '.cache', 'media-page');

describe.skipIf(!browser)('files in the window', () => {
  let context: BrowserContext;
  beforeAll(async () => {
    await build({
      configFile: false,
      root: join(root, 'tests/support/media-page'),
      base: './',
      logLevel: 'error',
      build: { outDir: built, emptyOutDir: true, target: 'chrome114' },
    });
    const args = ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
    const started = await chromium.launch({ executablePath: browser as string, args });
    context = await started.newContext();
  });
  afterAll(() => context?.browser()?.close());

  async function open() {
    const home = temporaryHome();
    const [served, page] = await Promise.all([serveWindow(world(), built), context.newPage()]);
    const complaints: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === web.paths.thumbnail) asked.push(searchParams.get('path') ?? '');
    });
    onTestFinished(async () => {
      await page.close();
      await served.close();
    });
    await page.clock.install();
    await page.goto(served.link());
    await page.waitForFunction(() => 'media' in window);
    const show = (files: Shown[]) => page.evaluate((given) => window.media.show(given), files);
    return { ...served, home, page, complaints, asked, show };
  }
  const sizeOf = (page: Page, alt: string) =>
    page.getByAltText(alt).evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]);

  test('a picture is fetched once for all that show it, and given up when none does', async () => {
    const { home, page, show, asked, complaints } = await open();
    const path = await realPicture(home, 'photo.jpg', { width: 1200, height: 800, orientation: 6 });
    await show([
      { path, alt: 'One', width: 320 },
      { path, alt: 'Two', width: 320 },
    ]);
    await soon(() => sizeOf(page, 'One')).toEqual([320, 480]);
    expect(await sizeOf(page, 'Two')).toEqual([320, 480]);
    expect(asked).toEqual([path]);
    const urls = () =>
      page.locator('img').evaluateAll((images) => images.map((image) => (image as HTMLImageElement).src));
    const [url = '', other] = await urls();
    expect(url).toBe(other);
    const loads = () =>
      page.evaluate(
        (src) =>
          new Promise<boolean>((resolve) => {
            const image = new Image();
            image.onload = () => resolve(true);
            image.onerror = () => resolve(false);
            image.src = src;
          }),
        url,
      );
    await show([{ path, alt: 'One', width: 320 }]);
    await page.clock.fastForward(60_000);
    expect(await loads()).toBe(true);
    await show([]);
    await page.clock.fastForward(5000);
    // Back in time: nothing is asked for again.
    await show([{ path, alt: 'Back', width: 320 }]);
    await soon(() => sizeOf(page, 'Back')).toEqual([320, 480]);
    expect(asked).toEqual([path]);
    expect(complaints).toEqual([]);
    await show([]);
    await page.clock.fastForward(11_000);
    expect(await loads()).toBe(false);
  });

  test('what is out of sight is not asked for before it comes near, and its place is kept', async () => {
    const { home, page, show, asked } = await open();
    const pictures = await Promise.all(
      Array.from({ length: 12 }, (_, index) => realPicture(home, `${index}.jpg`, { width: 100, height: 50 })),
    );
    await show(pictures.map((path, index) => ({ path, alt: `Picture ${index}` })));
    await soon(() => sizeOf(page, 'Picture 0')).toEqual([96, 48]);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    expect(height).toBeGreaterThan(12 * 200);
    expect(asked).not.toContain(pictures[11]);
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await soon(() => sizeOf(page, 'Picture 11')).toEqual([96, 48]);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(height);
  });

  test('a film shows its length, and what cannot be shown its reason', async () => {
    const { home, page, show, asked } = await open();
    const film = await realFilm(home, 'film.mp4');
    const bad = join(home, 'bad.jpg');
    writeFileSync(bad, 'no picture at all');
    await show([
      { path: film, alt: 'A film' },
      { path: film, alt: 'A film that is known to be one', mime: 'video/mp4' },
      { path: bad, alt: 'Bad', width: 320 },
      { path: join(home, 'gone.jpg'), alt: 'Gone', width: 320 },
    ]);
    await page.getByRole('img', { name: /^A film, 0:0\d, / }).waitFor();
    await page.getByRole('img', { name: 'A film that is known to be one' }).waitFor();
    await page.getByText('This is no picture, film or sound').waitFor();
    await page.getByRole('img', { name: /^Gone NOT_FOUND: / }).waitFor();
    await page.getByText('The file is gone').waitFor();
    expect(asked.filter((path) => path === film)).toHaveLength(1);
  });

  test('a chosen file is sent with its progress, and shown; a cancelled one leaves nothing', async () => {
    const { home, page, show, complaints, uploads } = await open();
    const content = await pictureBytes('png', { width: 1500, height: 1500, noise: true });
    const path = join(home, 'My picture.jpg');
    writeFileSync(path, content);
    await page.locator('input[type=file]').setInputFiles(path);
    const { progress, stored } = await page.evaluate(() => window.media.send());
    expect(progress.at(-1)).toBe(1);
    expect([...progress].sort((a, b) => a - b)).toEqual(progress);
    expect(stored).toMatchObject({ name: 'My picture.png', type: 'image/png', width: 1500 });
    expect(readFileSync(stored?.path ?? '')).toEqual(content);
    await show([{ path: stored?.path ?? '', alt: 'Sent' }]);
    await soon(() => sizeOf(page, 'Sent')).toEqual([96, 96]);
    expect(complaints).toEqual([]);
    const kept = readdirSync(uploads);
    // So large that it is still on its way when the first progress is heard.
    const large = join(home, 'large.png');
    writeFileSync(large, content);
    truncateSync(large, 400 * 1024 ** 2);
    await page.locator('input[type=file]').setInputFiles(large);
    expect(await page.evaluate(() => window.media.send(0))).toMatchObject({ refused: 'CONFLICT' });
    await soon(() => existsSync(uploads) && readdirSync(uploads)).toEqual(kept);
  });

  test('a window that was signed out says so, and asks for nothing more', async () => {
    const { home, page, show, endSessions } = await open();
    const path = await realPicture(home, 'a.jpg');
    endSessions();
    await show([{ path, alt: 'One' }]);
    await page.getByRole('img', { name: /NOT_ALLOWED/ }).waitFor();
  });
});
