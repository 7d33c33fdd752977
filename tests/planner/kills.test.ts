import { describe, expect, test } from 'vitest';
import type { Planner, PlannerDeps } from '../../electron/planner/index.ts';
import { parse, type SeriesInput, seriesInputSchema } from '../../shared/index.ts';
import { plannerWorld } from './world.ts';

const account = 'mastodon-4-5';
const day = 86_400_000;
const series = (text: string, at: string): SeriesInput =>
  parse(
    seriesInputSchema,
    {
      name: 'Daily',
      rule: { type: 'calendar', unit: 'days', at },
      timezone: 'UTC',
      aheadDays: 3,
      post: { text, accounts: [account] },
    },
    'a test',
  );

class Death extends Error {}

/** Ports that work `calls` times; then the engine is dead. To die after a call and before the next is the same to the disk. */
function mortal(given: PlannerDeps, calls: number) {
  let left = calls;
  const watch = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name, receiver) {
        const call: unknown = Reflect.get(target, name, receiver);
        if (typeof call !== 'function') return call;
        return async (...args: unknown[]) => {
          left -= 1;
          if (left < 0) throw new Death(String(name));
          return Reflect.apply(call, target, args);
        };
      },
    });
  const needs = { ledger: watch(given.ledger), posts: watch(given.posts) };
  return { needs, died: () => left < 0 };
}

type Deed = {
  name: string;
  sleep?: number;
  paused?: boolean;
  does(planner: Planner, id: string): Promise<unknown>;
};
const deeds: Deed[] = [
  { name: 'a start after downtime', sleep: 9 * day, does: (planner) => planner.start() },
  { name: 'pausing', does: (planner, id) => planner.series.pause(id) },
  { name: 'resuming', sleep: 2 * day, paused: true, does: (planner, id) => planner.series.resume(id) },
  {
    name: 'skipping one',
    does: (planner, id) => planner.series.skip(id, Date.parse('2026-11-24T09:00:00Z'), true),
  },
  { name: 'removing', does: (planner, id) => planner.series.remove(id, 'cancel') },
];

/** What anybody can see of the plans. */
async function seen(world: Awaited<ReturnType<typeof plannerWorld>>, planner: Planner) {
  const posts = (await world.posts()).map(({ publishAt, text, status }) => `${publishAt} ${text} ${status}`);
  const list = await planner.series.list();
  const gaps = await Promise.all(list.map(async ({ id }) => (await planner.series.get(id)).gaps));
  return { posts, list: list.map(({ id: _, ...rest }) => rest), gaps };
}

/** Does the deed with ports that die after `calls` calls; null = with ports that live. Answers what the next engine shows. */
async function play(deed: Deed, calls: number | null) {
  let mortals: ReturnType<typeof mortal> | undefined;
  let armed = false;
  const world = await plannerWorld({
    needs: (given) => {
      if (!armed || calls === null) return {};
      mortals = mortal(given, calls);
      return mortals.needs;
    },
  });
  const first = world.engine();
  await first.start();
  const { id } = await first.series.add(series('Good morning', '09:00'));
  if (deed.paused) await first.series.pause(id);
  await first.stop();
  world.clock.sleep(deed.sleep ?? 0);
  const before = await seen(world, first);
  armed = true;
  const second = world.engine();
  // A start logs what fails in it and goes on; every other deed rejects.
  await deed.does(second, id).catch((error: unknown) => {
    if (!(error instanceof Death)) throw error;
  });
  await second.stop();
  armed = false;
  const third = world.engine();
  await third.start();
  const after = await seen(world, third);
  return { before, after, died: mortals?.died() ?? false };
}

describe('a kill at every step of', { timeout: 120_000 }, () => {
  test.each(deeds)('$name leaves it undone or done, and nothing between', async (deed) => {
    const done = (await play(deed, null)).after;
    let kills = 0;
    for (let calls = 0; ; calls += 1) {
      const { before, after, died } = await play(deed, calls);
      if (!died) break;
      kills += 1;
      const isUndone = JSON.stringify(after) === JSON.stringify(before) && deed.sleep === undefined;
      if (!isUndone && !(deed.paused && after.list[0]?.status === 'paused'))
        expect(after, `${deed.name}, killed at call ${calls}`).toEqual(done);
    }
    expect(kills).toBeGreaterThan(5);
  });

  test('a change of the series: the posts are the old ones or the new ones', async () => {
    for (let calls = 0; ; calls += 1) {
      const { after, died } = await play(
        {
          name: 'set',
          does: async (planner, id) => {
            const world = await plannerWorld();
            return planner.series.set(id, world.series(series('Good evening', '19:00')));
          },
        },
        calls,
      );
      const texts = new Set(after.posts.map((post) => post.slice(11)));
      expect(texts.size, `killed at call ${calls}: ${after.posts.join('; ')}`).toBe(1);
      expect(after.posts.length).toBe(3);
      if (!died) break;
    }
  });
});
