import type { Socket } from 'node:net';
import { BelfryError, type Bridge, type Clock, type Envelope, toWireError } from '../../shared/index.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import { lineCutter } from './lines.ts';
import { createOutlet } from './outlet.ts';
import {
  requestLimitBytes,
  requestSchema,
  requestTooLong,
  type SocketReply,
  type SocketRequest,
  toLine,
} from './socket-wire.ts';

/** Calls of one client that may be at work at once; the rest waits unread in its socket. */
const mostAtOnce = 32;

/** Serves one client of the socket until it goes. */
export function serveConnection(needs: {
  socket: Socket;
  bridge: Bridge;
  clock: Clock;
  connections: ConnectionLimit;
}): void {
  const { socket, bridge, clock, connections } = needs;
  const cut = lineCutter(requestLimitBytes);
  const outlet = createOutlet({ stream: socket, clock, encode: (announcement) => toLine({ announcement }) });
  const unread: (string | undefined)[] = [];
  let unsubscribe = () => {};
  let subscribed = false;
  let atWork = 0;

  const reply = (message: SocketReply) => {
    if (!socket.destroyed) socket.write(lineOf(message));
  };
  const mayTake = () => atWork < mostAtOnce && !socket.writableNeedDrain;
  const takeOn = () => {
    while (unread.length > 0 && mayTake()) take(unread.shift());
    if (unread.length > 0) socket.pause();
    else socket.resume();
  };
  const answer = async (request: SocketRequest) => {
    if ('ping' in request) return reply({ id: request.id, envelope: { ok: true, value: {} } });
    if ('subscribe' in request) {
      unsubscribe();
      unsubscribe = bridge.subscribe(outlet.push);
      subscribed = true;
      connections.keep(socket);
      return reply({ id: request.id, envelope: { ok: true, value: {} } });
    }
    atWork += 1;
    connections.keep(socket);
    const envelope = await bridge.call(request.name, request.input).catch(failed);
    atWork -= 1;
    if (atWork === 0 && !subscribed) connections.release(socket);
    reply({ id: request.id, envelope });
    takeOn();
  };
  const take = (line: string | undefined) => {
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
    takeOn();
  });
  socket.on('drain', takeOn);
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
