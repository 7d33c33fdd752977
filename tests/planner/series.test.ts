import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BelfryError, type SeriesDraft, toInstant } from '../../shared/index.ts';
import { plannerWorld } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const account = 'mastodon-4-5';

/** Every day at nine in UTC, unless it says otherwise. */
const daily = (more: Partial<SeriesDraft> = {}): SeriesDraft => ({
  name: 'Daily',
  rule: { type: 'calendar', unit: 'days', at: '09:00' },
  timezone: 'UTC',
  aheadDays: 3,
  post: { text: 'Good morning', accounts: [account] },
  ...more,
});

const times = (list: readonly { publishAt: string | null }[]) => list.map(({ publishAt }) => publishAt);

describe('posts of a series', () => {
  test('are made days ahead, each once, and published at their time', async () => {
    const world = await plannerWorld({ start: '2026-11-22T10:00:00Z' });
    const planner = world.engine();
    await planner.start();
    await planner.series.add(world.series(daily()));
    expect(times(await world.posts())).toEqual([
      '2026-11-23T09:00:00.000Z',
      '2026-11-24T09:00:00.000Z',
      '2026-11-25T09:00:00.000Z',
    ]);
    for (let beat = 0; beat < 5 * 24; beat += 1) {
      await world.clock.advance(hour);
      await world.stage.patientBeat();
    }
    const seen = world.stage.network.world.visible.map(({ at }) => toInstant(at));
    expect(seen.map((at) => at.slice(0, 13))).toEqual([
      '2026-11-23T09',
      '2026-11-24T09',
      '2026-11-25T09',
      '2026-11-26T09',
      '2026-11-27T09',
    ]);
    expect((await world.posts()).filter(({ status }) => status === 'queued')).toHaveLength(3);
  });

  test('keep no file of another post, which would go with that', async () => {
    const world = await plannerWorld({ start: '2026-11-22T10:00:00Z' });
    const planner = world.engine();
    await planner.start();
    const media = [{ path: 'media:0123456789abcdef' }];
    await expect(
      planner.series.add(world.series(daily({ post: { text: 'x', accounts: [account], media } }))),
    ).rejects.toThrow(/post\.media\[0\]\.path: is the file of a post and goes with it/);
  });

  test('keep their wall time over both clock changes', async () => {
    const world = await plannerWorld({ start: '2027-03-27T12:00:00Z' });
    const planner = world.engine();
    await planner.start();
    const rule = { type: 'calendar' as const, unit: 'days' as const, at: '02:30' };
    await planner.series.add(world.series(daily({ rule, timezone: 'Europe/Berlin', aheadDays: 3 })));
    // On 28 March 02:30 does not exist: the post comes at the end of the gap, 03:00 summer time.
    expect(times(await world.posts())).toEqual([
      '2027-03-28T01:00:00.000Z',
      '2027-03-29T00:30:00.000Z',
      '2027-03-30T00:30:00.000Z',
    ]);
    const autumn = await plannerWorld({ start: '2027-10-30T12:00:00Z' });
    const later = autumn.engine();
    await later.start();
    await later.series.add(autumn.series(daily({ rule, timezone: 'Europe/Berlin', aheadDays: 3 })));
    // On 31 October 02:30 comes twice: the first one counts.
    expect(times(await autumn.posts())).toEqual([
      '2027-10-31T00:30:00.000Z',
      '2027-11-01T01:30:00.000Z',
      '2027-11-02T01:30:00.000Z',
    ]);
  });

  test('end by count and by date; what was skipped counts', async () => {
    const world = await plannerWorld();
    const planner = world.engine();
    await planner.start();
    const { id } = await planner.series.add(world.series(daily({ end: { count: 4 }, aheadDays: 2 })));
    await planner.series.skip(id, Date.parse('2026-11-24T09:00:00Z'), true);
    await planner.series.add(
      world.series(daily({ name: 'Dated', end: { at: '2026-11-25T09:00:00Z' }, aheadDays: 30 })),
    );
    await world.clock.advance(5 * day);
    expect(await planner.series.list()).toMatchObject([
      { name: 'Daily', status: 'ended', next: null, past: 4 },
      { name: 'Dated', status: 'ended', next: null, past: 3 },
    ]);
    expect(times(await world.posts())).toEqual([
      '2026-11-23T09:00:00.000Z',
      '2026-11-23T09:00:00.000Z',
      '2026-11-24T09:00:00.000Z',
      '2026-11-25T09:00:00.000Z',
      '2026-11-25T09:00:00.000Z',
      '2026-11-26T09:00:00.000Z',
    ]);
  });

  test('say what their named text and its values come to, with the day of the post', async () => {
    const world = await plannerWorld();
    world.config.texts = [{ id: 'hello', text: 'Hello {who}, it is {date} {hashtags:days}' }];
    world.config.hashtags = [{ id: 'days', tags: ['#day', 'week'] }];
    const planner = world.engine();
    await planner.start();
    const post = { template: 'hello', values: { who: 'world' }, accounts: [account] };
    await planner.series.add(world.series(daily({ post, aheadDays: 1, timezone: 'Pacific/Kiritimati' })));
    expect((await world.posts()).map(({ text }) => text)).toEqual([
      'Hello world, it is 2026-11-23 #day #week',
    ]);
  });
});

