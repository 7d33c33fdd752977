import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import {
  BelfryError,
  type Bridge,
  type Clock,
  type Envelope,
  type Log,
  toWireError,
} from '../../shared/index.ts';
import { createAnnouncementStream } from './announcement-stream.ts';
import { type ConnectionLimit, limitConnections } from './connection-limit.ts';
import { type HostCalls, withHostCalls } from './dispatch.ts';
import {
  lineCutter,
  requestLimitBytes,
  requestSchema,
  requestTooLong,
  type SocketReply,
  type SocketRequest,
  toLine,
} from './socket-protocol.ts';

/** Connections without a call or a subscription; more is a loop that forgets to close. */
const maxIdleConnections = 64;
/** All connections, also those at work. */
const maxConnections = 512;

export type SocketServerDeps = {
  bridge: Bridge;
  /** Where to listen: a file in a folder of this user's own, or a named pipe. */
  path: string;
  clock: Clock;
  log: Log;
  hostCalls?: Partial<HostCalls>;
};
export type SocketServer = {
  path: string;
  /** False when the socket's name was removed, so that clients cannot find it any more. */
  isThere(): boolean;
  /** Listens under the old name again; connections stay. Throws HOME_UNUSABLE. */
  listenAgain(): Promise<void>;
  /** Ends every connection, answers on their way included. Can be called twice. */
  close(): Promise<void>;
};

/**
 * Opens the local socket (a named pipe on Windows) for the command line, 0600 in a folder 0700.
 * The caller holds the owner lock, so a socket file that is there is a dead engine's and is replaced.
 * Throws HOME_UNUSABLE.
 */
export async function startSocketServer(deps: SocketServerDeps): Promise<SocketServer> {
  const { path, log } = deps;
  const isFile = !path.startsWith('\\\\');
  if (isFile) await prepareFolder(path);

  const bridge = withHostCalls(deps.bridge, deps.hostCalls ?? {});
  const connections = limitConnections(maxIdleConnections);
  const server = createServer((socket) => {
    connections.add(socket);
    serveSocketConnection({ socket, bridge, clock: deps.clock, connections });
  });
  server.maxConnections = maxConnections;
  const open = async () => {
    await listen(server, path);
    // Between listening and this the folder alone keeps others out.
    if (isFile) await chmod(path, 0o600);
  };
  await open();
  server.on('error', (error) => log('error', 'The local socket failed', { error: error.message }));

  let ended: Promise<void> | undefined;
  return {
    path,
    isThere: () => !isFile || existsSync(path),
    async listenAgain() {
      await prepareFolder(path);
      server.close();
      await open();
    },
    close() {
      ended ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections.all()) socket.destroySoon();
        // A client that does not read must not delay the end of the engine.
        deps.clock.setTimer(1000, () => {
          for (const socket of connections.all()) socket.destroy();
        });
      });
      return ended;
    },
  };
}

async function prepareFolder(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const state = await lstat(folder);
    const own = process.getuid?.();
    if (!state.isDirectory() || (own !== undefined && state.uid !== own))
      throw new Error(`${folder} belongs to another user`);
    await chmod(folder, 0o700);
    await removeStale(path);
  } catch (error) {
    throw socketUnusable(path, error);
  }
}

