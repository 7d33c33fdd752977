import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderAssets, type HttpDoorNeeds, openHttpDoor } from '../../electron/api/index.ts';
import { systemClock } from '../../electron/system.ts';
import { type Bridge, web } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';
import { seededRandom } from '../support/random.ts';
import { ask, rawHttp } from './raw-http.ts';
import { apiWith, status } from './world.ts';

const json = { 'content-type': 'application/json' };

async function door(some: Partial<HttpDoorNeeds> = {}) {
  const folder = temporaryHome();
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Belfry</title>');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'export {};');
  writeFileSync(join(temporaryHome(), 'secret.txt'), 'secret');
  symlinkSync('/etc/passwd', join(folder, 'assets', 'linked.txt'));
  const { bridge, announcer, log, said } = apiWith({ 'status.get': async () => status });
  const opened = await openHttpDoor({
    bridge,
    port: 0,
    assets: await folderAssets(folder),
    clock: systemClock,
    random: seededRandom(1),
    log,
    health: () => ({ ok: true, scheduler: 'running' }),
    metrics: () => 'belfry_up 1\n',
    ...some,
  });
  onTestFinished(() => opened.close());
  return { ...opened, announcer, said, base: `http://127.0.0.1:${opened.port}` };
}

const codeOf = (link: string) => new URLSearchParams(new URL(link).hash.slice(1)).get(web.codeParameter);

async function signIn(opened: { base: string; mintLink(): string }): Promise<string> {
  const answer = await post(`${opened.base}${web.paths.session}`, { code: codeOf(opened.mintLink()) });
  expect(answer.status).toBe(200);
  return answer.body.value.token;
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...json, ...headers },
    body:
      typeof body === 'string'
        ? body
        : body instanceof Uint8Array
          ? new Uint8Array(body)
          : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

test('the link signs in once, and the token opens calls', async () => {
  const opened = await door();
  const link = opened.mintLink();
  expect(link).toMatch(new RegExp(`^${opened.base}/#code=[0-9a-f-]{36}$`));
  const first = await post(`${opened.base}${web.paths.session}`, { code: codeOf(link) });
  expect(first).toMatchObject({ status: 200, body: { ok: true } });
  const again = await post(`${opened.base}${web.paths.session}`, { code: codeOf(link) });
  expect(again).toMatchObject({ status: 403, body: { ok: false, error: { code: 'NOT_ALLOWED' } } });
  const call = await post(
    `${opened.base}${web.paths.call}`,
    { name: 'status.get', input: {} },
    { [web.tokenHeader]: first.body.value.token },
  );
  expect(call).toMatchObject({ status: 200, body: { ok: true, value: status } });
});

test('a code expires after ten minutes, and only the newest sixteen are kept', async () => {
  const clock = handClock();
  const opened = await door({ clock });
  const redeem = (link: string) => post(`${opened.base}${web.paths.session}`, { code: codeOf(link) });
  const early = opened.mintLink();
  await clock.advance(10 * 60_000 - 1);
  const late = opened.mintLink();
  expect((await redeem(early)).status).toBe(200);
  await clock.advance(10 * 60_000);
  expect((await redeem(late)).status).toBe(403);
  const links = Array.from({ length: 17 }, () => opened.mintLink());
  expect((await redeem(links[0] ?? '')).status).toBe(403);
  expect((await redeem(links[1] ?? '')).status).toBe(200);
});

test.each([{}, { code: 1 }, { code: ['a'] }, { code: '' }])('sign-in with %j is refused', async (body) => {
  const opened = await door();
  opened.mintLink();
  expect((await post(`${opened.base}${web.paths.session}`, body)).status).toBe(403);
});

test.each([
  ['evil.example'],
  ['127.0.0.1'],
  ['127.0.0.1:1'],
  ['localhost.evil.example'],
  ['0.0.0.0:PORT'],
  ['127.0.0.1:PORT.'],
  [['127.0.0.1:PORT', 'evil.example']],
  [[]],
])('Host %j is answered with 421, for every path', async (host) => {
  const { port } = await door();
  const own = [host].flat().map((name) => name.replace('PORT', String(port)));
  for (const path of ['/', '/healthz', '/metrics', web.paths.events])
    expect((await ask(port, path, { host: own })).status).toBe(421);
  expect(
    (await ask(port, web.paths.call, { host: own, ...json }, { method: 'POST', body: '{}' })).status,
  ).toBe(421);
});

test.each(['127.0.0.1', 'localhost', '[::1]'])('the loopback name %s is answered', async (name) => {
  const { port } = await door();
  const host = `${name}:${port}`;
  expect((await ask(port, '/healthz', { host, origin: `http://${host}` })).status).toBe(200);
});

