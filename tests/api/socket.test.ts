import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connect, type SocketServerDeps, startSocketServer } from '../../electron/api/index.ts';
import { systemClock } from '../../electron/system.ts';
import type { Announcement, Bridge } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';
import { nobody, unprivileged } from '../support/unprivileged.ts';
import { apiWith, status } from './world.ts';

const socketIn = (home: string) => join(home, 'run', 'belfry.sock');

async function startServer(some: Partial<SocketServerDeps> = {}, home = temporaryHome()) {
  const { bridge, announcer, log } = apiWith({
    'status.get': async () => status,
    'engine.quit': () => new Promise(() => {}),
  });
  const path = socketIn(home);
  const opened = await startSocketServer({ bridge, path, clock: systemClock, log, ...some });
  onTestFinished(() => opened.close());
  return { ...opened, announcer };
}

async function client(path: string) {
  const connected = await connect(path, systemClock);
  onTestFinished(() => connected.close());
  return connected;
}

/** Sends bytes as they are; gives every line that comes back until the engine closes, or `lines` of them. */
function raw(path: string, bytes: string | Buffer, lines: number): Promise<unknown[]> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    let text = '';
    const end = () => {
      socket.destroy();
      resolve(
        text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      );
    };
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.split('\n').length > lines) end();
    });
    socket.on('error', () => {});
    socket.once('close', end);
    socket.write(bytes);
  });
}

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
  await connected.closed;
  expect(await connected.call('status.get', {})).toMatchObject({ ok: false, error: { code: 'NOT_RUNNING' } });
});

test('lines that are no requests are answered and harm nothing', async () => {
  const { path } = await startServer();
  const replies = await raw(
    path,
    'hello\n{}\n[1]\n{"id":"x","name":"status.get"}\n\n{"id":7,"name":"status.get"}\n',
    5,
  );
  expect(replies.slice(0, 4)).toEqual(
    Array.from({ length: 4 }, () => ({
      id: null,
      envelope: { ok: false, error: expect.objectContaining({ code: 'BAD_INPUT' }) },
    })),
  );
  expect(replies[4]).toEqual({ id: 7, envelope: { ok: true, value: status } });
});

test('a line in Latin-1 is answered as such, and carries nothing into the engine', async () => {
  const { path } = await startServer();
  const line = Buffer.from('{"id":1,"name":"status.get","input":"ä"}\n', 'latin1');
  expect(await raw(path, line, 1)).toEqual([
    {
      id: null,
      envelope: { ok: false, error: expect.objectContaining({ message: expect.stringContaining('UTF-8') }) },
    },
  ]);
});

test('a line without end is cut off with TOO_LARGE', async () => {
  const { path } = await startServer();
  const [reply] = await raw(path, Buffer.alloc(8 * 1024 * 1024 + 1, 0x20), 1);
  expect(reply).toMatchObject({ id: null, envelope: { error: { code: 'TOO_LARGE' } } });
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

test('a subscriber that does not read delays no other', async () => {
  const { path, announcer } = await startServer();
  const deaf = createConnection(path);
  onTestFinished(() => void deaf.destroy());
  deaf.pause();
  deaf.write('{"id":1,"subscribe":true}\n');
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

test('of many calls in one write at most 32 are at work at once, and all are answered', async () => {
  let atWork = 0;
  let most = 0;
  const bridge: Bridge = {
    async call() {
      atWork += 1;
      most = Math.max(most, atWork);
      await new Promise((resolve) => setImmediate(resolve));
      atWork -= 1;
      return { ok: true, value: {} };
    },
    subscribe: () => () => {},
  };
  const { path } = await startServer({ bridge });
  const lines = Array.from({ length: 500 }, (_, id) => `{"id":${id},"name":"x"}\n`).join('');
  expect(await raw(path, lines, 500)).toHaveLength(500);
  expect(most).toBe(32);
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
  const socket = createConnection(path);
  socket.write('{"id":1,"subscribe":true}\n{"id":2,"subscribe":true}\n');
  await expect.poll(() => subscribers).toBe(1);
  socket.destroy();
  await expect.poll(() => subscribers).toBe(0);
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
  await stopped.closed;
  expect(clock.pending()).toBe(0);
});

test('a call may take minutes while the engine is alive', async () => {
  const { path } = await startServer();
  const clock = handClock();
  const patient = await connect(path, clock);
  onTestFinished(() => patient.close());
  const other = await client(path);
  let ended = false;
  void patient.call('engine.quit', {}).then(() => {
    ended = true;
  });
  for (let beats = 0; beats < 60; beats += 1) {
    await clock.advance(5000);
    // Two round trips later the answer to the question has arrived as well.
    await other.call('status.get', {});
    await other.call('status.get', {});
  }
  expect(ended).toBe(false);
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
