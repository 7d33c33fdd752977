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

/** A publisher whose accounts have a slot at each full hour from now on. */
async function hourly(hours = 3) {
  const world = { start: 0 };
  const stage = await createStage({
    models: ['mastodon-4.5', 'gotosocial'],
    needs: {
      nextSlots: async (ids, taken) =>
        new Map(
          ids.map((id) => {
            const times = Array.from({ length: hours }, (_, hour) => world.start + (hour + 1) * 3_600_000);
            return [id, times.find((time) => !taken.get(id)?.has(time)) ?? 0];
          }),
        ),
    },
  });
  world.start = stage.clock.now();
  return stage;
}
const past = (stage: Stage, minutes: number) => stage.clock.now() - minutes * 60_000;

test('a post is moved into the past only with a word on what is meant', async () => {
  const stage = await hourly();
  const { publisher } = stage;
  const add = (text: string) => stage.add({ text, accounts, publishAt: at(stage, 600) });
  const { id } = await add('a');
  await expect(publisher.move(id, past(stage, 6))).rejects.toMatchObject({
    code: 'BAD_INPUT',
    details: [{ field: 'publishAt', message: expect.stringContaining('is 6 minutes in the past') }],
  });
  expect(await publisher.get(id)).toMatchObject({ status: 'queued', publishAt: at(stage, 600) });
  expect(await publisher.move(id, past(stage, 90), 'draft')).toMatchObject({ status: 'draft' });
  // Out of the drafts it would go out at once as well.
  await expect(publisher.move(id, past(stage, 90))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  const slotted = await publisher.move(id, past(stage, 90), 'move-to-slot');
  expect(slotted.targets).toMatchObject([{ status: 'queued', dueAt: at(stage, 60) }]);
  // Days ago would be missed: what is meant is now.
  expect(await publisher.move(id, past(stage, 9 * 1440), 'publish')).toMatchObject({
    status: 'queued',
    publishAt: at(stage, 0),
  });
  const now = await add('now');
  expect(await publisher.move(now.id, past(stage, 4))).toMatchObject({ publishAt: at(stage, -4) });
});

test('of many that are moved only those with a past time need the word, each with a slot of its own', async () => {
  const stage = await hourly();
  const { publisher } = stage;
  const posts = [];
  for (const minutes of [30, 40, 600])
    posts.push(await stage.add({ text: `in ${minutes}`, accounts, publishAt: at(stage, minutes) }));
  const many = { select: { ids: posts.map(({ id }) => id) }, to: { bySeconds: -3600 } };
  for (const dryRun of [true, false])
    await expect(publisher.moveAll({ ...many, dryRun })).rejects.toMatchObject({
      details: [
        { field: 'to.bySeconds', message: expect.stringContaining('puts 2 of 3 posts into the past') },
      ],
    });
  const done = await publisher.moveAll({ ...many, dryRun: false, past: 'move-to-slot' });
  expect(done.posts.map(({ dueAt }) => dueAt)).toEqual([at(stage, 60), at(stage, 120), at(stage, 540)]);
});

test('an edit is asked the same when it sets a time, and not when a late post gets other words', async () => {
  const stage = await hourly();
  const { publisher } = stage;
  const words = (text: string, more: Partial<PostDraft> = {}) => input({ text, accounts, ...more });
  const { id } = await stage.add({ text: 'a', accounts, publishAt: at(stage, 600) });
  const late = at(stage, -30);
  await expect(publisher.edit(id, words('b', { publishAt: late }))).rejects.toMatchObject({
    details: [{ field: 'publishAt', message: expect.stringContaining('is 30 minutes in the past') }],
  });
  const draft = await publisher.edit(id, words('b', { publishAt: late, past: 'draft' }));
  expect(draft).toMatchObject({ status: 'draft', text: 'b', publishAt: late });
  await publisher.edit(id, words('c', { publishAt: late, draft: true }));
  await expect(publisher.edit(id, words('d', { publishAt: late }))).rejects.toMatchObject({
    code: 'BAD_INPUT',
  });
  const both = [...accounts, 'gotosocial'];
  const slotted = await publisher.edit(
    id,
    words('d', { publishAt: late, past: 'move-to-slot', accounts: both }),
  );
  expect(slotted.targets.map(({ status, dueAt }) => [status, dueAt])).toEqual(
    both.map(() => ['queued', at(stage, 60)]),
  );
  // It came due while publishing was paused, say: other words do not make another time of it.
  const due = slotted.publishAt;
  await stage.clock.advance(90 * 60_000);
  const reworded = await publisher.edit(id, words('e', { publishAt: due, accounts: both }));
  expect(reworded.targets.map(({ dueAt }) => dueAt)).toEqual([due, due]);
  const one = await stage.add({ text: 'one', accounts, publishAt: at(stage, 10) });
  await stage.clock.advance(60 * 60_000);
  const more = { publishAt: one.publishAt, accounts: both };
  await expect(publisher.edit(one.id, words('one', more))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  const sent = await publisher.edit(one.id, words('one', { ...more, past: 'publish' }));
  expect(sent.targets.map(({ dueAt }) => dueAt)).toEqual([at(stage, 0), at(stage, 0)]);
});

test('a printed post that one of its accounts has goes to the others', async () => {
  const stage = await hourly();
  const { publisher } = stage;
  const post = (ids: string[]) => input({ text: 'a', accounts: ids, publishAt: at(stage, 60) });
  const from = { source: 'pipeline' as const, repeats: 'skip' as const };
  await publisher.add(post(accounts), from);
  const { targets } = await publisher.add(post([...accounts, 'gotosocial']), from);
  expect(targets.map(({ account }) => account)).toEqual(['gotosocial']);
  await expect(publisher.add(post([...accounts, 'gotosocial']), from)).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
  });
});
