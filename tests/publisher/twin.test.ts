import { describe, expect, test } from 'vitest';
import { keyFor, nextKey } from '../../electron/publisher/draft.ts';
import { type PostDraft, parse, postInputSchema, toInstant } from '../../shared/index.ts';
import { answer, lostRequest, type ModelName, models } from '../support/fake-networks/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

/** Another copy of this home publishes the same posts, before this one or at the same time. */

const hour = 3_600_000;
const names = Object.keys(models) as ModelName[];

async function open(model: ModelName) {
  const stage = await createStage({ models: [model] });
  stage.settings.spacingSeconds = 0;
  const accounts = [...stage.networks.keys()];
  const media = () => [{ path: stage.picture('a.jpg'), url: 'https://cdn.example/a.jpg' }];
  const due = (post: Partial<PostDraft> = {}) =>
    stage.add({
      text: 'Hello',
      accounts,
      media: media(),
      publishAt: toInstant(stage.clock.now() + hour),
      ...post,
    });
  const target = async (id: string) => (await stage.publisher.get(id))?.targets[0];
  const texts = () => stage.network.world.visible.map(({ text }) => text);
  return { stage, due, target, texts, world: stage.network.world, faults: stage.network.faults };
}

const sends = (stage: Stage) => stage.network.requests.filter(({ route }) => route === 'post').length;

/** Publishes what is due and takes the ledger back to how it was before: that of a copy of the home. */
async function publishElsewhere(stage: Stage, pass: () => Promise<unknown>) {
  const { db } = stage.database;
  await pass();
  await db.deleteFrom('attempts').execute();
  await db
    .updateTable('targets')
    .set({ status: 'queued', remote_id: null, url: null, error_code: null, not_before: null, tries: 0 })
    .execute();
}

describe.each(names)('%s', (model) => {
  test('what another copy published while this one was not running is adopted', async () => {
    const { stage, due, target, texts } = await open(model);
    const post = await due(models[model].api === 'mastodon' ? { thread: [{ text: 'and more' }] } : {});
    await stage.clock.advance(hour);
    await publishElsewhere(stage, () => stage.untilQuiet(1));
    const [seen] = stage.network.world.visible;
    const before = { texts: texts(), sends: sends(stage) };
    await stage.clock.advance(2 * hour);
    await stage.restart();
    await stage.untilQuiet();
    expect({ texts: texts(), sends: sends(stage) }).toEqual(before);
    expect(await target(post.id)).toMatchObject({ status: 'published', remoteId: seen?.id });
    const notes = (await stage.publisher.history(post.id)).map(({ note }) => note).join('\n');
    expect(notes).toContain('came due while this Belfry was not running');
  });

  test('what nobody published meanwhile is looked for once and sent', async () => {
    const { stage, due, target, texts } = await open(model);
    const post = await due();
    await stage.clock.advance(2 * hour);
    await stage.restart();
    await stage.untilQuiet();
    expect([texts(), (await target(post.id))?.status]).toEqual([['Hello'], 'published']);
  });
});

test('several posts of the same words are adopted one by one, and the one that is missing is sent', async () => {
  const { stage, due, texts, world } = await open('gotosocial');
  for (let count = 0; count < 3; count += 1) await due({ media: [] });
  await stage.clock.advance(hour);
  await publishElsewhere(stage, () => stage.untilQuiet(1));
  world.visible.splice(1, 1);
  await stage.clock.advance(hour);
  await stage.restart();
  await stage.untilQuiet();
  expect(texts()).toEqual(['Hello', 'Hello', 'Hello']);
  expect(sends(stage)).toBe(4);
});

test('the same words from before its time are another post', async () => {
  const { stage, due, texts } = await open('gotosocial');
  await stage.add({ text: 'Hello', accounts: ['gotosocial'] });
  await stage.patientBeat();
  await due({ media: [] });
  await stage.database.db.deleteFrom('attempts').execute();
  await stage.clock.advance(2 * hour);
  await stage.restart();
  await stage.untilQuiet();
  expect(texts()).toEqual(['Hello', 'Hello']);
});

test('a machine that slept, or was put back, looks first as well', async () => {
  const { stage, due, texts, target } = await open('gotosocial');
  const post = await due({ media: [] });
  await stage.clock.advance(hour);
  await publishElsewhere(stage, () => stage.untilQuiet(1));
  stage.clock.sleep(2 * hour);
  await stage.untilQuiet();
  expect([texts(), (await target(post.id))?.status]).toEqual([['Hello'], 'published']);
});

