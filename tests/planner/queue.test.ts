import { describe, expect, test } from 'vitest';
import { movedTo, shuffled } from '../../electron/planner/queue.ts';
import { BelfryError, type Queue } from '../../shared/index.ts';
import { seededRandom } from '../support/random.ts';
import { plannerWorld } from './world.ts';

const account = 'mastodon-4-5';
const other = 'gotosocial';

/** Monday and Wednesday at nine in Berlin. */
const weekly: Queue = {
  account,
  timezone: 'Europe/Berlin',
  slots: [
    { days: ['mon'], at: '09:00' },
    { days: ['wed'], at: '17:30' },
  ],
};

async function queueWorld(queues: Queue[] = [weekly]) {
  const world = await plannerWorld({ models: ['mastodon-4.5', 'gotosocial'] });
  world.config.queues = queues;
  const planner = world.engine();
  await planner.start();
  const add = (text: string, accounts = [account]) =>
    planner.add(world.request({ text, accounts, publishAt: 'next-slot' }), { source: 'person' });
  /** What is in the next slots, as `Mon 08:00 text`. */
  const shown = async (limit = 6) => {
    const [view] = await planner.queues.list(limit, account);
    return view?.upcoming.map(
      ({ at, slot, post }) => `${at.slice(5, 16)} ${post?.text ?? '-'}${slot ? '' : ' (no slot)'}`,
    );
  };
  return { world, planner, add, shown };
}

describe('the next free slot', () => {
  test('is taken in order, by wall time', async () => {
    const { add, shown } = await queueWorld();
    for (const text of ['a', 'b', 'c']) await add(text);
    expect(await shown(4)).toEqual(['11-23T08:00 a', '11-25T16:30 b', '11-30T08:00 c', '12-02T16:30 -']);
  });

  test('keeps its wall time over clock changes', async () => {
    const { world, shown } = await queueWorld([
      { account, timezone: 'Europe/Berlin', slots: [{ days: ['sun'], at: '02:30' }] },
    ]);
    world.clock.set(Date.parse('2027-03-20T00:00:00Z'));
    expect(await shown(3)).toEqual(['03-21T01:30 -', '03-28T01:00 -', '04-04T00:30 -']);
    world.clock.set(Date.parse('2027-10-23T12:00:00Z'));
    expect(await shown(3)).toEqual(['10-24T00:30 -', '10-31T00:30 -', '11-07T01:30 -']);
  });

  test('is each account’s own', async () => {
    const noon: Queue = { account: other, timezone: 'UTC', slots: [{ days: ['tue'], at: '12:00' }] };
    const { add } = await queueWorld([weekly, noon]);
    await add('a');
    const post = await add('both', [account, other]);
    expect(post.publishAt).toBe('2026-11-24T12:00:00.000Z');
    expect(post.targets.map(({ account: id, dueAt }) => [id, dueAt])).toEqual([
      [account, '2026-11-25T16:30:00.000Z'],
      [other, '2026-11-24T12:00:00.000Z'],
    ]);
  });

  test('is never taken twice, however many ask at once', async () => {
    const { world, planner, add } = await queueWorld();
    const rival = world.engine(); // A second engine on the same database: only the database keeps them apart.
    const request = world.request({ text: 'rival', accounts: [account], publishAt: 'next-slot' });
    const posts = await Promise.all(
      Array.from({ length: 15 }, (_, index) => [
        add(`post ${index}`),
        rival.add(request, { source: 'person' }),
      ]).flat(),
    );
    const times = posts.map(({ publishAt }) => publishAt);
    expect(new Set(times).size).toBe(30);
    const [view] = await planner.queues.list(30, account);
    expect(view?.upcoming.every(({ post }) => post !== null)).toBe(true);
  });

  test('is never taken twice by what is moved, edited and added with a time in the past', async () => {
    const { world, add } = await queueWorld();
    const { publisher } = world.stage;
    const past = 'move-to-slot';
    const late = '2026-11-20T08:00:00Z';
    const post = (text: string, publishAt: string) => ({ text, accounts: [account], publishAt });
    const waiting = (text: string) => world.stage.add(post(text, '2026-12-20T10:00:00Z'));
    const some = async (name: string) =>
      Promise.all(Array.from({ length: 3 }, async (_, index) => (await waiting(`${name} ${index}`)).id));
    const [moved, edited, together] = [await some('move'), await some('edit'), await some('many')];
    const many = { dryRun: false, past, to: { publishAt: late, everySeconds: 0 } } as const;
    // One of the batch lies in a slot by its own time, which its neighbour must not take.
    const batch = [
      { ...post('batch late', late), past },
      post('batch', '2026-12-09T16:30:00Z'),
      { ...post('batch late too', late), past },
    ] as const;
    await Promise.all([
      ...moved.map((id) => publisher.move(id, Date.parse(late), past)),
      ...edited.map((id) => publisher.edit(id, world.post({ ...post(`${id} edited`, late), past }))),
      publisher.moveAll({ ...many, select: { ids: together } }),
      ...['a', 'b'].map((text) => add(text)),
      ...['c', 'd'].map((text) => world.stage.add({ ...post(text, late), past })),
      publisher.addAll(batch.map(world.post), { source: 'cli', dryRun: false }),
    ]);
    const times = (await world.posts()).flatMap(({ targets }) => targets.map(({ dueAt }) => dueAt));
    expect(times).toHaveLength(16);
    expect(new Set(times).size).toBe(16);
  });

  test('a row that is moved leaves the slots that it fills by itself', async () => {
    const { world } = await queueWorld();
    const add = (text: string, publishAt: string) =>
      world.stage.add({ text, accounts: [account], publishAt });
    // A week back, the second lies in the first free slot.
    const ids = [await add('a', '2026-11-27T08:00:00Z'), await add('b', '2026-11-30T08:00:00Z')];
    const { posts } = await world.stage.publisher.moveAll({
      select: { ids: ids.map(({ id }) => id) },
      to: { bySeconds: -7 * 86_400 },
      dryRun: false,
      past: 'move-to-slot',
    });
    expect(posts.map(({ dueAt }) => dueAt)).toEqual(['2026-11-25T16:30:00.000Z', '2026-11-23T08:00:00.000Z']);
  });

  test('is freed by a post that is cancelled, moved, or published before its time', async () => {
    const { world, add, shown } = await queueWorld();
    const [a, b, c] = [await add('a'), await add('b'), await add('c')];
    await world.stage.publisher.cancel(a.id);
    await world.stage.publisher.move(b.id, Date.parse('2026-11-24T10:00:00Z'));
    await world.stage.publisher.publish(c.id);
    await add('d');
    expect(await shown(3)).toEqual([
      '11-23T08:00 d',
      '11-24T10:00 b (no slot)',
      '11-25T16:30 -',
      '11-30T08:00 -',
    ]);
  });

  test('is not one at which a post of another kind is due', async () => {
    const { world, planner, add } = await queueWorld();
    const timed = world.request({ text: 'timed', accounts: [account], publishAt: '2026-11-23T08:00:00Z' });
    await planner.add(timed, { source: 'person' });
    expect((await add('a')).publishAt).toBe('2026-11-25T16:30:00.000Z');
  });

  test('with a key, the same post is not added again', async () => {
    const { world, planner } = await queueWorld();
    const request = world.request({ text: 'a', accounts: [account], publishAt: 'next-slot', key: 'one' });
    const first = await planner.add(request, { source: 'pipeline' });
    expect((await planner.add(request, { source: 'pipeline' })).id).toBe(first.id);
    expect(await world.posts()).toHaveLength(1);
  });

  test('an account without slots is a mistake with its field', async () => {
    const { add } = await queueWorld();
    const failure = await add('a', [account, other]).catch((error: unknown) => error);
    expect(failure instanceof BelfryError && failure.details).toEqual([
      { field: 'accounts[1]', message: expect.stringContaining(`belfry queue set ${other}`) },
    ]);
  });
});

