import { describe, expect, test } from 'vitest';
import { callsOf, findBrowser, goTo, soon, windowsIn } from '../support/window/browser.ts';
import { samplePost, sampleTarget } from '../support/window/sample.ts';
import { world } from '../support/window/world.ts';
import { ada } from './run-samples.ts';

const browser = findBrowser();

if (!browser && process.env['CI']) throw new Error('CI must have a browser: install the package chromium');

if (!browser)
  console.warn('The tests of the window were skipped: no chromium on the PATH (apt install chromium).');

const open = windowsIn(browser);

describe.skipIf(!browser)('a post, from its form to its outcome', () => {
  test('keeps what was typed over a visit elsewhere', async () => {
    const { page } = await open(world({ accounts: [ada] }), { at: '#/new-post' });
    await page.getByRole('textbox', { name: 'Text' }).fill('Half a thought');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await goTo(page, '#/new-post');
    await soon(() => page.getByRole('textbox', { name: 'Text' }).inputValue()).toBe('Half a thought');
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
    await page.getByRole('button', { name: 'Other ways to add a file' }).click();
    await page.getByRole('menuitem', { name: 'Enter a path' }).click();
    await page.getByRole('dialog').getByLabel('Path').fill('/tmp/tower.png');
    await page.getByRole('textbox', { name: 'Description of file 1' }).fill('A tower');
    await page.getByRole('button', { name: 'Done' }).click();
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

  test('asks about an unconfirmed post, and twice before sending it again', async () => {
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

  test('says what a network made of a published post, and where that could not be seen', async () => {
    const out = sampleTarget({ account: 'ada', status: 'published', differs: ['alt text missing'] });
    const unseen = { ...out, differs: [], notCompared: 'The network answered 500' };
    const posts = [samplePost({ id: 'one', targets: [out] }), samplePost({ id: 'two', targets: [unseen] })];
    const { page } = await open(world({ accounts: [ada], posts }), { at: '#/posts/one' });
    await page.getByText('What the server shows differs from the post: alt text missing').waitFor();
    await goTo(page, '#/posts/two');
    await page
      .getByText('Belfry could not compare what the server shows with the post: The network answered 500')
      .waitFor();
    expect(await page.getByText('What the server shows differs').count()).toBe(0);
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
});
