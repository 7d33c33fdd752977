import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Environment } from '../commands/prepare.ts';

/**
 * How the engine and its helper process communicate. The helper connects to the engine's socket: once for requests and
 * reports (a line of JSON each), and twice per command, for its output and errors. Every connection begins with a tag
 * that names it.
 *
 * Raise the version with every change below: a running engine may find the helper of a newer Belfry on the disk.
 */
export const protocolVersion = 1;

/** What the engine asks for. */
export type HelperRequest =
  | {
      kind: 'start';
      /** Repeated in its reports. */
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
/** Name of the connection for requests and reports. */
export const controlStream = 'control';

/** The tag of a connection of the helper that was given `key`. */
export function tagOf(key: string, stream: string): string {
  return `${key} ${stream}`.padEnd(tagSize);
}

/** The stream that a tag names; undefined when the helper of this key did not send it. */
function streamOf(key: string, tag: string): string | undefined {
  const [owner, stream] = tag.trimEnd().split(' ');
  return owner === key ? stream : undefined;
}

/** Names of the two streams of a pair. */
export function pairStreams(pair: number): { stdout: string; stderr: string } {
  return { stdout: `out-${pair}`, stderr: `err-${pair}` };
}

/** A message as it is sent. */
export function toLine(message: unknown): string {
  return `${JSON.stringify(message)}\n`;
}

/** Calls `take` with every line that arrives. */
export function onLines(socket: Socket, take: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

/** Accepts the connections of one helper. */
export type Listener = {
  /** The stream of this name, as soon as it is connected. */
  stream(name: string): Promise<Socket>;
  /** Accepts no more connections and closes those that were not asked for; the streams of commands stay open until they end. */
  close(): void;
};

/** Listens at `path`, a socket file that only this user can open, for the helper with this key; an old file is replaced. */
export async function openListener(path: string, key: string): Promise<Listener> {
  const streams = new Map<string, PromiseWithResolvers<Socket>>();
  const slot = (name: string) => {
    const there = streams.get(name) ?? Promise.withResolvers<Socket>();
    streams.set(name, there);
    return there;
  };
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('readable', function readTag() {
      const tag: Buffer | null = socket.read(tagSize);
      if (tag === null) return;
      socket.off('readable', readTag);
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

export type Exit = { code: number | null; signal: string | null };

/** The helper process died, and with it the knowledge of what became of a command that it had started. */
export type Lost = 'lost';

/** A running command. */
export type Child = {
  pid: number;
  /** See `Processes.startOf`; null when the process had ended before. */
  startedAt: Promise<string | null>;
  stdout: Readable;
  stderr: Readable;
  /** Its process has ended; its pipes may still be open. */
  exited: Promise<Exit | Lost>;
};
