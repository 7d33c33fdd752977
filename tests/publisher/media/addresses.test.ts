import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFakeBucket } from '../../support/fake-bucket.ts';
import { realPicture } from '../../support/pictures.ts';
import type { Stage } from '../../support/publishing.ts';
import { bucketOf, containers, instagram, target } from './instagram.ts';

describe('the address that a post gives', () => {
  const give = async (change?: (stage: Stage) => void) => {
    const { stage, add, world } = await instagram();
    const post = await add({ media: [{ path: stage.picture('a.jpg'), url: 'https://cdn.example/a.jpg' }] });
    change?.(stage);
    await stage.untilQuiet();
    return { stage, world, found: await target(stage, post.id) };
  };

  test('is asked for before Instagram is', async () => {
    const { stage, found } = await give();
    expect([found?.status, stage.cdn.asked]).toEqual(['published', ['HEAD /a.jpg']]);
  });

  test.each<[string, (stage: Stage) => void, RegExp]>([
    [
      'gives a page',
      (stage) => stage.cdn.answers.set('a.jpg', { type: 'text/html; charset=utf-8' }),
      /gives text\/html instead of image\/jpeg/,
    ],
    [
      'gives another file',
      (stage) => writeFileSync(join(stage.home, 'a.jpg'), 'other'),
      /gives a file of 5 bytes, and the one here has/,
    ],
    [
      'is missing, every time',
      (stage) => stage.cdn.answers.set('a.jpg', { status: 404 }),
      /answers 404, and has to show the file to everybody/,
    ],
    ['is for members only', (stage) => stage.cdn.answers.set('a.jpg', { status: 401 }), /answers 401/],
  ])('%s: the post fails, and nothing is made on Instagram', async (_, change, words) => {
    const { found, world } = await give(change);
    expect(found).toMatchObject({ status: 'failed', error: { message: expect.stringMatching(words) } });
    expect(world.drafts.size).toBe(0);
  });

  test('that is out of order for a while is tried again', async () => {
    const { stage, add } = await instagram();
    const post = await add({ media: [{ path: stage.picture('a.jpg'), url: 'https://cdn.example/a.jpg' }] });
    stage.cdn.answers.set('a.jpg', { status: 503 });
    await stage.patientBeat();
    expect((await target(stage, post.id))?.status).toBe('queued');
    stage.cdn.answers.delete('a.jpg');
    await stage.untilQuiet();
    expect((await target(stage, post.id))?.status).toBe('published');
  });

  test('may lead on to where the file is', async () => {
    const { stage, found } = await give(({ cdn, picture }) => {
      picture('b.jpg');
      cdn.answers.set('a.jpg', { to: '/b.jpg' });
    });
    expect([found?.status, stage.cdn.asked]).toEqual([
      'published',
      expect.arrayContaining(['HEAD /a.jpg', 'HEAD /b.jpg']),
    ]);
  });

  test('is asked for when the post is checked, and once within the hour before it is due', async () => {
    const { stage, add } = await instagram();
    stage.cdn.answers.set('a.jpg', { status: 404 });
    const media = [{ path: stage.picture('a.jpg'), url: 'https://cdn.example/a.jpg', alt: 'A' }];
    const due = (minutes: number) => new Date(stage.clock.now() + minutes * 60_000).toISOString();
    expect(await stage.check({ text: 'a', accounts: ['instagram'], media })).toMatchObject({
      problems: [
        {
          field: 'media[0].url',
          message: expect.stringContaining(
            'does not work: the address https://cdn.example/a.jpg answers 404',
          ),
        },
      ],
      advice: [],
    });
    await add({ media, publishAt: due(90) });
    await stage.beat();
    expect(stage.told).toEqual([]);
    await stage.clock.advance(45 * 60_000);
    for (let beat = 0; beat < 3; beat += 1) await stage.patientBeat();
    await expect
      .poll(() => stage.told)
      .toMatchObject([
        {
          kind: 'address',
          account: 'instagram',
          reason: expect.stringContaining('a.jpg cannot be fetched yet'),
        },
      ]);
    expect(stage.network.requests).toEqual([]);
  });

  test('shows the file as it was: what has to be changed cannot stand there', async () => {
    const { stage, add } = await instagram();
    const path = await realPicture(stage.home, 'a.png', { width: 100, height: 100 });
    await expect(add({ media: [{ path, url: 'https://cdn.example/a.png' }] })).rejects.toMatchObject({
      message: expect.stringContaining('has to be changed, and stands unchanged at its address'),
    });
  });
});

