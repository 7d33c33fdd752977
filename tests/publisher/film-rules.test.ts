import { expect, test } from 'vitest';
import type { Limits } from '../../electron/networks/limits.ts';
import type { CheckedPart } from '../../electron/publisher/validate.ts';
import { details, film, say } from '../support/validation.ts';

type Row = [string, Partial<CheckedPart>, Partial<Limits>, ...string[]];

test.each<Row>([
  [
    'a film that is too wide',
    { media: [{ ...film, width: 2560, height: 1440 }] },
    { filmWidth: 1920 },
    '0: is 2560 pixels wide, and m.example takes 1920; export it 1920 pixels wide or less',
  ],
  [
    'a film in codecs that are not taken',
    { media: [{ ...film, details: details({ videoCodec: 'av1', audioCodec: 'opus' }) }] },
    { videoCodecs: ['avc', 'hevc'], audioCodecs: ['aac'] },
    '0: is coded as AV1, and m.example takes H.264 or HEVC; export it as H.264',
    '0: has Opus sound, and m.example takes AAC; export its sound as AAC',
  ],
  [
    'a film in MPEG-4 part 2',
    { media: [{ ...film, details: details({ videoCodec: 'mp4v' }) }] },
    { videoCodecs: ['avc', 'hevc'] },
    '0: is coded as MPEG-4 part 2, and m.example takes H.264 or HEVC; export it as H.264',
  ],
  [
    'a film in HDR, and one of more colour than players take',
    {
      media: [
        { ...film, details: details({ bitDepth: 10, chroma: '4:2:0' }) },
        { ...film, details: details({ bitDepth: 8, chroma: '4:4:4' }) },
      ],
    },
    { bitDepth: 8, chroma: ['4:2:0'] },
    '0: has 10 bits for each colour, and m.example takes 8; export it with 8 bits, without HDR',
    '1: stores its colours as 4:4:4, and m.example takes 4:2:0; export it as 4:2:0',
  ],
  [
    'sound that is too fine',
    { media: [{ ...film, details: details({ audioCodec: 'aac', sampleRate: 96_000, channels: 6 }) }] },
    { audioCodecs: ['aac'], sampleRate: 48_000, channels: 2 },
    '0: has sound of 96 kHz, and m.example takes up to 48 kHz; export its sound with 48 kHz',
    '0: has sound of 6 channels, and m.example takes up to 2; export its sound in stereo',
  ],
  [
    'a film of another shape than a reel',
    { media: [{ ...film, width: 1280, height: 720 }] },
    { filmShape: { ratio: 9 / 16, name: '9:16', least: [540, 960] } },
    '0: has 1280 × 720 pixels, and m.example takes 9:16 only; crop it to that shape, such as 1080 × 1920, or choose "post" as its format for this account',
  ],
  [
    'a film that is too small for a reel',
    { media: [{ ...film, width: 360, height: 640 }] },
    { filmShape: { ratio: 9 / 16, name: '9:16', least: [540, 960] } },
    '0: has 360 × 640 pixels, and m.example takes 540 × 960 or more; export it larger, or choose "post" as its format for this account',
  ],
])('%s', (_, part, limits, ...lines) => {
  expect(say(part, limits)).toEqual(lines);
});

test('a film that keeps to all of it', () => {
  const fitting = {
    ...film,
    width: 1080,
    height: 1920,
    details: details({ videoCodec: 'hevc', audioCodec: 'aac' }),
  };
  const limits: Partial<Limits> = {
    filmWidth: 1920,
    filmShape: { ratio: 9 / 16, name: '9:16', least: [540, 960] },
    videoCodecs: ['avc', 'hevc'],
    audioCodecs: ['aac'],
  };
  expect(say({ media: [fitting] }, limits)).toEqual([]);
});
