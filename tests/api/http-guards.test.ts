import { expect, test } from 'vitest';
import { web } from '../../shared/index.ts';
import { json, openHttp, post, signIn } from './http-world.ts';
import { ask, rawHttp } from './raw-http.ts';

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
  const { port } = await openHttp();
  const own = [host].flat().map((name) => name.replace('PORT', String(port)));
  for (const path of ['/', '/healthz', '/metrics', web.paths.events])
    expect((await ask(port, path, { host: own })).status).toBe(421);
  expect(
    (await ask(port, web.paths.call, { host: own, ...json }, { method: 'POST', body: '{}' })).status,
  ).toBe(421);
});

test.each(['127.0.0.1', 'localhost', '[::1]'])('the loopback name %s is answered', async (name) => {
  const { port } = await openHttp();
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
  const opened = await openHttp();
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
  const { port } = await openHttp();
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

test.each(['HEAD', 'POST', 'PUT'])('%s opens no event stream, whatever the token', async (method) => {
  const opened = await openHttp();
  const token = await signIn(opened);
  const answer = await ask(opened.port, web.paths.events, { [web.tokenHeader]: token }, { method });
  expect(answer.status).toBe(405);
  expect(answer.head).toContain('allow: get');
});

test('calls and events need the token; a wrong, doubled or missing one is 401', async () => {
  const opened = await openHttp();
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
    const opened = await openHttp();
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
    const opened = await openHttp();
    const token = await signIn(opened);
    const answer = await post(`${opened.base}${web.paths.call}`, body, { [web.tokenHeader]: token });
    expect(answer).toMatchObject({ status: 400, body: { ok: false, error: { code: 'BAD_INPUT' } } });
  },
);

test('a body that is not UTF-8 is 400, and says so', async () => {
  const opened = await openHttp();
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
  const opened = await openHttp();
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
