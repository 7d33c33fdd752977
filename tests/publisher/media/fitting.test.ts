import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFakeBucket } from '../../support/fake-bucket.ts';
import { answer } from '../../support/fake-networks/index.ts';
import { realFilm } from '../../support/films.ts';
import { lookAt, realPicture } from '../../support/pictures.ts';
import { createStage } from '../../support/publishing.ts';
import { bucketOf, containers, instagram, target } from './instagram.ts';

describe('pictures are brought into the limits, and the copy stays as it was added', () => {
  test('a PNG becomes a JPEG in the bucket, once, and Instagram gets its address', async () => {
    const bucket = await startFakeBucket();
    const { stage, add } = await instagram(bucketOf(bucket));
    stage.hosts.set('bucket.example', bucket.address);
    const path = await realPicture(stage.home, 'a.png', { width: 2000, height: 1600 });
    const post = await add({ media: [{ path, alt: 'Two colours' }] });
    await stage.patientBeat();
    expect(await target(stage, post.id)).toMatchObject({ status: 'published' });
    const [[name = '', file] = []] = [...bucket.files];
    expect(name).toMatch(/^\/pictures\/belfry\/[0-9a-f]{40}\.jpg$/);
    expect(containers(stage)).toMatchObject([
      { image_url: `https://bucket.example${name}`, alt_text: 'Two colours' },
    ]);
    const seen = await lookAt(file?.bytes ?? expect.fail('nothing was put there'));
    expect([file?.type, seen.format, seen.width, seen.height]).toEqual(['image/jpeg', 'jpeg', 1440, 1152]);
    expect([seen.colourAt(0.1, 0.5), seen.colourAt(0.9, 0.5)]).toEqual(['red', 'blue']);
    const [copy = ''] = readdirSync(join(stage.home, 'media')).filter((one) => one !== 'made');
    expect(readFileSync(join(stage.home, 'media', copy))).toEqual(readFileSync(path));
    await add({ media: [{ path }], text: 'b' });
    await stage.patientBeat();
    expect(readdirSync(join(stage.home, 'media', 'made'))).toHaveLength(1);
    expect(bucket.files.size).toBe(1);
  });

  test.each(['pad', 'crop'] as const)(
    'a portrait is brought into shape as the account wants: %s',
    async (fit) => {
      const bucket = await startFakeBucket();
      const { stage, add } = await instagram({ ...bucketOf(bucket), fit });
      stage.hosts.set('bucket.example', bucket.address);
      const path = await realPicture(stage.home, 'a.jpg', { width: 600, height: 1200 });
      await add({ media: [{ path }] });
      await stage.patientBeat();
      const [file] = bucket.files.values();
      const seen = await lookAt(file?.bytes ?? expect.fail('nothing was put there'));
      expect(seen.width / seen.height).toBeCloseTo(0.8, 2);
      expect(seen.colourAt(0.02, 0.5)).toBe(fit === 'pad' ? 'white' : 'red');
    },
  );

  test('a place is taken out of what is sent and stays in the copy', async () => {
    const stage = await createStage();
    const path = await realPicture(stage.home, 'a.jpg', { gps: true, width: 400, height: 300 });
    await stage.add({ text: 'a', accounts: ['mastodon-4-5'], media: [{ path }] });
    await stage.patientBeat();
    const [upload] = stage.network.world.uploads.values();
    const sent = upload?.content ?? expect.fail('nothing was sent');
    expect(sent.byteLength).toBeLessThan(readFileSync(path).byteLength);
    expect((await lookAt(sent)).exif).toBeUndefined();
    stage.settings.stripLocation = false;
    await stage.add({ text: 'b', accounts: ['mastodon-4-5'], media: [{ path }] });
    await stage.patientBeat();
    expect([...stage.network.world.uploads.values()][1]?.content).toEqual(readFileSync(path));
  });

  test('a place is taken out of a film, too', async () => {
    const stage = await createStage({ models: ['gotosocial'] });
    const path = await realFilm(stage.home, 'a.mp4', { indexLast: true, place: true, seconds: 1 });
    await stage.add({ text: 'a', accounts: ['gotosocial'], media: [{ path }] });
    await stage.patientBeat();
    const [upload] = stage.network.world.uploads.values();
    const [before, sent] = [readFileSync(path), upload?.content ?? expect.fail('nothing was sent')];
    expect(sent.byteLength).toBe(before.byteLength);
    expect([before.includes('+52.5200'), sent.includes('+52.5200')]).toEqual([true, false]);
  });

  test('a picture that turns out to be damaged fails the post with that reason', async () => {
    const bucket = await startFakeBucket();
    const { stage, add } = await instagram(bucketOf(bucket));
    const post = await add({ media: [{ path: stage.picture('a.png') }] });
    // Whole when it was added; the disk lost half of it since.
    const copy = join(stage.home, 'media', post.media[0]?.id ?? '');
    const bytes = readFileSync(copy);
    writeFileSync(copy, Buffer.concat([bytes.subarray(0, 120), Buffer.alloc(bytes.byteLength - 120)]));
    await stage.untilQuiet();
    expect(await target(stage, post.id)).toMatchObject({
      status: 'failed',
      error: {
        code: 'BAD_INPUT',
        message: expect.stringContaining('File 1 cannot be made ready for Instagram'),
      },
    });
  });
});

test('copies are kept for some days after the last account is done, and for good where one is not', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const accounts = ['mastodon-4-5', 'gotosocial'];
  const done = await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
  stage.networks.get('gotosocial')?.faults.next('post');
  await stage.patientBeat();
  stage.networks.get('gotosocial')?.faults.next('post', answer(400, { error: 'no' }));
  const half = await stage.add({ text: 'b', accounts, media: [{ path: stage.picture('b.png') }] });
  const draft = await stage.add({
    text: 'c',
    accounts,
    publishAt: null,
    media: [{ path: stage.picture('c.png') }],
  });
  await stage.patientBeat();
  const files = () =>
    readdirSync(join(stage.home, 'media'))
      .filter((name) => name !== 'made')
      .sort();
  expect([done, half, draft].map(({ media }) => media[0]?.id).sort()).toEqual(files());
  await stage.clock.advance(29 * 86_400_000);
  await stage.restart();
  expect(files()).toHaveLength(3);
  await stage.clock.advance(2 * 86_400_000);
  await stage.restart();
  expect(files()).toEqual([half.media[0]?.id, draft.media[0]?.id].sort());
});

test('a check advises without refusing', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'instagram'] });
  stage.accountMedia.set('instagram', { host: { via: 'account', account: 'mastodon-4-5' }, fit: 'pad' });
  await stage.add({ text: 'Same words', accounts: ['mastodon-4-5'] });
  await stage.patientBeat();
  const path = await realPicture(stage.home, 'a.png', { width: 300, height: 600, gps: true });
  const { problems, advice } = await stage.check({
    text: 'Same words',
    accounts: ['mastodon-4-5', 'instagram'],
    publishAt: new Date(stage.clock.now() + 60_000).toISOString(),
    media: [{ path }],
    overrides: { instagram: { format: 'post' } },
  });
  expect(problems).toEqual([]);
  expect(advice.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'media[0].alt: is empty, so that people who cannot see it learn nothing of it; say in a sentence what it shows',
    'media[0]: says where it was made; Belfry takes that out of what it sends',
    'media[0]: becomes a JPEG, gets white bars for Instagram',
    expect.stringMatching(/^text: is the same as that of post \w+, for "mastodon-4-5" at /),
    expect.stringMatching(/^publishAt: is close to post \w+, for "mastodon-4-5" at /),
  ]);
});
