import { describe, expect, test } from 'vitest';
import type { Limits } from '../../electron/networks/limits.ts';
import type { CheckedFile, CheckedPart } from '../../electron/publisher/validate.ts';
import { seededRandom } from '../support/random.ts';
import { details, film, mebi, open, picture, poll, reel, say } from '../support/validation.ts';

const jpegOnly = ['image/jpeg', 'video/mp4'];

type Row = [string, Partial<CheckedPart>, Partial<Limits>, ...string[]];

describe('what a network would refuse is one line, which ends with what to do', () => {
  test.each<Row>([
    [
      'too long',
      { text: 'x'.repeat(512) },
      { characters: 500 },
      'text: has 512 characters as m.example counts them, which takes 500; shorten the text by 12 characters',
    ],
    [
      'one too long, with its warning',
      { text: 'x'.repeat(499), contentWarning: 'cw' },
      { characters: 500 },
      'text: has 501 characters as m.example counts them, which takes 500; shorten the text by 1 character',
    ],
    [
      'a warning that is too long by itself',
      { contentWarning: 'x'.repeat(141) },
      { warningCharacters: 140 },
      'contentWarning: has 141 characters, and m.example takes 140; shorten the warning by 1 character',
    ],
    [
      'too many hashtags',
      { text: '#one #two ＃drei #4 https://a.example/#frag' },
      { hashtags: 2 },
      'text: has 3 hashtags, and m.example takes 2; take 1 hashtag out of the text',
    ],
    [
      'too many mentions',
      { text: 'With @ada, @grace and a@b.example' },
      { mentions: 1 },
      'text: has 2 mentions, and m.example takes 1; take 1 mention out of the text',
    ],
    [
      'a part too long',
      { part: 1, text: 'x'.repeat(9) },
      { characters: 5 },
      'text: has 9 characters as m.example counts them, which takes 5; shorten this part by 4 characters',
    ],
    [
      'a comment too long',
      { part: 1, comment: true, text: 'x'.repeat(9) },
      { characters: 5 },
      'text: has 9 characters as m.example counts them, which takes 5; shorten the comment by 4 characters',
    ],
    [
      'a comment',
      { part: 1, comment: true },
      { comments: false },
      'text: is a first comment, and m.example has none; leave it out for this account, or put it into the text',
    ],
    [
      'a thread',
      { part: 1 },
      { thread: false },
      'text: continues a thread, and m.example has none; leave the thread out for this account',
    ],
    [
      'text alone',
      {},
      { textOnly: false },
      'media: is empty, and m.example takes no text alone; add a picture or a film, or leave this account out',
    ],
    [
      'too many pictures',
      { media: [picture, picture, picture] },
      { media: 1 },
      'media: has 3 files, and m.example takes 1; remove 2 pictures',
    ],
    [
      'too many files',
      { media: [picture, film] },
      { media: 1 },
      'media: has 2 files, and m.example takes 1; remove 1 file',
    ],
    [
      'too many films',
      { media: [film, film] },
      { media: 1 },
      'media: has 2 files, and m.example takes 1; remove 1 film',
    ],
    [
      'a visibility',
      { visibility: 'direct' },
      { visibilities: ['public', 'unlisted'] },
      'visibility: is "direct", and m.example has only public, unlisted; choose public or unlisted for this account, or leave the account out',
    ],
    [
      'a poll',
      { poll: poll(['a', 'b']) },
      { polls: null },
      'poll: cannot be shown, since m.example has no polls; leave it out for this account',
    ],
    [
      'a poll with a picture',
      { poll: poll(['a', 'b']), media: [picture] },
      {},
      'poll: stands beside files, which m.example does not take together; remove the poll or the files',
    ],
    [
      'too many options',
      { poll: poll(['a', 'b', 'c', 'd', 'e', 'f']) },
      {},
      'poll: has 6 options, and m.example takes 4; remove 2 options',
    ],
    [
      'a long option',
      { poll: poll(['a', 'x'.repeat(53)]) },
      {},
      'poll: has an option of 53 characters, and m.example takes 50; shorten option 2 by 3 characters',
    ],
    [
      'long options',
      { poll: poll(['x'.repeat(51), 'a', 'x'.repeat(53)]) },
      {},
      'poll: has an option of 53 characters, and m.example takes 50; shorten options 1, 3 to 50 characters',
    ],
    [
      'a short poll',
      { poll: poll(['a', 'b'], 60) },
      {},
      'poll: lasts 60 s, and m.example takes 5 min to 30.4 days; let it last at least 5 min',
    ],
    [
      'a poll of months',
      { poll: poll(['a', 'b'], 90 * 86_400) },
      {},
      'poll: lasts 90 days, and m.example takes 5 min to 30.4 days; let it last 30.4 days at most',
    ],
    [
      'no such format',
      { format: 'reel', media: [film] },
      {},
      'media: is to be a reel, and m.example has none; choose "post" as its format for this account',
    ],
    [
      'a thread of a reel',
      { format: 'reel', part: 1, media: [film] },
      { formats: { reel } },
      'media: is to be a reel, which has no thread; leave the thread out for this account, or choose "post" as its format for this account',
    ],
    [
      'a reel of nothing',
      { format: 'reel' },
      { formats: { reel } },
      'media: has 0 files, and a reel has exactly 1; add 1 file, or choose "post" as its format for this account',
    ],
    [
      'a reel of two',
      { format: 'reel', media: [film, film] },
      { formats: { reel } },
      'media: has 2 files, and a reel has exactly 1; remove 1 film, or choose "post" as its format for this account',
    ],
    [
      'a reel of a picture',
      { format: 'reel', media: [picture] },
      { formats: { reel } },
      'media: holds a picture, and a reel is a film; take a film instead, or choose "post" as its format for this account',
    ],
    [
      'a film among others',
      { media: [film, picture] },
      { filmAlone: true },
      'media: has a film or sound among 2 files, and m.example takes one by itself only; remove it, or remove the others',
    ],
    [
      'a long description',
      { media: [{ ...picture, alt: 'x'.repeat(12) }] },
      { altCharacters: 10 },
      '0: has a description of 12 characters, and m.example takes 10; shorten the description by 2 characters',
    ],
    [
      'no address',
      { media: [picture] },
      { fetches: 'pictures' },
      '0: has no public address, which Instagram fetches it from; give its "url", or choose once where Belfry puts such files: belfry accounts media',
    ],
    [
      'an animated picture',
      { media: [{ ...picture, mime: 'image/gif', details: details({ animated: true }) }] },
      { mimeTypes: jpegOnly },
      '0: is an animated GIF, and m.example takes JPEG; convert it to JPEG, or to an MP4 to keep it moving',
    ],
    [
      'a HEIC',
      { media: [{ ...picture, mime: 'image/heic' }] },
      { mimeTypes: ['image/jpeg', 'image/png'] },
      '0: is HEIC, and m.example takes JPEG or PNG; convert it to JPEG',
    ],
    [
      'a film of another type',
      { media: [{ ...film, mime: 'video/webm' }] },
      { mimeTypes: jpegOnly },
      '0: is WebM, and m.example takes MP4; convert it to MP4',
    ],
    [
      'sound',
      { media: [{ ...film, mime: 'audio/mpeg' }] },
      { mimeTypes: jpegOnly },
      '0: is MP3, and m.example takes no sound; remove it, or leave this account out',
    ],
    [
      'too many bytes',
      { media: [{ ...picture, mime: 'image/heic', bytes: 9 * mebi }] },
      { imageBytes: 8 * mebi },
      '0: has 9.0 MiB, and m.example takes 8.0 MiB; save it smaller, with less quality or fewer pixels',
    ],
    [
      'too many pixels',
      { media: [{ ...picture, mime: 'image/heic', width: 8000, height: 6000 }] },
      { imagePixels: 12_000_000 },
      '0: has 8000 × 6000 pixels, and m.example takes 12.0 million in all; scale it down to 4000 × 3000 or less',
    ],
    [
      'more pixels than Belfry opens',
      { media: [{ ...picture, width: 30_000, height: 30_000 }] },
      {},
      '0: has more than the 210.0 million pixels that Belfry opens; scale it down to 14491 × 14491 or less',
    ],
    [
      'a shape',
      { media: [{ ...picture, width: 1080, height: 1920 }] },
      { imageRatio: [0.8, 1.91] },
      '0: is 0.56 times as wide as high, and m.example takes 0.80 to 1.91; crop it, or let Belfry do so with the setting mediaFit: "pad" adds bars left and right, 228 pixels each, "crop" takes away 30 % of its height',
    ],
    [
      'a place in a HEIC',
      { media: [{ ...picture, mime: 'image/heic', details: details({ location: true }) }] },
      {},
      '0: says where it was made, which Belfry cannot take out of HEIC; convert it to JPEG, or allow places with the setting stripLocation',
    ],
    [
      'a large film',
      { media: [{ ...film, bytes: 310 * mebi }] },
      { videoBytes: 300 * mebi },
      '0: has 310.0 MiB, and m.example takes 300.0 MiB; cut it, or export it with a lower bit rate',
    ],
    [
      'a long film',
      { media: [{ ...film, details: details({ seconds: 950.4 }) }] },
      { filmSeconds: [3, 900] },
      '0: lasts 15.8 min, and m.example takes 3 s to 15 min; cut it by 50.4 s',
    ],
    [
      'a short film',
      { media: [{ ...film, details: details({ seconds: 2 }) }] },
      { filmSeconds: [3, 60] },
      '0: lasts 2 s, and m.example takes 3 s to 60 s; make it 3 s long or longer',
    ],
    [
      'a slow film',
      { media: [{ ...film, details: details({ framesPerSecond: 10 }) }] },
      { framesPerSecond: [23, 60] },
      '0: has 10.0 frames per second, and m.example takes 23 to 60; export it with 30',
    ],
    [
      'a film of many pixels',
      { media: [{ ...film, width: 3840, height: 2160 }] },
      { filmPixels: 1920 * 1080 },
      '0: has 3840 × 2160 pixels, and m.example takes 2.1 million in all; export it with 1920 × 1080 or less',
    ],
    [
      'a film built the wrong way round',
      { media: [{ ...film, details: details({ streamable: false }) }] },
      { streamable: true },
      '0: has its index at its end, and m.example wants it at the beginning; export it "for the web" ("fast start")',
    ],
  ])('%s', (_, part, limits, ...lines) => {
    expect(say(part, limits)).toEqual(lines);
  });

  test.each<[string, CheckedFile, string]>([
    [
      'a HEIC',
      { ...picture, mime: 'image/heic' },
      'is HEIC, which Belfry cannot open to fit it for m.example; convert it to JPEG',
    ],
    [
      'an animation',
      { ...picture, mime: 'image/webp', details: details({ animated: true }) },
      'is animated, and would stand still if Belfry fitted it for m.example; crop or scale it yourself, or save one picture of it as JPEG',
    ],
    [
      'a bomb',
      { ...picture, width: 40_000, height: 10_000 },
      'has more than the 210.0 million pixels that Belfry opens; scale it down to 28982 × 7245 or less',
    ],
  ])('a shape that Belfry is to set right and cannot: %s', (_, file, message) => {
    const media = [{ ...file, width: Math.max(file.width ?? 0, 4000) }];
    expect(say({ media }, { imageRatio: [0.8, 1.91] }, { fit: 'pad' })).toEqual([`0: ${message}`]);
  });

  test('a shape that would need a JPEG where none is taken', () => {
    const media = [{ ...picture, mime: 'image/png', width: 4000 }];
    const limits = { imageRatio: [0.8, 1.91] as const, mimeTypes: ['image/png', 'image/gif'] };
    expect(say({ media }, limits, { fit: 'pad' })).toEqual([
      '0: would have to become a JPEG to fit, which m.example does not take; bring it into shape yourself, as PNG or GIF',
    ]);
  });
});

