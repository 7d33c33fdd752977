import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AccountMedia, PostDraft } from '../../../shared/index.ts';
import { type FakeBucket, startFakeBucket } from '../../support/fake-bucket.ts';
import { answer, lostAnswer, lostRequest, type ModelName } from '../../support/fake-networks/index.ts';
import { realFilm } from '../../support/films.ts';
import { lookAt, realPicture } from '../../support/pictures.ts';
import { createStage, type Stage } from '../../support/publishing.ts';

const bucketOf = (bucket: FakeBucket, more: object = {}): AccountMedia => ({
  host: {
    via: 'bucket',
    endpoint: bucket.address,
    bucket: 'pictures',
    region: 'auto',
    prefix: 'belfry/',
    publicUrl: 'https://bucket.example/pictures',
    removeAfterDays: 7,
    ...more,
  },
});

async function instagram(media?: AccountMedia, models: ModelName[] = ['instagram']) {
  const stage = await createStage({ models });
  if (media) stage.accountMedia.set('instagram', media);
  const world = stage.networks.get('instagram')?.world ?? expect.fail('no Instagram');
  const add = (post: Partial<PostDraft>) => stage.add({ text: 'a', accounts: ['instagram'], ...post });
  return { stage, world, add };
}
const target = async (stage: Stage, id: string) => (await stage.publisher.get(id))?.targets[0];
const containers = (stage: Stage) =>
  stage.network.requests
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/media'))
    .map(({ asked }) => asked.fields);

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

describe('the address that a person gives', () => {
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

  test('shows the file as it was: what has to be changed needs another place', async () => {
    const { stage, add } = await instagram();
    const path = await realPicture(stage.home, 'a.png', { width: 100, height: 100 });
    await expect(add({ media: [{ path, url: 'https://cdn.example/a.png' }] })).rejects.toMatchObject({
      message: expect.stringContaining('has to be changed, and stands unchanged at its address'),
    });
  });
});

