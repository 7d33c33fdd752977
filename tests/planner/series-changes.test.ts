import { describe, expect, test } from 'vitest';
import { account, daily, day, hour, minute, times } from './series-world.ts';
import { plannerWorld } from './world.ts';

describe('the user changes', () => {
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

  test('to pause and resume: pause takes posts back, resume goes on and names what was left out', async () => {
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

test('a post is not made when another writer has moved the cursor of its series over it', async () => {
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
