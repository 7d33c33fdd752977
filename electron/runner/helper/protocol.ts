import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Environment } from '../commands/environment.ts';

/**
 * How the engine and its helper process talk. The helper connects to the engine's socket: once for orders and reports
 * (a line of JSON each), and twice per command, whose output these connections then are. Every connection begins with
 * a tag that says which it is.
 *
 * Raise the version with every change below: an engine at work may find the helper of a newer Belfry on the disk.
 */
export const protocolVersion = 1;

/** What the engine asks for. */
export type HelperRequest =
  | {
      kind: 'start';
      /** Its reports carry the same. */
      id: number;
      file: string;
      args: readonly string[];
      cwd: string;
      environment: Environment;
      shell: boolean;
    }
  | { kind: 'ping' };

/** Bytes of a tag. */
const tagSize = 32;
/** Name of the connection for orders and reports. */
export const controlStream = 'control';

/** The tag of a connection of the helper that was given `key`. */
export function tagOf(key: string, stream: string): string {
  return `${key} ${stream}`.padEnd(tagSize);
}

/** The lane that a tag names; undefined when it is not one of the helper with this key. */
function streamOf(key: string, tag: string): string | undefined {
  const [owner, stream] = tag.trimEnd().split(' ');
  return owner === key ? stream : undefined;
}

/** Names of the two lanes of a pair. */
export function pairStreams(pair: number): { stdout: string; stderr: string } {
  return { stdout: `out-${pair}`, stderr: `err-${pair}` };
}

/** One message as it travels. */
export function toLine(message: unknown): string {
  return `${JSON.stringify(message)}\n`;
}

/** Hands over every line that arrives, until the socket closes. */
export function onLines(socket: Socket, take: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

/** Where the connections of one helper arrive. */
export type Listener = {
  /** The lane of this name, as soon as it is there. */
  stream(name: string): Promise<Socket>;
  /** Takes no more and closes the lanes that nobody has asked for; those of commands stay open until these end. */
  close(): void;
};

/** Listens at `path` (a socket file of this user's alone; an old one is replaced) for lanes of the helper with this key. */
export async function openListener(path: string, key: string): Promise<Listener> {
  const streams = new Map<string, PromiseWithResolvers<Socket>>();
  const slot = (name: string) => {
    const there = streams.get(name) ?? Promise.withResolvers<Socket>();
    streams.set(name, there);
    return there;
  };
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('readable', function look() {
      const tag: Buffer | null = socket.read(tagSize);
      if (tag === null) return;
      socket.off('readable', look);
      const name = tag.length === tagSize ? streamOf(key, tag.toString('latin1')) : undefined;
      if (name === undefined) socket.destroy();
      else slot(name).resolve(socket);
    });
  });
  await rm(path, { force: true });
  await listen(server, path);
  await chmod(path, 0o600);
  return {
    async stream(name) {
      const socket = await slot(name).promise;
      streams.delete(name);
      return socket;
    },
    close() {
      for (const { promise } of streams.values()) void promise.then((socket) => socket.destroy());
      server.close();
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
