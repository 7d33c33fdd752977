import { expect, test } from 'vitest';
import type { TargetStatus } from '../../shared/index.ts';
import { heldEffect, lostAnswer, slowAnswer } from '../support/fake-networks/index.ts';
import { createStage } from '../support/publishing.ts';

/** Accounts do not wait for each other. */

const until = async (is: () => boolean) => {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('a server that takes its time holds up its own account only', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'], needs: { patienceMs: 20_000 } });
  const other = stage.networks.get('gotosocial');
  stage.network.faults.next('post', slowAnswer(400));
  const slow = await stage.add({ text: 'slow', accounts: ['mastodon-4-5'] });
  await stage.add({ text: 'quick', accounts: ['gotosocial'] });
  const beat = stage.beat();
  await until(() => stage.network.world.visible.length === 1 && other?.world.visible.length === 1);
  await stage.clock.advance(20_000);
  expect(await beat).toEqual({
    ok: true,
    summary: expect.stringContaining('1 account still at work'),
  });
  await stage.add({ text: 'next', accounts: ['gotosocial'] });
  await stage.add({ text: 'behind', accounts: ['mastodon-4-5'] });
  const again = stage.beat();
  await until(() => other?.world.visible.length === 2);
  await again;
  expect((await stage.publisher.get(slow.id))?.status).toBe('sending');
  expect(stage.network.world.visible.map(({ text }) => text)).toEqual(['slow']);
  // The sender that was left alone goes on by itself, and takes what came meanwhile along.
  await until(() => stage.network.world.visible.length === 2);
  await stage.publisher.stop();
  expect((await stage.publisher.get(slow.id))?.status).toBe('published');
});

test('an outcome that is unknown holds up its own account only', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const held = heldEffect();
  stage.network.faults.next('post', held.fault);
  await stage.add({ text: 'a', accounts: ['mastodon-4-5', 'gotosocial'] });
  await stage.add({ text: 'b', accounts: ['mastodon-4-5', 'gotosocial'] });
  await stage.patientBeat();
  expect(stage.network.world.visible).toEqual([]);
  expect(stage.networks.get('gotosocial')?.world.visible.map(({ text }) => text)).toEqual(['a', 'b']);
});

test('an account whose ledger breaks does not keep others from sending', async () => {
  const stage = await createStage({
    models: ['mastodon-4.5', 'gotosocial'],
    needs: {
      token: async (id) => {
        if (id === 'mastodon-4-5') throw new Error('a mistake of ours');
        return 'fake-token';
      },
    },
  });
  await stage.add({ text: 'a', accounts: ['mastodon-4-5', 'gotosocial'] });
  await expect(stage.beat()).rejects.toThrow('a mistake of ours');
  expect(stage.networks.get('gotosocial')?.world.visible).toHaveLength(1);
});

test('forty accounts publish in one pass', async () => {
  const real = await createStage();
  const stage = await createStage({
    needs: {
      account: (id) => ({
        id,
        network: 'mastodon',
        server: real.network.address,
        remoteId: real.network.account,
        handle: `@${id}`,
      }),
    },
  });
  const accounts = Array.from({ length: 40 }, (_, index) => `account-${index}`);
  for (const id of accounts) stage.networks.set(id, real.network);
  const post = await stage.add({ text: 'to all', accounts });
  await stage.patientBeat();
  expect((await stage.publisher.get(post.id))?.status).toBe('published');
  expect(real.network.world.visible).toHaveLength(40);
});

test('a wait that a wrong clock made is not waited out', async () => {
  const stage = await createStage();
  const now = stage.clock.now();
  const post = await stage.add({ text: 'a', accounts: ['mastodon-4-5'] });
  await stage.database.db
    .updateTable('targets')
    .set({ not_before: now + 400 * 24 * 3_600_000 })
    .execute();
  expect(await stage.nextDue()).toBe(now);
  expect(await stage.nextDue(now)).toBeNull();
  await stage.beat();
  expect((await stage.publisher.get(post.id))?.status).toBe('published');
});

test('a clock that is set back an hour after a lost answer does not lead to a second post', async () => {
  const stage = await createStage();
  stage.network.faults.next('post', lostAnswer);
  const post = await stage.add({ text: 'a', accounts: ['mastodon-4-5'] });
  await stage.beat();
  stage.clock.set(stage.clock.now() - 3_600_000);
  for (let count = 0; count < 150; count += 1) {
    await stage.patientBeat();
    await stage.clock.advance(60_000);
  }
  expect([(await stage.publisher.get(post.id))?.status, stage.network.world.visible.length]).toEqual([
    'published',
    1,
  ]);
});

test('a sender that throws while another takes longer than the pass waits is logged, and fails the pass', async () => {
  const logged: unknown[] = [];
  const slow = Promise.withResolvers<string>();
  const stage = await createStage({
    models: ['mastodon-4.5', 'gotosocial'],
    needs: {
      patienceMs: 20_000,
      log: (level, message, facts) => void logged.push([level, message, facts]),
      token: async (id) => {
        if (id === 'gotosocial') return slow.promise;
        throw new Error('a bug');
      },
    },
  });
  await stage.add({ text: 'a', accounts: ['mastodon-4-5', 'gotosocial'] });
  await expect(stage.patientBeat()).rejects.toThrow('a bug');
  expect(logged).toEqual([['error', 'Publishing broke off', { error: 'Error: a bug' }]]);
  slow.resolve('fake-token');
});

test('a post whose targets are in two statuses is counted once', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const both = ['mastodon-4-5', 'gotosocial'];
  const { id } = await stage.add({ text: 'needs you twice', accounts: both });
  const other = await stage.add({ text: 'on its way', accounts: both });
  const to = (post: string, account: string, status: TargetStatus) =>
    stage.ledger.record(
      [{ post, account, from: 'queued', target: { status }, note: null }],
      stage.clock.now(),
    );
  await to(id, 'mastodon-4-5', 'failed');
  await to(id, 'gotosocial', 'missed');
  await to(other.id, 'gotosocial', 'sending');
  expect(await stage.publisher.counts()).toEqual({ queued: 1, needYou: 1 });
});
