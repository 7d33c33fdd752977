import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Bridge, web } from '../../shared/index.ts';
import { json, openHttp, post, signIn } from './http-world.ts';
import { ask, rawHttp } from './raw-http.ts';

test('a seventeenth event stream is refused; closing the server ends the others', async () => {
  const opened = await openHttp();
  const headers = { [web.tokenHeader]: await signIn(opened) };
  const streams = await Promise.all(
    Array.from({ length: 16 }, () => fetch(`${opened.base}${web.paths.events}`, { headers })),
  );
  expect((await fetch(`${opened.base}${web.paths.events}`, { headers })).status).toBe(503);
  const ends = streams.map((stream) => stream.text().catch(() => 'cut'));
  await opened.close();
  await opened.close();
  await Promise.all(ends);
});

test('slow clients are bounded: half a head or half a body is cut off, and others are served meanwhile', async () => {
  const limits = { headersMs: 200, requestMs: 300, keepAliveMs: 200, idleMs: 60_000, connections: 64 };
  const opened = await openHttp({ limits });
  const token = await signIn(opened);
  const half = [
    `GET / HTTP/1.1\r\nhost: 127.0.0.1:${opened.port}\r\nx-a:`,
    `POST ${web.paths.call} HTTP/1.1\r\nhost: 127.0.0.1:${opened.port}\r\ncontent-type: application/json\r\n${web.tokenHeader}: ${token}\r\ncontent-length: 20\r\n\r\n{"na`,
  ].map((text) => rawHttp(opened.port, text).catch(() => ''));
  expect((await fetch(`${opened.base}/healthz`)).status).toBe(200);
  for (const answer of await Promise.all(half)) expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
});

test('a connection over the limit takes the place of the oldest one that has shown nothing', async () => {
  const limits = { headersMs: 5000, requestMs: 5000, keepAliveMs: 200, idleMs: 5000, connections: 3 };
  const { port } = await openHttp({ limits });
  const held: Socket[] = [];
  for (let count = 0; count < 3; count += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    held.push(socket);
  }
  onTestFinished(() => held.forEach((socket) => void socket.destroy()));
  const gone = once(held[0] as Socket, 'close');
  expect((await ask(port, '/healthz')).status).toBe(200);
  await gone;
  expect(held.map((socket) => socket.destroyed)).toEqual([true, false, false]);
});

test('a call whose page has gone away does no harm', async () => {
  let asked: () => void = () => {};
  let release: () => void = () => {};
  const started = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const bridge: Bridge = {
    async call() {
      asked();
      await held;
      return { ok: true, value: {} };
    },
    subscribe: () => () => {},
  };
  const opened = await openHttp({ bridge });
  const token = await signIn(opened);
  const gone = new AbortController();
  const call = fetch(`${opened.base}${web.paths.call}`, {
    method: 'POST',
    signal: gone.signal,
    headers: { ...json, [web.tokenHeader]: token },
    body: '{"name":"status.get"}',
  });
  await started;
  gone.abort();
  await expect(call).rejects.toThrow();
  release();
  expect((await fetch(`${opened.base}/healthz`)).status).toBe(200);
});

test('a page that goes away in the middle of a body is no mistake of ours', async () => {
  const opened = await openHttp();
  const token = await signIn(opened);
  const socket = connect(opened.port, '127.0.0.1');
  socket.write(
    `POST ${web.paths.call} HTTP/1.1\r\nhost: 127.0.0.1:${opened.port}\r\ncontent-type: application/json\r\n${web.tokenHeader}: ${token}\r\ncontent-length: 20\r\n\r\n{"na`,
  );
  await new Promise((resolve) => socket.once('connect', resolve));
  expect((await fetch(`${opened.base}/healthz`)).status).toBe(200);
  socket.resetAndDestroy();
  expect((await fetch(`${opened.base}/healthz`)).status).toBe(200);
  await opened.close();
  expect(opened.said).toEqual([]);
});

test('a hundred connections that only drip shut out neither /healthz nor a window', async () => {
  const opened = await openHttp();
  const token = await signIn(opened);
  const stream = await fetch(`${opened.base}${web.paths.events}`, { headers: { [web.tokenHeader]: token } });
  const reader = stream.body?.getReader();
  onTestFinished(() => reader?.cancel());
  expect((await reader?.read())?.done).toBe(false);
  const drippers = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const socket = connect(opened.port, '127.0.0.1');
      socket.on('error', () => {}); // Being thrown out is what is expected.
      await once(socket, 'connect');
      socket.write('GET /healthz HTTP/1.1\r\nX-Slow: ');
      return socket;
    }),
  );
  onTestFinished(() => drippers.forEach((socket) => void socket.destroy()));
  expect((await ask(opened.port, '/healthz')).status).toBe(200);
  const call = await post(
    `${opened.base}${web.paths.call}`,
    { name: 'status.get', input: {} },
    { [web.tokenHeader]: token },
  );
  expect(call.status).toBe(200);
  opened.announcer.announce({ name: 'jobs.changed' });
  const { value } = (await reader?.read()) ?? {};
  expect(Buffer.from(value ?? []).toString()).toContain('jobs.changed');
});

test('a window whose call came before two hundred connections of the same instant is answered', async () => {
  const opened = await openHttp();
  const token = await signIn(opened);
  const body = '{"name":"status.get"}';
  const head = `POST ${web.paths.call} HTTP/1.1\r\nhost: 127.0.0.1:${opened.port}\r\ncontent-type: application/json\r\n${web.tokenHeader}: ${token}\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
  // Client and server share a thread: all of these wait to be accepted before the server runs again.
  const call = rawHttp(opened.port, head + body);
  const crowd = Array.from({ length: 200 }, () => connect(opened.port, '127.0.0.1').on('error', () => {}));
  onTestFinished(() => crowd.forEach((socket) => void socket.destroy()));
  expect(await call).toMatch(/^HTTP\/1\.1 200 /);
  await expect.poll(() => crowd.filter((socket) => socket.destroyed).length).toBe(136);
});
