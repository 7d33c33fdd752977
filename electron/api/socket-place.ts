import { tmpdir, userInfo } from 'node:os';
import type { SocketPlace } from './socket-path.ts';

/** This machine's answer to where sockets lie. */
export function socketPlace(): SocketPlace {
  return { platform: process.platform, temporaryFolder: tmpdir(), userId: userInfo().uid };
}
