import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { temporaryHome } from '../support/home.ts';
import { realPicture } from '../support/pictures.ts';
import { callsOf, findBrowser, goTo, soon, windowsIn } from '../support/window/browser.ts';
import { world } from '../support/window/world.ts';
import { accounts } from './post-samples.ts';

const browser = findBrowser();
const open = windowsIn(browser);

/** Hands files to the page as a drop or a paste does. */
async function hand(page: Page, kind: 'drop' | 'paste', at: string, paths: readonly string[], text = '') {
  const files = paths.map((path) => ({
    name: path.split('/').at(-1) ?? path,
    base64: readFileSync(path).toString('base64'),
  }));
  const data = await page.evaluateHandle(
    ({ files, text }) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: 'image/png' }));
      }
      if (text) transfer.setData('text/plain', text);
      return transfer;
    },
    { files, text },
  );
  if (kind === 'drop') await page.locator(at).dispatchEvent('drop', { dataTransfer: data });
  else
    await page.locator(at).evaluate((element, clipboardData) => {
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, data);
}

const pictures = async (...names: string[]) => {
  const home = temporaryHome();
  return Promise.all(names.map((name) => realPicture(home, name, { width: 200, height: 100 })));
};

describe.skipIf(!browser)('files of a post', () => {
  test('are dropped and pasted, shown, put in order, described and focused', async () => {
    const window = await open(world({ accounts }), { at: '#/new-post' });
    const { page } = window;
    const [tower = '', bell = '', pasted = ''] = await pictures('tower.png', 'bell.png', 'pasted.png');
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Seen');
    await hand(page, 'drop', 'form', [tower, bell]);
    const files = page.getByRole('group', { name: /^File \d/ });
    await soon(() => files.count()).toBe(2);
    await hand(page, 'paste', 'form textarea >> nth=0', [pasted]);
    await soon(() => files.count()).toBe(3);
    // A text that also comes as a picture is a text.
    await hand(page, 'paste', 'form textarea >> nth=0', [pasted], 'words');
    await soon(() => files.locator('img').count()).toBe(3);
    const widths = () =>
      files.locator('img').evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth));
    await soon(widths).toEqual([200, 200, 200]);

    await page.getByRole('button', { name: 'Move file 3 left' }).click();
    await files.nth(0).dragTo(files.nth(2));
    await page.getByRole('button', { name: 'Add description of file 3' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Description of file 3').fill('A tower');
    await dialog.getByText('7 characters').waitFor();
    const frame = dialog.getByRole('button', { name: /^Focus of file 3/ });
    await soon(() => frame.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(
      200,
    );
    const box = await frame.boundingBox();
    await frame.click({ position: { x: (box?.width ?? 0) * 0.75, y: (box?.height ?? 0) * 0.25 } });
    await frame.press('ArrowUp');
    await page.keyboard.press('Escape');
    await page.getByRole('checkbox', { name: /ada/ }).check();
    await page.getByRole('radio', { name: 'Now' }).check();
    await page.getByRole('button', { name: 'Publish now' }).click();
    await soon(() => callsOf(window, 'posts.add').length).toBe(1);
    const [{ post }] = callsOf(window, 'posts.add') as [{ post: { media: { path: string }[] } }];
    expect(post.media).toEqual([
      { path: expect.stringContaining('pasted'), alt: '' },
      { path: expect.stringContaining('bell'), alt: '' },
      {
        path: expect.stringContaining('tower'),
        alt: 'A tower',
        focus: [expect.closeTo(0.5, 1), expect.closeTo(0.6, 1)],
      },
    ]);
    expect(window.complaints).toEqual([]);
  });

  test('are chosen in a browser and uploaded; one on its way is cancelled, and all else stays after a reload', async () => {
    const { page } = await open(world({ accounts }), { at: '#/new-post' });
    const [tower = '', bell = ''] = await pictures('tower.png', 'bell.png');
    const input = page.locator('input[type=file]');
    await input.setInputFiles([tower]);
    const files = page.getByRole('group', { name: /^File \d/ });
    await soon(() => files.count()).toBe(1);
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(/name=bell/, async (route) => {
      await held;
      await route.abort();
    });
    await input.setInputFiles([bell]);
    // The request itself ends, so that the engine keeps nothing of it.
    const ended = page.waitForEvent('requestfailed', (request) => /name=bell/.test(request.url()));
    await page.getByRole('button', { name: 'Cancel upload of bell.png' }).click();
    await ended;
    await soon(() => page.getByText('bell.png').count()).toBe(0);
    answer();
    await page.reload();
    await page.waitForSelector('h1');
    await goTo(page, '#/new-post');
    await soon(() => files.count()).toBe(1);
    await page.getByRole('button', { name: 'Remove file 1' }).click();
    await soon(() => files.count()).toBe(0);
  });
});