describe('the order of a queue', () => {
  test('top, bottom, up and down: the slots stay, the posts change them', async () => {
    const { world, planner, add, shown } = await queueWorld();
    const [a, , c, d] = [await add('a'), await add('b'), await add('c'), await add('d')];
    const order = async () => (await shown(4))?.map((line) => line.slice(12)).join('');
    await planner.queues.move({ account, post: d.id, to: 'top' });
    expect(await order()).toBe('dabc');
    await planner.queues.move({ account, post: a.id, to: 'bottom' });
    expect(await order()).toBe('dbca');
    await planner.queues.move({ account, post: c.id, to: 'up' });
    expect(await order()).toBe('dcba');
    await planner.queues.move({ account, post: c.id, to: 'down' });
    await planner.queues.move({ account, post: a.id, to: 'down' });
    expect(await order()).toBe('dbca');
    expect((await world.stage.publisher.history(a.id)).map(({ note }) => note)).toContain(
      'Moved in the queue (bottom)',
    );
    await expect(planner.queues.move({ account, post: 'none', to: 'up' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('a post that was moved by hand is no part of it', async () => {
    const { world, planner, add, shown } = await queueWorld();
    const [a, b] = [await add('a'), await add('b')];
    await add('c');
    await world.stage.publisher.move(a.id, Date.parse('2026-11-24T10:00:00Z'));
    await planner.queues.move({ account, post: b.id, to: 'bottom' });
    expect(await shown(3)).toEqual([
      '11-23T08:00 -',
      '11-24T10:00 a (no slot)',
      '11-25T16:30 c',
      '11-30T08:00 b',
    ]);
  });

  test('shuffled, the same posts are in the same slots', async () => {
    const { planner, add, shown } = await queueWorld();
    const texts = Array.from({ length: 8 }, (_, index) => String(index));
    for (const text of texts) await add(text);
    const before = (await shown(8)) ?? [];
    await planner.queues.shuffle(account);
    const after = (await shown(8)) ?? [];
    expect(after.map((line) => line.slice(0, 11))).toEqual(before.map((line) => line.slice(0, 11)));
    expect(after.map((line) => line.slice(12)).sort()).toEqual(texts);
    expect(after).not.toEqual(before);
  });

  test('pure: moving and shuffling lose nothing', () => {
    const { next } = seededRandom(20_261_122);
    for (let round = 0; round < 500; round += 1) {
      const list = Array.from({ length: 1 + Math.floor(next() * 9) }, (_, index) => index);
      const index = Math.floor(next() * list.length);
      for (const place of ['top', 'bottom', 'up', 'down'] as const) {
        const moved = movedTo(list, index, place);
        expect([...moved].sort()).toEqual(list);
        const at = moved.indexOf(index);
        const wanted = {
          top: 0,
          bottom: list.length - 1,
          up: Math.max(0, index - 1),
          down: Math.min(list.length - 1, index + 1),
        };
        expect(at).toBe(wanted[place]);
        expect(moved.filter((one) => one !== index)).toEqual(list.filter((one) => one !== index));
      }
      expect(shuffled(list, next).sort()).toEqual(list);
    }
  });
});
