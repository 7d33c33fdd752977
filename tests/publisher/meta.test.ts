import { describe, expect, test } from 'vitest';
import { meaningOf, usageUntil } from '../../electron/networks/meta/errors.ts';
import { answer, heldEffect, lostAnswer, lostRequest } from '../support/fake-networks/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

const error = (code: number, subcode?: number) => ({
  error: {
    message: 'Something in Portuguese',
    code,
    ...(subcode === undefined ? {} : { error_subcode: subcode }),
  },
});
const picture = (stage: Stage, name: string) => ({
  path: stage.picture(name),
  alt: `Alt of ${name}`,
  url: `https://cdn.example/${name}`,
});
const publishes = (stage: Stage) => stage.network.requests.filter(({ route }) => route === 'post');

async function open(model: 'instagram' | 'facebook') {
  const stage = await createStage({ models: [model] });
  const add = (text: string, ...names: string[]) =>
    stage.add({ text, accounts: [model], media: names.map((name) => picture(stage, name)) });
  const target = async (id: string) => (await stage.publisher.get(id))?.targets[0];
  return { stage, add, target, world: stage.network.world, faults: stage.network.faults };
}

describe('Instagram', () => {
  test('a carousel is one post of several containers, in order', async () => {
    const { stage, add, world, target } = await open('instagram');
    const post = await add('Three', 'a.jpg', 'b.jpg', 'c.jpg');
    await stage.patientBeat();
    expect(world.visible).toHaveLength(1);
    const children = world.visible[0]?.media.map((id) => world.drafts.get(id)?.media[0]);
    expect(children).toEqual([
      'https://cdn.example/a.jpg',
      'https://cdn.example/b.jpg',
      'https://cdn.example/c.jpg',
    ]);
    expect(await target(post.id)).toMatchObject({
      status: 'published',
      url: expect.stringContaining('instagram.example/p/'),
    });
  });

  test('a picture without a public address is refused with that reason, and nothing is asked of Instagram', async () => {
    const { stage } = await open('instagram');
    const media = [{ path: stage.picture('a.jpg') }];
    await expect(stage.add({ text: 'a', accounts: ['instagram'], media })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: 'media[0]',
      message: expect.stringContaining('has no public address'),
    });
    await stage.patientBeat();
    expect(stage.network.requests).toEqual([]);
  });

  test('a container in progress is waited for and not made again', async () => {
    const { stage, add, world, target } = await open('instagram');
    world.containerState = 'IN_PROGRESS';
    const post = await add('a', 'a.jpg');
    await stage.patientBeat();
    expect(await target(post.id)).toMatchObject({ status: 'queued', notBefore: expect.any(String) });
    for (const container of world.drafts.values()) container.state = 'FINISHED';
    await stage.untilQuiet();
    expect([(await target(post.id))?.status, world.drafts.size]).toEqual(['published', 1]);
  });

  test.each(['ERROR', 'EXPIRED'] as const)(
    'a container that ends as %s before it was published is made anew, and given up after three',
    async (state) => {
      const { stage, add, world, target } = await open('instagram');
      world.containerState = state;
      const post = await add('a', 'a.jpg');
      await stage.untilQuiet();
      expect([(await target(post.id))?.status, world.drafts.size]).toEqual(['failed', 3]);
      expect(publishes(stage)).toEqual([]);
    },
  );

  test('"not ready" is waited out with the same container', async () => {
    const { stage, add, world, faults } = await open('instagram');
    faults.next('post', answer(400, error(9007, 2207027)));
    await add('a', 'a.jpg');
    await stage.untilQuiet();
    expect([world.visible.length, world.drafts.size, publishes(stage).length]).toEqual([1, 1, 2]);
  });

  test('"suspected spam" although the post is live: it is found', async () => {
    const { stage, add, world, faults, target } = await open('instagram');
    faults.next('post', answer(400, error(4, 2207051), { effect: true }));
    const post = await add('a', 'a.jpg');
    await stage.untilQuiet();
    expect([(await target(post.id))?.status, world.visible.length]).toEqual(['published', 1]);
  });

  test('"suspected spam" and no post: a person is asked, and nothing is sent again', async () => {
    const { stage, add, world, faults, target } = await open('instagram');
    faults.next('post', answer(400, error(4, 2207051)));
    const post = await add('a', 'a.jpg');
    await stage.untilQuiet(5);
    expect([(await target(post.id))?.status, world.visible.length, publishes(stage).length]).toEqual([
      'unconfirmed',
      0,
      1,
    ]);
  });

  test('a container that is published, but whose post is nowhere to be seen, is published without an address', async () => {
    const { stage, add, world, faults, target } = await open('instagram');
    faults.next('post', lostAnswer);
    world.listLagMs = 5 * 24 * 3_600_000;
    const post = await add('a', 'a.jpg');
    await stage.untilQuiet();
    expect(await target(post.id)).toMatchObject({ status: 'published', remoteId: null, url: null });
    expect(publishes(stage)).toHaveLength(1);
  });

  test('a container that breaks after it was sent is never replaced: a person is asked', async () => {
    const { stage, add, world, faults, target } = await open('instagram');
    faults.next('post', lostRequest);
    const post = await add('a', 'a.jpg');
    await stage.patientBeat();
    for (const container of world.drafts.values()) container.state = 'ERROR';
    await stage.untilQuiet(5);
    expect(await target(post.id)).toMatchObject({
      status: 'unconfirmed',
      error: { message: expect.stringContaining('ERROR') },
    });
    expect(world.drafts.size).toBe(1);
  });

  test('two posts of one caption are told apart', async () => {
    const { stage, add, world, faults, target } = await open('instagram');
    const one = await add('Same', 'a.jpg');
    await stage.patientBeat();
    faults.next('post', lostAnswer);
    const two = await add('Same', 'b.jpg');
    await stage.untilQuiet();
    const ids = [await target(one.id), await target(two.id)].map((found) => found?.remoteId);
    expect(ids).toEqual(world.visible.map(({ id }) => id));
  });

  test('the daily limit holds the post for an hour at a time, and loses nothing', async () => {
    const { stage, add, world, faults } = await open('instagram');
    faults.next('post', answer(400, error(9, 2207042)));
    await add('a', 'a.jpg');
    await stage.patientBeat();
    expect((await stage.nextDue()) ?? 0).toBeGreaterThanOrEqual(stage.clock.now() + 3_590_000);
    await stage.untilQuiet();
    expect(world.visible).toHaveLength(1);
  });
});

