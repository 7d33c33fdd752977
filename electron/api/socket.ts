import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { BelfryError, type Bridge, type Clock, type Log } from '../../shared/index.ts';
import { limitConnections } from './connection-limit.ts';
import { type HostCalls, withHostCalls } from './host-calls.ts';
import { serveConnection } from './socket-connection.ts';

/** Connections without a call or a subscription; more is a loop that forgets to close. */
const mostIdle = 64;
/** All connections, also those at work. */
const mostConnections = 512;

export type SocketDoorNeeds = {
  bridge: Bridge;
  /** Where to listen: a file in a folder of this user's own, or a named pipe. */
  path: string;
  clock: Clock;
  log: Log;
  hostCalls?: Partial<HostCalls>;
};
export type SocketDoor = {
  path: string;
  /** False when the socket's name was removed, so that nobody finds it any more. */
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
export async function openSocketDoor(needs: SocketDoorNeeds): Promise<SocketDoor> {
  const { path, log } = needs;
  const isFile = !path.startsWith('\\\\');
  if (isFile) await makeRoom(path);

  const bridge = withHostCalls(needs.bridge, needs.hostCalls ?? {});
  const connections = limitConnections(mostIdle);
  const server = createServer((socket) => {
    connections.add(socket);
    serveConnection({ socket, bridge, clock: needs.clock, connections });
  });
  server.maxConnections = mostConnections;
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
      await makeRoom(path);
      server.close();
      await open();
    },
    close() {
      ended ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections.all()) socket.destroySoon();
        // A client that does not read must not hold the engine up.
        needs.clock.setTimer(1000, () => {
          for (const socket of connections.all()) socket.destroy();
        });
      });
      return ended;
    },
  };
}

async function makeRoom(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const state = await lstat(folder);
    const own = process.getuid?.();
    if (!state.isDirectory() || (own !== undefined && state.uid !== own))
      throw new Error(`${folder} belongs to somebody else`);
    await chmod(folder, 0o700);
    await removeStale(path);
  } catch (error) {
    throw unusable(path, error);
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
    const fail = (error: Error) => reject(unusable(path, error));
    server.once('error', fail);
    server.listen(path, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function unusable(path: string, cause: unknown): BelfryError {
  return new BelfryError({
    code: 'HOME_UNUSABLE',
    what: 'The local socket cannot be made',
    where: path,
    why: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Check the folder and its rights, or use another home with --home',
    cause,
  });
}
