import { describe, expect, test } from 'vitest';
import type { PictureLimits } from '../../../electron/networks/limits.ts';
import { noDetails } from '../../../electron/publisher/media/facts.ts';
import { type FitPlan, mostPixels, planFit } from '../../../electron/publisher/media/plan-fit.ts';
import { seededRandom } from '../../support/random.ts';

const instagram: PictureLimits = {
  mimeTypes: ['image/jpeg', 'video/mp4'],
  imageBytes: 8 * 1024 ** 2,
  imagePixels: null,
  imageRatio: [4 / 5, 1.91],
  imageWidth: 1440,
  plainJpeg: true,
};
const mastodon: PictureLimits = {
  mimeTypes: ['image/jpeg', 'image/png', 'image/heic', 'video/mp4'],
  imageBytes: 16 * 1024 ** 2,
  imagePixels: 33_177_600,
  imageRatio: null,
  imageWidth: null,
  plainJpeg: false,
};
const photo = {
  mime: 'image/jpeg',
  bytes: 1_000_000,
  width: 1200,
  height: 1000,
  details: { ...noDetails, jpeg: 'plain' as const },
};
const keep = { fit: 'refuse', stripLocation: true } as const;
const plan = (
  file: Partial<typeof photo> | Record<string, unknown>,
  limits = instagram,
  wishes: Parameters<typeof planFit>[2] = keep,
): FitPlan => planFit({ ...photo, ...file }, limits, wishes, 'The network');
const recipe = (made: FitPlan) => (made.do === 'make' ? made.recipe : expect.fail(JSON.stringify(made)));
const why = (refused: FitPlan) =>
  refused.do === 'refuse' ? refused.why.join('; ') : expect.fail(JSON.stringify(refused));

describe('what fits is sent as it is', () => {
  test.each([
    ['a photo', {}, instagram],
    ['a photo that is wider than the network shows', { width: 4000, height: 3000 }, instagram],
    ['a PNG', { mime: 'image/png' }, mastodon],
    ['a place that nobody wants taken out', { details: { ...noDetails, location: true } }, mastodon],
  ])('%s', (name, file, limits) => {
    const wishes = name.startsWith('a place') ? { fit: 'refuse' as const, stripLocation: false } : keep;
    expect(plan(file, limits, wishes)).toEqual({ do: 'send' });
  });
});

test('a place is taken out of a picture that fits, and the picture stays as it is', () => {
  const details = { ...noDetails, location: true };
  expect(plan({ details }, mastodon)).toEqual({ do: 'strip' });
  expect(plan({ details, mime: 'video/mp4' }, mastodon)).toEqual({ do: 'strip' });
  expect(why(plan({ details, mime: 'image/heic' }, mastodon))).toBe(
    'says where it was made, which Belfry cannot take out of HEIC; convert it to JPEG, or allow places with the setting stripLocation',
  );
});

test('several pictures in one JPEG become one, without being opened', () => {
  expect(plan({ details: { ...noDetails, jpeg: 'several' } })).toEqual({ do: 'strip' });
  expect(plan({ details: { ...noDetails, jpeg: 'several' } }, mastodon)).toEqual({ do: 'send' });
});

test.each([
  ['another type', { mime: 'image/png' }, instagram, { width: 1200, height: 1000 }],
  [
    'too many bytes',
    { bytes: 9 * 1024 ** 2, width: 4000, height: 3000 },
    instagram,
    { width: 1440, height: 1080 },
  ],
  [
    'foreign colours',
    { details: { ...noDetails, jpeg: 'colours' } },
    instagram,
    { width: 1200, height: 1000 },
  ],
  ['too many pixels', { width: 10_000, height: 8000 }, mastodon, { width: 6439, height: 5151 }],
])('%s: it is made anew', (_, file, limits, size) => {
  const { width, height, cut, canvas, mostBytes } = recipe(plan(file, limits));
  expect({ width, height, cut, canvas, mostBytes }).toEqual({
    ...size,
    cut: null,
    canvas: null,
    mostBytes: limits.imageBytes,
  });
});