describe('an address is lent', () => {
  test.each(['mastodon-4.5', 'pixelfed', 'facebook'] as const)(
    'by another account of the person: %s',
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

  test('a bucket that nobody can read, or whose key is wrong, fails the post after some tries and pauses nothing', async () => {
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

  test('what lies in a bucket is taken away after the days that the person said', async () => {
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

describe('Instagram', () => {
  test('a film goes up by itself, whole, and becomes a reel', async () => {
    const { stage, add, world } = await instagram();
    const path = await realFilm(stage.home, 'a.mp4', { seconds: 5, frameBytes: 5000 });
    const post = await add({ media: [{ path }] });
    await stage.untilQuiet();
    expect((await target(stage, post.id))?.status).toBe('published');
    expect(world.visible).toMatchObject([
      { format: 'REELS', media: [`${readFileSync(path).byteLength} bytes`] },
    ]);
  });

  test('a film whose bytes were lost on their way is begun anew, and shown once', async () => {
    const { stage, add, world } = await instagram();
    stage.network.faults.next(
      'upload',
      answer(200, { id: 'lost', uri: `${stage.network.address}/ig-api-upload/v25.0/lost` }),
      lostRequest,
    );
    await add({ media: [{ path: await realFilm(stage.home, 'a.mp4') }] });
    await stage.untilQuiet();
    expect([world.visible.length, world.drafts.size]).toEqual([1, 1]);
  });

  test('an address for the bytes that is not Meta’s own never gets the token', async () => {
    const { stage, add } = await instagram();
    stage.network.faults.next('upload', answer(200, { id: 'c1', uri: `${stage.cdn.address}/steal` }));
    const post = await add({ media: [{ path: await realFilm(stage.home, 'a.mp4') }] });
    await stage.patientBeat();
    expect(stage.cdn.asked).toEqual([]);
    expect((await target(stage, post.id))?.error?.message).toContain('not its own');
  });

  test('pictures and films stand side by side in a carousel', async () => {
    const { stage, add, world } = await instagram();
    const film = await realFilm(stage.home, 'b.mp4');
    await add({
      media: [{ path: stage.picture('a.jpg'), url: 'https://cdn.example/a.jpg' }, { path: film }],
    });
    await stage.untilQuiet();
    expect(containers(stage)).toMatchObject([
      { image_url: 'https://cdn.example/a.jpg', is_carousel_item: true },
      { media_type: 'VIDEO', upload_type: 'resumable', is_carousel_item: true },
      { media_type: 'CAROUSEL', caption: 'a' },
    ]);
    expect(world.visible).toHaveLength(1);
  });

  test('a story has no caption and any shape, and a lost answer shows it once', async () => {
    const { stage, add, world } = await instagram();
    stage.network.faults.next('post', lostAnswer);
    const media = [{ path: stage.picture('a.jpg', 1080, 1920), url: 'https://cdn.example/a.jpg' }];
    const post = await add({ media, overrides: { instagram: { format: 'story' } } });
    await stage.untilQuiet();
    expect(containers(stage)).toEqual([{ media_type: 'STORIES', image_url: 'https://cdn.example/a.jpg' }]);
    expect(world.visible).toMatchObject([{ format: 'STORIES' }]);
    expect(await target(stage, post.id)).toMatchObject({
      status: 'published',
      remoteId: world.visible[0]?.id,
    });
  });

  test('when the day’s posts are used up, nothing is made until there is room again', async () => {
    const { stage, add, world } = await instagram();
    world.dailyQuota = 1;
    const media = (name: string) => [{ path: stage.picture(name), url: `https://cdn.example/${name}` }];
    await add({ media: media('a.jpg') });
    const post = await add({ media: media('b.jpg') });
    await stage.patientBeat();
    expect([world.visible.length, world.drafts.size, (await target(stage, post.id))?.status]).toEqual([
      1,
      1,
      'queued',
    ]);
    stage.settings.lateLimitHours = 48;
    await stage.untilQuiet(30);
    expect((await target(stage, post.id))?.status).toBe('published');
  });

  test.each<[string, Partial<PostDraft>, string]>([
    [
      'a reel of a picture',
      { overrides: { instagram: { format: 'reel' } } },
      'media: holds a picture, and a reel is a film',
    ],
    [
      'a story of nothing',
      { text: 'a', media: [], overrides: { instagram: { format: 'story' } } },
      'media: has 0 files, and a story has exactly 1',
    ],
  ])('%s is refused', async (_, post, message) => {
    const { stage, add } = await instagram();
    const media = [{ path: stage.picture('a.jpg'), url: 'https://cdn.example/a.jpg' }];
    await expect(add({ media, ...post })).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
  });

  test('films that are too long, too slow or built the wrong way round are refused', async () => {
    const { stage } = await instagram();
    const problems = async (
      name: string,
      options: Parameters<typeof realFilm>[2],
      format: 'post' | 'story' = 'post',
    ) => {
      const media = [{ path: await realFilm(stage.home, name, options), alt: '' }];
      const input = { text: 'a', accounts: ['instagram'], media, overrides: { instagram: { format } } };
      return stage.check(input).then(({ problems: all }) => all.map(({ message }) => message));
    };
    expect(await problems('a.mp4', { seconds: 2 })).toEqual([
      'lasts 2 s, and Instagram takes 3 s to 15 min; make it 3 s long or longer',
    ]);
    expect(await problems('b.mp4', { seconds: 70, framesPerSecond: 24 }, 'story')).toEqual([
      expect.stringMatching(/^lasts 70(\.\d)? s, and Instagram takes 3 s to 60 s; cut it by 10(\.\d)? s$/),
    ]);
    expect(await problems('c.mp4', { framesPerSecond: 10 })).toEqual([
      'has 10.0 frames per second, and Instagram takes 23 to 60; export it with 30',
    ]);
    expect(await problems('d.mp4', { indexLast: true })).toEqual([
      expect.stringContaining('has its index at its end'),
    ]);
    expect(await problems('e.webm', {})).toEqual([
      expect.stringContaining('is WebM, and Instagram takes MP4 or MOV; convert it to MP4'),
    ]);
  });
});

describe('Facebook', () => {
  const open = async () => {
    const stage = await createStage({ models: ['facebook'] });
    const add = (post: Partial<PostDraft>) => stage.add({ text: 'a', accounts: ['facebook'], ...post });
    return { stage, add, world: stage.network.world };
  };

  test('the first address in a text is shown with a preview, and one that cannot be read as text', async () => {
    const { stage, add, world } = await open();
    world.deadLinks.add('https://dead.example/');
    await add({ text: 'See https://example.org/a?b=1. And https://example.org/c' });
    await add({ text: 'See https://dead.example/' });
    await stage.patientBeat();
    expect(world.visible.map(({ text, link }) => [text, link])).toEqual([
      ['See https://example.org/a?b=1. And https://example.org/c', 'https://example.org/a?b=1'],
      ['See https://dead.example/', undefined],
    ]);
  });

  test.each(['video', 'reel'] as const)(
    'a film goes up in pieces or whole, and one call shows it: %s',
    async (kind) => {
      const { stage, add, world } = await open();
      world.filmPiece = 100_000;
      const path = await realFilm(stage.home, 'a.mp4', { frameBytes: 3000 });
      const format = kind === 'reel' ? ('reel' as const) : ('post' as const);
      const post = await add({ media: [{ path }], overrides: { facebook: { format } } });
      await stage.patientBeat();
      const [film] = world.films.values();
      expect([film?.received, film?.reel]).toEqual([readFileSync(path).byteLength, kind === 'reel']);
      expect(world.visible).toMatchObject([{ text: 'a', format: kind }]);
      expect(await target(stage, post.id)).toMatchObject({ status: 'published', remoteId: film?.id });
    },
  );

  test.each([
    ['after the effect', lostAnswer, 1],
    ['before it', lostRequest, 2],
  ])('a film whose answer was lost %s is looked up, and is there once', async (_, fault, calls) => {
    const { stage, add, world } = await open();
    stage.network.faults.next('post', fault);
    const post = await add({ media: [{ path: await realFilm(stage.home, 'a.mp4') }] });
    await stage.untilQuiet();
    expect([world.visible.length, world.films.size]).toEqual([1, 1]);
    expect(stage.network.requests.filter(({ route }) => route === 'post')).toHaveLength(calls);
    expect((await target(stage, post.id))?.status).toBe('published');
  });

  test('a film among photos is refused, for it would be left out', async () => {
    const { stage, add } = await open();
    const media = [{ path: stage.picture('a.jpg') }, { path: await realFilm(stage.home, 'a.mp4') }];
    await expect(add({ media })).rejects.toMatchObject({
      message: expect.stringContaining('takes one by itself only'),
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