describe('after downtime', () => {
  test('what piled up is one gap; only the latest is made, if it is not too late', async () => {
    const world = await plannerWorld();
    const before = world.engine();
    await before.start();
    const { id } = await before.series.add(world.series(daily({ aheadDays: 1 })));
    await before.stop();
    world.clock.sleep(10 * day + 3 * hour);
    const after = world.engine();
    await after.start();
    expect(times(await world.posts())).toEqual([
      '2026-11-23T09:00:00.000Z',
      '2026-12-02T09:00:00.000Z',
      '2026-12-03T09:00:00.000Z',
    ]);
    const { gaps, view } = await after.series.get(id);
    expect(gaps).toEqual([
      {
        at: '2026-12-02T12:00:00.000Z',
        count: 8,
        first: '2026-11-24T09:00:00.000Z',
        last: '2026-12-01T09:00:00.000Z',
        reason:
          'Belfry did not run when they were due; posts may be 24 h late, and of several only the latest is made',
      },
    ]);
    expect(view.past).toBe(10);
    // Another start finds nothing more to do.
    await after.stop();
    await world.engine().start();
    expect(await world.posts()).toHaveLength(3);
  });

  test('nothing is made when all of them are too late', async () => {
    const world = await plannerWorld();
    const before = world.engine();
    await before.start();
    const weekly = { type: 'calendar' as const, unit: 'weeks' as const, at: '09:00' };
    const { id } = await before.series.add(world.series(daily({ rule: weekly, aheadDays: 1 })));
    await before.stop();
    world.clock.sleep(17 * day);
    const after = world.engine();
    await after.start();
    expect(await world.posts()).toEqual([]);
    expect((await after.series.get(id)).gaps).toMatchObject([
      { count: 2, first: '2026-11-29T09:00:00.000Z' },
    ]);
  });
});