test('a missed post that is retried by hand is looked for, too', async () => {
  const { stage, due, texts, target } = await open('gotosocial');
  const post = await due({ media: [] });
  await stage.clock.advance(hour);
  await publishElsewhere(stage, () => stage.untilQuiet(1));
  await stage.clock.advance(72 * hour);
  await stage.restart();
  await stage.untilQuiet();
  expect((await target(post.id))?.status).toBe('missed');
  await stage.publisher.retry(post.id);
  await stage.untilQuiet();
  expect([texts(), (await target(post.id))?.status]).toEqual([['Hello'], 'published']);
});

test('a server that cannot be looked at holds the post until it can', async () => {
  const { stage, due, texts, faults } = await open('gotosocial');
  await due({ media: [] });
  await stage.clock.advance(2 * hour);
  await stage.restart();
  faults.rule = (route) => (route === 'list' ? answer(503, '') : undefined);
  await stage.patientBeat();
  expect(texts()).toEqual([]);
  faults.rule = () => undefined;
  await stage.untilQuiet();
  expect(texts()).toEqual(['Hello']);
});

describe('pictures without words', () => {
  /** A post of one picture that another copy published meanwhile, in the ledger of this one as it was before. */
  async function twin(model: ModelName, alt: string, more: Partial<PostDraft> = {}) {
    const opened = await open(model);
    const media = [{ path: opened.stage.picture('a.jpg'), url: 'https://cdn.example/a.jpg', alt }];
    const post = await opened.due({ text: '', media, ...more });
    return { ...opened, post };
  }
  const away = async (stage: Stage) => {
    await stage.clock.advance(2 * hour);
    await stage.restart();
    await stage.untilQuiet();
  };

  test.each<ModelName>(['mastodon-4.5', 'pixelfed', 'gotosocial', 'friendica'])(
    '%s: one with the same description is adopted',
    async (model) => {
      const { stage, post, target, world } = await twin(model, 'A cat on a roof');
      await stage.clock.advance(hour);
      await publishElsewhere(stage, () => stage.untilQuiet(1));
      await away(stage);
      expect(world.visible).toHaveLength(1);
      expect(await target(post.id)).toMatchObject({ status: 'published', remoteId: world.visible[0]?.id });
    },
  );

  test.each<[ModelName, string, Partial<PostDraft>]>([
    ['gotosocial', '', {}],
    ['mastodon-4.5', '', {}],
    ['facebook', 'A cat on a roof', {}],
    ['instagram', 'A cat on a roof', {}],
    ['instagram', '', { overrides: { instagram: { format: 'story' } } }],
  ])(
    '%s: where nothing tells, its owner is asked, and may say that it is not there',
    async (model, alt, more) => {
      const { stage, post, target, world } = await twin(model, alt, more);
      await stage.clock.advance(hour);
      await publishElsewhere(stage, () => stage.untilQuiet(1));
      await away(stage);
      expect(world.visible).toHaveLength(1);
      expect(await target(post.id)).toMatchObject({
        status: 'unconfirmed',
        error: { message: expect.stringContaining('came due while this Belfry was not running') },
      });
      expect(stage.told).toMatchObject([{ kind: 'unconfirmed' }]);
      await stage.publisher.settle({
        id: post.id,
        account: [...stage.networks.keys()][0] ?? '',
        published: false,
      });
      await stage.untilQuiet();
      expect([world.visible.length, (await target(post.id))?.status]).toEqual([2, 'published']);
    },
  );

  test.each<[string, object]>([
    ['another description', { media: ['other'] }],
    ['more pictures', { media: ['other', 'other'] }],
    ['words', { text: 'Look', media: ['other'] }],
  ])('a post with %s is another one, and it is sent', async (_, changed) => {
    const { stage, post, target, world } = await twin('gotosocial', 'A cat on a roof');
    await stage.add({ text: 'before', accounts: ['gotosocial'] });
    await stage.untilQuiet(0.5);
    const [before] = world.visible;
    await stage.clock.advance(hour);
    const upload = { id: 'other', type: 'image/jpeg', bytes: 1, sha256: '', alt: 'A dog', focus: null };
    world.uploads.set('other', { ...upload, at: world.now(), attachedTo: null, state: 'ready' });
    if (before) world.visible.push({ ...before, id: 'elsewhere', text: '', at: world.now(), ...changed });
    await away(stage);
    expect((await target(post.id))?.status).toBe('published');
    expect(world.visible).toHaveLength(3);
  });
});

