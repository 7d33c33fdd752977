import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type SocketServerDeps, startSocketServer } from '../../electron/api/index.ts';
import { connect } from '../../electron/cli/client.ts';
import { systemClock } from '../../electron/system.ts';
import { type Bridge, web } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { apiWith, status } from './world.ts';

export const socketIn = (home: string) => join(home, 'run', 'belfry.sock');

export async function startServer(some: Partial<SocketServerDeps> = {}, home = temporaryHome()) {
  const { bridge, announcer, log } = apiWith({
    'status.get': async () => status,
    'engine.quit': () => new Promise(() => {}),
  });
  const path = socketIn(home);
  const opened = await startSocketServer({ bridge, path, clock: systemClock, log, ...some });
  onTestFinished(() => opened.close());
  return { ...opened, announcer };
}

export async function client(path: string) {
  const connected = await connect(path, systemClock);
  onTestFinished(() => connected.close());
  return connected;
}

export const head = (method: string, target: string, more = '') =>
  `${method} ${target} HTTP/1.1\r\nhost: localhost\r\n${more}\r\n`;

/** A call as it is sent. */
export function callBytes(body: string | Buffer, more = ''): Buffer {
  const length = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${more}`;
  return Buffer.concat([Buffer.from(head('POST', web.paths.call, length)), Buffer.from(body)]);
}

export const closing = 'connection: close\r\n';
export const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));

/** A bridge that counts the calls at work. */
export function countingBridge() {
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
  return { bridge, most: () => most };
}

type Passing = Partial<Record<'toEngine' | 'toClient', (chunk: Buffer) => Promise<void>>>;

/** A socket that passes everything on to the engine behind `path` and back, once what is given for that way has resolved. */
export async function relay(path: string, { toEngine, toClient }: Passing): Promise<string> {
  const between = createServer((near) => {
    const far = createConnection(path);
    const pass = (from: Socket, to: Socket, before: Passing['toEngine']) =>
      from
        .on('data', (chunk: Buffer) => void before?.(chunk).then(() => to.write(chunk)))
        .on('error', () => to.destroy())
        .once('close', () => to.destroy());
    pass(near, far, toEngine ?? (async () => {}));
    pass(far, near, toClient ?? (async () => {}));
  });
  const own = join(temporaryHome(), 'between.sock');
  between.listen(own);
  onTestFinished(() => void between.close());
  await once(between, 'listening');
  return own;
}
