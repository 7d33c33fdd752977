import { describe, expect, test } from 'vitest';
import { callsOf, findBrowser, goTo, soon, windowsIn } from '../support/window/browser.ts';
import { samplePost, sampleTarget } from '../support/window/sample.ts';
import { world } from '../support/window/world.ts';
import { accounts, at, post } from './post-samples.ts';

const browser = findBrowser();

if (!browser && process.env['CI']) throw new Error('CI must have a browser: install the package chromium');

const open = windowsIn(browser);

describe.skipIf(!browser)('the list of posts', () => {
  test('is narrowed by words, account and label, which the address keeps', async () => {
    const posts = [
      post('apple', 'queued', { tags: ['fruit'] }),
      post('beer', 'queued'),
      post('cake', 'queued', { targets: [sampleTarget({ account: 'insta', dueAt: at(1) })] }),
    ];
    const { page } = await open(world({ accounts, posts }), { at: '#/posts' });
    const names = () => page.locator('[data-main]').allTextContents();
    await soon(names).toHaveLength(3);
    const scheduled = page.getByRole('link', { name: /^Scheduled/ });
    await soon(() => scheduled.textContent()).toBe('Scheduled3');
    await page.getByLabel('Find a post').fill('BEER');
    await soon(names).toEqual(['Post beer']);
    await soon(() => scheduled.textContent()).toBe('Scheduled1');
    await page.getByLabel('Find a post').press('Escape');
    await page.getByLabel('Account', { exact: true }).selectOption('town_gazette');
    await soon(names).toEqual(['Post cake']);
    expect(new URL(page.url()).hash).toBe('#/posts?account=insta');
    await page.getByLabel('Label').fill('fruit');
    await page.getByLabel('Label').press('Enter');
    await page.getByText('No such post here').waitFor();
    await page.goBack();
    await page.goBack();
    await soon(names).toHaveLength(3);
  });

  test('changes many at once after showing what will change and what cannot', async () => {
    const posts = [post('bad', 'failed'), post('late', 'missed'), post('doubt', 'unconfirmed')];
    const window = await open(world({ accounts, posts }), { at: '#/posts?show=needs-you' });
    const { page } = window;
    await page.getByRole('checkbox', { name: 'Select all that are shown' }).check();
    await page.getByText('3 posts chosen').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    const dialog = page.getByRole('dialog', { name: 'Try again 3 posts' });
    await dialog.getByText('2 posts will be tried again. 1 other stays as it is.').waitFor();
    await dialog.getByText('1 post cannot be tried again').click();
    await dialog.getByText('doubt is unconfirmed, which cannot change').waitFor();
    expect(
      callsOf(window, 'posts.retryAll').every((call) => JSON.stringify(call).includes('"dryRun":true')),
    ).toBe(true);
    await dialog.getByRole('button', { name: 'Try 2 posts' }).click();
    await page.getByText('2 posts tried again.').waitFor();
    expect(callsOf(window, 'posts.retryAll').at(-1)).toEqual({
      select: { ids: ['bad', 'late'] },
      dryRun: false,
    });
    await soon(() => page.locator('[data-main]').allTextContents()).toEqual(['Post doubt']);
  });

  test('offers in each row what helps: a retry, a look, a sign-in', async () => {
    const known = accounts.map((one) =>
      one.id === 'insta' ? { ...one, status: 'sign-in-needed' as const } : one,
    );
    const locked = sampleTarget({ account: 'insta', status: 'failed', dueAt: at(-1) });
    const posts = [
      post('bad', 'failed'),
      post('doubt', 'unconfirmed'),
      post('locked', 'failed', { targets: [locked] }),
    ];
    const window = await open(world({ accounts: known, posts }), { at: '#/posts?show=needs-you' });
    const { page } = window;
    await page.getByRole('link', { name: 'Sign in for Post locked' }).waitFor();
    await page.getByRole('img', { name: /town_gazette, Instagram/ }).waitFor();
    await page.getByRole('button', { name: 'Retry Post bad' }).click();
    await page.getByText('The post is scheduled again.').waitFor();
    expect(callsOf(window, 'posts.retry')).toEqual([{ id: 'bad' }]);
    await page.getByRole('link', { name: 'Review Post doubt' }).click();
    await page.getByRole('heading', { name: 'Post', exact: true }).waitFor();
  });

  test('moves many by so much, with the new times before anything changes', async () => {
    const from = '2030-01-02T14:00:00.000Z';
    const posts = [post('a', 'queued', { publishAt: from }), post('b', 'draft', { publishAt: from })];
    const window = await open(world({ accounts, posts }), { at: '#/posts' });
    const { page } = window;
    await page.getByRole('checkbox', { name: 'Select Post a' }).check();
    await page.getByRole('button', { name: 'Move' }).click();
    const dialog = page.getByRole('dialog', { name: 'Move 1 post' });
    await dialog.getByLabel('How many').fill('2');
    await dialog.getByText('Fri 4 Jan 2030 09:00').waitFor();
    await dialog.getByRole('button', { name: 'Move 1 post' }).click();
    await page.getByText('1 post moved.').waitFor();
    expect(callsOf(window, 'posts.moveAll').at(-1)).toEqual({
      select: { ids: ['a'] },
      to: { bySeconds: 172_800 },
      dryRun: false,
    });
  });

  test('of five thousand draws few, fetches pages on the way down, and chooses all that fit', async () => {
    const posts = Array.from({ length: 5000 }, (_, index) => {
      const dueAt = new Date(Date.parse('2030-01-01T00:00:00Z') + index * 60_000).toISOString();
      const targets = [sampleTarget({ account: 'ada', dueAt })];
      return samplePost({ id: `p${index}`, text: `Post ${index}`, publishAt: dueAt, targets });
    });
    const window = await open(world({ accounts, posts }), { at: '#/posts' });
    const { page } = window;
    await page.getByText('Post 0', { exact: true }).waitFor();
    for (let pages = 1; pages < 4; pages += 1) {
      await page.locator('.list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
      await soon(
        () =>
          callsOf(window, 'posts.page').filter((input) => JSON.stringify(input).includes('"cursor"')).length,
      ).toBeGreaterThanOrEqual(pages);
    }
    expect(await page.locator('.list tbody tr').count()).toBeLessThan(60);
    await page.getByRole('checkbox', { name: 'Select all that are shown' }).check();
    await page.getByRole('button', { name: 'Choose all that fit' }).click();
    await page.getByText('5,000 posts chosen').waitFor();
  });
});

describe.skipIf(!browser)('one post', () => {
  test('shows what each account shows, and the history of why', async () => {
    const targets = [
      sampleTarget({
        account: 'ada',
        status: 'failed',
        error: { code: 'NETWORK_REFUSED', message: 'NETWORK_REFUSED: Refused, there. Why. Edit it.' },
      }),
      sampleTarget({ account: 'insta', status: 'queued', override: { text: 'For the gazette' } }),
    ];
    const posts = [post('one', 'queued', { text: 'For all', targets, contentWarning: 'Height' })];
    const histories = new Map([
      [
        'one',
        [
          { account: 'ada', at: at(-2), status: 'queued' as const, note: 'Added' },
          {
            account: 'ada',
            at: at(-1),
            status: 'failed' as const,
            note: 'NETWORK_REFUSED: The picture was refused',
          },
        ],
      ],
    ]);
    const { page } = await open(world({ accounts, posts, histories }), { at: '#/posts/one' });
    await page.getByText('Refused, there. Why. Edit it.').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.locator('.post-words', { hasText: 'For all' }).waitFor();
    await page.getByLabel('Seen on').selectOption('town_gazette');
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.locator('.post-words', { hasText: 'For the gazette' }).waitFor();
    const notes = page.locator('.history-note');
    await soon(() => notes.allTextContents()).toEqual(['The picture was refused', 'Added']);
  });

  test('is moved to another time', async () => {
    const window = await open(world({ accounts, posts: [post('one', 'queued')] }), { at: '#/posts/one' });
    const { page } = window;
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Move this post' });
    await dialog.getByLabel('Day and time').fill('2030-01-02T09:00');
    await dialog.getByRole('button', { name: 'Move post' }).click();
    await page.getByText('Moved to Wed 2 Jan 2030 09:00.').waitFor();
    expect(callsOf(window, 'posts.move')).toEqual([{ id: 'one', publishAt: '2030-01-02T14:00:00.000Z' }]);
  });
});

describe.skipIf(!browser)('a time that is past', () => {
  const queued = post('one', 'queued', { publishAt: '2030-01-02T14:00:00.000Z' });

  test('is not what a post is moved to before it is said what is meant', async () => {
    const window = await open(world({ accounts, posts: [queued] }), { at: '#/posts/one' });
    const { page } = window;
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Move this post' });
    await dialog.getByLabel('Day and time').fill('2020-01-02T09:00');
    await soon(() => dialog.getByRole('button', { name: 'Move post' }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Save as draft' }).click();
    await page.getByText('The post is a draft again.').waitFor();
    expect(callsOf(window, 'posts.move')).toEqual([
      { id: 'one', publishAt: '2020-01-02T14:00:00.000Z', past: 'draft' },
    ]);
  });

  test('is asked about when a post is added or changed', async () => {
    const window = await open(world({ accounts, posts: [queued] }), { at: '#/posts/one/edit' });
    const { page } = window;
    await page.getByLabel('Day and time').fill('2020-01-02T09:00');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('button', { name: 'Publish now' }).click();
    await page.getByText('The post was changed.').waitFor();
    expect(callsOf(window, 'posts.set').at(-1)).toMatchObject({
      post: { publishAt: '2020-01-02T14:00:00.000Z', past: 'publish' },
    });
    await goTo(page, '#/new-post');
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Late');
    await page.getByRole('checkbox', { name: /ada/ }).check();
    await page.getByRole('radio', { name: /time/ }).first().check();
    await page.getByLabel('Day and time').fill('2020-01-02T09:00');
    await page.getByRole('button', { name: 'Schedule post' }).click();
    await page.getByRole('button', { name: 'Save as draft' }).click();
    await page.getByText('The draft was saved.').waitFor();
    expect(callsOf(window, 'posts.add').at(-1)).toMatchObject({ post: { past: 'draft' } });
  });
});

describe.skipIf(!browser)('the calendar', () => {
  const posts = [
    post('mon', 'queued', { publishAt: '2030-01-07T14:00:00.000Z' }),
    post('tue', 'published', { publishAt: '2030-01-08T02:30:00.000Z' }),
    post('other', 'queued', { publishAt: '2030-01-15T14:00:00.000Z' }),
    post('gone', 'cancelled', { publishAt: '2030-01-07T15:00:00.000Z' }),
  ];

  test('shows a week by day and time, and leads to others', async () => {
    const { page } = await open(world({ accounts, posts }), { at: '#/calendar?week=2030-01-09' });
    await page.getByText('7 – 13 January 2030').waitFor();
    const monday = page.getByRole('region', { name: 'Monday 7 January' });
    await soon(() => monday.getByRole('link').allTextContents()).toEqual([
      '09:00 Scheduled, Post mon',
      '21:30 Published, Post tue',
    ]);
    await page.getByRole('link', { name: 'Week after' }).click();
    await page.getByRole('link', { name: /Post other/ }).click();
    await page.getByRole('heading', { name: 'Post', exact: true }).waitFor();
  });

  test('moves a post to the day that it is dragged to, at its time of day', async () => {
    const window = await open(world({ accounts, posts }), { at: '#/calendar?week=2030-01-07' });
    const { page } = window;
    await page
      .locator('.cal-post', { hasText: 'Post mon' })
      .dragTo(page.getByRole('region', { name: 'Thursday 10 January' }));
    await page.getByText('Moved to Thu 10 Jan 2030 09:00.').waitFor();
    expect(callsOf(window, 'posts.move')).toEqual([{ id: 'mon', publishAt: '2030-01-10T14:00:00.000Z' }]);
    await page.getByRole('region', { name: 'Thursday 10 January' }).getByText('Post mon').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('region', { name: 'Monday 7 January' }).getByText('Post mon').waitFor();
    expect(callsOf(window, 'posts.move').at(-1)).toEqual({
      id: 'mon',
      publishAt: '2030-01-07T14:00:00.000Z',
    });
  });

  test('moves a post from the keyboard', async () => {
    const window = await open(world({ accounts, posts }), { at: '#/calendar?week=2030-01-07' });
    const { page } = window;
    await page.getByRole('link', { name: /Post mon/ }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Move this post' });
    await dialog.getByLabel('Day and time').fill('2030-01-09T10:15');
    await dialog.getByRole('button', { name: 'Move post' }).press('Enter');
    await soon(() => callsOf(window, 'posts.move')).toEqual([
      { id: 'mon', publishAt: '2030-01-09T15:15:00.000Z' },
    ]);
  });
});
