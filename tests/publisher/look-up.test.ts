import { describe, expect, test } from 'vitest';
import { lostAnswer, lostRequest, type ModelName } from '../support/fake-networks/index.ts';
import { createStage } from '../support/publishing.ts';

/** What a look at the network proves, and what it does not. */

const hour = 3_600_000;

async function open(model: ModelName) {
  const stage = await createStage({ models: [model] });
  const accounts = [...stage.networks.keys()];
  const target = async (id: string) => (await stage.publisher.get(id))?.targets[0];
  const sends = () => stage.network.requests.filter(({ route }) => route === 'post').length;
  return { stage, accounts, target, sends, faults: stage.network.faults, world: stage.network.world };
}

describe('a list that does not show everything', () => {
  test.each(['private', 'direct'] as const)(
    'a %s post of unknown outcome is not sent again where nobody knows whether the list shows it',
    async (visibility) => {
      const { stage, accounts, target, sends, faults, world } = await open('small');
      faults.next('post', lostAnswer);
      const post = await stage.add({ text: 'a', accounts, visibility });
      await stage.untilQuiet();
      expect([world.visible.length, sends()]).toEqual([1, 1]);
      expect(await target(post.id)).toMatchObject({
        status: 'unconfirmed',
        error: { message: expect.stringContaining(`whether this server lists ${visibility} posts`) },
      });
    },
  );

  test('nor after a kill in the middle of the answer', async () => {
    const { stage, accounts, target, sends, faults } = await open('small');
    const held: (() => void)[] = [];
    faults.next('post', { kind: 'held', hand: (effect) => held.push(effect) });
    const post = await stage.add({ text: 'a', accounts, visibility: 'private' });
    await stage.patientBeat();
    await stage.database.db.updateTable('attempts').set({ state: 'sending' }).execute();
    for (const effect of held) effect();
    await stage.restart();
    await stage.untilQuiet();
    expect([sends(), (await target(post.id))?.status]).toEqual([1, 'unconfirmed']);
  });

  test('public and unlisted posts are in every list: they are sent again', async () => {
    const { stage, accounts, target, sends, faults, world } = await open('small');
    for (const visibility of ['public', 'unlisted'] as const) {
      faults.next('post', lostRequest);
      const post = await stage.add({ text: visibility, accounts, visibility });
      await stage.untilQuiet();
      expect((await target(post.id))?.status).toBe('published');
    }
    expect([world.visible.length, sends()]).toEqual([2, 4]);
  });

  test('an earlier private post that the list shows proves that it shows them', async () => {
    const { stage, accounts, target, faults, world } = await open('small');
    world.model = { ...world.model, lists: ['public', 'private'] };
    await stage.add({ text: 'before', accounts, visibility: 'private' });
    await stage.untilQuiet();
    faults.next('post', lostRequest);
    const post = await stage.add({ text: 'a', accounts, visibility: 'private' });
    await stage.untilQuiet();
    expect([world.visible.length, (await target(post.id))?.status]).toEqual([2, 'published']);
  });

  test.each<ModelName>(['mastodon-4.5', 'gotosocial', 'pleroma'])(
    '%s is known to list private posts',
    async (model) => {
      const { stage, accounts, target, sends, faults } = await open(model);
      faults.next('post', lostRequest);
      const post = await stage.add({ text: 'a', accounts, visibility: 'private' });
      await stage.untilQuiet();
      expect([(await target(post.id))?.status, sends()]).toEqual(['published', 2]);
    },
  );

  test('the same words without the picture are no absence', async () => {
    const { stage, accounts, target, sends, faults, world } = await open('gotosocial');
    world.model = { ...world.model, drops: ['media'] };
    faults.next('post', lostAnswer);
    const post = await stage.add({ text: 'words', accounts, media: [{ path: stage.picture('a.png') }] });
    await stage.untilQuiet();
    expect([world.visible.length, sends()]).toEqual([1, 1]);
    expect((await target(post.id))?.status).toBe('unconfirmed');
  });

  test("another person's answer of the same words is not the lost one", async () => {
    const { stage, accounts, target, faults, world } = await open('pixelfed');
    faults.rule = (route) => (route === 'post' && world.visible.length === 1 ? lostRequest : undefined);
    const media = [{ path: stage.picture('a.png') }];
    const post = await stage.add({ text: 'a', accounts, media, thread: [{ text: 'Thanks' }] });
    await stage.patientBeat();
    const [first] = world.visible;
    if (first)
      world.visible.push({
        ...first,
        id: 'other',
        account: '7',
        text: 'Thanks',
        media: [],
        replyTo: first.id,
      });
    await stage.untilQuiet();
    expect((await target(post.id))?.status).toBe('published');
    expect(world.visible.filter(({ text, account }) => text === 'Thanks' && account !== '7')).toHaveLength(1);
  });
});

describe("the server's clock", () => {
  /** One post is there, which is the mark between old and new, and is then deleted. */
  async function withoutMark(model: ModelName) {
    const opened = await open(model);
    const { stage, accounts, world, faults } = opened;
    const media = [{ path: stage.picture('a.jpg'), url: 'https://cdn.example/a.jpg' }];
    await stage.add({ text: 'mark', accounts, media });
    await stage.untilQuiet();
    await stage.clock.advance(24 * hour);
    return {
      ...opened,
      async lose() {
        faults.next('post', lostAnswer);
        const post = await stage.add({ text: 'lost', accounts, media });
        await stage.patientBeat();
        world.visible.splice(0, 1);
        await stage.untilQuiet();
        return post;
      },
    };
  }

  test.each<[ModelName, number]>([
    ['gotosocial', -3],
    ['gotosocial', 3],
    ['small', -3],
    ['instagram', -3],
  ])('%s, %i h ahead and the mark deleted: it is found', async (model, hours) => {
    const { world, sends, target, lose } = await withoutMark(model);
    world.clockOffsetMs = hours * hour;
    const post = await lose();
    expect([world.visible.length, sends()]).toEqual([1, 2]);
    expect((await target(post.id))?.status).toBe('published');
  });

  test('a database half an hour behind its server is within the margin', async () => {
    const { world, target, lose } = await withoutMark('gotosocial');
    world.stampOffsetMs = -hour / 2;
    expect((await target((await lose()).id))?.status).toBe('published');
  });

  test.each<ModelName>(['gotosocial', 'instagram'])(
    '%s: the same words outside the window are unclear, and not absent',
    async (model) => {
      const { world, sends, target, lose } = await withoutMark(model);
      world.stampOffsetMs = -3 * hour;
      const post = await lose();
      expect([world.visible.length, sends()]).toEqual([1, 2]);
      expect((await target(post.id))?.status).toBe('unconfirmed');
    },
  );

  test('a rate limit ends by our own clock', async () => {
    const { stage, accounts, faults, world } = await open('mastodon-4.5');
    world.clockOffsetMs = -3 * hour;
    const reset = new Date(stage.clock.now() - 3 * hour + 600_000).toISOString();
    faults.next('post', {
      kind: 'answer',
      status: 429,
      body: '',
      effect: false,
      headers: { 'x-ratelimit-reset': reset },
    });
    await stage.add({ text: 'a', accounts });
    await stage.patientBeat();
    expect(await stage.nextDue()).toBe(stage.clock.now() + 600_000);
  });
});
