import { lstatSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { createConnection, Socket } from 'node:net';
import { dirname } from 'node:path';
import {
  type Announcement,
  BelfryError,
  type Bridge,
  type Clock,
  type Envelope,
  type ErrorParts,
  readAnnouncements,
  readEnvelope,
  type Send,
  sendCall,
  web,
} from '../../shared/index.ts';

/** An engine that is there accepts at once. */
const connectMs = 5000;
/** While a call waits, the engine is asked this often whether it is alive; calls themselves may take minutes. */
const pingMs = 5000;
/** So many questions in a row without any answer: the process is stopped or hangs. */
const maxUnansweredPings = 4;
/** Connections to the engine; each has one call at work, and the other calls wait for one of them. */
const maxConnections = 32;

export type Client = Bridge & {
  close(): void;
  /** Resolves when the engine has ended, or the client was closed. From then on every call is answered with NOT_RUNNING. */
  closed(): Promise<void>;
};

/**
 * Connects to the engine behind a socket. Throws NOT_RUNNING when nothing answers, HOME_UNUSABLE when this user may not connect.
 * Calls that an ending engine leaves open, or one that does not react for 20 s, are answered with NOT_RUNNING.
 */
export async function connect(path: string, clock: Clock): Promise<Client> {
  const first = await openConnection(path);
  const pending = new Set<(envelope: Envelope<unknown>) => void>();
  const listeners = new Set<(announcement: Announcement) => void>();
  /** What every call is answered with once the engine is lost. */
  let over: Envelope<never> | undefined;
  let noteEnd = () => {};
  const ended = new Promise<void>((resolve) => {
    noteEnd = resolve;
  });
  const isOver = () => over !== undefined;
  const calls = createAgent(path, isOver, first);
  // A question must not wait behind the calls.
  const pings = createAgent(path, isOver);

  let unanswered = 0;
  let cancelPing: (() => void) | undefined;
  const heard = () => {
    unanswered = 0;
  };
  const send = sendBy(path, calls, heard);
  const ping = sendBy(path, pings, heard);
  const stopPinging = () => {
    cancelPing?.();
    cancelPing = undefined;
  };
  const schedulePing = () => {
    cancelPing ??= clock.setTimer(pingMs, () => {
      cancelPing = undefined;
      if (unanswered >= maxUnansweredPings) return end(unresponsive(path));
      unanswered += 1;
      // Without an answer the questions are counted; why the engine does not answer is said by the call that waits.
      void ping({ method: 'GET', path: web.paths.alive })
        .then(readEnvelope)
        .catch(() => {});
      schedulePing();
    });
  };
  const end = (answer: Envelope<never>) => {
    over ??= answer;
    stopPinging();
    for (const resolve of pending) resolve(over);
    pending.clear();
    for (const agent of [calls, pings]) agent.destroy();
    first.destroy();
    noteEnd();
  };

  let listening: Promise<void> | undefined;
  const listen = async () => {
    const response = await send({ method: 'GET', path: web.paths.events });
    if (response.status !== 200) {
      const refusal = await readEnvelope(response);
      return end(refusal && !refusal.ok ? refusal : otherVersion(path));
    }
    const announce = (announcement: Announcement) => {
      for (const listener of [...listeners]) listener(announcement);
    };
    // Its end is the engine's end, however it comes.
    void readAnnouncements(response, { heard, announce })
      .catch(() => {})
      .then(() => end(connectionLost(path)));
  };
  const ensureListening = () => {
    listening ??= listen().catch((error: unknown) => end(failureOf(path, error)));
  };
  const answer = async (name: string, input: unknown): Promise<Envelope<unknown>> => {
    try {
      // What the call brings about must be heard by whoever subscribed before it.
      await listening;
      return (await sendCall(send, name, input)).envelope ?? otherVersion(path);
    } catch (error) {
      return failureOf(path, error);
    }
  };

  return {
    call: (name, input) =>
      new Promise((resolve) => {
        if (over) return resolve(over);
        pending.add(resolve);
        schedulePing();
        void answer(name, input).then((envelope) => {
          pending.delete(resolve);
          if (pending.size === 0) stopPinging();
          resolve(envelope);
        });
      }),
    subscribe(listener) {
      ensureListening();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    close: () => end(connectionLost(path)),
    closed() {
      ensureListening();
      return ended;
    },
  };
}

/** Keeps connections open between requests; opens none once the client is over, which Node's own would do for requests that wait. */
function createAgent(path: string, isOver: () => boolean, first?: Socket): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: maxConnections });
  let unused = first;
  agent.createConnection = (_options, done) => {
    const opened = unused;
    unused = undefined;
    if (isOver()) done?.(new Error('The client is closed'), new Socket());
    else if (opened && isFresh(opened)) return opened;
    else return createConnection(path);
    return undefined;
  };
  return agent;
}