describe('Facebook', () => {
  test('photos go up unpublished, then one draft, then one call makes it visible', async () => {
    const { stage, add, world, target } = await open('facebook');
    const post = await add('Two photos', 'a.jpg', 'b.jpg');
    await stage.beat();
    expect(stage.network.requests.map(({ route }) => route)).toEqual([
      'upload',
      'upload',
      'draft',
      'post',
      'shown',
      'shown',
    ]);
    expect(world.visible).toMatchObject([{ text: 'Two photos', media: [...world.uploads.keys()] }]);
    expect([...world.uploads.values()].map(({ alt }) => alt)).toEqual(['Alt of a.jpg', 'Alt of b.jpg']);
    expect(await target(post.id)).toMatchObject({ status: 'published', remoteId: world.visible[0]?.id });
  });

  test('the lost answer to a draft leaves a draft that nobody sees', async () => {
    const { stage, add, world, faults } = await open('facebook');
    faults.next('draft', lostAnswer);
    await add('a');
    await stage.untilQuiet();
    expect([world.visible.length, world.drafts.size]).toEqual([1, 2]);
  });

  test('a draft that was published late is found by its own state', async () => {
    const { stage, add, world, faults, target } = await open('facebook');
    const held = heldEffect();
    faults.next('post', held.fault);
    const post = await add('a');
    await stage.beat();
    held.happen();
    await stage.untilQuiet();
    expect([(await target(post.id))?.status, world.visible.length, publishes(stage).length]).toEqual([
      'published',
      1,
      1,
    ]);
  });

  test('"duplicate status message" after an unknown outcome is a hint and no proof', async () => {
    const { stage, add, faults, target } = await open('facebook');
    faults.next('post', lostRequest, answer(400, error(506)));
    const post = await add('a');
    await stage.untilQuiet(5);
    expect((await target(post.id))?.status).toBe('unconfirmed');
    expect(publishes(stage)).toHaveLength(2);
  });

  test('a checkpoint of the account is a matter for its owner; the queue waits', async () => {
    const { stage, add, faults, target } = await open('facebook');
    faults.next('draft', answer(400, error(190, 459)));
    const post = await add('a');
    await stage.beat();
    expect([(await target(post.id))?.status, stage.told.map(({ kind }) => kind)]).toEqual([
      'queued',
      ['sign-in'],
    ]);
  });
});

test.each([
  [{ code: 190, error_subcode: 463 }, 'reauthorize'],
  [{ code: 190, error_subcode: 459 }, 'person'],
  [{ code: 200 }, 'reauthorize'],
  [{ code: 299 }, 'reauthorize'],
  [{ code: 300 }, 'unknown'],
  [{ code: 10 }, 'reauthorize'],
  [{ code: 100 }, 'edit'],
  [{ code: 100, error_subcode: 33 }, 'unknown'],
  [{ code: 100, error_subcode: 2207028 }, 'edit'],
  [{ code: 100, is_transient: true }, 'unknown'],
  [{ code: 9, error_subcode: 2207042 }, 'wait'],
  [{ code: 368 }, 'wait'],
  [{ code: 4 }, 'retry'],
  [{ code: 4, error_subcode: 2207051 }, 'suspect'],
  [{ code: -1, error_subcode: 2207001 }, 'unknown'],
  [{ code: -1, error_subcode: 2207032 }, 'again'],
  [{ code: 1 }, 'unknown'],
  [{ code: 36003, error_subcode: 2207009 }, 'edit'],
  [{ code: 506 }, 'suspect'],
  [{}, 'unknown'],
])('%j means %s', (given, meaning) => {
  expect(meaningOf({ message: '', ...given })).toBe(meaning);
});

test.each([
  ['nothing', {}, null],
  ['an app at 99 %', { 'x-app-usage': '{"call_count":99,"total_time":25}' }, null],
  ['an app at 100 %', { 'x-app-usage': '{"call_count":100}' }, 15 * 60_000],
  [
    'a Page that waits',
    { 'x-business-use-case-usage': '{"1":[{"type":"pages","estimated_time_to_regain_access":7}]}' },
    7 * 60_000,
  ],
  [
    'a wait of a year',
    { 'x-business-use-case-usage': '{"1":[{"estimated_time_to_regain_access":525600}]}' },
    24 * 3_600_000,
  ],
  ['rubbish', { 'x-app-usage': '<html>', 'x-business-use-case-usage': '[1,2]' }, null],
])('rate headers with %s', (_, headers: Record<string, string>, wait) => {
  const until = usageUntil(new Headers(headers), 1_000_000);
  expect(until === null ? null : until - 1_000_000).toBe(wait);
});