describe('a shape that the network does not take', () => {
  const portrait = { width: 1080, height: 1920 };
  test('is refused with what would help', () => {
    expect(why(plan(portrait))).toBe(
      'is 0.56 times as wide as high, and The network takes 0.80 to 1.91; crop it, or let Belfry do so with the setting mediaFit: "pad" adds bars left and right, 228 pixels each, "crop" takes away 30 % of its height',
    );
  });
  test('gets bars', () => {
    expect(recipe(plan(portrait, instagram, { ...keep, fit: 'pad' }))).toMatchObject({
      cut: null,
      width: 1012,
      height: 1800,
      canvas: { width: 1440, height: 1800 },
    });
  });
  test('is cropped around its focus', () => {
    const crop = { ...keep, fit: 'crop' as const };
    expect(recipe(plan(portrait, instagram, crop)).cut).toEqual({
      left: 0,
      top: 285,
      width: 1080,
      height: 1350,
    });
    expect(recipe(plan({ ...portrait, focus: [0, 1] }, instagram, crop)).cut).toMatchObject({ top: 0 });
    expect(recipe(plan({ ...portrait, focus: [0, -1] }, instagram, crop)).cut).toMatchObject({ top: 570 });
    expect(recipe(plan({ width: 3000, height: 1000, focus: [1, 0] }, instagram, crop)).cut).toEqual({
      left: 1090,
      top: 0,
      width: 1910,
      height: 1000,
    });
  });
});

describe('what cannot be made anew is refused with the reason', () => {
  test.each([
    [
      'an animation',
      { mime: 'image/gif', details: { ...noDetails, animated: true } },
      'is an animated GIF, and The network takes JPEG; convert it to JPEG, or to an MP4 to keep it moving',
    ],
    ['a HEIC', { mime: 'image/heic' }, 'is HEIC, and The network takes JPEG; convert it to JPEG'],
    [
      'a bomb',
      { mime: 'image/png', width: 30_000, height: 30_000 },
      'is PNG, and The network takes JPEG; convert it to JPEG',
    ],
    [
      'a bomb of the right type',
      { bytes: 9 * 1024 ** 2, width: 30_000, height: 30_000 },
      'has 9.0 MiB, and The network takes 8.0 MiB; save it smaller',
    ],
    [
      'a film of another type',
      { mime: 'video/webm' },
      'is WebM, and The network takes MP4; convert it to MP4',
    ],
  ])('%s', (_, file, text) => {
    expect(why(plan(file))).toContain(text);
  });
  test('a bomb whose shape alone is wrong', () => {
    expect(why(plan({ width: 30_000, height: 10_000 }, instagram, { ...keep, fit: 'crop' }))).toBe(
      `has more than the 210.0 million pixels that Belfry opens; scale it down to 25099 × 8366 or less`,
    );
  });
});

test('whatever is made fits its limits, for any size and wish', () => {
  const seed = Number(process.env['BELFRY_SEED'] ?? 20_261_122);
  const random = seededRandom(seed);
  const some = (most: number) => 1 + Math.floor(random.next() ** 3 * most);
  for (let round = 0; round < 20_000; round += 1) {
    const file = {
      mime: 'image/png',
      width: some(20_000),
      height: some(20_000),
      focus: [random.next() * 2 - 1, random.next() * 2 - 1],
    };
    const limits = random.next() < 0.5 ? instagram : { ...mastodon, mimeTypes: ['image/jpeg'] };
    const fit = random.next() < 0.5 ? 'pad' : 'crop';
    const made = plan(file, limits, { fit, stripLocation: true });
    const about = `seed ${seed}: ${JSON.stringify({ file, fit, made })}`;
    if (made.do === 'refuse') {
      expect(file.width * file.height, about).toBeGreaterThan(mostPixels);
      continue;
    }
    const { width, height, canvas, cut } = recipe(made);
    const out = canvas ?? { width, height };
    expect(Math.min(width, height), about).toBeGreaterThanOrEqual(1);
    expect(out.width >= width && out.height >= height, about).toBe(true);
    if (limits.imagePixels !== null)
      expect(out.width * out.height, about).toBeLessThanOrEqual(limits.imagePixels);
    if (limits.imageWidth !== null) expect(out.width, about).toBeLessThanOrEqual(limits.imageWidth);
    // Below some pixels no whole numbers have the shape.
    if (limits.imageRatio !== null && Math.min(out.width, out.height) > 100) {
      // A picture that misses a shape by a hundredth is taken for one of that shape, and scaling costs up to a pixel.
      expect(out.width / out.height, about).toBeGreaterThan(limits.imageRatio[0] - 0.02);
      expect(out.width / out.height, about).toBeLessThan(limits.imageRatio[1] + 0.02);
    }
    if (cut) {
      expect(
        cut.left >= 0 &&
          cut.top >= 0 &&
          cut.left + cut.width <= file.width &&
          cut.top + cut.height <= file.height,
        about,
      ).toBe(true);
    }
  }
});
