import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../electron/cli/client.ts';
import { systemClock } from '../../electron/system.ts';
import { type Announcement, type Bridge, web } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';
import { nobody, unprivileged } from '../support/unprivileged.ts';
import { client, countingBridge, relay, socketIn, startServer } from './socket-world.ts';
import { apiWith, status } from './world.ts';

test('calls are answered over the socket, many at once, each to its own caller', async () => {
  const { path } = await startServer();
  const { call } = await client(path);
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => (i % 2 ? call('status.get', {}) : call(`no.such.${i}`, {}))),
  );
  answers.forEach((answer, i) => {
    if (i % 2) expect(answer).toEqual({ ok: true, value: status });
    else expect(answer).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } });
    if (!answer.ok) expect(answer.error.message).toContain(`no.such.${i}"`);
  });
});

test('announcements reach every subscriber and end with it', async () => {
  const { path, announcer } = await startServer();
  const [one, two] = [await client(path), await client(path)];
  const received: [string, Announcement][] = [];
  const leave = one.subscribe((a) => received.push(['one', a]));
  two.subscribe((a) => received.push(['two', a]));
  await Promise.all([one.call('status.get', {}), two.call('status.get', {})]);
  announcer.announce({ name: 'jobs.changed' });
  await expect.poll(() => received.length).toBe(2);
  leave();
  announcer.announce({ name: 'posts.changed' });
  await expect.poll(() => received.length).toBe(3);
  expect(received[2]).toEqual(['two', { name: 'posts.changed' }]);
});

test('the socket is 0600 in a folder 0700, even where a wider folder was there', async () => {
  const home = temporaryHome();
  mkdirSync(join(home, 'run'));
  chmodSync(join(home, 'run'), 0o755);
  const { path } = await startServer({}, home);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, 'run')).mode & 0o777).toBe(0o700);
});

test('a dead engine’s socket file is replaced; anything else with that name is left alone', async () => {
  const home = temporaryHome();
  const path = socketIn(home);
  mkdirSync(join(home, 'run'));
  const script = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, 9))';
  spawnSync(process.execPath, ['-e', script, path]);
  expect(existsSync(path)).toBe(true);
  await startServer({}, home);
  expect(await (await client(path)).call('status.get', {})).toEqual({ ok: true, value: status });

  const other = temporaryHome();
  mkdirSync(join(other, 'run'));
  writeFileSync(socketIn(other), 'mine');
  await expect(startServer({}, other)).rejects.toThrow(
    /^HOME_UNUSABLE: The local socket cannot be made, .*not a socket/,
  );
  expect(existsSync(socketIn(other))).toBe(true);
});

test('no engine is NOT_RUNNING, with what to do', async () => {
  await expect(connect(join(temporaryHome(), 'none.sock'), systemClock)).rejects.toThrow(
    /^NOT_RUNNING: Belfry is not running, at .*none\.sock\. No engine answers .* `belfry run`/,
  );
  const stale = join(temporaryHome(), 'stale.sock');
  writeFileSync(stale, '');
  await expect(connect(stale, systemClock)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
});

test('a socket that may not be opened says what is in the way', async () => {
  const home = temporaryHome();
  const { path } = await startServer({}, home);
  chmodSync(path, 0);
  // Run by root, it is made the unprivileged user's own.
  if (process.geteuid?.() === 0)
    for (const own of [home, dirname(path), path]) chownSync(own, nobody, nobody);
  const said = await unprivileged(() => connect(path, systemClock).then(String, String));
  expect(said).toContain(`HOME_UNUSABLE: The engine may not be reached, at ${path}.`);
  expect(said).toContain(`The rights of ${path} keep you out, although it is yours.`);
  expect(said).toContain(`chmod 600 ${path}`);
});

test('an engine that ends answers open calls with NOT_RUNNING, and its clients notice', async () => {
  const opened = await startServer();
  const connected = await client(opened.path);
  const open = connected.call('engine.quit', {});
  await connected.call('status.get', {});
  await opened.close();
  await opened.close();
  expect(await open).toMatchObject({ ok: false, error: { code: 'NOT_RUNNING' } });
  await connected.closed();
  expect(await connected.call('status.get', {})).toMatchObject({ ok: false, error: { code: 'NOT_RUNNING' } });
});

test('an engine of the protocol before is named as such', async () => {
  const path = join(temporaryHome(), 'old.sock');
  const reply =
    '{"id":null,"envelope":{"ok":false,"error":{"code":"BAD_INPUT","message":"A line is not a request"}}}\n';
  const old = createServer(
    (socket) => void socket.on('error', () => {}).once('data', () => socket.write(reply)),
  );
  old.listen(path);
  onTestFinished(() => void old.close());
  await once(old, 'listening');
  expect(await (await client(path)).call('status.get', {})).toMatchObject({
    ok: false,
    error: { code: 'CONFLICT', message: expect.stringContaining('another version') },
  });
});

test('what something else answers is no envelope, and said so', async () => {
  const path = join(temporaryHome(), 'other.sock');
  const other = createHttpServer((_request, response) => void response.end('<html>')).listen(path);
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const connected = await client(path);
  expect(await connected.call('status.get', {})).toMatchObject({ ok: false, error: { code: 'CONFLICT' } });
});

test('a call that is too long is refused by its client, and the connection stays', async () => {
  const { call } = await client((await startServer()).path);
  const long = await call('status.get', { text: 'x'.repeat(8 * 1024 * 1024) });
  expect(long).toMatchObject({ ok: false, error: { code: 'TOO_LARGE' } });
  expect(await call('status.get', {})).toEqual({ ok: true, value: status });
});

test('host calls are answered where the host has them, and unknown elsewhere', async () => {
  const plain = await client((await startServer()).path);
  expect(await plain.call('host.link', {})).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } });
  const hostCalls = { 'host.link': async () => ({ url: 'http://127.0.0.1:1/#code=x' }) };
  const hosted = await client((await startServer({ hostCalls })).path);
  expect(await hosted.call('host.link', {})).toEqual({
    ok: true,
    value: { url: 'http://127.0.0.1:1/#code=x' },
  });
  expect(await hosted.call('constructor', {})).toMatchObject({ ok: false });
});

