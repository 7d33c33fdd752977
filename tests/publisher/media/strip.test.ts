import { expect, test } from 'vitest';
import { type Piece, readerOfBytes } from '../../../electron/publisher/media/file-reader.ts';
import { pictureDetails } from '../../../electron/publisher/media/inspect.ts';
import { strip } from '../../../electron/publisher/media/made.ts';
import { lookAt, pictureBytes } from '../../support/pictures.ts';

function assemble(file: Uint8Array, pieces: readonly Piece[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) => (piece instanceof Uint8Array ? piece : file.subarray(piece.from, piece.to))),
  );
}

async function stripped(bytes: Uint8Array, mime: string, orientation = 1): Promise<Buffer> {
  const pieces = await strip(readerOfBytes(bytes), { mime, orientation });
  return assemble(bytes, pieces ?? expect.fail('it was not understood'));
}

const details = (bytes: Uint8Array, mime: string) => pictureDetails(readerOfBytes(bytes), mime, bytes);

test.each(['jpg', 'png', 'webp', 'avif'])('a place in the EXIF of a %s is seen', async (type) => {
  const mime = `image/${type === 'jpg' ? 'jpeg' : type}`;
  expect((await details(await pictureBytes(type, { gps: true, width: 64, height: 48 }), mime)).location).toBe(
    true,
  );
  expect((await details(await pictureBytes(type, { width: 64, height: 48 }), mime)).location).toBe(false);
});

test('a place in the XMP of a JPEG is seen', async () => {
  const plain = await pictureBytes('jpg');
  const packet = Buffer.from(
    'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description exif:GPSLatitude="52,31.2N"/></x:xmpmeta>',
  );
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, packet.byteLength + 2]), packet]);
  const bytes = Buffer.concat([plain.subarray(0, 2), segment, plain.subarray(2)]);
  expect((await details(bytes, 'image/jpeg')).location).toBe(true);
  expect((await details(await stripped(bytes, 'image/jpeg'), 'image/jpeg')).location).toBe(false);
});

test.each(['jpg', 'png', 'webp'])('a %s is freed of its metadata, and no pixel changes', async (type) => {
  const mime = `image/${type === 'jpg' ? 'jpeg' : type}`;
  const bytes = await pictureBytes(type, { gps: true, width: 300, height: 200 });
  const clean = await stripped(bytes, mime);
  expect((await details(clean, mime)).location).toBe(false);
  const [before, after] = [await lookAt(bytes), await lookAt(clean)];
  expect(after.exif).toBeUndefined();
  expect([after.width, after.height]).toEqual([before.width, before.height]);
  expect(clean.byteLength).toBeLessThan(bytes.byteLength);
  // Lossless: what is left is a part of what was there.
  if (type === 'jpg') expect(bytes.includes(clean.subarray(-500))).toBe(true);
});

test('a photo that its EXIF turns is still turned afterwards', async () => {
  const bytes = await pictureBytes('jpg', { width: 300, height: 200, orientation: 6 });
  const clean = await stripped(bytes, 'image/jpeg', 6);
  const seen = await lookAt(clean);
  expect([seen.width, seen.height]).toEqual([200, 300]);
  expect([seen.colourAt(0.5, 0.1), seen.colourAt(0.5, 0.9)]).toEqual(['red', 'blue']);
});

test('what follows a JPEG (a film, a second picture with its own place) goes with the rest', async () => {
  const first = await pictureBytes('jpg', { gps: true });
  const second = await pictureBytes('jpg', { gps: true });
  const clean = await stripped(Buffer.concat([first, second]), 'image/jpeg');
  expect(clean.byteLength).toBeLessThan(first.byteLength);
  expect(clean.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
});

test('a progressive JPEG of several scans is kept whole', async () => {
  const { loadSharp } = await import('../../../electron/publisher/media/workshop/pictures.ts');
  const bytes = await loadSharp()(await pictureBytes('jpg', { noise: true, width: 400, height: 300 }))
    .jpeg({ progressive: true })
    .toBuffer();
  expect(await stripped(bytes, 'image/jpeg')).toEqual(bytes);
});

test.each([
  ['a JPEG that ends in its segments', 'image/jpeg', [0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 1]],
  ['a JPEG of fill bytes', 'image/jpeg', [0xff, 0xd8, ...Array<number>(200).fill(0xff)]],
  [
    'a PNG whose chunk is longer than the file',
    'image/png',
    [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0x7f, 0xff, 0xff, 0xff, 0x49, 0x44, 0x41, 0x54],
  ],
])('%s is left to the caller', async (_, mime, bytes) => {
  expect(await strip(readerOfBytes(Uint8Array.from(bytes)), { mime, orientation: 1 })).toBeUndefined();
});

test.each([
  ['a GIF of one picture', 'gif', false],
  ['a PNG', 'png', false],
])('%s is not animated', async (_, type, animated) => {
  expect((await details(await pictureBytes(type), `image/${type}`)).animated).toBe(animated);
});

test('a GIF of two pictures is animated', async () => {
  const { loadSharp } = await import('../../../electron/publisher/media/workshop/pictures.ts');
  const frames = [
    await pictureBytes('png', { width: 8, height: 8 }),
    await pictureBytes('png', { width: 8, height: 8, noise: true }),
  ];
  const bytes = await loadSharp()(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  expect((await details(bytes, 'image/gif')).animated).toBe(true);
});

test('JPEGs for print and in wide colours are told from plain ones', async () => {
  const { loadSharp } = await import('../../../electron/publisher/media/workshop/pictures.ts');
  const plain = await pictureBytes('jpg', { width: 40, height: 40 });
  const print = await loadSharp()(plain).toColourspace('cmyk').jpeg().toBuffer();
  const wide = await loadSharp()(plain).withIccProfile('p3').jpeg().toBuffer();
  const srgb = await loadSharp()(plain).withIccProfile('srgb').jpeg().toBuffer();
  const kinds = await Promise.all(
    [plain, print, wide, srgb].map(async (bytes) => (await details(bytes, 'image/jpeg')).jpeg),
  );
  expect(kinds).toEqual(['plain', 'colours', 'colours', 'plain']);
});