test('instagram: a picture without a caption is known by its container, and another one is not taken for it', async () => {
  const { stage, due, target, world, faults } = await open('instagram');
  const post = await due({ text: '' });
  faults.next('post', lostRequest);
  await stage.clock.advance(hour);
  await stage.patientBeat();
  const other = {
    warning: '',
    visibility: 'public',
    language: null,
    sensitive: false,
    replyTo: null,
    key: null,
  };
  const own = { account: stage.network.account, text: '', media: ['x'] };
  world.visible.push({ id: 'other', at: world.now(), ...own, ...other });
  await stage.untilQuiet();
  const { status, remoteId } = (await target(post.id)) ?? {};
  expect([status, world.visible.length, remoteId === 'other']).toEqual(['published', 2, false]);
});

describe('keys', () => {
  test.each<ModelName>(['mastodon-4.5', 'pleroma', 'hollo'])(
    '%s: a copy that sends at the same time meets the memory of the server',
    async (model) => {
      const { stage, due, texts, target, world } = await open(model);
      const post = await due();
      await stage.clock.advance(hour);
      await publishElsewhere(stage, () => stage.patientBeat());
      await stage.untilQuiet();
      expect([texts(), sends(stage)]).toEqual([['Hello'], 2]);
      expect(await target(post.id)).toMatchObject({ status: 'published', remoteId: world.visible[0]?.id });
    },
  );

  test('pixelfed: which refuses the key, it asks rather than sends again', async () => {
    const { stage, due, texts, target } = await open('pixelfed');
    const post = await due();
    await stage.clock.advance(hour);
    await publishElsewhere(stage, () => stage.patientBeat());
    await stage.untilQuiet();
    expect([texts(), sends(stage), (await target(post.id))?.status]).toEqual([['Hello'], 2, 'unconfirmed']);
    const { message } = (await target(post.id))?.error ?? { message: '' };
    expect(message).toContain(stage.network.world.visible[0]?.id);
  });

  test('follow from post, account, part and content', () => {
    const of = { post: 'p', account: 'a', part: 0, bodyHash: 'h' };
    const keys = [
      keyFor(of),
      keyFor({ ...of, post: 'q' }),
      keyFor({ ...of, account: 'b' }),
      keyFor({ ...of, part: 1 }),
      keyFor({ ...of, bodyHash: 'i' }),
      nextKey(keyFor(of)),
      nextKey(nextKey(keyFor(of))),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyFor({ ...of })).toBe(keys[0]);
    for (const key of keys)
      expect(key).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  test('a refused try keeps its key where the server forgets it, and an edited post has another', async () => {
    const { stage, due, faults } = await open('mastodon-4.5');
    const post = await due({ media: [] });
    faults.next('post', answer(429, ''), answer(422, { error: 'no' }));
    await stage.untilQuiet();
    const better = { text: 'Better', accounts: ['mastodon-4-5'], publishAt: toInstant(stage.clock.now()) };
    await stage.publisher.edit(post.id, parse(postInputSchema, better, 'a test'));
    await stage.publisher.retry(post.id).catch(() => undefined);
    await stage.untilQuiet();
    const used = stage.network.requests
      .filter(({ route }) => route === 'post')
      .map(({ asked }) => asked.headers['idempotency-key']);
    expect(used).toHaveLength(3);
    expect(new Set(used.slice(0, 2)).size).toBe(1);
    expect(used[2]).not.toBe(used[0]);
  });

  test('a key that an older Belfry stored for what it is at stays', async () => {
    const { stage, due, faults } = await open('mastodon-4.5');
    await due({ media: [] });
    faults.next('post', answer(429, ''));
    await stage.clock.advance(hour);
    await stage.patientBeat();
    await stage.database.db.updateTable('attempts').set({ idempotency_key: 'old' }).execute();
    await stage.untilQuiet();
    expect(stage.network.world.visible[0]?.key).toBe('old');
  });

  test('a post that is not there by a word of its owner gets another key', async () => {
    const { stage, due, faults, texts } = await open('mastodon-4.5');
    const post = await due({ media: [] });
    faults.next('post', answer(500, '', { effect: true }));
    await stage.clock.advance(hour);
    await stage.patientBeat();
    await stage.database.db.updateTable('targets').set({ status: 'unconfirmed' }).execute();
    stage.network.world.visible.length = 0;
    await stage.publisher.settle({ id: post.id, account: 'mastodon-4-5', published: false });
    await stage.untilQuiet();
    expect(texts()).toEqual(['Hello']);
    expect(sends(stage)).toBe(2);
  });
});
