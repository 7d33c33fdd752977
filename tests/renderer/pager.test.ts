import { describe, expect, test } from 'vitest';
import { createPager } from '../../renderer/api/pager.ts';

type Item = { id: string };
const items = (count: number, from = 0): Item[] =>
  Array.from({ length: count }, (_, index) => ({ id: `i${from + index}` }));

/** A pager over `world.all`, whose answers come when the test lets them. */
function pagerOver(world: { all: Item[] }, options: { pageSize?: number; most?: number } = {}) {
  const asked: { cursor?: string; limit: number }[] = [];
  const waiting: (() => void)[] = [];
  const rings: (() => void)[] = [];
  const pager = createPager<Item>(
    (ask) => {
      asked.push(ask);
      return new Promise((resolve) => {
        const from = ask.cursor === undefined ? 0 : Number(ask.cursor.slice(1)) + 1;
        const rest = world.all.filter(({ id }) => Number(id.slice(1)) >= from);
        const answer = rest.slice(0, ask.limit);
        const last = rest.length > ask.limit ? (answer.at(-1)?.id ?? null) : null;
        waiting.push(() => resolve({ items: answer, cursor: last }));
      });
    },
    {
      pageSize: options.pageSize ?? 3,
      most: options.most ?? 100,
      quietMs: 1,
      initial: undefined,
      wait: (_, callback) => {
        rings.push(callback);
        return () => {};
      },
    },
  );
  const settle = async () => {
    while (waiting.length > 0 || rings.length > 0) {
      for (const answer of waiting.splice(0)) answer();
      await new Promise((resolve) => setImmediate(resolve));
      for (const callback of rings.splice(0)) callback();
    }
  };
  const ids = () =>
    pager
      .state()
      .items?.map(({ id }) => id)
      .join(' ');
  return { pager, asked, waiting, rings, settle, ids };
}

describe('a list that is loaded page by page', () => {
  test('grows from where the page before ended, and knows its end', async () => {
    const { pager, asked, settle, ids } = pagerOver({ all: items(5) });
    pager.start();
    await settle();
    expect([ids(), pager.state().done]).toEqual(['i0 i1 i2', false]);
    pager.more();
    pager.more();
    await settle();
    expect([ids(), pager.state().done]).toEqual(['i0 i1 i2 i3 i4', true]);
    pager.more();
    expect(asked).toEqual([{ limit: 3 }, { cursor: 'i2', limit: 3 }]);
  });

  test('grows also when the last item was removed meanwhile', async () => {
    const world = { all: items(5) };
    const { pager, settle, ids } = pagerOver(world);
    pager.start();
    await settle();
    world.all = world.all.filter(({ id }) => id !== 'i2');
    pager.more();
    await settle();
    expect([ids(), pager.state().error]).toEqual(['i0 i1 i2 i3 i4', undefined]);
  });

  test('is renewed as far as it was loaded', async () => {
    const world = { all: items(9) };
    const { pager, settle, ids, asked } = pagerOver(world);
    pager.start();
    await settle();
    pager.more();
    await settle();
    world.all = items(9, 1);
    pager.refresh();
    await settle();
    expect(ids()).toBe('i1 i2 i3 i4 i5 i6');
    expect(asked.at(-1)).toEqual({ limit: 6 });
  });

  test('keeps a page that came while it was renewed', async () => {
    const { pager, settle, ids, waiting } = pagerOver({ all: items(9) });
    pager.start();
    await settle();
    pager.refresh();
    pager.more();
    // The page comes first, the older and shorter answer after it.
    waiting.reverse();
    await settle();
    expect(ids()).toBe('i0 i1 i2 i3 i4 i5');
  });

  test('fetches all, up to the most that is shown', async () => {
    const { pager, settle, ids } = pagerOver({ all: items(9) }, { most: 7 });
    pager.start();
    await settle();
    const all = pager.all();
    await settle();
    await all;
    expect(ids()).toBe('i0 i1 i2 i3 i4 i5 i6');
    expect(pager.state().done).toBe(false);
  });

  test('a failed page is told, and what is there stays', async () => {
    const pager = createPager<Item>(
      ({ cursor }) =>
        cursor === undefined
          ? Promise.resolve({ items: items(3), cursor: 'i2' })
          : Promise.reject(new Error('gone')),
      { pageSize: 3, most: 10, quietMs: 0, initial: undefined, wait: () => () => {} },
    );
    pager.start();
    await new Promise((resolve) => setImmediate(resolve));
    await pager.all();
    expect(pager.state()).toMatchObject({ items: items(3), error: { code: 'INTERNAL' } });
  });
});