test('whatever a part and its limits are, each line has one cause and one way out', () => {
  const seed = Number(process.env['BELFRY_SEED'] ?? 20_261_130);
  const random = seededRandom(seed);
  const one = <T>(...some: T[]): T => some[Math.floor(random.next() * some.length)] as T;
  const some = () => Math.floor(random.next() ** 3 * 20_000);
  const types = [
    'image/jpeg',
    'image/png',
    'image/gif',
    'image/heic',
    'video/mp4',
    'video/webm',
    'audio/wav',
  ];
  const file = (): CheckedFile => ({
    ...picture,
    mime: one(...types),
    bytes: some() * 1000,
    width: one(null, 1 + some()),
    height: one(null, 1 + some()),
    alt: 'x'.repeat(some()),
    details: details({
      animated: one(true, false),
      location: one(true, false),
      streamable: one(true, false, null),
      seconds: one(null, some()),
      framesPerSecond: one(null, some() / 100),
      videoCodec: one(null, 'av1'),
      audioCodec: one(null, 'opus'),
    }),
  });
  const seen = new Set<string>();
  for (let round = 0; round < 5000; round += 1) {
    const part = {
      text: 'x'.repeat(some()),
      part: one(0, 0, 1),
      comment: one(false, false, true),
      format: one('post' as const, 'reel' as const),
      visibility: one('public' as const, 'direct' as const),
      poll: one(null, poll(['a', 'x'.repeat(some())], some())),
      media: Array.from({ length: one(0, 1, 2, 3) }, file),
    };
    const limits: Partial<Limits> = {
      characters: one(null, 500),
      media: one(null, 1),
      altCharacters: one(null, 100),
      mimeTypes: one(null, ['image/jpeg'], ['image/png', 'video/mp4']),
      imageBytes: one(null, mebi),
      imagePixels: one(null, 1_000_000),
      imageRatio: one(null, [0.8, 1.91] as const),
      videoBytes: one(null, mebi),
      filmSeconds: one(null, [3, 60] as const),
      framesPerSecond: one(null, [23, 60] as const),
      filmPixels: one(null, 1_000_000),
      filmWidth: one(null, 1000),
      filmShape: one(null, { ratio: 9 / 16, name: '9:16', least: [540, 960] as const }),
      videoCodecs: one(null, ['avc']),
      audioCodecs: one(null, ['aac']),
      streamable: one(true, false),
      filmAlone: one(true, false),
      formats: one({}, { reel }),
      fetches: one('nothing' as const, 'everything' as const),
      textOnly: one(true, false),
      thread: one(true, false),
      comments: one(true, false),
      polls: one(null, open.polls),
      visibilities: one(['public'] as const, open.visibilities),
    };
    for (const line of say(part, limits, { fit: one('refuse', 'pad', 'crop') })) {
      const about = `seed ${seed}, round ${round}: ${line}`;
      expect(line.split('; '), about).toHaveLength(2);
      expect(line, about).toMatch(
        /; (shorten|remove|choose|convert|crop|scale|save|cut|export|make|add|take|leave|give|let|bring) /,
      );
      expect(line, about).not.toMatch(/undefined|null|NaN|\[object|application\/|image\/|video\//);
      seen.add(line.replaceAll(/\d+/g, ''));
    }
  }
  expect(seen.size).toBeGreaterThan(40);
});
