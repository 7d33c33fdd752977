import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../electron/store/database.ts';
import { createPostLedger } from '../../electron/store/index.ts';
import { parse, postInputSchema } from '../../shared/index.ts';
import {
  answer,
  lostAnswer,
  type ModelName,
  noRates,
  slowAnswer,
  startFakeNetwork,
} from '../support/fake-networks/index.ts';
import type { Model } from '../support/fake-networks/models.ts';
import { bundlePublisher, seedPosts, startPublisher } from '../support/publish-process.ts';
import { createStage } from '../support/publishing.ts';

/** What is out is compared with what was meant also when that has to wait: for the network, or for the next start. */

const minute = 60_000;
const meta: ModelName[] = ['facebook', 'instagram'];

async function open(model: ModelName, drops: Model['drops'] = ['alt']) {
  const stage = await createStage({ models: [model] });
  const { world, faults } = stage.network;
  world.model = { ...world.model, drops };
  const add = (text: string) =>
    stage.add({
      text,
      accounts: [model],
      media: [{ path: stage.picture(`${text}.jpg`), alt: 'A tower', url: `https://cdn.example/${text}.jpg` }],
    });
  const target = async (id: string) => (await stage.publisher.get(id))?.targets[0];
  const lastNote = async (id: string) => (await stage.publisher.history(id)).at(-1)?.note;
  const asks = () => stage.network.requests.filter(({ route }) => route === 'shown').length;
  return { stage, world, faults, add, target, lastNote, asks };
}

/** Nothing shows what is out until the test says so. */
function hideAll(faults: Awaited<ReturnType<typeof open>>['faults'], fault = answer(500, '<html>')) {
  faults.rule = (route) => (route === 'shown' ? fault : undefined);
  return () => {
    faults.rule = () => undefined;
  };
}

describe('a network that does not show what is out', () => {
  test.each([
    ['no answer', lostAnswer],
    ['a page of a proxy', answer(502, '<html>')],
    ['a token that may not read', answer(400, { error: { code: 190 } })],
    ['something else', answer(200, [])],
  ])('%s: it is asked again, and the post is compared then', async (_, fault) => {
    for (const model of meta) {
      const { stage, add, target, lastNote, faults } = await open(model);
      faults.next('shown', fault);
      const post = await add('a');
      await stage.patientBeat();
      expect(await target(post.id)).toMatchObject({ status: 'published', error: null, differs: [] });
      expect(await lastNote(post.id)).toBe('Published');
      expect(await stage.nextDue()).toBe(stage.clock.now() + minute);
      await stage.untilQuiet();
      expect(await target(post.id)).toMatchObject({ differs: ['alt text missing'], notCompared: null });
      expect(stage.told).toEqual([]);
    }
  });

  test.each(meta)(
    '%s: after five tries it is given up, with the reason in history and status',
    async (model) => {
      const { stage, add, target, lastNote, faults, asks } = await open(model);
      hideAll(faults);
      const post = await add('a');
      await stage.untilQuiet();
      expect(await target(post.id)).toMatchObject({
        status: 'published',
        error: null,
        differs: [],
        notCompared: 'The network answered 500',
      });
      expect(await lastNote(post.id)).toBe(
        'Could not be compared with what the network shows: The network answered 500',
      );
      expect([asks(), await stage.nextDue()]).toEqual([5, null]);
    },
  );

  test('a network that asks for a rest is not asked before its end', async () => {
    const { stage, add, target, faults, asks } = await open('facebook');
    const busy = { 'x-business-use-case-usage': '{"1":[{"estimated_time_to_regain_access":30}]}' };
    faults.next('shown', answer(400, { error: { code: 80_001 } }, { headers: busy }));
    const post = await add('a');
    await stage.patientBeat();
    expect(await stage.nextDue()).toBe(stage.clock.now() + 30 * minute);
    await stage.untilQuiet();
    expect([(await target(post.id))?.differs, asks()]).toEqual([['alt text missing'], 5]);
  });

  test('a comparison holds up no post that is due', async () => {
    const { stage, world, add, faults } = await open('facebook');
    const first = await add('first');
    faults.next('shown', slowAnswer(500));
    const beat = stage.beat();
    await expect.poll(async () => stage.network.requests.at(-1)?.route).toBe('shown');
    await add('second');
    void stage.beat();
    await expect.poll(() => world.visible.map(({ text }) => text)).toEqual(['first', 'second']);
    expect((await stage.publisher.get(first.id))?.targets[0]?.differs).toEqual([]);
    await stage.untilQuiet();
    await beat;
    expect((await stage.publisher.get(first.id))?.targets[0]?.differs).toEqual(['alt text missing']);
  });
});

