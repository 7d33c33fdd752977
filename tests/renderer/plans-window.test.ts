import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { type QueueView, type SeriesDetails, seriesInputSchema } from '../../shared/index.ts';
import { callsOf, findBrowser, goTo, soon, windowsIn } from '../support/window/browser.ts';
import { sampleAccount, samplePost } from '../support/window/sample.ts';
import { world } from '../support/window/world.ts';

const browser = findBrowser();
const open = windowsIn(browser);
const ada = sampleAccount({ id: 'ada' });
/** The name of the field that has the focus. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const active = document.activeElement;
    return active instanceof HTMLInputElement ? active.labels?.[0]?.textContent : active?.tagName;
  });
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

function sampleSeries(some: Partial<SeriesDetails['view']> = {}): SeriesDetails {
  const series = seriesInputSchema.parse({
    name: 'Opening days',
    rule: { type: 'calendar', every: 2, unit: 'weeks', at: '09:00', weekdays: ['mon'], from: '2026-11-16' },
    timezone: 'America/New_York',
    post: { text: 'Open today', accounts: ['ada'], poll: { options: ['Yes', 'No'] } },
  });
  return {
    series,
    view: {
      id: 's1',
      name: series.name,
      status: 'active',
      schedule: 'Every 2 weeks on Monday at 09:00',
      timezone: 'America/New_York',
      accounts: ['ada'],
      next: inDays(2),
      past: 3,
      problem: null,
      ...some,
    },
    occurrences: [
      { at: inDays(-12), state: 'made', post: { id: 'old', status: 'published' } },
      { at: inDays(2), state: 'made', post: { id: 'next', status: 'queued' } },
      { at: inDays(16), state: 'planned', post: null },
    ],
    gaps: [
      { at: inDays(-1), count: 2, first: inDays(-40), last: inDays(-26), reason: 'The series was paused' },
    ],
  };
}

function sampleQueue(): QueueView {
  const entry = (days: number, id: string | null, slot = true) => ({
    at: inDays(days),
    slot,
    post: id === null ? null : samplePost({ id, text: `Post ${id}` }),
  });
  return {
    account: 'ada',
    known: true,
    timezone: 'America/New_York',
    slots: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], at: '09:00' }],
    upcoming: [entry(1, 'a'), entry(2, 'b'), entry(2.5, 'own', false), entry(3, 'c'), entry(4, null)],
    later: 0,
  };
}

describe.skipIf(!browser)('recurring posts', () => {
  test('mistakes stand at their fields, the next times beside them, then a series is made', async () => {
    const w = world({
      accounts: [ada],
      snippets: { texts: [], hashtags: [{ id: 'town', tags: ['Philadelphia'] }] },
    });
    const window = await open(w, { at: '#/new-series' });
    const { page } = window;
    await page.getByRole('button', { name: 'Add series' }).click();
    await page.getByText('Choose at least one account.').waitFor();
    await page.getByText('fields to look at again').waitFor();
    await soon(() => focused(page)).toBe('Name');
    expect(callsOf(window, 'series.add')).toEqual([]);

    await page.getByLabel('Name', { exact: true }).fill('Opening days');
    await page.getByLabel('Every', { exact: true }).fill('2');
    for (const day of await page.getByRole('checkbox', { name: /day$/, checked: true }).all())
      await day.uncheck();
    await page.getByRole('checkbox', { name: 'Thursday' }).check();
    await page.getByLabel('At', { exact: true }).fill('18:30');
    await page.getByLabel('First day').fill('2030-01-01');
    await page.getByLabel('Number of posts after which it ends').fill('4');
    await page.getByLabel('Text', { exact: true }).fill('Open on {date}: {hall} {hashtags:town}');
    await page.getByText('needs a value for {hall}').waitFor();
    await page.getByLabel('Value of {hall}').fill('the great bell');
    await page.getByText(/^Open on \d{4}-\d{2}-\d{2}: the great bell #Philadelphia$/).waitFor();
    await page.getByRole('checkbox', { name: /ada/ }).check();
    await soon(() => page.locator('.next-times tbody tr').count()).toBe(4);
    await page.getByRole('button', { name: 'Add series' }).click();
    await page.getByRole('heading', { name: 'Opening days' }).waitFor();
    expect(callsOf(window, 'series.add')).toEqual([
      {
        series: {
          name: 'Opening days',
          rule: {
            type: 'calendar',
            every: 2,
            unit: 'weeks',
            at: '18:30',
            weekdays: ['thu'],
            from: '2030-01-01',
          },
          timezone: 'America/New_York',
          end: { count: 4 },
          aheadDays: 14,
          post: {
            text: 'Open on {date}: {hall} {hashtags:town}',
            values: { hall: 'the great bell' },
            accounts: ['ada'],
            media: [],
          },
        },
      },
    ]);
  });

  test('a series is listed, paused, edited without losing its poll, and one post is left out', async () => {
    const w = world({ accounts: [ada], series: new Map([['s1', sampleSeries()]]) });
    const window = await open(w, { at: '#/plans' });
    const { page } = window;
    await page.getByRole('row', { name: /Opening days.*Every 2 weeks.*Active/s }).waitFor();
    await page.getByRole('link', { name: 'Opening days' }).click();
    await page.getByText('The series was paused').waitFor();
    const coming = page.getByRole('list', { name: 'Posts to come' }).getByRole('listitem');
    await coming
      .nth(1)
      .getByRole('button', { name: /^Leave out/ })
      .click();
    await coming.nth(1).getByText('Left out').waitFor();
    await coming
      .nth(1)
      .getByRole('button', { name: /^Take in again/ })
      .click();
    await coming.nth(1).getByText('Planned').waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('these times pass without a post').waitFor();

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByText('This series also has a poll.').waitFor();
    await page.getByLabel('Text', { exact: true }).fill('Open again');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Opening days', exact: true }).waitFor();
    expect(callsOf(window, 'series.set')).toMatchObject([
      { id: 's1', series: { post: { text: 'Open again', poll: { options: ['Yes', 'No'] } } } },
    ]);
  });

  test('a series is removed after the question what becomes of its posts', async () => {
    const w = world({ accounts: [ada], series: new Map([['s1', sampleSeries()]]) });
    const window = await open(w, { at: '#/plans/s1' });
    const { page } = window;
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await soon(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Remove');
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('radio', { name: 'They stay and are published' }).check();
    await page.getByRole('button', { name: 'Remove series' }).click();
    await page.getByText('Nothing recurs yet').waitFor();
    await page.getByText('Opening days was removed.').waitFor();
    expect(callsOf(window, 'series.remove')).toEqual([{ id: 's1', posts: 'keep' }]);
  });

  test('what keeps it from being removed is said inside the question', async () => {
    const w = world({ series: new Map([['s1', sampleSeries()]]) });
    const { page } = await open(w, { at: '#/plans/s1' });
    await page.getByRole('button', { name: 'Remove' }).click();
    w.series.clear();
    await page.getByRole('button', { name: 'Remove series' }).click();
    await page.getByRole('dialog').getByRole('alert').getByText('Unknown series').waitFor();
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
  });

  test('why its next post could not be made is said', async () => {
    const problem = {
      code: 'BAD_INPUT',
      message: 'BAD_INPUT: An account is gone, in the series. Why. Choose another.',
    } as const;
    const w = world({ series: new Map([['s1', sampleSeries({ problem })]]) });
    const { page } = await open(w, { at: '#/plans' });
    await page.getByText('An account is gone, in the series. Why. Choose another.').waitFor();
    await goTo(page, '#/plans/s1');
    await page.getByText('Its next post could not be made. An account is gone').waitFor();
  });
});

describe.skipIf(!browser)('weekly slots', () => {
  test('are set, with mistakes at their fields, and removed when no line is left', async () => {
    const window = await open(world({ accounts: [ada] }), { at: '#/queues' });
    const { page } = window;
    await page.getByRole('button', { name: 'Add slots for @ada@mastodon.example' }).click();
    await soon(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Monday');
    await page.getByRole('button', { name: 'Add a time' }).click();
    await page.getByRole('button', { name: 'Save slots' }).click();
    await page.getByText(/must be a time of day/).waitFor();
    await page.getByLabel('Time').nth(1).fill('18:00');
    for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday'])
      await page
        .getByRole('group', { name: 'Days of slot 2' })
        .getByRole('checkbox', { name: day })
        .uncheck();
    await page.getByRole('button', { name: 'Save slots' }).click();
    await page.getByText(/Mon–Fri 09:00 · Fri 18:00 \(America\/New York\)/).waitFor();
    expect(callsOf(window, 'queue.set')).toEqual([
      {
        account: 'ada',
        timezone: null,
        slots: [
          { days: ['mon', 'tue', 'wed', 'thu', 'fri'], at: '09:00' },
          { days: ['fri'], at: '18:00' },
        ],
      },
    ]);
    await page.getByRole('button', { name: 'Edit the slots of @ada@mastodon.example' }).click();
    await page.getByRole('button', { name: 'Remove slot 2' }).click();
    await page.getByRole('button', { name: 'Remove slot 1' }).click();
    await page.getByRole('button', { name: 'Save slots' }).click();
    await page.getByText('No weekly slots: its posts go out at times of their own.').waitFor();
  });

  test('posts change places by the keyboard alone, and the focus stays with the post', async () => {
    const w = world({ accounts: [ada], queues: new Map([['ada', sampleQueue()]]) });
    const window = await open(w, { at: '#/queues' });
    const { page } = window;
    const rows = page.getByRole('list', { name: /^Slots of/ }).getByRole('listitem');
    await rows.nth(2).getByText('At a time of its own').waitFor();
    expect(await rows.nth(2).getByRole('button').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Move up: Post a' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Move down: Post c' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Move up: Post c' }).focus();
    await page.keyboard.press('Enter');
    await soon(() => rows.nth(1).textContent()).toContain('Post c');
    await soon(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
      /: Post c$/,
    );
    await page.getByRole('button', { name: 'Move to the top: Post c' }).press('Enter');
    await soon(() => rows.nth(0).textContent()).toContain('Post c');
    await soon(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
      /: Post c$/,
    );
    const more = page.getByRole('button', { name: /^Show more slots/ });
    await more.press('Enter');
    await soon(() => callsOf(window, 'queue.list').at(-1)).toEqual({ limit: 56 });
    expect(await more.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(callsOf(window, 'queue.move')).toEqual([
      { account: 'ada', post: 'c', to: 'up' },
      { account: 'ada', post: 'c', to: 'top' },
    ]);
  });

  test('are shown for an account that is gone', async () => {
    const gone = { ...sampleQueue(), account: 'bob', known: false };
    const { page } = await open(world({ queues: new Map([['bob', gone]]) }), { at: '#/queues' });
    await page.getByText('Belfry has no account of this name.').waitFor();
  });
});

describe.skipIf(!browser)('texts and hashtags', () => {
  test('a text is written with its preview, a group beside it, and both are removed after asking', async () => {
    const w = world();
    const window = await open(w, { at: '#/snippets' });
    const { page } = window;
    await page.getByRole('button', { name: 'New group of hashtags' }).click();
    await page.getByLabel('Id').fill('town');
    await page.getByRole('textbox', { name: 'Hashtags' }).fill('#news, Philadelphia 12');
    await page.getByRole('button', { name: 'Save group' }).click();
    await page.getByText(/must not be a number/).waitFor();
    await page.getByRole('textbox', { name: 'Hashtags' }).fill('#news, Philadelphia');
    await page.getByRole('button', { name: 'Save group' }).click();
    await page.getByText('#news #Philadelphia').waitFor();

    await page.getByRole('button', { name: 'New text' }).click();
    await page.getByLabel('Id').fill('weekly');
    await page.getByLabel('Text', { exact: true }).fill('{title} {hashtags:town} {hashtags:other} {');
    await page.getByText('names an unknown group of hashtags, {hashtags:other}').waitFor();
    await page.getByText('has a { that begins no placeholder').waitFor();
    await page.getByLabel('Text', { exact: true }).fill('{title} {hashtags:town}');
    await page.getByText('title #news #Philadelphia').waitFor();
    await page.getByLabel('{title}').fill('Bells');
    await page.getByText('Bells #news #Philadelphia').waitFor();
    await page.getByRole('button', { name: 'Save text' }).click();
    await page.getByRole('heading', { name: 'weekly' }).waitFor();
    expect(w.snippets.texts).toEqual([{ id: 'weekly', text: '{title} {hashtags:town}' }]);

    await page.getByRole('button', { name: 'New text' }).click();
    await page.getByLabel('Id').fill('weekly');
    await page.getByLabel('Text', { exact: true }).fill('Another');
    await page.getByRole('button', { name: 'Save text' }).click();
    await page.getByText('Another text has this id.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();

    for (const id of ['weekly', 'town']) {
      await page.getByRole('button', { name: `Remove ${id}` }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByText(`${id} was removed.`).waitFor();
    }
    await page.getByText('No texts yet').waitFor();
  });
});
