import { once } from 'node:events';
import { createConnection } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { web } from '../../shared/index.ts';
import { rawHttp } from './raw-http.ts';
import { bodyOf, callBytes, client, closing, countingBridge, head, startServer } from './socket-world.ts';
import { status } from './world.ts';

test.each(['hello', '[1]', '', '{"name":1}', '{"input":{}}'])(
  'the body %j is no call: it is refused and harms nothing',
  async (body) => {
    const { path } = await startServer();
    const answer = await rawHttp(path, callBytes(body, closing));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(bodyOf(answer)).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } });
    expect(await (await client(path)).call('status.get', {})).toEqual({ ok: true, value: status });
  },
);

test('bytes that are no HTTP end their connection alone', async () => {
  const { path } = await startServer();
  expect(await rawHttp(path, 'hello\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await (await client(path)).call('status.get', {})).toEqual({ ok: true, value: status });
});

test('a call in Latin-1 is answered as such, and carries nothing into the engine', async () => {
  const { path } = await startServer();
  const call = Buffer.from('{"name":"status.get","input":"ä"}', 'latin1');
  expect(bodyOf(await rawHttp(path, callBytes(call, closing)))).toEqual({
    ok: false,
    error: expect.objectContaining({ message: expect.stringContaining('UTF-8') }),
  });
});

test('a call over 8 MiB is cut off with TOO_LARGE, declared or not', async () => {
  const { path } = await startServer();
  const type = 'content-type: application/json\r\n';
  const declared = head('POST', web.paths.call, `${type}content-length: 8388609\r\n`);
  const chunk = `${(0x100000).toString(16)}\r\n${' '.repeat(0x100000)}\r\n`;
  const chunked = `${head('POST', web.paths.call, `${type}transfer-encoding: chunked\r\n`)}${chunk.repeat(8)}1\r\n \r\n`;
  for (const bytes of [declared, chunked]) {
    const answer = await rawHttp(path, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(bodyOf(answer)).toMatchObject({ ok: false, error: { code: 'TOO_LARGE' } });
  }
});

test.each(['evil.example', 'localhost\r\nhost: evil.example', '127.0.0.1', 'x/y'])(
  'the host %j is refused: only the engine’s own clients are served',
  async (host) => {
    const { path } = await startServer();
    const answer = await rawHttp(path, `GET ${web.paths.alive} HTTP/1.1\r\nhost: ${host}\r\n${closing}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
  },
);

test('the window’s sign-in, files, health and metrics are not on the socket', async () => {
  const { path } = await startServer();
  for (const target of ['/', '/healthz', '/metrics', web.paths.session, '/../x', '*'])
    expect(await rawHttp(path, head('GET', target, closing))).toMatch(/^HTTP\/1\.1 404 /);
  for (const target of [web.paths.events, web.paths.alive])
    expect(await rawHttp(path, head('HEAD', target, closing))).toMatch(/^HTTP\/1\.1 405 /);
});

test('half a head or half a body is cut off after its time', async () => {
  const limits = { headersMs: 200, requestMs: 300, keepAliveMs: 0, idleMs: 0, connections: 64 };
  const { path } = await startServer({ limits });
  const half = [
    'GET / HTTP/1.1\r\nhost: localhost\r\nx-a:',
    callBytes('{"name":"status.get"}').subarray(0, -5),
  ];
  const cut = half.map((bytes) => rawHttp(path, bytes));
  expect(await (await client(path)).call('status.get', {})).toMatchObject({ ok: true });
  for (const answer of await Promise.all(cut)) expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
});

test('a client whose connection was cut off before its first call is served over another', async () => {
  const limits = { headersMs: 100, requestMs: 200, keepAliveMs: 0, idleMs: 0, connections: 64 };
  const { path } = await startServer({ limits });
  const waiting = await client(path);
  // This one connected later, and is cut off for the same reason.
  await rawHttp(path, '');
  expect(await waiting.call('status.get', {})).toEqual({ ok: true, value: status });
});

test('a client of the protocol before is answered in its own words', async () => {
  const { path } = await startServer();
  const answer = await rawHttp(path, '{"id":1,"name":"status.get","input":{}}\n');
  expect(JSON.parse(answer)).toMatchObject({
    id: null,
    envelope: { ok: false, error: { code: 'CONFLICT', message: expect.stringContaining('another version') } },
  });
});

test('a subscriber that does not read delays no other', async () => {
  const { path, announcer } = await startServer();
  const deaf = createConnection(path);
  onTestFinished(() => void deaf.destroy());
  deaf.pause();
  deaf.write(head('GET', web.paths.events));
  const awake = await client(path);
  let received = 0;
  awake.subscribe((a) => {
    if (a.name === 'runs.output') received += a.lines.length;
  });
  await awake.call('status.get', {});
  const text = 'x'.repeat(1000);
  for (let seq = 1; seq <= 5000; seq += 1) {
    const line = {
      runId: 'r',
      seq,
      step: 0,
      at: '2026-11-22T09:00:00.000Z',
      stream: 'stdout' as const,
      text,
    };
    announcer.announce({ name: 'runs.output', runId: 'r', lines: [line] });
    if (seq % 50 === 0) await awake.call('status.get', {});
  }
  await expect.poll(() => received).toBe(5000);
});

test('calls in one write are served one after the other, and too many end the connection', async () => {
  const counting = countingBridge();
  const { path } = await startServer({ bridge: counting.bridge });
  const call = callBytes('{"name":"x"}');
  const some = await rawHttp(
    path,
    Buffer.concat([...Array(20).fill(call), callBytes('{"name":"x"}', closing)]),
  );
  expect(some.match(/HTTP\/1\.1 200 /g)).toHaveLength(21);
  expect(counting.most()).toBe(1);
  const many = await rawHttp(path, Buffer.concat(Array(500).fill(call)));
  expect(many.match(/HTTP\/1\.1 200 /g)).toHaveLength(33);
  expect(many).toContain('HTTP/1.1 503 ');
});

test('a hundred idle connections keep no client out', async () => {
  const { path } = await startServer();
  const idle = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const socket = createConnection(path).on('error', () => {});
      await once(socket, 'connect');
      return socket;
    }),
  );
  onTestFinished(() => idle.forEach((socket) => void socket.destroy()));
  expect(await (await client(path)).call('status.get', {})).toMatchObject({ ok: true });
});
