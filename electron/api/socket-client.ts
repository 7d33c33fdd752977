import { lstatSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { dirname } from 'node:path';
import {
  type Announcement,
  BelfryError,
  type Bridge,
  type Clock,
  type Envelope,
} from '../../shared/index.ts';
import {
  lineCutter,
  replyLimitBytes,
  replySchema,
  requestLimitBytes,
  requestTooLong,
  type SocketReply,
  toLine,
} from './socket-protocol.ts';

/** An engine that is there accepts at once. */
const connectMs = 5000;
/** While a call waits, the engine is asked this often whether it is alive; calls themselves may take minutes. */
const pingMs = 5000;
/** So many questions in a row without any answer: the process is stopped or hangs. */
const maxUnansweredPings = 4;

export type Client = Bridge & {
  close(): void;
  /** Resolves when the connection has ended, from either side. */
  closed: Promise<void>;
};

/**
 * Connects to the engine behind a socket. Throws NOT_RUNNING when nothing answers, HOME_UNUSABLE when this user may not connect.
 * Calls that an ending engine leaves open, or one that does not react for 20 s, are answered with NOT_RUNNING.
 */
export async function connect(path: string, clock: Clock): Promise<Client> {
  const socket = await openConnection(path);
  const cut = lineCutter(replyLimitBytes);
  const pendingRequests = new Map<number, (envelope: Envelope<unknown>) => void>();
  const listeners = new Set<(announcement: Announcement) => void>();
  let lastId = 0;

  let unanswered = 0;
  let cancelPing: (() => void) | undefined;
  const stopPinging = () => {
    cancelPing?.();
    cancelPing = undefined;
  };
  const schedulePing = () => {
    cancelPing ??= clock.setTimer(pingMs, () => {
      cancelPing = undefined;
      if (unanswered >= maxUnansweredPings) return end(unresponsive(path));
      unanswered += 1;
      socket.write(toLine({ id: 0, ping: true }));
      schedulePing();
    });
  };
  const end = (answer: Envelope<never>) => {
    stopPinging();
    for (const resolve of pendingRequests.values()) resolve(answer);
    pendingRequests.clear();
    socket.destroy();
  };
  const send = (message: { name: string; input: unknown } | { subscribe: true }) =>
    new Promise<Envelope<unknown>>((resolve) => {
      if (socket.destroyed) return resolve(connectionLost(path));
      lastId += 1;
      const line = toLine({ id: lastId, ...message });
      // The engine would end the connection, and with it every other call.
      if (Buffer.byteLength(line) > requestLimitBytes)
        return resolve({ ok: false, error: requestTooLong.toWire() });
      pendingRequests.set(lastId, resolve);
      socket.write(line);
      schedulePing();
    });
  const take = (reply: SocketReply) => {
    if ('announcement' in reply) {
      for (const listener of [...listeners]) listener(reply.announcement);
      return;
    }
    // A complaint without id is about the oldest open request: this client sends one line after the other.
    const id = reply.id ?? pendingRequests.keys().next().value;
    if (id === undefined) return;
    pendingRequests.get(id)?.(reply.envelope);
    pendingRequests.delete(id);
    if (pendingRequests.size === 0) stopPinging();
  };

  socket.on('data', (chunk: Buffer) => {
    unanswered = 0;
    const lines = cut(chunk);
    if (!lines) return void socket.destroy();
    for (const line of lines) {
      const reply = line === undefined ? undefined : replyOf(line);
      if (reply) take(reply);
    }
  });
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      end(connectionLost(path));
      resolve();
    });
  });

  return {
    call: (name, input) => send({ name, input }),
    subscribe(listener) {
      if (listeners.size === 0) void send({ subscribe: true });
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    close: () => socket.destroy(),
    closed,
  };
}

/** Lines that this version does not know are ignored: an engine may be newer than its client. */
function replyOf(line: string): SocketReply | undefined {
  try {
    return replySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function openConnection(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const fail = (error: NodeJS.ErrnoException) => {
      socket.destroy();
      reject(connectError(path, error));
    };
    socket.once('error', fail);
    socket.setTimeout(connectMs, () => fail(new Error('It does not answer')));
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      // The close event that follows every error says all that matters.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

function connectError(path: string, cause: NodeJS.ErrnoException): BelfryError {
  const closed = cause.code === 'EACCES' || cause.code === 'EPERM';
  return new BelfryError({
    code: closed ? 'HOME_UNUSABLE' : 'NOT_RUNNING',
    what: closed ? 'The engine may not be reached' : 'Belfry is not running',
    where: `at ${path}`,
    ...(closed
      ? reasonOfRefusal(path)
      : {
          why: 'No engine answers for this home folder',
          remedy: 'Start it with `belfry run` or open the application, or name its home with --home',
        }),
    cause,
  });
}

/** Whose the socket is, or which folder keeps us from it. */
function reasonOfRefusal(path: string): { why: string; remedy: string } {
  const own = process.geteuid?.();
  for (const place of [path, dirname(path), dirname(dirname(path))]) {
    const owner = ownerOf(place);
    if (owner === undefined) continue; // What lies in a folder that is closed to us cannot be seen.
    if (owner !== own)
      return { why: `${place} belongs to another user`, remedy: 'Run this as the user who started Belfry' };
    return {
      why: `The rights of ${place} keep you out, although it is yours`,
      remedy: `Give them back with: chmod ${place === path ? 600 : 700} ${place}`,
    };
  }
  return {
    why: 'The rights of a folder on the way keep you out',
    remedy: 'Check the rights of the home folder and of those above it',
  };
}

function ownerOf(path: string): number | undefined {
  try {
    return lstatSync(path).uid;
  } catch {
    return undefined; // Gone, or in a folder that is closed to us: the caller looks one folder higher.
  }
}

function connectionLost(path: string): Envelope<never> {
  const error = new BelfryError({
    code: 'NOT_RUNNING',
    what: 'The engine ended before it answered',
    where: `at ${path}`,
    why: 'It was stopped or crashed while the call was open',
    remedy: 'Start it again and look whether the call took effect',
  });
  return { ok: false, error: error.toWire() };
}

function unresponsive(path: string): Envelope<never> {
  const error = new BelfryError({
    code: 'NOT_RUNNING',
    what: 'Belfry does not answer',
    where: `at ${path}`,
    why: `It has not reacted for ${(maxUnansweredPings * pingMs) / 1000} s: its process is stopped, hangs, or the machine is overloaded`,
    remedy:
      'Look at its process (`belfry doctor` names it), and look whether the call took effect before you repeat it',
  });
  return { ok: false, error: error.toWire() };
}