describe('a start with comparisons left from before', () => {
  /** A post that went out, and an engine that ended before it was compared. */
  async function left(model: ModelName, drops?: Model['drops']) {
    const all = await open(model, drops);
    const show = hideAll(all.faults);
    const post = await all.add('a');
    await all.stage.patientBeat();
    show();
    return { ...all, post };
  }

  test.each(meta)('%s: they are made', async (model) => {
    const { stage, post, target, lastNote } = await left(model);
    await stage.restart();
    await stage.untilQuiet();
    expect(await target(post.id)).toMatchObject({ differs: ['alt text missing'], notCompared: null });
    expect(await lastNote(post.id)).toBe('What the network shows differs: alt text missing');
  });

  test('while the network is down they wait, and count no try; it is compared when it is back', async () => {
    const { stage, post, target } = await left('facebook');
    const { network } = stage;
    const port = Number(new URL(network.address).port);
    await network.close();
    await stage.restart();
    for (let hour = 0; hour < 24; hour += 1) {
      await stage.patientBeat();
      await stage.clock.advance(60 * minute);
    }
    expect(await target(post.id)).toMatchObject({ differs: [], notCompared: null });
    const back = await startFakeNetwork('facebook', { port, now: () => stage.clock.now() });
    onTestFinished(() => back.close());
    Object.assign(back.world, { model: network.world.model, visible: network.world.visible });
    for (const [id, upload] of network.world.uploads) back.world.uploads.set(id, upload);
    await stage.untilQuiet();
    expect(await target(post.id)).toMatchObject({ differs: ['alt text missing'] });
  });

  test('a network that stays down for days is given up, with the reason', async () => {
    const { stage, post, target } = await left('facebook');
    await stage.network.close();
    await stage.restart();
    await stage.untilQuiet(200);
    expect((await target(post.id))?.notCompared).toMatch(/^The network could not be reached/);
    expect(await stage.nextDue()).toBeNull();
  });

  test.each(meta)(
    '%s: a post that was deleted there meanwhile is given up, with the reason',
    async (model) => {
      const { stage, world, post, target } = await left(model);
      world.visible.length = 0;
      await stage.restart();
      await stage.untilQuiet();
      expect(await target(post.id)).toMatchObject({
        status: 'published',
        differs: [],
        notCompared: expect.stringContaining('100/33'),
      });
    },
  );

  test('an account that was removed meanwhile ends them, with the reason', async () => {
    const { stage, post, target, lastNote, asks } = await left('facebook');
    const before = asks();
    stage.networks.delete('facebook');
    await stage.restart();
    await stage.untilQuiet();
    expect((await target(post.id))?.notCompared).toBe('The account was removed');
    expect(await lastNote(post.id)).toBe(
      'Could not be compared with what the network shows: The account was removed',
    );
    expect([asks(), await stage.nextDue()]).toEqual([before, null]);
  });

  test('an account that waits for a sign-in is not asked; it is compared once that is done', async () => {
    const { stage, post, target, asks } = await left('facebook');
    const before = asks();
    stage.statuses.set('facebook', 'sign-in-needed');
    await stage.restart();
    await stage.untilQuiet();
    expect([asks(), await stage.nextDue()]).toEqual([before, null]);
    stage.statuses.set('facebook', 'ready');
    await stage.untilQuiet();
    expect((await target(post.id))?.differs).toEqual(['alt text missing']);
  });

  test('a post that was edited meanwhile is not compared with words that never went out', async () => {
    const stage = await createStage({ models: ['facebook', 'mastodon-4.5'] });
    const { faults } = stage.network;
    const show = hideAll(faults);
    stage.statuses.set('mastodon-4-5', 'sign-in-needed');
    const post = await stage.add({ text: 'Before', accounts: ['facebook', 'mastodon-4-5'] });
    await stage.patientBeat();
    show();
    const edited = { text: 'After', accounts: ['facebook', 'mastodon-4-5'], publishAt: post.publishAt };
    await stage.publisher.edit(post.id, parse(postInputSchema, edited, 'a test'));
    await stage.clock.advance(minute);
    await stage.patientBeat();
    const target = (await stage.publisher.get(post.id))?.targets[0];
    expect([target?.differs, target?.notCompared]).toEqual([[], 'The post was edited since']);
  });
});

test.each(meta)(
  '%s: killed between "published" and the comparison, the next process compares',
  async (model) => {
    const bundle = await bundlePublisher();
    onTestFinished(() => bundle.remove());
    const network = await startFakeNetwork(model, { rates: noRates });
    onTestFinished(() => network.close());
    network.world.model = { ...network.world.model, drops: ['text', 'comment'] };
    const home = mkdtempSync(join(tmpdir(), 'belfry-test-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    await seedPosts(home, [{ text: 'Hello', account: 'fake', picture: true, comment: 'See also' }]);
    const account = {
      id: 'fake',
      network: model === 'facebook' ? ('facebook' as const) : ('instagram' as const),
      server: network.address,
      remoteId: network.account,
      token: network.token,
    };
    const task = { home, settleSeconds: 0.05, requestTimeoutMs: 5000, accounts: [account], trace: null };
    const died = await startPublisher(bundle.file, { ...task, killAt: 'before storing compared' }).ended;
    expect(died.signal).toBe('SIGKILL');
    expect(await stored(home)).toEqual({ differs: [], owed: 2 });
    const calls = () => network.requests.filter(({ route }) => route === 'post').length;
    const sent = calls();
    expect(await startPublisher(bundle.file, { ...task, killAt: null }).ended).toEqual({
      code: 0,
      signal: null,
    });
    expect(await stored(home)).toEqual({ differs: ['text missing', 'first comment: text missing'], owed: 0 });
    expect(calls()).toBe(sent);
  },
  120_000,
);

async function stored(home: string) {
  const { db, close } = openDatabase(join(home, 'belfry.db'));
  const [record] = await createPostLedger(db, 0).list({ limit: 1 });
  const owed = await db.selectFrom('attempts').select('part').where('compare_at', 'is not', null).execute();
  await close();
  return { differs: record?.targets[0]?.differs, owed: owed.length };
}
