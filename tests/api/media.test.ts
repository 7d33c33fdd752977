import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { HttpServerDeps } from '../../electron/api/index.ts';
import { thumbnailAddress, uploadAddress, web } from '../../shared/index.ts';
import { realFilm } from '../support/films.ts';
import { lookAt, pictureBytes, realPicture } from '../support/pictures.ts';
import { openHttp, signIn } from './http-world.ts';
import { ask, rawHttp } from './raw-http.ts';

async function open(some: Partial<HttpServerDeps> = {}) {
  const opened = await openHttp(some);
  const token = await signIn(opened);
  const uploads = join(opened.home, 'uploads');
  return {
    ...opened,
    token,
    left: () => (existsSync(uploads) ? readdirSync(uploads) : []),
    get: (address: string, headers: Record<string, string> = {}) =>
      fetch(`${opened.base}${address}`, { headers: { [web.tokenHeader]: token, ...headers } }),
    send: (content: BodyInit, name = 'a.jpg') =>
      fetch(`${opened.base}${uploadAddress(name)}`, {
        method: 'POST',
        headers: { [web.tokenHeader]: token },
        body: content,
      }),
  };
}

test('a thumbnail comes with its type, is kept by its tag, and never by others', async () => {
  const opened = await open();
  const path = await realPicture(opened.home, 'Größe & co #1.jpg', { orientation: 6 });
  const address = thumbnailAddress(path, 320);
  const answer = await opened.get(address);
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/webp',
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  });
  expect(await lookAt(Buffer.from(await answer.arrayBuffer()))).toMatchObject({ width: 320, format: 'webp' });
  const tag = answer.headers.get('etag') ?? '';
  const again = await opened.get(address, { 'if-none-match': tag });
  expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
  // Another picture of the same name is another one.
  await realPicture(opened.home, 'Größe & co #1.jpg', { width: 500 });
  const changed = await opened.get(address, { 'if-none-match': tag });
  expect(changed.status).toBe(200);
  expect(changed.headers.get('etag')).not.toBe(tag);
});

test('what has no picture is 204, what cannot be shown says why', async () => {
  const opened = await open();
  const film = await realFilm(opened.home, 'film.mp4');
  expect((await opened.get(thumbnailAddress(film, 96))).status).toBe(204);
  const gone = await opened.get(thumbnailAddress(join(opened.home, 'gone.jpg'), 96));
  expect([gone.status, await gone.json()]).toMatchObject([404, { ok: false, error: { code: 'NOT_FOUND' } }]);
  writeFileSync(join(opened.home, 'bad.jpg'), 'no picture at all');
  const bad = await opened.get(thumbnailAddress(join(opened.home, 'bad.jpg'), 96));
  expect([bad.status, await bad.json()]).toMatchObject([400, { ok: false, error: { code: 'BAD_INPUT' } }]);
  for (const query of ['', '?path=a.jpg', '?path=a.jpg&width=97', '?width=96'])
    expect((await opened.get(`${web.paths.thumbnail}${query}`)).status).toBe(400);
});

test('only a signed-in window of this address sees or sends anything', async () => {
  const opened = await open();
  const thumbnail = thumbnailAddress(await realPicture(opened.home, 'a.jpg'), 96);
  const upload = uploadAddress('a.jpg');
  const { port, token } = opened;
  for (const headers of [{}, { [web.tokenHeader]: 'wrong' }]) {
    expect((await ask(port, thumbnail, headers)).status).toBe(401);
    expect((await ask(port, upload, headers, { method: 'POST', body: 'x' })).status).toBe(401);
  }
  const known = { [web.tokenHeader]: token };
  for (const foreign of [{ host: 'evil.example' }, { origin: 'http://evil.example' }]) {
    expect([403, 421]).toContain((await ask(port, thumbnail, { ...known, ...foreign })).status);
    const sent = await ask(port, upload, { ...known, ...foreign }, { method: 'POST', body: 'x' });
    expect([403, 421]).toContain(sent.status);
  }
  expect((await ask(port, upload, known)).status).toBe(405);
  expect((await ask(port, thumbnail, known, { method: 'POST', body: 'x' })).status).toBe(405);
  expect(opened.left()).toEqual([]);
  opened.endSessions();
  expect((await ask(port, thumbnail, known)).status).toBe(401);
});

test('a file is stored from its body, and two windows send at once', async () => {
  const opened = await open();
  const pictures = await Promise.all([
    pictureBytes('png', { width: 40 }),
    pictureBytes('webp', { noise: true }),
  ]);
  const answers = await Promise.all(
    pictures.map((content, index) => opened.send(new Uint8Array(content), `picture ${index}.png`)),
  );
  const values = await Promise.all(answers.map((answer) => answer.json()));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(values).toMatchObject([
    {
      ok: true,
      value: { name: 'picture 0.png', type: 'image/png', width: 40, bytes: pictures[0]?.byteLength },
    },
    { ok: true, value: { name: 'picture 1.webp', type: 'image/webp', width: 1200 } },
  ]);
  expect((await opened.get(thumbnailAddress(values[0].value.path, 96))).status).toBe(200);
});

test('a refused file is heard of, however much of it was still to come', async () => {
  const opened = await open();
  const answer = await opened.send(new Uint8Array(20 * 1024 * 1024));
  expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 'BAD_INPUT' } }]);
  expect(opened.left()).toEqual([]);
  // The connection goes on.
  expect((await opened.get('/healthz')).status).toBe(200);
});

const half = (token: string, port: number, path: string, type: string) =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: ${type}\r\n${web.tokenHeader}: ${token}\r\ncontent-length: `;

test('a file that breaks off in the middle leaves nothing', async () => {
  const opened = await open();
  const content = await pictureBytes('jpg', { noise: true });
  const socket = connect(opened.port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(
    `${half(opened.token, opened.port, uploadAddress('a.jpg'), 'image/jpeg')}${content.byteLength}\r\n\r\n`,
  );
  socket.write(content.subarray(0, 10_000));
  await expect.poll(opened.left).toHaveLength(1);
  socket.destroy();
  await expect.poll(opened.left).toEqual([]);
  expect(opened.said).toEqual([]);
});

test('a large file may take longer than a call, which is cut off', async () => {
  const limits = { headersMs: 200, requestMs: 300, keepAliveMs: 5000, idleMs: 60_000, connections: 64 };
  const opened = await open({ limits });
  const content = await pictureBytes('jpg', { noise: true });
  const socket = connect(opened.port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString();
  });
  socket.write(
    `${half(opened.token, opened.port, uploadAddress('a.jpg'), 'image/jpeg')}${content.byteLength}\r\n\r\n`,
  );
  socket.write(content.subarray(0, 10_000));
  // As long as a call that was begun after it is cut off by the same limit.
  const call = connect(opened.port, '127.0.0.1').on('error', () => {});
  let said = '';
  call.on('data', (chunk) => {
    said += chunk.toString();
  });
  call.write(`${half(opened.token, opened.port, web.paths.call, 'application/json')}20\r\n\r\n{"na`);
  await new Promise((resolve) => call.once('close', resolve));
  expect(said).toMatch(/^(HTTP\/1\.1 408 |$)/);
  await later(limits.requestMs);
  socket.write(content.subarray(10_000));
  await expect.poll(() => answer).toContain('"type":"image/jpeg"');
});

test('a head that is none, or too long, is told so', async () => {
  const { port } = await open();
  const raw = (text: string) => rawHttp(port, text);
  expect(await raw('no http at all\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await raw(`GET / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
});
