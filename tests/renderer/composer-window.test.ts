import { describe, expect, test } from 'vitest';
import { callsOf, findBrowser, goTo, soon, windowsIn } from '../support/window/browser.ts';
import { world } from '../support/window/world.ts';
import { accounts, post } from './post-samples.ts';

const browser = findBrowser();

if (!browser && process.env['CI']) throw new Error('CI must have a browser: install the package chromium');

const open = windowsIn(browser);

describe.skipIf(!browser)('writing a post', () => {
  test('as a thread with own words, poll, first comment and labels sends all of it', async () => {
    const window = await open(world({ accounts }), { at: '#/new-post' });
    const { page } = window;
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('One');
    await page.getByRole('checkbox', { name: /ada/ }).check();
    await page.getByRole('checkbox', { name: /town_gazette/ }).check();
    await page.getByRole('button', { name: 'Continue as a thread' }).click();
    await page.getByLabel('Text of part 2').fill('Two');
    await page.getByRole('button', { name: 'Move part 2 up' }).click();
    expect(await page.getByLabel('Text of part 1').inputValue()).toBe('Two');
    await page.getByRole('button', { name: 'Other ways to add a file to part 2' }).click();
    await page.getByRole('menuitem', { name: 'Enter a path' }).click();
    const dialog = page.getByRole('dialog', { name: 'File 1 of part 2' });
    await dialog.getByLabel('Path').fill('/tmp/tower.png');
    await dialog.getByLabel('Description of file 1 of part 2').fill('A tower');
    const focus = dialog.getByRole('button', { name: /^Focus of file 1 of part 2/ });
    for (let step = 0; step < 5; step++) await focus.press('ArrowRight');
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Add poll' }).click();
    await page.getByLabel('Option 1', { exact: true }).fill('Yes');
    await page.getByLabel('Option 2', { exact: true }).fill('No');
    await page.getByText('First comment, labels').click();
    await page.getByLabel('First comment', { exact: true }).first().fill('More below');
    await page.getByLabel('Labels').fill('towers, news');
    await page.getByText('Different for town_gazette').click();
    const own = page.locator('details', { hasText: 'Different for town_gazette' });
    await own.getByText('A text of its own').click();
    await own.getByLabel('Text for town_gazette').fill('Short');
    await own.getByLabel('Thread').selectOption('without it');
    await own.getByText('Without the poll').click();
    await own.getByLabel('Shown as').selectOption('reel');
    await page.getByRole('radio', { name: 'Now' }).check();
    await page.getByRole('button', { name: 'Publish now' }).click();
    await page.getByRole('heading', { name: 'Post', exact: true }).waitFor();
    expect(callsOf(window, 'posts.add')).toEqual([
      {
        post: {
          text: 'Two',
          thread: [{ text: 'One', media: [{ path: '/tmp/tower.png', alt: 'A tower', focus: [0.5, 0] }] }],
          accounts: ['ada', 'insta'],
          publishAt: expect.stringMatching(/Z$/),
          poll: { options: ['Yes', 'No'], durationSeconds: 86_400, multiple: false, hideTotals: false },
          firstComment: 'More below',
          tags: ['towers', 'news'],
          overrides: { insta: { text: 'Short', thread: [], poll: null, format: 'reel' } },
        },
      },
    ]);
  });

  test('on the desktop files are chosen, several at once, in the system’s own dialog', async () => {
    const w = world({ accounts, mode: 'desktop', picked: ['/home/u/tower.png', '/home/u/bell.png'] });
    const { page, bridge } = await open(w);
    await page.exposeFunction('engineCall', (name: string, input: unknown) => bridge.call(name, input));
    await page.addInitScript(() => {
      const { engineCall } = window as unknown as { engineCall: (typeof bridge)['call'] };
      Object.assign(window, { belfry: { call: engineCall, subscribe: () => () => {} } });
    });
    await page.reload();
    await goTo(page, '#/new-post');
    const files = page.getByRole('group', { name: /^File \d/ });
    await page.getByRole('button', { name: 'Add files' }).click();
    await soon(() => files.count()).toBe(2);
    await page.getByRole('button', { name: 'Edit file 2' }).click();
    expect(await page.getByRole('dialog').getByLabel('Path').inputValue()).toBe('/home/u/bell.png');
    await page.getByRole('button', { name: 'Done' }).click();
    w.picked = [];
    await page.getByRole('button', { name: 'Add files' }).click();
    await soon(() => files.count()).toBe(2);
  });

  test('shows beside each field what accounts refuse and what could be better, before it is sent', async () => {
    const window = await open(world({ accounts }), { at: '#/new-post' });
    const { page } = window;
    await page.getByRole('checkbox', { name: /ada/ }).check();
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('a'.repeat(501));
    await page.getByText('Mastodon: 501 of 500 characters, 1 over').waitFor();
    await page.getByText('This has 501 characters, which is too much.').waitFor();
    await page.getByRole('button', { name: 'Other ways to add a file' }).click();
    await page.getByRole('menuitem', { name: 'Enter a path' }).click();
    await page.getByRole('dialog').getByLabel('Path').fill('/tmp/huge.png');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('File 1 has 90 MiB, and 16 MiB are taken.').waitFor();
    await page.getByText('Advice: File 1 has no description.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Text', exact: true }).getAttribute('aria-invalid')).toBe(
      'true',
    );
    await page.getByRole('button', { name: 'Add description of file 1' }).click();
    await page.getByRole('textbox', { name: 'Description of file 1' }).fill('A tower');
    await page.getByRole('button', { name: 'Done' }).click();
    await soon(() => page.getByText('Advice:').count()).toBe(0);
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Short');
    await soon(() => page.getByText('which is too much').count()).toBe(0);
    expect(callsOf(window, 'posts.add')).toEqual([]);
  });

  test('keeps what was typed when the engine refuses, and when the window is closed', async () => {
    const window = await open(world({ accounts }), { at: '#/new-post' });
    const { page } = window;
    await page.getByRole('checkbox', { name: /ada/ }).check();
    await page.getByRole('radio', { name: 'Now' }).check();
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('b'.repeat(600));
    await page.getByRole('button', { name: 'Publish now' }).click();
    await page.getByText('This has 600 characters, which is too much.').waitFor();
    await soon(() => callsOf(window, 'posts.add').length).toBe(1);
    const again = await page.context().newPage();
    await again.goto(window.link());
    await again.waitForSelector('h1');
    await goTo(again, '#/new-post');
    const text = again.getByRole('textbox', { name: 'Text', exact: true });
    await soon(() => text.inputValue()).toBe('b'.repeat(600));
    await text.fill('Short enough');
    await again.getByRole('button', { name: 'Publish now' }).click();
    await again.getByRole('heading', { name: 'Post', exact: true }).waitFor();
    await goTo(again, '#/new-post');
    await soon(() => again.getByRole('textbox', { name: 'Text', exact: true }).inputValue()).toBe('');
    await again.close();
  });

  test('is not lost by a slip: clearing the form asks, and so does another post that would take its place', async () => {
    const window = await open(world({ accounts, posts: [post('one', 'queued')] }), { at: '#/new-post' });
    const { page } = window;
    const text = page.getByRole('textbox', { name: 'Text', exact: true });
    await text.fill('Mine');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page
      .getByRole('dialog', { name: 'Clear this form?' })
      .getByRole('button', { name: 'Cancel' })
      .click();
    expect(await text.inputValue()).toBe('Mine');
    await goTo(page, '#/posts/one');
    await page.getByRole('button', { name: 'Use as new post' }).click();
    const dialog = page.getByRole('dialog', { name: 'Replace the post that you have begun?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await goTo(page, '#/new-post');
    await soon(() => text.inputValue()).toBe('Mine');
    await goTo(page, '#/posts/one');
    await page.getByRole('button', { name: 'Use as new post' }).click();
    await dialog.getByRole('button', { name: 'Use this one' }).click();
    await soon(() => text.inputValue()).toBe('Post one');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'Clear form' }).click();
    await soon(() => text.inputValue()).toBe('');
  });

  test('for the next free slot, which is offered when accounts have slots', async () => {
    const queue = {
      account: 'ada',
      known: true,
      timezone: 'UTC',
      slots: [],
      upcoming: [{ at: '2030-01-05T14:00:00.000Z', slot: true, post: null }],
      later: 0,
    };
    const w = world({ accounts, queues: new Map([['ada', queue]]) });
    const window = await open(w, { at: '#/new-post' });
    const { page } = window;
    await page.getByRole('radio', { name: 'In the next free slot' }).check();
    await page.getByRole('checkbox', { name: /ada/ }).check();
    await page.getByText('@ada@mastodon.example: Sat 5 Jan 2030 09:00').waitFor();
    await page.getByRole('checkbox', { name: /town_gazette/ }).check();
    await page.getByText('town_gazette: has no weekly slots').waitFor();
    await page.getByRole('checkbox', { name: /town_gazette/ }).uncheck();
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Queued');
    await page.getByRole('button', { name: 'Add to queue' }).click();
    await page.getByRole('heading', { name: 'Post', exact: true }).waitFor();
    expect(callsOf(window, 'posts.add')).toMatchObject([{ post: { publishAt: 'next-slot' } }]);
  });
});