describe('a person changes', () => {
  test('the series: posts to come are made anew, but for one that was edited', async () => {
    const world = await plannerWorld();
    const planner = world.engine();
    await planner.start();
    const { id } = await planner.series.add(world.series(daily()));
    const [first, second] = await world.posts();
    await world.stage.publisher.move(second?.id ?? '', Date.parse('2026-11-24T11:00:00Z'));
    await planner.series.set(
      id,
      world.series(
        daily({
          rule: { type: 'calendar', unit: 'days', at: '10:00' },
          post: { text: 'Good evening', accounts: [account] },
        }),
      ),
    );
    expect((await world.posts()).map(({ publishAt, text }) => `${publishAt} ${text}`)).toEqual([
      '2026-11-22T10:00:00.000Z Good evening',
      '2026-11-23T10:00:00.000Z Good evening',
      '2026-11-24T10:00:00.000Z Good evening',
      '2026-11-24T11:00:00.000Z Good morning',
    ]);
    expect(await world.stage.publisher.get(first?.id ?? '')).toBeUndefined();
    const { occurrences } = await planner.series.get(id);
    expect(occurrences.map(({ at, state }) => `${at} ${state}`)).toEqual([
      '2026-11-22T10:00:00.000Z made',
      '2026-11-23T10:00:00.000Z made',
      '2026-11-24T09:00:00.000Z edited',
      '2026-11-24T10:00:00.000Z made',
      expect.stringMatching(/25T10:00:00.000Z planned/),
      expect.stringMatching(/26T10:00:00.000Z planned/),
    ]);
  });

  test('the words of one post: the series leaves it alone from then on', async () => {
    const world = await plannerWorld();
    const planner = world.engine();
    await planner.start();
    const { id } = await planner.series.add(world.series(daily({ aheadDays: 2 })));
    const [first] = await world.posts();
    const publishAt = first?.publishAt ?? null;
    const edited = world.post({ text: 'My own words', accounts: [account], publishAt });
    await world.stage.publisher.edit(first?.id ?? '', edited);
    // Even when they are as they were in the end.
    const back = world.post({ text: 'Good morning', accounts: [account], publishAt });
    await world.stage.publisher.edit(first?.id ?? '', back);
    const evening = { text: 'Good evening', accounts: [account] };
    await planner.series.set(id, world.series(daily({ aheadDays: 2, post: evening })));
    expect((await world.posts()).map(({ text }) => text)).toEqual(['Good morning', 'Good evening']);
    expect(await planner.series.pause(id)).toMatchObject({ status: 'paused' });
    expect((await world.posts()).map(({ text }) => text)).toEqual(['Good morning']);
  });

  test('its mind: pause takes posts back, resume goes on and tells what the pause cost', async () => {
    const world = await plannerWorld();
    const planner = world.engine();
    await planner.start();
    const { id } = await planner.series.add(world.series(daily()));
    expect(await planner.series.pause(id)).toMatchObject({ status: 'paused', next: null });
    expect(await world.posts()).toEqual([]);
    await world.clock.advance(2 * day + hour);
    expect(await world.posts()).toEqual([]);
    expect(await planner.series.resume(id)).toMatchObject({
      status: 'active',
      next: '2026-11-25T09:00:00.000Z',
    });
    expect(times(await world.posts())).toHaveLength(3);
    expect((await planner.series.get(id)).gaps).toMatchObject([
      { count: 2, first: '2026-11-23T09:00:00.000Z', reason: 'The series was paused' },
    ]);
  });

  test('one post: skipped it is gone, taken in again it is back', async () => {
    const world = await plannerWorld();
    const planner = world.engine();
    await planner.start();
    const { id } = await planner.series.add(world.series(daily()));
    const at = Date.parse('2026-11-24T09:00:00Z');
    await planner.series.skip(id, at, true);
    const without = ['2026-11-23T09:00:00.000Z', '2026-11-25T09:00:00.000Z'];
    expect(times(await world.posts())).toEqual(without);
    // Beyond the days ahead, too.
    const far = Date.parse('2026-11-26T09:00:00Z');
    await planner.series.skip(id, far, true);
    await world.clock.advance(day);
    expect(times(await world.posts())).toEqual(without);
    await planner.series.skip(id, at, false);
    expect(times(await world.posts())).toEqual([without[0], '2026-11-24T09:00:00.000Z', without[1]]);
    // A far one is looked at alone, not by way of all before it.
    const distant = Date.parse('2090-01-01T09:00:00Z');
    await planner.series.skip(id, distant, true);
    await planner.series.skip(id, distant, false);
    await expect(planner.series.skip(id, at + minute, true)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(planner.series.skip(id, at, false)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('one post that is edited in the very moment in which it is taken back keeps the edit', async () => {
    let edited = 0;
    const world = await plannerWorld({
      start: '2026-11-22T10:00:00Z',
      needs: ({ posts }) => ({
        posts: {
          ...posts,
          async history(id) {
            const lines = await posts.history(id);
            edited += 1;
            await world.stage.publisher.move(id, world.clock.now() + 5 * hour);
            return lines;
          },
        },
      }),
    });
    const planner = world.engine();
    const { id } = await planner.series.add(world.series(daily({ aheadDays: 1 })));
    await planner.series.pause(id);
    expect(edited).toBe(1);
    expect(times(await world.posts())).toEqual(['2026-11-22T15:00:00.000Z']);
  });

  test('one post that was edited: skipping cancels it, and it comes back as it was', async () => {
    const world = await plannerWorld();
    const planner = world.engine();
    await planner.start();
    const { id } = await planner.series.add(world.series(daily({ aheadDays: 1 })));
    const [post] = await world.posts();
    await world.stage.publisher.move(post?.id ?? '', Date.parse('2026-11-23T12:00:00Z'));
    const at = Date.parse('2026-11-23T09:00:00Z');
    await planner.series.skip(id, at, true);
    expect((await world.posts()).map(({ status }) => status)).toEqual(['cancelled']);
    await planner.series.skip(id, at, false);
    expect(await world.posts()).toMatchObject([{ status: 'queued', publishAt: '2026-11-23T09:00:00.000Z' }]);
  });

  test('nothing: removing with and without the posts to come', async () => {
    const world = await plannerWorld();
    const planner = world.engine();
    await planner.start();
    const kept = await planner.series.add(world.series(daily()));
    const gone = await planner.series.add(
      world.series(daily({ post: { text: 'Bye', accounts: [account] } })),
    );
    const bye = (await world.posts()).find(({ text }) => text === 'Bye');
    await world.stage.publisher.move(bye?.id ?? '', Date.parse('2026-12-24T09:00:00Z'));
    await planner.series.remove(kept.id, 'keep');
    await planner.series.remove(gone.id, 'cancel');
    expect(await planner.series.list()).toEqual([]);
    expect((await world.posts()).map(({ text, status }) => `${text} ${status}`)).toEqual([
      'Good morning queued',
      'Good morning queued',
      'Good morning queued',
      'Bye cancelled',
    ]);
    await expect(planner.series.get(gone.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('what goes wrong', () => {
  test('all mistakes of a series are told together, by field', async () => {
    const world = await plannerWorld();
    const planner = world.engine();
    const bad = daily({
      end: { at: '2026-11-22T10:00:00Z' },
      post: { template: 'none', accounts: [account, 'stranger'] },
    });
    const failure = await planner.series.add(world.series(bad)).catch((error: unknown) => error);
    expect(failure instanceof BelfryError && failure.details).toEqual([
      { field: 'end', message: 'comes before the next post of the rule' },
      {
        field: 'post.accounts[1]',
        message: 'names an unknown account "stranger"; `belfry accounts` lists them',
      },
      { field: 'post.template', message: 'names an unknown text "none"; there are none yet' },
    ]);
    expect(await planner.series.list()).toEqual([]);
  });

  test('a post that cannot be made is a warning until it can, and a gap when that is too late', async () => {
    const world = await plannerWorld();
    world.config.texts = [{ id: 'hello', text: 'Hello' }];
    const planner = world.engine();
    await planner.start();
    const post = { template: 'hello', accounts: [account] };
    const { id } = await planner.series.add(world.series(daily({ post, aheadDays: 1 })));
    world.config.texts = [];
    await world.clock.advance(3 * day + hour);
    expect(await planner.warnings()).toEqual([
      expect.objectContaining({
        code: 'BAD_INPUT',
        message: expect.stringContaining('unknown text "hello"'),
      }),
    ]);
    expect((await planner.series.get(id)).gaps).toMatchObject([
      {
        count: 1,
        first: '2026-11-24T09:00:00.000Z',
        reason: expect.stringContaining('unknown text "hello"'),
      },
    ]);
    world.config.texts = [{ id: 'hello', text: 'Hello again' }];
    planner.look();
    await world.clock.advance(minute);
    expect(await planner.warnings()).toEqual([]);
    expect((await world.posts()).map(({ publishAt, text }) => `${publishAt} ${text}`)).toEqual([
      '2026-11-23T09:00:00.000Z Hello',
      '2026-11-25T09:00:00.000Z Hello again',
      '2026-11-26T09:00:00.000Z Hello again',
    ]);
  });

  test('what is wrong with the last post is over with its time', async () => {
    const world = await plannerWorld();
    world.config.texts = [{ id: 'hello', text: 'Hello' }];
    const planner = world.engine();
    await planner.start();
    const post = { template: 'hello', accounts: [account] };
    const { id } = await planner.series.add(world.series(daily({ post, aheadDays: 1, end: { count: 2 } })));
    world.config.texts = [];
    await world.clock.advance(day + hour);
    expect(await planner.warnings()).toHaveLength(1);
    await world.clock.advance(3 * day);
    expect(await planner.warnings()).toEqual([]);
    expect(await planner.series.get(id)).toMatchObject({
      view: { status: 'ended', past: 2, problem: null },
      gaps: [{ count: 1, reason: expect.stringContaining('unknown text "hello"') }],
    });
  });

  test('a file that is moved away loses nothing', async () => {
    const world = await plannerWorld();
    const planner = world.engine();
    await planner.start();
    const path = world.stage.picture('sun.png');
    const post = { text: 'Sun', accounts: [account], media: [{ path, alt: 'The sun' }] };
    const { id } = await planner.series.add(world.series(daily({ post, aheadDays: 1 })));
    mkdirSync(join(world.stage.home, 'elsewhere'));
    renameSync(path, join(world.stage.home, 'elsewhere', 'sun.png'));
    await world.clock.advance(2 * day);
    expect(await planner.warnings()).toEqual([]);
    // Copying takes as long as it takes; the clock does not wait for it.
    await expect.poll(async () => (await world.posts()).length).toBe(3);
    const posts = await world.posts();
    const last = await world.stage.publisher.get(posts.at(-1)?.id ?? '');
    expect(last?.media).toMatchObject([{ name: 'sun.png', alt: 'The sun' }]);
    await planner.series.remove(id, 'cancel');
    expect(readdirSync(join(world.stage.home, 'series'))).toEqual([]);
    mkdirSync(join(world.stage.home, 'series', 'left-behind'));
    await world.engine().start();
    expect(readdirSync(join(world.stage.home, 'series'))).toEqual([]);
  });
});

test('of two edits of a series at one instant one is refused, and the other keeps its files', async () => {
  const world = await plannerWorld({ start: '2026-11-22T10:00:00Z' });
  const planner = world.engine();
  const media = [{ path: world.stage.picture('a.png') }];
  const { id } = await planner.series.add(
    world.series(daily({ post: { text: 'x', accounts: [account], media } })),
  );
  const { post } = (await planner.series.get(id)).series;
  const named = (text: string) => world.series(daily({ post: { ...post, text } }));
  const results = await Promise.allSettled([
    planner.series.set(id, named('first')),
    planner.series.set(id, named('second')),
  ]);
  // Which one comes first is decided by the reading of the files.
  const first = results.findIndex(({ status }) => status === 'fulfilled');
  expect(results[1 - first]).toMatchObject({ reason: { code: 'CONFLICT' } });
  const text = ['first', 'second'][first];
  expect((await world.posts()).map((one) => one.text)).toEqual([text, text, text]);
});

test('a post is not made when somebody else has moved the cursor of its series over it', async () => {
  let passed = false;
  const world = await plannerWorld({
    start: '2026-11-22T10:00:00Z',
    needs: ({ ledger }) => ({
      ledger: {
        ...ledger,
        async advance(id, advance, at) {
          if (passed || advance.gap === null) return ledger.advance(id, advance, at);
          passed = true;
          await ledger.advance(id, { ...advance, cursor: at, gap: null }, at);
          return ledger.advance(id, advance, at);
        },
      },
    }),
  });
  const planner = world.engine();
  await planner.series.add(world.series(daily({ aheadDays: 1 })));
  await world.clock.advance(3 * day + hour);
  await planner.start();
  expect([passed, times(await world.posts())]).toEqual([true, ['2026-11-23T09:00:00.000Z']]);
});