test.each([
  'http://evil.example',
  'https://127.0.0.1:PORT',
  'http://localhost:PORT',
  'http://127.0.0.1:1',
  'null',
  '',
])('Origin %j is refused, and no answer allows other sites', async (origin) => {
  const opened = await door();
  const token = await signIn(opened);
  const headers = { ...json, origin: origin.replace('PORT', String(opened.port)), [web.tokenHeader]: token };
  const body = JSON.stringify({ name: 'status.get', input: {} });
  for (const answer of [
    await ask(opened.port, web.paths.call, headers, { method: 'POST', body }),
    await ask(opened.port, web.paths.events, headers),
  ]) {
    expect(answer.status).toBe(403);
    expect(answer.head).not.toContain('access-control');
  }
});

test('a preflight is refused without a word on other sites', async () => {
  const { port } = await door();
  const answer = await ask(
    port,
    web.paths.call,
    { 'access-control-request-method': 'POST', 'access-control-request-headers': web.tokenHeader },
    { method: 'OPTIONS' },
  );
  expect(answer.status).toBe(405);
  expect(answer.head).toContain('allow: post');
  expect(answer.head).not.toContain('access-control');
});

test('calls and events need the token; a wrong, doubled or missing one is 401', async () => {
  const opened = await door();
  const token = await signIn(opened);
  const body = JSON.stringify({ name: 'status.get' });
  for (const given of [[], ['wrong'], [`${token}x`], [token, token]]) {
    const headers = { ...json, [web.tokenHeader]: given };
    expect((await ask(opened.port, web.paths.call, headers, { method: 'POST', body })).status).toBe(401);
    expect((await ask(opened.port, web.paths.events, headers)).status).toBe(401);
  }
  expect((await ask(opened.port, `${web.paths.events}?token=${token}`)).status).toBe(401);
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
  'a body declared as %j is 415',
  async (type) => {
    const opened = await door();
    const token = await signIn(opened);
    const answer = await ask(
      opened.port,
      web.paths.call,
      { 'content-type': type, [web.tokenHeader]: token },
      { method: 'POST', body: '{"name":"status.get"}' },
    );
    expect(answer.status).toBe(415);
  },
);

test.each(['', '{', '[]', 'null', '"x"', '{"input":{}}', '{"name":1}'])(
  'the body %j is 400',
  async (body) => {
    const opened = await door();
    const token = await signIn(opened);
    const answer = await post(`${opened.base}${web.paths.call}`, body, { [web.tokenHeader]: token });
    expect(answer).toMatchObject({ status: 400, body: { ok: false, error: { code: 'BAD_INPUT' } } });
  },
);

test('a body that is not UTF-8 is 400, and says so', async () => {
  const opened = await door();
  const token = await signIn(opened);
  const answer = await post(`${opened.base}${web.paths.call}`, Buffer.from('{"name":"ä"}', 'latin1'), {
    [web.tokenHeader]: token,
  });
  expect(answer).toMatchObject({
    status: 400,
    body: { error: { code: 'BAD_INPUT', message: expect.stringContaining('not UTF-8') } },
  });
});

test('a body over 1 MiB is 413, declared or not', async () => {
  const opened = await door();
  const token = await signIn(opened);
  const head = `POST ${web.paths.call} HTTP/1.1\r\nhost: 127.0.0.1:${opened.port}\r\ncontent-type: application/json\r\n${web.tokenHeader}: ${token}\r\n`;
  const declared = await rawHttp(opened.port, `${head}content-length: 99999999999\r\n\r\n{`);
  expect(declared).toMatch(/^HTTP\/1\.1 413 /);
  const chunk = `${(0x10000).toString(16)}\r\n${' '.repeat(0x10000)}\r\n`;
  const chunked = await rawHttp(
    opened.port,
    `${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(16)}1\r\n \r\n`,
  );
  expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
});

test('files have their types, the page is never cached and the hashed ones for ever', async () => {
  const { base } = await door();
  const page = await fetch(`${base}/`);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('cache-control')).toBe('no-store');
  const script = await fetch(`${base}/assets/app-1a2b.js`);
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect((await ask(Number(new URL(base).port), '/', {}, { method: 'HEAD' })).body).toBe('');
});

test.each([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/assets/../../etc/passwd',
  '/..\\secret.txt',
  '//etc/passwd',
  '/assets/linked.txt',
  '/assets',
  '/index.html%00.js',
  '/%zz',
  'http://127.0.0.1/',
  '*',
])('%s is 404: only listed files are served', async (target) => {
  const { port } = await door();
  expect((await ask(port, target)).status).toBe(404);
});