describe('an address of another account or a bucket', () => {
  test.each(['mastodon-4.5', 'pixelfed', 'facebook'] as const)(
    'by another account of the user: %s',
    async (model) => {
      const lender = model.replace('.', '-');
      const { stage, add } = await instagram({ host: { via: 'account', account: lender } }, [
        'instagram',
        model,
      ]);
      const other = stage.networks.get(lender);
      stage.hosts.set('fake.example', other?.address ?? '');
      stage.hosts.set('fbcdn.example', other?.address ?? '');
      const post = await add({ media: [{ path: stage.picture('a.jpg') }] });
      await stage.untilQuiet();
      expect((await target(stage, post.id))?.status).toBe('published');
      expect([other?.world.uploads.size, other?.world.visible.length]).toEqual([1, 0]);
      expect(String(containers(stage)[0]?.['image_url'])).toMatch(
        /^https:\/\/(fake|fbcdn)\.example\/media\//,
      );
    },
  );

  test('a lender whose token is dead is paused itself, and the post waits', async () => {
    const { stage, add } = await instagram({ host: { via: 'account', account: 'facebook' } }, [
      'instagram',
      'facebook',
    ]);
    const lender = stage.networks.get('facebook');
    stage.hosts.set('fbcdn.example', lender?.address ?? '');
    const tokens = [...(lender?.world.tokens ?? [])];
    lender?.world.tokens.clear();
    const post = await add({ media: [{ path: stage.picture('a.jpg') }] });
    await stage.patientBeat();
    expect(await target(stage, post.id)).toMatchObject({
      status: 'queued',
      error: { code: 'SIGN_IN_NEEDED' },
    });
    expect([stage.statuses.get('facebook'), stage.statuses.get('instagram')]).toEqual([
      'sign-in-needed',
      undefined,
    ]);
    for (const [token, owner] of tokens) lender?.world.tokens.set(token, owner);
    stage.statuses.set('facebook', 'ready');
    await stage.untilQuiet();
    expect((await target(stage, post.id))?.status).toBe('published');
  });

  test('a bucket that is not public, or whose key is wrong, fails the post after some tries and pauses nothing', async () => {
    const bucket = await startFakeBucket();
    const { stage, add } = await instagram(bucketOf(bucket));
    stage.hosts.set('bucket.example', bucket.address);
    bucket.isPrivate = true;
    const one = await add({ media: [{ path: stage.picture('a.jpg') }] });
    await stage.untilQuiet();
    expect(await target(stage, one.id)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('answers 403') },
    });
    bucket.fault = { status: 403, code: 'SignatureDoesNotMatch' };
    const two = await add({ media: [{ path: stage.picture('b.jpg') }] });
    await stage.untilQuiet();
    expect(await target(stage, two.id)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('answers 403, SignatureDoesNotMatch') },
    });
    expect([stage.statuses.get('instagram'), stage.network.world.drafts.size]).toEqual([undefined, 0]);
  });

  test('what has to be changed goes to the bucket, although the post gives an address', async () => {
    const bucket = await startFakeBucket();
    const { stage, add } = await instagram(bucketOf(bucket));
    stage.hosts.set('bucket.example', bucket.address);
    const path = await realPicture(stage.home, 'a.png', { width: 100, height: 100 });
    await add({ media: [{ path, url: 'https://cdn.example/a.png' }] });
    await stage.patientBeat();
    expect(String(containers(stage)[0]?.['image_url'])).toMatch(/^https:\/\/bucket\.example\/.*\.jpg$/);
  });

  test('what lies in a bucket is taken away after the days that the user chose', async () => {
    const bucket = await startFakeBucket();
    const { stage, add } = await instagram(bucketOf(bucket));
    stage.hosts.set('bucket.example', bucket.address);
    await add({ media: [{ path: stage.picture('a.jpg') }] });
    await stage.patientBeat();
    const first = [...bucket.files.keys()];
    await stage.clock.advance(6 * 86_400_000);
    await add({ text: 'b', media: [{ path: stage.picture('b.jpg') }] });
    await stage.patientBeat();
    expect(bucket.files.size).toBe(2);
    await stage.clock.advance(2 * 86_400_000);
    await stage.patientBeat();
    await expect.poll(() => bucket.files.has(first[0] ?? '')).toBe(false);
    expect(bucket.files.size).toBe(1);
  });
});
