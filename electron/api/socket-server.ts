import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { BelfryError, type Bridge, type Clock, type Log, web } from '../../shared/index.ts';
import { createEventStreams } from './announcement-stream.ts';
import { type HostCalls, withHostCalls } from './dispatch.ts';
import { only, type Refusal, refusals } from './http-guard.ts';
import {
  type ConnectionLimit,
  createHttpServer,
  createListener,
  type HttpLimits,
  limitConnections,
  listen,
} from './http-listener.ts';
import { createApiRoutes } from './http-routes.ts';

/** All connections, also those at work. */
const maxConnections = 512;

/** A client of the owner's may be stopped for a while; more connections without work than 64 are a loop that forgets to close. */
const socketLimits: HttpLimits = {
  headersMs: 30_000,
  requestMs: 60_000,
  keepAliveMs: 0,
  idleMs: 0,
  connections: 64,
};

export type SocketServerDeps = {
  bridge: Bridge;
  /** Where to listen: a file in a folder of this user's own, or a named pipe. */
  path: string;
  clock: Clock;
  log: Log;
  hostCalls?: Partial<HostCalls>;
  limits?: HttpLimits;
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
  const limits = deps.limits ?? socketLimits;
  const connections = limitConnections(limits.connections);
  const streams = createEventStreams({ bridge, clock: deps.clock, maxStreams: maxConnections });
  const routes = createApiRoutes({
    bridge,
    streams,
    bodyLimitBytes: web.bodyLimitBytes.socket,
    // The rights of the socket's file and folder let only its owner in.
    admit: () => undefined,
  });
  const listener = createListener({ routes, guard: refuseHost, headers: {}, log });
  const server = createHttpServer(limits, connections, (request, response) => {
    keepWhileAtWork(connections, request, response);
    listener(request, response);
  });
  server.maxConnections = maxConnections;
  server.on('clientError', answerNoHttp);
  const open = async () => {
    await listen(server, { path }).catch((error: unknown) => {
      throw socketUnusable(path, error);
    });
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
        streams.closeAll();
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

/** Only our own client connects, and says `localhost` for want of a name. */
function refuseHost({ headersDistinct }: IncomingMessage): Refusal | undefined {
  return only(headersDistinct['host']) === 'localhost' ? undefined : refusals.wrongHost;
}

/** Counts the connection as at work until its answer is out. */
function keepWhileAtWork(
  connections: ConnectionLimit,
  { socket }: IncomingMessage,
  response: ServerResponse,
): void {
  connections.keep(socket);
  response.once('close', () => connections.release(socket));
}

/** Answers what is no HTTP: the clients of version 0.2.0 and before sent lines of JSON, and understand one in return. */
function answerNoHttp(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const isLine = error.rawPacket?.toString('latin1', 0, 1) === '{';
  const line = JSON.stringify({ id: null, envelope: { ok: false, error: olderClient.toWire() } });
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
  const answer = isLine ? `${line}\n` : `HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`;
  socket.end(answer, () => socket.destroy());
}

const olderClient = new BelfryError({
  code: 'CONFLICT',
  what: 'The engine is of another version than this command',
  where: 'at the local socket',
  why: 'The engine that runs is newer, and they do not understand each other',
  remedy: 'Use the `belfry` of the same installation, or end the engine and start it with this one',
});
