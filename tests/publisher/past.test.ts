import { expect, test } from 'vitest';
import { type PostDraft, parse, postInputSchema, toInstant } from '../../shared/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

const accounts = ['mastodon-4-5'];
const input = (post: PostDraft) => parse(postInputSchema, post, 'a test');
const at = (stage: Stage, minutes: number) => toInstant(stage.clock.now() + minutes * 60_000);

test('a time in the past is refused unless the post says what is meant; some minutes count as now', async () => {
  const stage = await createStage();
  const { publisher } = stage;
  for (const source of ['person', 'cli', 'pipeline'] as const)
    await expect(
      publisher.add(input({ text: 'a', accounts, publishAt: at(stage, -6) }), { source }),
    ).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: [{ field: 'publishAt', message: expect.stringContaining('is 6 minutes in the past') }],
    });
  expect(await publisher.list({ limit: 10 })).toEqual([]);
  await stage.add({ text: 'just now', accounts, publishAt: at(stage, -4) });
  const draft = await stage.add({ text: 'draft', accounts, publishAt: at(stage, -60), past: 'draft' });
  const once = await stage.add({
    text: 'once',
    accounts,
    publishAt: at(stage, -60 * 24 * 9),
    past: 'publish',
  });
  expect([draft, once].map(({ status, publishAt }) => [status, publishAt])).toEqual([
    ['draft', at(stage, -60)],
    ['queued', at(stage, 0)],
  ]);
  await stage.untilQuiet();
  expect(stage.network.world.visible.map(({ text }) => text)).toEqual(['just now', 'once']);
});

test('of a batch each late post takes a slot of its own, and nothing is added while one is undecided', async () => {
  const now = { clock: 0 };
  const stage = await createStage({
    needs: {
      nextSlots: async (ids, taken) =>
        new Map(
          ids.map((id) => {
            const times = [1, 2, 3].map((hour) => now.clock + hour * 3_600_000);
            return [id, times.find((time) => !taken.get(id)?.has(time)) ?? 0];
          }),
        ),
    },
  });
  now.clock = stage.clock.now();
  const late = (text: string, past?: 'move-to-slot') =>
    input({ text, accounts, publishAt: at(stage, -90), ...(past ? { past } : {}) });
  const from = { source: 'cli' as const, dryRun: false };
  const undecided = [late('a', 'move-to-slot'), late('b')];
  await expect(stage.publisher.addAll(undecided, from)).rejects.toMatchObject({
    details: [{ field: 'posts[1].publishAt' }],
  });
  const dry = await stage.publisher.addAll(undecided, { ...from, dryRun: true });
  expect(dry.posts.map(({ past }) => past)).toEqual([undefined, true]);
  expect(await stage.publisher.list({ limit: 10 })).toEqual([]);
  const { posts } = await stage.publisher.addAll(
    [late('a', 'move-to-slot'), late('b', 'move-to-slot')],
    from,
  );
  expect(posts.map(({ post }) => post.targets[0]?.dueAt)).toEqual([at(stage, 60), at(stage, 120)]);
});

test('the same content for an account near the same time is refused, unless somebody insists', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const picture = stage.picture('a.png');
  const posts = [
    input({ text: 'Morning', accounts, publishAt: at(stage, 60) }),
    input({ text: 'Morning', accounts, publishAt: at(stage, 60 * 25) }),
    input({ text: 'Look', accounts, publishAt: at(stage, 90), media: [{ path: picture }] }),
    input({ text: 'Draft', accounts: ['gotosocial'] }),
  ];
  const from = { source: 'cli' as const, dryRun: false, repeats: 'refuse' as const };
  const { posts: first } = await stage.publisher.addAll(posts, from);
  const ids = first.map(({ post }) => post.id);
  await expect(stage.publisher.addAll(posts, from)).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
    details: posts.map((_, index) => ({ field: `posts[${index}].text` })),
  });
  const dry = await stage.publisher.addAll(posts, { ...from, dryRun: true });
  expect(dry.posts.map(({ repeats }) => repeats)).toEqual([ids[0], ids[0], ids[2], ids[3]]);
  // Another picture, another account, another week: other posts.
  const others = [
    input({ text: 'Look', accounts, publishAt: at(stage, 90), media: [{ path: stage.picture('bb.png') }] }),
    input({ text: 'Morning', accounts: ['gotosocial'], publishAt: at(stage, 60) }),
    input({ text: 'Morning', accounts, publishAt: at(stage, 60 * 24 * 8) }),
    input({ text: 'Morning', accounts, publishAt: at(stage, 60), key: 'mine' }),
  ];
  for (const one of others) await stage.publisher.add(one, { source: 'person', repeats: 'refuse' });
  const twice = [posts[3], posts[3]].flatMap((post) => (post ? [{ ...post, text: 'New' }] : []));
  await expect(stage.publisher.addAll(twice, from)).rejects.toMatchObject({
    details: [{ field: 'posts[1].text', message: expect.stringContaining('repeats posts[0]') }],
  });
  const again = await stage.publisher.addAll(posts, { ...from, repeats: 'allow' });
  expect(again.posts.every(({ isNew }) => isNew)).toBe(true);
});
