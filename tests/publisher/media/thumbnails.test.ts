import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { noDetails } from '../../../electron/publisher/media/facts.ts';
import { loadSharp } from '../../../electron/publisher/media/workshop/pictures.ts';
import type { ThumbnailWidth } from '../../../shared/index.ts';
import { handClock } from '../../support/clock.ts';
import { realFilm } from '../../support/films.ts';
import { temporaryHome } from '../../support/home.ts';
import { openMediaFiles } from '../../support/media-files.ts';
import { lookAt, realPicture } from '../../support/pictures.ts';

type Options = Parameters<typeof openMediaFiles>[1];
const never = new AbortController().signal;

function open(options: Options = {}) {
  const home = temporaryHome();
  const media = openMediaFiles(home, options);
  onTestFinished(media.close);
  return {
    ...media,
    home,
    async shown(path: string, width: ThumbnailWidth = 96): Promise<Buffer> {
      const found = await media.thumbnail({ path, width, signal: never });
      return Buffer.from(found?.content ?? []);
    },
    made: () => (existsSync(join(home, 'thumbnails')) ? readdirSync(join(home, 'thumbnails')) : []),
  };
}

async function pixel(picture: Buffer | string, x = 0.5, y = 0.5): Promise<number[]> {
  const { data, info } = await loadSharp()(picture)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at =
    (Math.floor(y * (info.height - 1)) * info.width + Math.floor(x * (info.width - 1))) * info.channels;
  return [...data.subarray(at, at + 3)];
}

test('a photo that was taken upright is shown upright, without what it says of its place', async () => {
  const media = open();
  const photo = await realPicture(media.home, 'photo.jpg', {
    width: 1200,
    height: 800,
    orientation: 6,
    gps: true,
  });
  const small = await media.shown(photo, 320);
  const seen = await lookAt(small);
  expect(seen).toMatchObject({ width: 320, height: 480, format: 'webp', exif: undefined });
  // Red was left; turned clockwise it is above.
  expect([seen.colourAt(0.5, 0.1), seen.colourAt(0.5, 0.9)]).toEqual(['red', 'blue']);
  expect((await loadSharp()(small).metadata()).orientation).toBeUndefined();
});

test('the colours of a photo with a profile of its own are those of sRGB', async () => {
  const media = open();
  const path = join(media.home, 'colours.jpg');
  const background = { r: 200, g: 80, b: 60 };
  const drawn = loadSharp()({ create: { width: 200, height: 200, channels: 3, background } });
  await drawn.withIccProfile('p3').jpeg({ quality: 100 }).toFile(path);
  const unread = await loadSharp()(path, { ignoreIcc: true }).raw().toBuffer();
  expect(unread[0]).toBeLessThan(190);
  const small = await media.shown(path);
  const [red = 0, green = 0, blue = 0] = await pixel(small);
  expect(Math.max(Math.abs(red - 200), Math.abs(green - 80), Math.abs(blue - 60))).toBeLessThan(5);
  expect((await loadSharp()(small).metadata()).icc).toBeUndefined();
});

test('a moving picture shows its first frame, a small one stays small, a clear one stays clear', async () => {
  const media = open();
  const moving = await media.shown(
    await realPicture(media.home, 'a.gif', { width: 50, height: 40, moving: true }),
  );
  const meta = await loadSharp()(moving).metadata();
  expect([meta.width, meta.height, meta.pages ?? 1]).toEqual([50, 40, 1]);
  expect((await pixel(moving))[0]).toBeGreaterThan(200);
  const clear = join(media.home, 'clear.png');
  await loadSharp()({ create: { width: 300, height: 300, channels: 4, background: '#00000000' } }).toFile(
    clear,
  );
  expect((await loadSharp()(await media.shown(clear)).metadata()).hasAlpha).toBe(true);
});

