import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PostDraft } from '../../../shared/index.ts';
import { answer, lostAnswer, lostRequest } from '../../support/fake-networks/index.ts';
import { realFilm } from '../../support/films.ts';
import { createStage } from '../../support/publishing.ts';
import { containers, instagram, target } from './instagram.ts';

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
    const sound = { hertz: 96_000, channels: 2 } as const;
    expect(await problems('f.mp4', { codec: 'mpeg4', sound })).toEqual([
      'is coded as MPEG-4 part 2, and Instagram takes H.264 or HEVC; export it as H.264',
      'has sound of 96 kHz, and Instagram takes up to 48 kHz; export its sound with 48 kHz',
    ]);
    expect(await problems('g.mp4', { codec: 'hevc', bitDepth: 10 }, 'story')).toEqual([
      'has 10 bits for each colour, and Instagram takes 8; export it with 8 bits, without HDR',
    ]);
    expect(await problems('h.mp4', { chroma: 2 })).toEqual([
      'stores its colours as 4:2:2, and Instagram takes 4:2:0; export it as 4:2:0',
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
    await add({ text: '(https://en.example.org/wiki/Mercury_(planet)), they say' });
    await stage.patientBeat();
    expect(world.visible.map(({ text, link }) => [text, link])).toEqual([
      ['See https://example.org/a?b=1. And https://example.org/c', 'https://example.org/a?b=1'],
      ['See https://dead.example/', undefined],
      [
        '(https://en.example.org/wiki/Mercury_(planet)), they say',
        'https://en.example.org/wiki/Mercury_(planet)',
      ],
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
      expect([film?.received, film?.format]).toEqual([readFileSync(path).byteLength, kind]);
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

  const story = { overrides: { facebook: { format: 'story' as const } } };

  test('a picture and a film become stories, without their text', async () => {
    const { stage, add, world } = await open();
    const picture = await add({ media: [{ path: stage.picture('a.jpg') }], ...story });
    const film = await add({ media: [{ path: await realFilm(stage.home, 'a.mp4') }], ...story });
    await stage.patientBeat();
    expect(world.visible).toMatchObject([
      { text: '', format: 'story' },
      { text: '', format: 'story' },
    ]);
    for (const { id } of [picture, film])
      expect(await target(stage, id)).toMatchObject({ status: 'published', url: null });
  });

  test.each([
    ['is found in the archive of the Page', lostAnswer, true, 'published', 1],
    ['is asked about where there is no archive', lostAnswer, false, 'unconfirmed', 1],
    ['that never arrived is asked about, too', lostRequest, true, 'unconfirmed', 0],
  ])('a story whose answer was lost %s', async (_, fault, archive, status, shown) => {
    const { stage, add, world } = await open();
    world.storyArchive = archive;
    stage.network.faults.next('post', fault);
    const post = await add({ media: [{ path: stage.picture('a.jpg') }], ...story });
    await stage.untilQuiet();
    expect([(await target(stage, post.id))?.status, world.visible.length]).toEqual([status, shown]);
    expect(stage.network.requests.filter(({ route }) => route === 'post')).toHaveLength(1);
  });

  test('a film among photos is refused, for it would be left out', async () => {
    const { stage, add } = await open();
    const media = [{ path: stage.picture('a.jpg') }, { path: await realFilm(stage.home, 'a.mp4') }];
    await expect(add({ media })).rejects.toMatchObject({
      message: expect.stringContaining('takes one by itself only'),
    });
  });
});
