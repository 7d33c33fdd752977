import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { MediaDetails } from '../../../electron/publisher/media/facts.ts';
import { inspect } from '../../../electron/publisher/media/inspect.ts';
import { createWorkshop } from '../../../electron/publisher/media/workshop/index.ts';
import { systemClock } from '../../../electron/system.ts';
import { type FilmOptions, filmBytes, realFilm } from '../../support/films.ts';
import { temporaryHome } from '../../support/home.ts';
import { pictureBytes, realPicture } from '../../support/pictures.ts';
import { pngOf } from '../../support/publishing.ts';
import { workshopEntry } from '../../support/workshop-entry.ts';

const workshop = createWorkshop({ entry: workshopEntry, clock: systemClock });
afterAll(() => workshop.close());

async function look(path: string, folders: string[] | null = null) {
  const found = await inspect(path, { workshop, folders });
  if (typeof found === 'string') return found;
  await found.handle.close();
  return found.facts;
}

test('a film tells how long it lasts, its size, its rate and whether its index comes first', async () => {
  const home = temporaryHome();
  const facts = await look(await realFilm(home, 'a.mp4', { seconds: 4, framesPerSecond: 25 }));
  expect(facts).toMatchObject({
    mime: 'video/mp4',
    width: 720,
    height: 1280,
    details: { videoCodec: 'avc', streamable: true, location: false },
  });
  const details = typeof facts === 'string' ? undefined : facts.details;
  expect(details?.seconds).toBeCloseTo(4, 1);
  expect(details?.framesPerSecond).toBeCloseTo(25, 0);
  expect(await look(await realFilm(home, 'b.mp4', { indexLast: true, place: true }))).toMatchObject({
    details: { streamable: false, location: true },
  });
  expect(await look(await realFilm(home, 'c.webm', { seconds: 2 }))).toMatchObject({
    mime: 'video/webm',
    details: { videoCodec: 'vp9', streamable: null },
  });
});

test.each<[string, FilmOptions, Partial<MediaDetails>]>([
  ['H.264', {}, { videoCodec: 'avc', bitDepth: 8, chroma: '4:2:0' }],
  ['H.264 of 10 bits', { bitDepth: 10 }, { videoCodec: 'avc', bitDepth: 10, chroma: '4:2:0' }],
  ['H.264, 4:2:2', { chroma: 2, bitDepth: 10 }, { bitDepth: 10, chroma: '4:2:2' }],
  ['H.264, 4:4:4', { chroma: 3 }, { bitDepth: 8, chroma: '4:4:4' }],
  ['HEVC', { codec: 'hevc' }, { videoCodec: 'hevc', bitDepth: 8, chroma: '4:2:0' }],
  ['HEVC of 10 bits', { codec: 'hevc', bitDepth: 10 }, { bitDepth: 10, chroma: '4:2:0' }],
  ['HEVC, 4:2:2', { codec: 'hevc', chroma: 2 }, { bitDepth: 8, chroma: '4:2:2' }],
  ['MPEG-4 part 2', { codec: 'mpeg4' }, { videoCodec: 'mp4v', bitDepth: null, chroma: null }],
  ['AAC', { sound: { hertz: 48_000, channels: 2 } }, { audioCodec: 'aac', sampleRate: 48_000, channels: 2 }],
  ['AAC of 96 kHz', { sound: { hertz: 96_000, channels: 1 } }, { sampleRate: 96_000, channels: 1 }],
  ['AAC of 6 channels', { sound: { hertz: 48_000, channels: 6 } }, { channels: 6 }],
])('a film in %s tells how it stores pictures and sound', async (_, options, details) => {
  const path = await realFilm(temporaryHome(), 'a.mp4', { seconds: 2, ...options });
  expect(await look(path)).toMatchObject({ mime: 'video/mp4', width: 720, height: 1280, details });
});

test('a film under the name of a picture is a film, and a cut-off one is damaged', async () => {
  const home = temporaryHome();
  expect(await look(await realFilm(home, 'picture.jpg'))).toMatchObject({ mime: 'video/mp4' });
  const path = join(home, 'cut.mp4');
  const bytes = await filmBytes('mp4', { indexLast: true });
  writeFileSync(path, bytes.subarray(0, bytes.byteLength >> 1));
  expect(await look(path)).toBe(`${path} is damaged: its end is missing; download or export it again`);
});

test('a photo that lies on its side is measured as it is shown', async () => {
  const path = await realPicture(temporaryHome(), 'a.jpg', {
    width: 400,
    height: 300,
    orientation: 6,
    gps: true,
  });
  expect(await look(path)).toMatchObject({
    width: 300,
    height: 400,
    details: { orientation: 6, location: true },
  });
});

test('files that are none are named for what they are, and none of them is waited for', async () => {
  const home = temporaryHome();
  const at = (name: string) => join(home, name);
  execFileSync('mkfifo', [at('fifo')]);
  symlinkSync(at('loop-a'), at('loop-b'));
  symlinkSync(at('loop-b'), at('loop-a'));
  writeFileSync(at('empty.jpg'), '');
  writeFileSync(at('huge.mp4'), '');
  truncateSync(at('huge.mp4'), 4 * 1024 ** 3);
  const wrong = await Promise.all(
    [at('fifo'), '/dev/zero', home, at('loop-a'), at('none'), at('empty.jpg'), at('huge.mp4')].map((path) =>
      look(path),
    ),
  );
  expect(wrong).toEqual([
    `${at('fifo')} is not a regular file; name a picture, a film or a sound`,
    '/dev/zero is not a regular file; name a picture, a film or a sound',
    `${home} is not a regular file; name a picture, a film or a sound`,
    `${at('loop-a')} is a symbolic link that leads back to itself; name the file itself`,
    `${at('none')} does not exist; put it back, or correct the path`,
    `${at('empty.jpg')} is empty; save or download it again`,
    `${at('huge.mp4')} is larger than 2 GiB; cut it, or export it with a lower bit rate`,
  ]);
});