test('a film and a sound have no thumbnail, and say how long they are', async () => {
  const media = open();
  const film = await realFilm(media.home, 'film.mp4');
  expect(await media.thumbnail({ path: film, width: 96, signal: never })).toBeNull();
  expect(await media.look(film)).toMatchObject({
    name: 'film.mp4',
    mime: 'video/mp4',
    bytes: statSync(film).size,
    seconds: expect.any(Number),
    thumbnail: false,
    problem: null,
  });
  expect(media.made()).toEqual([]);
});

test('what cannot be shown says why', async () => {
  const media = open({ mediaFolders: () => null });
  const { home } = media;
  await expect(media.shown(join(home, 'gone.jpg'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(media.look('media:0123456789abcdef')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(media.shown(home)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  const text = join(home, 'text.jpg');
  writeFileSync(text, 'This is no picture.'.repeat(20));
  await expect(media.shown(text)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  const whole = readFileSync(await realPicture(home, 'whole.jpg', { noise: true }));
  const half = join(home, 'half.jpg');
  writeFileSync(half, whole.subarray(0, whole.byteLength >> 1));
  await expect(media.shown(half)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(await media.look(half)).toMatchObject({
    mime: 'image/jpeg',
    width: 1200,
    problem: { code: 'BAD_INPUT', message: expect.stringContaining('half.jpg') },
  });
  expect(media.made()).toEqual([]);
  // Another content, another judgement.
  writeFileSync(half, whole);
  expect((await media.shown(half)).byteLength).toBeGreaterThan(100);
  expect(await media.look(half)).toMatchObject({ problem: null });
});

/** A grey PNG that says to have so many pixels, and holds `rows` of them. */
function largePng(width: number, height: number, rows: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.byteLength);
    sum.writeUInt32BE(crc32(content));
    return Buffer.concat([length, content, sum]);
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', size),
    chunk('IDAT', deflateSync(Buffer.alloc((width + 1) * rows), { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('a picture that would unfold to gigabytes is refused before it is opened', async () => {
  const orders: string[] = [];
  const workshop = {
    measure: () => Promise.reject(new Error('not asked for')),
    thumbnail: async ({ from }: { from: string }) => {
      orders.push(from);
      return { ok: false as const, fault: 'failed' as const, why: 'should not be asked' };
    },
  };
  const media = open({ workshop });
  const path = join(media.home, 'bomb.png');
  writeFileSync(path, largePng(60_000, 60_000, 1));
  await expect(media.shown(path)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  expect(await media.look(path)).toMatchObject({ width: 60_000, problem: { code: 'TOO_LARGE' } });
  expect(orders).toEqual([]);
});

test('a photo of a hundred million pixels is shown', async () => {
  const media = open();
  const path = join(media.home, 'large.png');
  writeFileSync(path, largePng(12_000, 8400, 8400));
  expect(await lookAt(await media.shown(path, 320))).toMatchObject({ width: 320, height: 224 });
});

test('only what a post could name is shown, links followed', async () => {
  const allowed = temporaryHome();
  const outside = await realPicture(temporaryHome(), 'outside.jpg');
  const media = open({ mediaFolders: () => [allowed] });
  symlinkSync(outside, join(allowed, 'link.jpg'));
  for (const path of [outside, join(allowed, 'link.jpg'), join(allowed, '../outside.jpg'), '/etc/passwd']) {
    await expect(media.shown(path)).rejects.toMatchObject({
      code: expect.stringMatching(/NOT_ALLOWED|NOT_FOUND/),
    });
    await expect(media.look(path)).rejects.toMatchObject({
      code: expect.stringMatching(/NOT_ALLOWED|NOT_FOUND/),
    });
  }
  const inside = await realPicture(allowed, 'inside.jpg');
  expect((await media.shown(inside)).byteLength).toBeGreaterThan(50);
  for (const own of ['media', 'uploads']) {
    mkdirSync(join(media.home, own));
    expect(
      (await media.shown(await realPicture(join(media.home, own), 'own.jpg'))).byteLength,
    ).toBeGreaterThan(50);
  }
});

test('what Belfry holds is shown by its id, and also when the copy is gone', async () => {
  const home = temporaryHome();
  mkdirSync(join(home, 'media'));
  const path = await realPicture(join(home, 'media'), 'a.jpg');
  const content = readFileSync(path);
  const held = {
    ...{ id: '0123456789abcdef', part: 0, position: 0, file: 'a.jpg', name: 'photo.jpg', mime: 'image/jpeg' },
    ...{ bytes: content.byteLength, width: 1200, height: 1000, alt: '', focus: null, publicUrl: null },
    sha256: createHash('sha256').update(content).digest('hex'),
    details: noDetails,
  };
  const media = openMediaFiles(home, { held: async (id) => (id === held.id ? held : undefined) });
  onTestFinished(media.close);
  const wanted = { path: `media:${held.id}`, width: 96 as const, signal: never };
  const first = await media.thumbnail(wanted);
  expect(first?.content?.byteLength).toBeGreaterThan(50);
  unlinkSync(path);
  expect(await media.thumbnail(wanted)).toEqual(first);
  await expect(media.thumbnail({ ...wanted, width: 320 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('thumbnails are kept within their bytes, the one used longest ago goes first, a half one goes at the start', async () => {
  const clock = handClock();
  const home = temporaryHome();
  const pictures = await Promise.all(
    ['a.png', 'b.png', 'c.png'].map((name) =>
      realPicture(home, name, { width: 96, height: 96, noise: true }),
    ),
  );
  const [a = '', b = '', c = ''] = pictures;
  const first = openMediaFiles(home, { clock });
  const size = async (path: string) =>
    (await first.thumbnail({ path, width: 96, signal: never }))?.content?.byteLength ?? 0;
  const total = (await size(a)) + (await size(b));
  await clock.advance(1000);
  await size(a);
  await first.close();
  const folder = join(home, 'thumbnails');
  writeFileSync(join(folder, '0123456789abcdef.part'), 'half');
  writeFileSync(join(folder, 'not-ours.txt'), 'theirs');
  // A new start knows from the disk which of them was used last.
  const second = openMediaFiles(home, { clock, mostCacheBytes: total + 200 });
  onTestFinished(second.close);
  const tagOf = async (path: string, has?: string) =>
    second.thumbnail({ path, width: 96, has, signal: never });
  await tagOf(c);
  const names = readdirSync(folder).sort();
  expect(names).toHaveLength(3);
  expect(names).toContain('not-ours.txt');
  const kept = await Promise.all([a, b, c].map(async (path) => (await tagOf(path, 'x'))?.tag.slice(1, -1)));
  expect(names.filter((name) => name !== 'not-ours.txt')).toEqual([kept[0], kept[2]].sort());
});

test('two windows that want one picture have it made once, and none that has gone makes work', async () => {
  const orders: string[] = [];
  let finish = () => {};
  const workshop = {
    measure: () => Promise.reject(new Error('not asked for')),
    thumbnail: ({ from, to }: { from: string; to: string }) => {
      orders.push(from);
      return new Promise<{ ok: true; value: { bytes: number; width: number; height: number } }>((resolve) => {
        finish = () => {
          writeFileSync(to, 'made');
          resolve({ ok: true, value: { bytes: 4, width: 1, height: 1 } });
        };
      });
    },
  };
  const media = open({ workshop });
  const [a = '', b = ''] = await Promise.all(['a.jpg', 'b.jpg'].map((name) => realPicture(media.home, name)));
  const both = [a, a].map((path) => media.thumbnail({ path, width: 96, signal: never }));
  await expect.poll(() => orders).toEqual([a]);
  const gone = new AbortController();
  const given = media.thumbnail({ path: b, width: 96, signal: gone.signal });
  const refused = expect(given).rejects.toMatchObject({ code: 'CONFLICT' });
  // It waits in the queue by now, as a later one of the same does.
  await media.look(b);
  gone.abort();
  finish();
  const [one, two] = await Promise.all(both);
  expect(one?.tag).toBe(two?.tag);
  await refused;
  expect(orders).toEqual([a]);
  expect(await media.thumbnail({ path: a, width: 96, has: one?.tag, signal: never })).toMatchObject({
    content: null,
  });
});
