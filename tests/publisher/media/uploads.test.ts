import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { uploadName } from '../../../electron/publisher/media/upload-name.ts';
import { handClock } from '../../support/clock.ts';
import { temporaryHome } from '../../support/home.ts';
import { openMediaFiles } from '../../support/media-files.ts';
import { pictureBytes } from '../../support/pictures.ts';

const day = 86_400_000;
const never = new AbortController().signal;

function open(home = temporaryHome(), some: Parameters<typeof openMediaFiles>[1] = {}) {
  const media = openMediaFiles(home, some);
  onTestFinished(media.close);
  const folder = join(home, 'uploads');
  return { ...media, home, folder, left: () => (existsSync(folder) ? readdirSync(folder) : []) };
}

async function* pieces(content: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.byteLength; at += size) yield content.subarray(at, at + size);
}

/** A body that gives its beginning and then nothing more. */
async function* stalled(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content.subarray(0, 1000);
  await new Promise(() => {});
}

test('a file arrives whole, under a name that fits its content, and may be named by a post', async () => {
  const media = open(undefined, { mediaFolders: () => ['/nowhere'] });
  const content = await pictureBytes('jpg', { orientation: 6, noise: true });
  const stored = await media.upload({
    name: '../../My <photo>.png',
    bytes: content.byteLength,
    body: pieces(content),
    signal: never,
  });
  expect(stored).toEqual({
    path: join(media.folder, media.left()[0] ?? '', 'My photo.jpg'),
    name: 'My photo.jpg',
    bytes: content.byteLength,
    type: 'image/jpeg',
    width: 1000,
    height: 1200,
  });
  expect(readFileSync(stored.path)).toEqual(content);
  expect([statSync(stored.path).mode & 0o777, statSync(media.folder).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(await media.look(stored.path)).toMatchObject({ name: 'My photo.jpg', problem: null });
});

test.each([
  ['photo.jpeg', 'image/jpeg', 'photo.jpeg'],
  ['photo.JPG', 'image/jpeg', 'photo.jpg'],
  ['C:\\pictures\\a.b.gif', 'image/png', 'a.b.png'],
  ['..', 'image/png', 'file.png'],
  ['.hidden', 'image/png', 'hidden.png'],
  ['CON.png', 'image/png', '_CON.png'],
  ['a\u0000b\u202ec\n.png', 'image/png', 'abc.png'],
  [`${'ü'.repeat(300)}.mp4`, 'video/mp4', `${'ü'.repeat(50)}.mp4`],
  ['e\u0301.mov', 'video/quicktime', 'é.mov'],
])('%j of type %s is stored as %j', (given, mime, name) => {
  expect(uploadName(given, mime)).toBe(name);
});

test('what breaks off, is cancelled, is no media or too short leaves nothing behind', async () => {
  const media = open();
  const content = await pictureBytes('jpg', { noise: true });
  const send = (body: AsyncIterable<Uint8Array>, signal = never, bytes: number | null = null) =>
    media.upload({ name: 'a.jpg', bytes, body, signal });

  async function* breaks(): AsyncGenerator<Uint8Array> {
    yield content.subarray(0, 5000);
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }
  await expect(send(breaks())).rejects.toMatchObject({ code: 'CONFLICT' });

  const cancel = new AbortController();
  const cancelled = send(stalled(content), cancel.signal);
  await expect.poll(() => media.left()).toHaveLength(1);
  cancel.abort();
  await expect(cancelled).rejects.toMatchObject({ code: 'CONFLICT' });

  await expect(send(pieces(content), never, content.byteLength + 1)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  await expect(send(pieces(new Uint8Array()))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(send(pieces(Buffer.from('text')))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  let read = 0;
  async function* noMedia(): AsyncGenerator<Uint8Array> {
    for (; read < 1000; read += 1) yield Buffer.from('This is no picture. '.repeat(10));
  }
  await expect(send(noMedia())).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(read).toBeLessThan(3);
  // Its beginning is a picture's, and nothing else of it.
  await expect(send(pieces(content.subarray(0, 100)))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(media.left()).toEqual([]);
});

test('one file, all files, the disk and uploads at one time have their limits', async () => {
  const content = await pictureBytes('jpg', { noise: true });
  const size = content.byteLength;
  const sent = (bytes: number | null) => ({
    name: 'a.jpg',
    bytes,
    body: pieces(content, 1000),
    signal: never,
  });

  const small = open(undefined, { uploadLimits: { fileBytes: size - 1 } });
  for (const bytes of [size, null])
    await expect(small.upload(sent(bytes))).rejects.toMatchObject({ code: 'TOO_LARGE' });

  const one = open(undefined, { uploadLimits: { totalBytes: 1.5 * size } });
  await one.upload(sent(null));
  await expect(one.upload(sent(size))).rejects.toMatchObject({ code: 'TOO_LARGE' });
  expect(one.left()).toHaveLength(1);

  const full = open(undefined, { uploadLimits: { freeBytes: Number.MAX_SAFE_INTEGER } });
  await expect(full.upload(sent(size))).rejects.toMatchObject({ code: 'HOME_UNUSABLE' });

  const few = open(undefined, { uploadLimits: { atOnce: 2 } });
  const cancel = new AbortController();
  const waiting = [1, 2].map(() =>
    few.upload({ ...sent(null), body: stalled(content), signal: cancel.signal }).catch(() => 'cancelled'),
  );
  await expect(few.upload(sent(null))).rejects.toMatchObject({ code: 'CONFLICT' });
  cancel.abort();
  expect(await Promise.all(waiting)).toEqual(['cancelled', 'cancelled']);
  await few.upload(sent(null));
  for (const media of [small, full]) expect(media.left()).toEqual([]);
});

test('a start removes what a kill left behind, and what has not been looked at for two days; what is not ours stays', async () => {
  const clock = handClock();
  const media = open(undefined, { clock });
  const content = await pictureBytes('jpg');
  const upload = () => media.upload({ name: 'a.jpg', bytes: null, body: pieces(content), signal: never });
  const [looked, forgotten] = [await upload(), await upload()];
  await clock.advance(day);
  const before = statSync(looked.path).mtimeMs;
  await media.look(looked.path);
  expect(statSync(looked.path).mtimeMs).toBe(before);
  writeFileSync(join(media.folder, '0123456789abcdef.part'), 'half');
  mkdirSync(join(media.folder, 'fedcba9876543210'));
  writeFileSync(join(media.folder, 'theirs.part'), 'theirs');
  utimesSync(join(media.folder, 'theirs.part'), 1, 1);
  await clock.advance(1.5 * day);

  const next = open(media.home, { clock });
  await next.start();
  expect([existsSync(looked.path), existsSync(forgotten.path)]).toEqual([true, false]);
  expect(next.left()).toHaveLength(2);
  expect(next.left()).toContain('theirs.part');
  // It goes on by itself.
  await clock.advance(2 * day);
  await expect.poll(() => next.left()).toEqual(['theirs.part']);
});

test('the end of Belfry breaks off what is on its way', async () => {
  const media = open();
  const content = await pictureBytes('jpg');
  const sending = media.upload({ name: 'a.jpg', bytes: null, body: stalled(content), signal: never });
  const refused = expect(sending).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect.poll(() => media.left()).toHaveLength(1);
  await media.stop();
  expect(media.left()).toEqual([]);
  await refused;
  await expect(
    media.upload({ name: 'a.jpg', bytes: null, body: pieces(content), signal: never }),
  ).rejects.toMatchObject({ code: 'STOPPING' });
});
