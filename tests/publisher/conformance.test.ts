import { describe, expect, test } from 'vitest';
import type { PostDraft } from '../../shared/index.ts';
import {
  answer,
  type Fault,
  heldEffect,
  html502,
  lostAnswer,
  lostRequest,
  type ModelName,
  models,
  rateLimited,
} from '../support/fake-networks/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

/** What every adapter has to do, against every kind of server: one suite, no exceptions. */
const names = Object.keys(models) as ModelName[];

/** Networks that Meta runs: no threads, warnings, visibility or language, and errors of their own form. */
const isMeta = (model: ModelName) => models[model].api !== 'mastodon';
/** Meta's networks have nothing that such a test could be about. */
const testOfMastodons = (model: ModelName): typeof test | (() => void) => (isMeta(model) ? () => {} : test);
const refusal = (model: ModelName, text: string) =>
  isMeta(model)
    ? answer(400, { error: { message: text, code: 36000, error_subcode: 2207004 } })
    : answer(422, { error: text });
const deadToken = (model: ModelName) =>
  isMeta(model)
    ? answer(400, { error: { message: 'expired', code: 190, error_subcode: 463 } })
    : answer(401, { error: 'revoked' });

const limited = (model: ModelName, now: number, minutes: number) => {
  const use = {
    type: 'pages',
    call_count: 100,
    total_time: 5,
    total_cputime: 5,
    estimated_time_to_regain_access: minutes,
  };
  return isMeta(model)
    ? answer(
        400,
        { error: { message: 'limit', code: 32 } },
        { headers: { 'x-business-use-case-usage': JSON.stringify({ 1001: [use] }) } },
      )
    : rateLimited({ 'x-ratelimit-reset': new Date(now + minutes * 60_000).toISOString() });
};

/** A stage with one account, and a post that its network takes. */
async function open(model: ModelName) {
  const stage = await createStage({ models: [model] });
  const account = [...stage.networks.keys()][0] ?? '';
  let count = 0;
  const add = (post: Partial<PostDraft> = {}) => {
    count += 1;
    const media = models[model].textOnly ? [] : [picture(stage, `${count}.jpg`)];
    return stage.add({ text: `Hello ${count}`, accounts: [account], media, ...post });
  };
  const status = async (id: string) => (await stage.publisher.get(id))?.targets[0]?.status;
  return { ...stage, stage, account, add, status };
}

/** A picture that stands at a public address, too. */
function picture(stage: Stage, name: string, alt = '') {
  return { path: stage.picture(name), alt, url: `https://cdn.example/${name}` };
}

/** Each visible text with how often it is there. */
function texts({ network }: Pick<Stage, 'network'>): string[] {
  return network.world.visible.map(({ text }) => text);
}