async function removeStale(path: string): Promise<void> {
  const state = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!state) return;
  if (!state.isSocket()) throw new Error('Something that is not a socket has its name');
  await unlink(path);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(socketUnusable(path, error));
    server.once('error', fail);
    server.listen(path, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function socketUnusable(path: string, cause: unknown): BelfryError {
  return new BelfryError({
    code: 'HOME_UNUSABLE',
    what: 'The local socket cannot be made',
    where: path,
    why: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Check the folder and its rights, or use another home with --home',
    cause,
  });
}

/** Calls of one client that may be at work at once; the rest waits unread in its socket. */
const maxConcurrentCalls = 32;

/** Serves one client of the socket until it goes. */
function serveSocketConnection(deps: {
  socket: Socket;
  bridge: Bridge;
  clock: Clock;
  connections: ConnectionLimit;
}): void {
  const { socket, bridge, clock, connections } = deps;
  const cut = lineCutter(requestLimitBytes);
  const announcements = createAnnouncementStream({
    stream: socket,
    clock,
    encode: (announcement) => toLine({ announcement }),
  });
  const unread: (string | undefined)[] = [];
  let unsubscribe = () => {};
  let subscribed = false;
  let openCalls = 0;

  const reply = (message: SocketReply) => {
    if (!socket.destroyed) socket.write(lineOf(message));
  };
  const hasCapacity = () => openCalls < maxConcurrentCalls && !socket.writableNeedDrain;
  const processLines = () => {
    while (unread.length > 0 && hasCapacity()) handleLine(unread.shift());
    if (unread.length > 0) socket.pause();
    else socket.resume();
  };
  const answer = async (request: SocketRequest) => {
    if ('ping' in request) return reply({ id: request.id, envelope: { ok: true, value: {} } });
    if ('subscribe' in request) {
      unsubscribe();
      unsubscribe = bridge.subscribe(announcements.push);
      subscribed = true;
      connections.keep(socket);
      return reply({ id: request.id, envelope: { ok: true, value: {} } });
    }
    openCalls += 1;
    connections.keep(socket);
    const envelope = await bridge.call(request.name, request.input).catch(failed);
    openCalls -= 1;
    if (openCalls === 0 && !subscribed) connections.release(socket);
    reply({ id: request.id, envelope });
    processLines();
  };
  const handleLine = (line: string | undefined) => {
    if (line === undefined) return reply({ id: null, envelope: { ok: false, error: notUtf8.toWire() } });
    if (line.trim() === '') return;
    const request = requestOf(line);
    if (request) void answer(request);
    else reply({ id: null, envelope: { ok: false, error: notUnderstood.toWire() } });
  };

  socket.on('data', (chunk: Buffer) => {
    const lines = cut(chunk);
    if (!lines) {
      reply({ id: null, envelope: { ok: false, error: requestTooLong.toWire() } });
      socket.destroySoon();
      return;
    }
    unread.push(...lines);
    processLines();
  });
  socket.on('drain', processLines);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => unsubscribe());
}

function requestOf(line: string): SocketRequest | undefined {
  try {
    return requestSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // Not JSON; said to the client by the caller.
  }
}

/** A bridge never rejects; should one do, its client must still get an answer. */
function failed(error: unknown): Envelope<unknown> {
  return { ok: false, error: toWireError(error) };
}

/** A text has at most 512 MiB in this process, and a client that asks for more must not end the engine. */
function lineOf(message: SocketReply): string {
  try {
    return toLine(message);
  } catch (error) {
    if (!('id' in message) || !(error instanceof RangeError)) throw error;
    return toLine({ id: message.id, envelope: { ok: false, error: answerTooLong.toWire() } });
  }
}

const notUnderstood = new BelfryError({
  code: 'BAD_INPUT',
  what: 'A line is not a request',
  where: 'at the local socket',
  why: 'Each line must be JSON such as {"id":1,"name":"status.get","input":{}}',
  remedy: 'Correct the line',
});
const notUtf8 = new BelfryError({
  code: 'BAD_INPUT',
  what: 'A line is not UTF-8',
  where: 'at the local socket',
  why: 'Each line must be JSON, and JSON between programs is UTF-8 (RFC 8259)',
  remedy: 'Encode the line as UTF-8',
});
const answerTooLong = new BelfryError({
  code: 'TOO_LARGE',
  what: 'The answer is too long',
  where: 'at the local socket',
  why: 'It does not fit into one line of 512 MiB',
  remedy: 'Ask for less at once, with a smaller --limit',
});
