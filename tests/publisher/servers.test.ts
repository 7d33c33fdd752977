import { describe, expect, test } from 'vitest';
import {
  answer,
  heldEffect,
  html413,
  lostAnswer,
  lostRequest,
  type ModelName,
  rateLimited,
} from '../support/fake-networks/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

/** Where servers differ (networks.md §1.7, §1.9, §2, §9). */

async function open(model: ModelName) {
  const stage = await createStage({ models: [model] });
  const accounts = [...stage.networks.keys()];
  const status = async (id: string) => (await stage.publisher.get(id))?.targets[0];
  return { stage, accounts, status, faults: stage.network.faults, world: stage.network.world };
}

const posts = (stage: Stage) => stage.network.requests.filter(({ route }) => route === 'post');
const keys = (stage: Stage) => posts(stage).map(({ asked }) => asked.headers['idempotency-key']);

describe('idempotency keys', () => {
  test('Mastodon: a repeat within the hour has the same key, so that even a hidden post is not doubled', async () => {
    const { stage, accounts, status, world, faults } = await open('mastodon-4.5');
    faults.next('post', lostAnswer);
    world.listLagMs = 10 * 60_000;
    const post = await stage.add({ text: 'a', accounts });
    await stage.untilQuiet();
    expect([world.visible.length, (await status(post.id))?.status]).toEqual([1, 'published']);
    expect(new Set(keys(stage)).size).toBe(1);
    expect(posts(stage)).toHaveLength(2);
  });

  test('Mastodon 4.6: a repeat of a finished key answers 500, and the post is found all the same', async () => {
    const { stage, accounts, status, world, faults } = await open('mastodon-4.6');
    faults.next('post', lostAnswer);
    world.listLagMs = 5 * 60_000;
    const post = await stage.add({ text: 'a', accounts });
    await stage.untilQuiet();
    expect([world.visible.length, (await status(post.id))?.status]).toEqual([1, 'published']);
  });

  test('Pixelfed: the burnt key of a failed first try is replaced, the uploads are not', async () => {
    const { stage, accounts, status, world, faults } = await open('pixelfed');
    const path = stage.picture('a.png');
    faults.next('post', answer(503, ''));
    const post = await stage.add({ text: 'a', accounts, media: [{ path }] });
    await stage.untilQuiet();
    expect([world.visible.length, (await status(post.id))?.status]).toEqual([1, 'published']);
    expect(new Set(keys(stage)).size).toBe(2);
    expect(world.uploads.size).toBe(1);
  });

  test('Pleroma: an error that is replayed for the key gives way to a new key', async () => {
    const { stage, accounts, status, world, faults } = await open('pleroma');
    const post = await stage.add({ text: 'a', accounts });
    const replayed = answer(500, { error: 'boom' }, { headers: { 'idempotent-replayed': 'true' } });
    faults.next('post', answer(500, { error: 'boom' }), replayed);
    await stage.untilQuiet();
    expect([world.visible.length, (await status(post.id))?.status]).toEqual([1, 'published']);
    const [one, two, three] = keys(stage);
    expect([one === two, two === three]).toEqual([true, false]);
  });

  test('a definite refusal is never followed by its own key', async () => {
    const { stage, accounts, faults } = await open('pleroma');
    faults.next('post', answer(422, { error: 'no' }));
    const post = await stage.add({ text: 'a', accounts });
    await stage.beat();
    await stage.publisher.retry(post.id);
    await stage.untilQuiet();
    expect(new Set(keys(stage)).size).toBe(2);
  });

  test('two posts never share a key', async () => {
    const { stage, accounts } = await open('mastodon-4.5');
    for (const text of ['a', 'b', 'c']) await stage.add({ text, accounts, thread: [{ text: `${text}2` }] });
    await stage.untilQuiet();
    expect(new Set(keys(stage)).size).toBe(6);
  });
});