describe.each(names)('%s', (model) => {
  test('a post goes out once, with the address that the server gave', async () => {
    const { stage, add } = await open(model);
    const post = await add({ text: 'Good morning\n\nwith https://example.org/a/very/long/address & more' });
    await stage.patientBeat();
    const [seen] = stage.network.world.visible;
    expect(stage.network.world.visible).toHaveLength(1);
    expect((await stage.publisher.get(post.id))?.targets).toMatchObject([
      { status: 'published', remoteId: seen?.id, url: expect.stringContaining(seen?.id ?? '?'), error: null },
    ]);
  });

  testOfMastodons(model)(
    'words, warning, visibility, language and pictures arrive as they were given',
    async () => {
      const { stage, add, account } = await open(model);
      await add({
        text: 'General',
        contentWarning: 'Spiders',
        visibility: 'unlisted',
        language: 'de',
        overrides: { [account]: { text: 'Für dich' } },
        media: [
          { path: stage.picture('one.png'), alt: 'First', focus: [0.5, -0.25] },
          { path: stage.picture('two.png'), alt: 'Second' },
        ],
      });
      await stage.patientBeat();
      const [seen] = stage.network.world.visible;
      expect(seen).toMatchObject({
        text: 'Für dich',
        warning: 'Spiders',
        visibility: 'unlisted',
        language: 'de',
        sensitive: true,
      });
      const uploads = seen?.media.map((id) => stage.network.world.uploads.get(id));
      expect(uploads).toMatchObject([
        { alt: 'First', focus: '0.5,-0.25', type: 'image/png', bytes: expect.any(Number) },
        { alt: 'Second', focus: null, type: 'image/png' },
      ]);
    },
  );

  testOfMastodons(model)('a thread is a chain of answers, in order', async () => {
    const { stage, add, status } = await open(model);
    const post = await add({ thread: [{ text: 'Second part' }, { text: 'Third part' }] });
    await stage.patientBeat();
    const [one, two, three] = stage.network.world.visible;
    expect(texts(stage)).toEqual(['Hello 1', 'Second part', 'Third part']);
    expect([two?.replyTo, three?.replyTo]).toEqual([one?.id, two?.id]);
    expect(await status(post.id)).toBe('published');
  });

  const unknowns: [string, Fault, 'visible' | 'invisible'][] = [
    ['the answer is lost after the effect', lostAnswer, 'visible'],
    ['the request is lost', lostRequest, 'invisible'],
    ['a proxy answers 502 after the effect', html502(true), 'visible'],
    ['a proxy answers 502 before it', html502(false), 'invisible'],
    ['the server answers 500 after the effect', answer(500, { error: 'boom' }, { effect: true }), 'visible'],
    ['the server answers 408 after the effect', answer(408, '', { effect: true }), 'visible'],
    ['the server answers 503 without effect', answer(503, ''), 'invisible'],
    ['the answer is 200 without the post', answer(200, {}, { effect: true }), 'visible'],
    ['the answer is cut off', answer(200, '{"id":"1', { effect: true }), 'visible'],
    ['the answer is 200 with an empty list and nothing was posted', answer(200, []), 'invisible'],
  ];
  test.each(unknowns)('%s: it is looked up, and is there once', async (_, fault, effect) => {
    const { stage, add, status } = await open(model);
    stage.network.faults.next('post', fault);
    const post = await add();
    await stage.patientBeat();
    expect(await status(post.id)).toBe('sending');
    await stage.untilQuiet();
    expect(texts(stage)).toEqual(['Hello 1']);
    expect((await stage.publisher.get(post.id))?.targets).toMatchObject([
      { status: 'published', remoteId: stage.network.world.visible[0]?.id },
    ]);
    expect(sends(stage)).toBe(effect === 'visible' ? 1 : 2);
  });

  test('nothing is sent again before the settle time is over and two looks found nothing', async () => {
    const { stage, add } = await open(model);
    stage.network.faults.next('post', lostRequest);
    await add();
    await stage.untilQuiet();
    const [sent = 0, again = 0] = stage.network.requests
      .filter(({ route }) => route === 'post')
      .map(({ at }) => at);
    expect(again - sent).toBeGreaterThanOrEqual(120_000);
    const looks = stage.network.requests.filter(
      ({ route, at }) => route === 'list' && at >= sent && at <= again,
    );
    expect(looks.length).toBeGreaterThanOrEqual(2);
  });

  test('a server that is still at work after the answer was lost is waited for', async () => {
    const { stage, add, status } = await open(model);
    const held = heldEffect();
    stage.network.faults.next('post', held.fault);
    const post = await add();
    await stage.patientBeat();
    await stage.clock.advance(61_000);
    await stage.patientBeat();
    expect(await status(post.id)).toBe('sending');
    held.happen();
    await stage.untilQuiet();
    expect(texts(stage)).toEqual(['Hello 1']);
    expect(await status(post.id)).toBe('published');
  });

  test('a list that lags does not lead to a second post', async () => {
    const { stage, add, status } = await open(model);
    stage.network.world.listLagMs = 90_000;
    stage.network.faults.next('post', lostAnswer);
    const post = await add();
    await stage.untilQuiet();
    expect(texts(stage)).toEqual(['Hello 1']);
    expect(await status(post.id)).toBe('published');
  });

  test('two posts of the same text both go out, once each, also when answers are lost', async () => {
    const { stage, add, status } = await open(model);
    stage.network.faults.next('post', lostAnswer, lostRequest, lostAnswer);
    const media = () => (models[model].textOnly ? [] : [picture(stage, 'same.jpg')]);
    const one = await add({ text: 'Same', media: media() });
    const two = await add({ text: 'Same', media: media() });
    await stage.untilQuiet();
    expect(texts(stage)).toEqual(['Same', 'Same']);
    const ids = await Promise.all(
      [one, two].map(async ({ id }) => (await stage.publisher.get(id))?.targets[0]?.remoteId),
    );
    expect(ids).toEqual(stage.network.world.visible.map(({ id }) => id));
    expect([await status(one.id), await status(two.id)]).toEqual(['published', 'published']);
  });

  testOfMastodons(model)(
    'a lost answer in the middle of a thread neither doubles nor breaks it',
    async () => {
      const { stage, add, status } = await open(model);
      stage.network.faults.next('post', lostAnswer, lostAnswer, lostRequest);
      const post = await add({ thread: [{ text: 'Second part' }, { text: 'Third part' }] });
      await stage.untilQuiet();
      expect(texts(stage)).toEqual(['Hello 1', 'Second part', 'Third part']);
      expect(await status(post.id)).toBe('published');
    },
  );

  test('order is kept while the first of an account is unknown', async () => {
    const { stage, add } = await open(model);
    stage.network.faults.next('post', lostRequest);
    await add();
    await add();
    await stage.patientBeat();
    expect(texts(stage)).toEqual([]);
    await stage.untilQuiet();
    expect(texts(stage)).toEqual(['Hello 1', 'Hello 2']);
  });

  test('a refused post fails with the words of the server, and the next one goes out', async () => {
    const { stage, add, status } = await open(model);
    stage.network.faults.next('post', refusal(model, 'Überprüfung fehlgeschlagen'));
    const [bad, good] = [await add(), await add()];
    await stage.patientBeat();
    expect((await stage.publisher.get(bad.id))?.targets[0]).toMatchObject({
      status: 'failed',
      error: { code: 'NETWORK_REFUSED', message: expect.stringContaining('Überprüfung fehlgeschlagen') },
    });
    expect(await status(good.id)).toBe('published');
    expect(stage.told).toMatchObject([{ kind: 'failed' }]);
  });

  test('a failed post that is retried goes out once', async () => {
    const { stage, add, status } = await open(model);
    stage.network.faults.next('post', refusal(model, 'no'));
    const post = await add();
    await stage.patientBeat();
    await stage.publisher.retry(post.id);
    await stage.untilQuiet();
    expect([texts(stage), await status(post.id)]).toEqual([['Hello 1'], 'published']);
  });

  test('a dead token pauses the account once and keeps its queue', async () => {
    const { stage, add, status, account } = await open(model);
    stage.network.faults.next('post', deadToken(model));
    const [one, two] = [await add(), await add()];
    await stage.untilQuiet(1);
    expect([await status(one.id), await status(two.id), texts(stage)]).toEqual(['queued', 'queued', []]);
    expect(stage.told).toMatchObject([{ kind: 'sign-in', account }]);
    stage.statuses.set(account, 'ready');
    await stage.patientBeat();
    expect(texts(stage)).toEqual(['Hello 1', 'Hello 2']);
  });

  test('a token that dies while an outcome is unknown does not make the post go out twice', async () => {
    const { stage, add, account, status } = await open(model);
    const token = stage.network.world.tokens;
    stage.network.faults.next('post', lostAnswer);
    const post = await add();
    await stage.patientBeat();
    const kept = [...token];
    token.clear();
    await stage.untilQuiet(1);
    expect(await status(post.id)).toBe('sending');
    for (const [key, value] of kept) token.set(key, value);
    stage.statuses.set(account, 'ready');
    await stage.untilQuiet();
    expect([texts(stage), await status(post.id)]).toEqual([['Hello 1'], 'published']);
  });

  test('a rate limit is waited out', async () => {
    const { stage, add } = await open(model);
    const until = stage.clock.now() + 17 * 60_000;
    stage.network.faults.next('post', limited(model, stage.clock.now(), 17));
    await add();
    await stage.patientBeat();
    expect(await stage.nextDue()).toBe(until);
    await stage.clock.advance(16 * 60_000);
    await stage.patientBeat();
    expect(sends(stage)).toBe(1);
    await stage.untilQuiet();
    expect(texts(stage)).toEqual(['Hello 1']);
  });

  test('an unreadable rate limit does not silence the account', async () => {
    const { stage, add } = await open(model);
    stage.network.faults.next(
      'post',
      rateLimited({ 'retry-after': 'tomorrow, perhaps', 'x-ratelimit-reset': '275761-01-01' }),
    );
    await add();
    expect(await stage.untilQuiet()).toBeLessThan(60);
    expect(texts(stage)).toEqual(['Hello 1']);
  });

  test('an engine that starts and finds a post in sending looks first', async () => {
    const { stage, add, status } = await open(model);
    const held = heldEffect();
    stage.network.faults.next('post', held.fault);
    const post = await add();
    await stage.patientBeat();
    await markSending(stage, post.id);
    held.happen();
    await stage.restart();
    expect((await stage.publisher.get(post.id))?.targets).toMatchObject([
      { status: 'sending', notBefore: new Date(stage.clock.now() + 60_000).toISOString() },
    ]);
    await stage.untilQuiet();
    expect([texts(stage), await status(post.id), sends(stage)]).toEqual([['Hello 1'], 'published', 1]);
  });

  test('a cancelled post does not go out', async () => {
    const { stage, add } = await open(model);
    const post = await add();
    await stage.publisher.cancel(post.id);
    await stage.untilQuiet();
    expect(texts(stage)).toEqual([]);
  });
});

function sends(stage: Stage): number {
  return stage.network.requests.filter(({ route }) => route === 'post').length;
}

/** As if the engine had been killed during the visible call: the answer was never stored. */
async function markSending(stage: Stage, post: string): Promise<void> {
  await stage.database.db
    .updateTable('attempts')
    .set({ state: 'sending' })
    .where('post_id', '=', post)
    .execute();
}
