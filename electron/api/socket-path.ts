import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';

/** Longest address that every system takes: macOS allows 103 bytes and Linux 107. */
const longestUnixPath = 100;

/** What of the machine decides where the socket lies. */
export type SocketPlace = { platform: NodeJS.Platform; temporaryFolder: string; userId: number };

/**
 * Where the engine of a home folder listens: `run/belfry.sock` in it. A home too deep for a socket's address
 * gets one in a folder of this user's own below the temporary folder, and Windows a named pipe; both named after the home.
 */
export function socketPathOf(home: string, place: SocketPlace): string {
  const key = createHash('sha256').update(resolve(home)).digest('hex').slice(0, 24);
  if (place.platform === 'win32') return `\\\\.\\pipe\\belfry-${key}`;
  const inHome = join(resolve(home), 'run', 'belfry.sock');
  if (Buffer.byteLength(inHome) <= longestUnixPath) return inHome;
  return join(place.temporaryFolder, `belfry-${place.userId}`, `${key}.sock`);
}
