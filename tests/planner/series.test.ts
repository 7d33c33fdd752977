import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BelfryError, toInstant } from '../../shared/index.ts';
import { account, daily, day, hour, minute, times } from './series-world.ts';
import { plannerWorld } from './world.ts';

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

describe('what goes wrong', () => {
  test('all mistakes of a series are reported together, by field', async () => {
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
