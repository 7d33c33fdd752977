import type { Socket } from 'node:net';
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
export type Order =
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
export const tagSize = 32;
/** Name of the connection for orders and reports. */
export const controlLane = 'control';

/** The tag of a connection of the helper that was given `key`. */
export function tagOf(key: string, lane: string): string {
  return `${key} ${lane}`.padEnd(tagSize);
}

/** The lane that a tag names; undefined when it is not one of the helper with this key. */
export function laneOf(key: string, tag: string): string | undefined {
  const [owner, lane] = tag.trimEnd().split(' ');
  return owner === key ? lane : undefined;
}

/** Names of the two lanes of a pair. */
export function pairLanes(pair: number): { stdout: string; stderr: string } {
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