/** An engine says goodbye to a connection that waits long for its first request: while the user typed a password, say. */
function isFresh(socket: Socket): boolean {
  return !socket.destroyed && socket.readableLength === 0;
}

function readAll(response: IncomingMessage, take: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const pass = (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        response.destroy(); // What comes after is of no use without it.
        reject(error);
      }
    };
    response.on('data', pass).once('end', resolve).once('error', reject);
  });
}

function sendBy(path: string, agent: Agent, heard: () => void): Send {
  return ({ method, path: target, headers = {}, body, signal }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? undefined : Buffer.byteLength(body);
      if (length !== undefined && length > web.bodyLimitBytes.socket) return reject(callTooLarge());
      const options = { agent, socketPath: path, method, path: target, ...(signal && { signal }) };
      const sent = request(
        { ...options, headers: length === undefined ? headers : { ...headers, 'content-length': length } },
        (response) => {
          heard();
          resolve({ status: response.statusCode ?? 0, read: (take) => readAll(response, take) });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
}

function openConnection(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const fail = (error: NodeJS.ErrnoException) => {
      socket.destroy();
      reject(connectError(path, error));
    };
    socket.once('error', fail);
    socket.setTimeout(connectMs, () => fail(new Error('It does not answer')));
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      // The close event that follows every error says all that matters.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

function connectError(path: string, cause: NodeJS.ErrnoException): BelfryError {
  const closed = cause.code === 'EACCES' || cause.code === 'EPERM';
  return new BelfryError({
    code: closed ? 'HOME_UNUSABLE' : 'NOT_RUNNING',
    what: closed ? 'The engine may not be reached' : 'Belfry is not running',
    where: `at ${path}`,
    ...(closed
      ? reasonOfRefusal(path)
      : {
          why: 'No engine answers for this home folder',
          remedy: 'Start it with `belfry run` or open the application, or name its home with --home',
        }),
    cause,
  });
}

/** Whose the socket is, or which folder keeps us from it. */
function reasonOfRefusal(path: string): { why: string; remedy: string } {
  const own = process.geteuid?.();
  for (const place of [path, dirname(path), dirname(dirname(path))]) {
    const owner = ownerOf(place);
    if (owner === undefined) continue; // What lies in a folder that is closed to us cannot be seen.
    if (owner !== own)
      return { why: `${place} belongs to another user`, remedy: 'Run this as the user who started Belfry' };
    return {
      why: `The rights of ${place} keep you out, although it is yours`,
      remedy: `Give them back with: chmod ${place === path ? 600 : 700} ${place}`,
    };
  }
  return {
    why: 'The rights of a folder on the way keep you out',
    remedy: 'Check the rights of the home folder and of those above it',
  };
}

function ownerOf(path: string): number | undefined {
  try {
    return lstatSync(path).uid;
  } catch {
    return undefined; // Gone, or in a folder that is closed to us: the caller looks one folder higher.
  }
}

/** What a call is answered with when its request failed. */
function failureOf(path: string, error: unknown): Envelope<never> {
  if (error instanceof BelfryError) return { ok: false, error: error.toWire() };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Node's names for what is no HTTP.
  if (code.startsWith('HPE_')) return otherVersion(path);
  const unreachable = ['ENOENT', 'ECONNREFUSED', 'EACCES', 'EPERM'].includes(code);
  if (unreachable) return { ok: false, error: connectError(path, error as NodeJS.ErrnoException).toWire() };
  return connectionLost(path);
}

function failure(parts: ErrorParts): Envelope<never> {
  return { ok: false, error: new BelfryError(parts).toWire() };
}

function callTooLarge(): BelfryError {
  return new BelfryError({
    code: 'TOO_LARGE',
    what: 'The call is too large',
    where: 'at the local socket',
    why: `At most ${web.bodyLimitBytes.socket / 1024 ** 2} MiB are read`,
    remedy: 'Send less at once',
  });
}

function connectionLost(path: string): Envelope<never> {
  return failure({
    code: 'NOT_RUNNING',
    what: 'The engine ended before it answered',
    where: `at ${path}`,
    why: 'It was stopped or crashed while the call was open',
    remedy: 'Start it again and look whether the call took effect',
  });
}

function unresponsive(path: string): Envelope<never> {
  return failure({
    code: 'NOT_RUNNING',
    what: 'Belfry does not answer',
    where: `at ${path}`,
    why: `It has not reacted for ${(maxUnansweredPings * pingMs) / 1000} s: its process is stopped, hangs, or the machine is overloaded`,
    remedy:
      'Look at its process (`belfry doctor` names it), and look whether the call took effect before you repeat it',
  });
}

function otherVersion(path: string): Envelope<never> {
  return failure({
    code: 'CONFLICT',
    what: 'The engine is of another version than this command',
    where: `at ${path}`,
    why: 'Its answer is none that this version knows',
    remedy: 'Use the `belfry` of the same installation, or end the engine and start it with this one',
  });
}