test('only files below the allowed folders are taken, wherever links lead', async () => {
  const home = temporaryHome();
  const at = (name: string) => join(home, name);
  mkdirSync(at('allowed'));
  mkdirSync(at('allowed-not'));
  const inside = await realPicture(at('allowed'), 'a.jpg', { width: 20, height: 20 });
  const outside = await realPicture(at('allowed-not'), 'b.jpg', { width: 20, height: 20 });
  symlinkSync(outside, at('allowed/link.jpg'));
  symlinkSync(at('allowed'), at('way'));
  const folders = [at('way')];
  expect(await look(inside, folders)).toMatchObject({ mime: 'image/jpeg' });
  expect(await look(at('way/a.jpg'), folders)).toMatchObject({ mime: 'image/jpeg' });
  for (const path of [outside, at('allowed/link.jpg'), at('allowed/../allowed-not/b.jpg')])
    expect(await look(path, folders)).toBe(
      `${path} lies outside the folders that media may come from (setting mediaFolders); move it there, or add its folder`,
    );
  expect(await look(at('allowed/none.jpg'), folders)).toBe(
    `${at('allowed/none.jpg')} does not exist; put it back, or correct the path`,
  );
  expect(await look(inside, [])).toContain('lies outside');
});

test.each(['jpg', 'png', 'webp', 'gif', 'avif'])(
  'half a picture (%s), and one without its last bytes, are damaged',
  async (type) => {
    const whole = await pictureBytes(type, { width: 64, height: 48, noise: true });
    const home = temporaryHome();
    const at = (name: string) => join(home, name);
    for (const [name, length] of [
      ['half', whole.byteLength >> 1],
      ['nearly', whole.byteLength - 40],
    ] as const) {
      writeFileSync(at(name), whole.subarray(0, length));
      expect(await look(at(name)), name).toMatch(/ is damaged: .*download or export it again$/);
    }
    writeFileSync(at('whole'), whole);
    expect(await look(at('whole'))).toMatchObject({ width: 64, height: 48 });
  },
);

test('a picture of nothing but its header is damaged, and a film that breaks off', async () => {
  const home = temporaryHome();
  const at = (name: string) => join(home, name);
  const head = pngOf(600, 600, 'sun');
  writeFileSync(at('head.png'), head.subarray(0, head.indexOf('IDAT')));
  expect(await look(at('head.png'))).toMatch(/is damaged: it cannot be decoded/);
  for (const [name, options] of [
    ['first.mp4', {}],
    ['last.mp4', { indexLast: true }],
    ['a.webm', {}],
  ] as const) {
    const film = await realFilm(at(''), name, options);
    truncateSync(film, statSync(film).size - 500);
    expect(await look(film), name).toMatch(/is damaged: its end is missing/);
  }
});

test('a content is decoded once, however many posts have it', async () => {
  const orders: string[] = [];
  const home = temporaryHome();
  const one = createWorkshop({ entry: workshopEntry, clock: systemClock });
  onTestFinished(() => one.close());
  const picture = await realPicture(home, 'a.png', { width: 20, height: 20 });
  const counting = {
    ...one,
    check: (given: Parameters<typeof one.check>[0]) => {
      orders.push(given.sha256);
      return one.check(given);
    },
  };
  for (let again = 0; again < 3; again += 1) {
    const found = await inspect(picture, { workshop: counting, folders: null });
    if (typeof found !== 'string') await found.handle.close();
  }
  expect(new Set(orders).size).toBe(1);
  const [sha256 = ''] = orders;
  // Nothing is there any more to be decoded: what is known of the content is enough.
  rmSync(picture);
  expect(await one.check({ path: picture, sha256, mostPixels: 1 })).toEqual({ ok: true, value: null });
});

test('the thread for media survives what it is given, and starts anew after it broke', async () => {
  const home = temporaryHome();
  const workshop = createWorkshop({ entry: workshopEntry, clock: systemClock });
  onTestFinished(() => workshop.close());
  const film = await realFilm(home, 'a.mp4');
  const noise = join(home, 'noise.mp4');
  writeFileSync(noise, Buffer.concat([readFileSync(film).subarray(0, 32), Buffer.alloc(100_000, 7)]));
  const [bad, good] = await Promise.all([workshop.measure(noise), workshop.measure(film)]);
  expect([bad?.ok, good?.ok]).toEqual([false, true]);
  const waiting = workshop.measure(film);
  await workshop.close();
  expect(await waiting).toMatchObject({ ok: false, fault: 'failed' });
  expect(await workshop.measure(film)).toMatchObject({ ok: true });
  const none = createWorkshop({ entry: join(home, 'none.mjs'), clock: systemClock });
  expect(await none.measure(film)).toMatchObject({ ok: false, fault: 'failed' });
  expect(await createWorkshop({ entry: undefined, clock: systemClock }).measure(film)).toMatchObject({
    ok: false,
  });
});

test('without a media worker a picture is not called damaged', async () => {
  const home = temporaryHome();
  const workshop = createWorkshop({ entry: undefined, clock: systemClock });
  const said = await inspect(await realPicture(home, 'a.png'), { workshop, folders: null });
  expect(said).toContain('started without its media worker. Nothing is wrong with the file');
  expect(said).not.toContain('damaged');
});