describe('look-ups', () => {
  test('Pixelfed: a lost answer to a reply is looked for under its parent', async () => {
    const { stage, accounts, status, world, faults } = await open('pixelfed');
    faults.next('post', lostAnswer, lostAnswer);
    const post = await stage.add({
      text: 'a',
      accounts,
      media: [{ path: stage.picture('a.png') }],
      thread: [{ text: 'b' }],
    });
    await stage.untilQuiet();
    expect([world.visible.map(({ text }) => text), (await status(post.id))?.status]).toEqual([
      ['a', 'b'],
      'published',
    ]);
  });

  test('Mastodon: an upload that is in use keeps the post from being sent again, whatever the list says', async () => {
    const { stage, accounts, status, world, faults } = await open('mastodon-4.5');
    faults.next('post', lostAnswer);
    world.listLagMs = 2 * 3_600_000;
    const post = await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
    await stage.untilQuiet(1);
    expect(posts(stage)).toHaveLength(1);
    expect((await status(post.id))?.status).toBe('unconfirmed');
    expect((await status(post.id))?.error?.message).toContain('Its upload is in use');
  });

  test('more than a page of newer posts is read to the end before anything is sent again', async () => {
    const { stage, accounts, status, world, faults } = await open('gotosocial');
    faults.next('post', lostAnswer);
    const post = await stage.add({ text: 'mine', accounts });
    await stage.beat();
    const [mine] = world.visible;
    for (let count = 0; count < 95; count += 1)
      if (mine)
        world.visible.push({ ...mine, id: world.nextId(), text: `other ${count}`, at: stage.clock.now() });
    await stage.untilQuiet();
    expect((await status(post.id))?.remoteId).toBe(mine?.id);
    expect(posts(stage)).toHaveLength(1);
  });

  test('an older post of the same words is not taken for the lost one', async () => {
    const { stage, accounts, world, faults } = await open('mastodon-4.5');
    await stage.add({ text: 'Good morning', accounts });
    await stage.beat();
    await stage.database.db.deleteFrom('posts').execute(); // Belfry does not know it any more.
    faults.next('post', lostRequest);
    await stage.add({ text: 'Good morning', accounts });
    await stage.untilQuiet();
    expect(world.visible).toHaveLength(2);
  });

  test('a repeat of a slow first call is not sent while the server may still be at work on it', async () => {
    const { stage, accounts, world, faults } = await open('gotosocial');
    const held = heldEffect();
    faults.next('post', held.fault);
    await stage.add({ text: 'a', accounts });
    await stage.beat();
    for (const seconds of [60, 60]) {
      await stage.clock.advance(seconds * 1000);
      await stage.beat();
    }
    held.happen();
    await stage.untilQuiet();
    expect(world.visible).toHaveLength(1);
  });

  test('a look-up that the server refuses is no proof of absence', async () => {
    const { stage, accounts, status, faults } = await open('gotosocial');
    faults.next('post', lostRequest);
    const post = await stage.add({ text: 'a', accounts });
    await stage.beat();
    faults.rule = (route) => (route === 'list' ? answer(500, '<html>') : undefined);
    await stage.untilQuiet(10);
    expect([(await status(post.id))?.status, posts(stage).length]).toEqual(['sending', 1]);
    faults.rule = () => undefined;
    await stage.untilQuiet();
    expect([(await status(post.id))?.status, posts(stage).length]).toEqual(['published', 2]);
  });
});

describe('media', () => {
  test('a film that is being processed is waited for: 206, then 200', async () => {
    const { stage, accounts, status, world } = await open('mastodon-4.5');
    world.uploadState = 'processing';
    const post = await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
    const beat = stage.patientBeat();
    const upload = () => [...world.uploads.values()][0];
    while (!upload()) await new Promise((resolve) => setTimeout(resolve, 5));
    const found = upload();
    if (found) found.state = 'ready';
    await beat;
    await stage.untilQuiet();
    expect((await status(post.id))?.status).toBe('published');
    expect(world.uploads.size).toBe(1);
  });

  test('a film that is never ready does not make the post fail at once, and is not uploaded again', async () => {
    const { stage, accounts, status, world } = await open('mastodon-4.5');
    world.uploadState = 'processing';
    const post = await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
    await stage.untilQuiet(0.1);
    expect(await status(post.id)).toMatchObject({ status: 'queued', notBefore: expect.any(String) });
    expect(world.uploads.size).toBe(1);
  });

  test('a film that the server cannot process fails: 206, then 422', async () => {
    const { stage, accounts, status, world } = await open('mastodon-4.5');
    world.uploadState = 'broken';
    const post = await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
    await stage.patientBeat();
    expect(await status(post.id)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('422') },
    });
  });

  test('a proxy that finds the file too large says so in HTML: the post fails with 413', async () => {
    const { stage, accounts, status, faults } = await open('mastodon-4.5');
    faults.next('upload', html413);
    const post = await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
    await stage.beat();
    expect(await status(post.id)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('413') },
    });
  });

  test.each<ModelName>(['mastodon-4.5', 'gotosocial', 'pixelfed'])(
    '%s: uploads that the server has thrown away are made again',
    async (model) => {
      const { stage, accounts, status, world, faults } = await open(model);
      faults.next('post', rateLimited({ 'retry-after': '3600' }));
      const post = await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
      await stage.patientBeat();
      world.uploads.clear();
      await stage.untilQuiet();
      expect((await status(post.id))?.status).toBe('published');
      expect(world.visible[0]?.media).toHaveLength(1);
    },
  );

  test('old uploads are made again, but never while the outcome of a send is unknown', async () => {
    const { stage, accounts, world, faults } = await open('mastodon-4.5');
    stage.settings.lateLimitHours = 100;
    faults.next('post', rateLimited({ 'retry-after': String(23 * 3600) }), lostRequest);
    await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
    await stage.untilQuiet(80);
    expect(world.visible).toHaveLength(1);
    expect(world.uploads.size).toBe(2);
    const [, two, three] = posts(stage).map(({ asked }) => asked.fields['media_ids']);
    expect(two).toEqual(three);
  });

  test("a picture that always breaks the server is the post's own fault after five tries", async () => {
    const { stage, accounts, status, faults } = await open('mastodon-4.5');
    faults.rule = (route) => (route === 'upload' ? answer(500, '') : undefined);
    const post = await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
    await stage.untilQuiet();
    expect((await status(post.id))?.status).toBe('failed');
    expect(stage.network.requests.filter(({ route }) => route === 'upload')).toHaveLength(5);
  });
});