test('a window that was not built is 404 with what to do, and does not keep the door shut', async () => {
  const { base } = await door({ assets: await folderAssets(join(temporaryHome(), 'none')) });
  const response = await fetch(`${base}/`);
  expect(response.status).toBe(404);
  expect((await response.json()).error.message).toContain('npm run build');
});

test('every answer carries the strict headers', async () => {
  const { port } = await door();
  for (const path of ['/', '/healthz', '/nothing', web.paths.call]) {
    const { head } = await ask(port, path);
    expect(head).toContain(
      "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';",
    );
    expect(head).toContain("frame-ancestors 'none'");
    expect(head).toContain('x-content-type-options: nosniff');
    expect(head).toContain('referrer-policy: no-referrer');
    expect(head).not.toContain('unsafe');
  }
});

test('health is 200 or 503, and metrics are in the text format of Prometheus', async () => {
  const sick = await door({ health: () => ({ ok: false, reason: 'database' }) });
  const response = await fetch(`${sick.base}/healthz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ ok: false, reason: 'database' });
  const metrics = await fetch(`${sick.base}/metrics`);
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await metrics.text()).toBe('belfry_up 1\n');
});

test('a mistake of ours is 500 in the one error form, without a stack', async () => {
  const { base } = await door({
    metrics: () => {
      throw new TypeError('oops');
    },
  });
  const response = await fetch(`${base}/metrics`);
  expect(response.status).toBe(500);
  const body = await response.json();
  expect(body.error.code).toBe('INTERNAL');
  expect(JSON.stringify(body)).not.toContain('.ts');
});

test('the event stream carries announcements line by line, and a heartbeat', async () => {
  const clock = handClock();
  const opened = await door({ clock });
  const token = await signIn(opened);
  const response = await fetch(`${opened.base}${web.paths.events}`, {
    headers: { [web.tokenHeader]: token },
  });
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toBe('\n');
  opened.announcer.announce({ name: 'jobs.changed' });
  expect((await reader.read()).value).toBe('{"name":"jobs.changed"}\n');
  await clock.advance(web.heartbeatMs);
  expect((await reader.read()).value).toBe('\n');
  await reader.cancel();
  await expect.poll(() => clock.pending()).toBe(0);
});

test('a seventeenth event stream is refused; closing the door ends the others', async () => {
  const opened = await door();
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

test('a taken port is PORT_IN_USE, in words', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  await expect(door({ port })).rejects.toThrow(
    `PORT_IN_USE: Port ${port} is taken, on the loopback address. Another program listens there. Choose another with --port`,
  );
});

test('a port that is taken on ::1 alone is PORT_IN_USE too, and 127.0.0.1 is let go', async () => {
  const other = createServer().listen(0, '::1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(door({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  await new Promise((resolve) => other.close(resolve));
  expect((await door({ port })).port).toBe(port);
});

test('slow clients are bounded: half a head or half a body is cut off, and others are served meanwhile', async () => {
  const limits = { headersMs: 200, requestMs: 300, keepAliveMs: 200, idleMs: 60_000, connections: 64 };
  const opened = await door({ limits });
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
  const { port } = await door({ limits });
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

test('a call whose page has gone away harms nobody', async () => {
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
  const opened = await door({ bridge });
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
  const opened = await door();
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
  const opened = await door();
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

test('each window has a token of its own, which ends a week after its last use and after 30 days at most', async () => {
  const clock = handClock();
  const opened = await door({ clock });
  const day = 24 * 3_600_000;
  const status = async (token: string) =>
    (
      await post(
        `${opened.base}${web.paths.call}`,
        { name: 'status.get', input: {} },
        { [web.tokenHeader]: token },
      )
    ).status;
  const idle = await signIn(opened);
  const used = await signIn(opened);
  expect(idle).not.toBe(used);
  await clock.advance(6 * day);
  expect(await status(used)).toBe(200);
  await clock.advance(day);
  expect([await status(idle), await status(used)]).toEqual([401, 200]);
  for (let days = 7; days < 28; days += 3) {
    expect(await status(used)).toBe(200);
    await clock.advance(3 * day);
  }
  await clock.advance(2 * day);
  expect(await status(used)).toBe(401);
});

test('sessions can be ended, with the streams of their windows', async () => {
  const clock = handClock();
  const opened = await door({ clock });
  const token = await signIn(opened);
  const stream = await fetch(`${opened.base}${web.paths.events}`, { headers: { [web.tokenHeader]: token } });
  const reader = stream.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  opened.endSessions();
  await clock.advance(web.heartbeatMs);
  expect((await reader?.read())?.done).toBe(true);
  expect(
    (await post(`${opened.base}${web.paths.call}`, { name: 'status.get' }, { [web.tokenHeader]: token }))
      .status,
  ).toBe(401);
  expect(await signIn(opened)).not.toBe(token);
});