test('of many calls of one client at most 32 are at work at once, and all are answered', async () => {
  const counting = countingBridge();
  const { path } = await startServer({ bridge: counting.bridge });
  const { call } = await client(path);
  const answers = await Promise.all(Array.from({ length: 500 }, () => call('x', {})));
  expect(answers.every((answer) => answer.ok)).toBe(true);
  expect(counting.most()).toBeLessThanOrEqual(32);
  expect(counting.most()).toBeGreaterThan(1);
});

test('a client that goes is no longer subscribed, however often it asked', async () => {
  let subscribers = 0;
  const bridge: Bridge = {
    call: async () => ({ ok: true, value: {} }),
    subscribe() {
      subscribers += 1;
      return () => {
        subscribers -= 1;
      };
    },
  };
  const { path } = await startServer({ bridge });
  const subscriber = await client(path);
  subscriber.subscribe(() => {});
  subscriber.subscribe(() => {});
  await subscriber.call('x', {});
  expect(subscribers).toBe(1);
  subscriber.close();
  await expect.poll(() => subscribers).toBe(0);
});

test('what a call brings about is heard by whoever subscribed before it, however late the subscription arrives', async () => {
  const engine = apiWith({});
  const bridge: Bridge = {
    subscribe: engine.announcer.subscribe,
    async call() {
      engine.announcer.announce({ name: 'jobs.changed' });
      return { ok: true, value: {} };
    },
  };
  const { path } = await startServer({ bridge });
  const late = await relay(path, {
    async toEngine(chunk) {
      if (!chunk.includes(web.paths.events)) return;
      for (let turns = 0; turns < 200; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  });
  const connected = await client(late);
  const heard: Announcement[] = [];
  connected.subscribe((announcement) => heard.push(announcement));
  await connected.call('x', {});
  await expect.poll(() => heard).toEqual([{ name: 'jobs.changed' }]);
});

test('an answer too long for one line is refused, and the next call is answered', async () => {
  const line = 'x'.repeat(16 * 1024 * 1024);
  const bridge: Bridge = {
    call: async (name) => ({ ok: true, value: name === 'runs.output' ? Array(33).fill(line) : 'short' }),
    subscribe: () => () => {},
  };
  const { path } = await startServer({ bridge });
  const { call } = await client(path);
  expect(await call('runs.output', {})).toMatchObject({ ok: false, error: { code: 'TOO_LARGE' } });
  expect(await call('status.get', {})).toEqual({ ok: true, value: 'short' });
});

test('an engine that accepts and never reacts is given up after 20 s, with its calls', async () => {
  const path = join(temporaryHome(), 'silent.sock');
  const silent = createServer(() => {}).listen(path);
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const clock = handClock();
  const stopped = await connect(path, clock);
  const call = stopped.call('status.get', {});
  await clock.advance(24_999);
  await clock.advance(1);
  expect(await call).toMatchObject({
    ok: false,
    error: { code: 'NOT_RUNNING', message: expect.stringContaining('does not answer') },
  });
  await stopped.closed();
  expect(clock.pending()).toBe(0);
});

test('a call may take minutes while the engine is alive', async () => {
  const { path } = await startServer();
  let answers = 0;
  const counted = await relay(path, {
    async toClient() {
      answers += 1;
    },
  });
  const clock = handClock();
  const patient = await connect(counted, clock);
  onTestFinished(() => patient.close());
  let ended = false;
  void patient.call('engine.quit', {}).then(() => {
    ended = true;
  });
  for (let beats = 1; beats <= 60; beats += 1) {
    await clock.advance(5000);
    await expect.poll(() => answers).toBe(beats);
  }
  expect(ended).toBe(false);
});