describe('bodies', () => {
  test.each<ModelName>(['hollo', 'gotosocial'])(
    '%s: pictures alone are posted without an empty text, as JSON with true booleans',
    async (model) => {
      const { stage, accounts, status } = await open(model);
      const post = await stage.add({
        text: '',
        accounts,
        sensitive: true,
        media: [{ path: stage.picture('a.png') }],
      });
      await stage.untilQuiet();
      expect((await status(post.id))?.status).toBe('published');
      expect(posts(stage)[0]?.asked.fields).toMatchObject({ sensitive: true, visibility: 'public' });
      expect(posts(stage)[0]?.asked.fields).not.toHaveProperty('status');
    },
  );

  test('Pixelfed: a failed validation comes as 500, and is a refusal all the same', async () => {
    const { stage, accounts, status, world, faults } = await open('pixelfed');
    faults.next(
      'post',
      answer(500, { message: 'The given data was invalid.', errors: { status: ['too long'] } }),
    );
    const post = await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
    await stage.patientBeat();
    expect((await status(post.id))?.status).toBe('failed');
    expect(world.visible).toEqual([]);
  });

  test('a server that redirects posts is a matter for a person, not a lost post', async () => {
    const { stage, accounts, status, faults } = await open('mastodon-4.5');
    faults.next('post', answer(301, '', { headers: { location: 'https://elsewhere.example/' } }));
    const post = await stage.add({ text: 'a', accounts });
    await stage.beat();
    expect((await status(post.id))?.status).toBe('queued');
    expect(stage.told).toMatchObject([{ kind: 'sign-in' }]);
  });

  test('an answer of five megabytes is not read to its end', async () => {
    const { stage, accounts, faults, world, status } = await open('mastodon-4.5');
    faults.next('post', answer(200, `{"id":"1","x":"${'x'.repeat(5 * 1024 * 1024)}"}`, { effect: true }));
    const post = await stage.add({ text: 'a', accounts });
    await stage.beat();
    expect((await status(post.id))?.status).toBe('sending');
    await stage.untilQuiet();
    expect(world.visible).toHaveLength(1);
  });
});

describe('rate limits', () => {
  test('an account whose limit is spent keeps still until the server counts anew; others go on', async () => {
    const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
    const reset = stage.clock.now() + 4 * 60_000;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': new Date(reset).toISOString() };
    const [first, second] = [...stage.networks.keys()];
    for (const text of ['a', 'b']) await stage.add({ text, accounts: [first ?? '', second ?? ''] });
    stage.network.faults.next(
      'post',
      answer(200, { id: '1', url: 'https://a.example/1' }, { effect: true, headers }),
    );
    await stage.patientBeat();
    expect(stage.network.world.visible.map(({ text }) => text)).toEqual(['a']);
    expect(stage.networks.get(second ?? '')?.world.visible.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(await stage.nextDue()).toBe(reset);
    await stage.untilQuiet();
    expect(stage.network.world.visible.map(({ text, at }) => [text, at >= reset])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });
});