describe.skipIf(!browser)('editing a post', () => {
  const stored = post('one', 'queued', {
    text: 'As it was',
    publishAt: '2030-01-02T14:00:17.000Z',
    media: [
      { id: 'm1', name: 'tower.png', alt: 'A tower', mime: 'image/png', bytes: 1000, focus: null, url: null },
    ],
    tags: ['towers'],
  });

  test('uses the form that it was written in, and changes only what was changed', async () => {
    const window = await open(world({ accounts, posts: [stored] }), { at: '#/posts/one' });
    const { page } = window;
    await page.getByRole('link', { name: 'Edit' }).click();
    const text = page.getByRole('textbox', { name: 'Text', exact: true });
    await soon(() => text.inputValue()).toBe('As it was');
    await text.fill('As it is');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('The post was changed.').waitFor();
    expect(callsOf(window, 'posts.set')).toEqual([
      {
        id: 'one',
        post: {
          text: 'As it is',
          accounts: ['ada'],
          publishAt: '2030-01-02T14:00:17.000Z',
          media: [{ path: 'media:m1', alt: 'A tower' }],
          tags: ['towers'],
        },
      },
    ]);
  });

  test('says when the post was changed elsewhere, and keeps what was typed', async () => {
    const w = world({ accounts, posts: [stored] });
    const window = await open(w, { at: '#/posts/one/edit' });
    const { page } = window;
    const text = page.getByRole('textbox', { name: 'Text', exact: true });
    await text.fill('Mine');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await page
      .getByRole('dialog', { name: 'Discard your changes?' })
      .getByRole('button', { name: 'Cancel' })
      .click();
    w.posts = [{ ...stored, text: 'Theirs' }];
    window.announcer.announce({ name: 'posts.changed' });
    await page.getByText('The post was changed elsewhere since you began.').waitFor();
    expect(await text.inputValue()).toBe('Mine');
    await page.getByRole('button', { name: 'Begin again with the post as it is now' }).click();
    await soon(() => text.inputValue()).toBe('Theirs');
  });

  test('is not offered for what is out', async () => {
    const { page } = await open(world({ accounts, posts: [post('out', 'published')] }), {
      at: '#/posts/out/edit',
    });
    await page.getByText('This post cannot be edited').waitFor();
    await goTo(page, '#/posts/out');
    await page.getByRole('heading', { name: 'Post', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
  });
});
