import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BelfryError } from '../../shared/index.ts';
import type { ConnectionLimit } from './connection-limit.ts';

/** How long a client may take, and how many unknown ones there may be; small, since only windows of this user connect. */
export type HttpLimits = {
  headersMs: number;
  requestMs: number;
  keepAliveMs: number;
  idleMs: number;
  connections: number;
};
export const httpLimits: HttpLimits = {
  headersMs: 5000,
  requestMs: 10_000,
  keepAliveMs: 5000,
  idleMs: 120_000,
  connections: 64,
};

const triesForAnyPort = 10;

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1, at the same port (0 = any free one).
 * Throws PORT_IN_USE when either is taken: whoever holds ::1 would answer for `localhost`.
 */
export async function listenOnLoopback(
  port: number,
  limits: HttpLimits,
  connections: ConnectionLimit,
  listener: RequestListener,
): Promise<{ port: number; servers: Server[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const servers: Server[] = [];
    try {
      const four = await listen(makeServer(limits, connections, listener), port, '127.0.0.1');
      servers.push(four);
      const actual = portOf(four);
      const six = await listen(makeServer(limits, connections, listener), actual, '::1').catch(unlessMissing);
      if (six) servers.push(six);
      return { port: actual, servers };
    } catch (error) {
      for (const server of servers) server.close();
      if (port === 0 && codeOf(error) === 'EADDRINUSE' && attempt < triesForAnyPort) continue;
      throw portError(port, error);
    }
  }
}

function makeServer(limits: HttpLimits, connections: ConnectionLimit, listener: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
      // A missing Host gets the same 421 as a wrong one, from our own check.
      requireHostHeader: false,
      noDelay: true,
    },
    listener,
  );
  server.timeout = limits.idleMs;
  server.on('connection', connections.add);
  return server;
}

function listen(server: Server, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** A machine without IPv6 has no ::1 that anybody else could hold. */
function unlessMissing(error: unknown): undefined {
  if (['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(codeOf(error) ?? '')) return undefined;
  throw error;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function portError(port: number, cause: unknown): unknown {
  const reasons: Record<string, [string, string]> = {
    EADDRINUSE: ['is taken', 'Another program listens there'],
    EACCES: ['may not be used', 'The system keeps it for others'],
  };
  const reason = reasons[codeOf(cause) ?? ''];
  if (!reason) return cause;
  return new BelfryError({
    code: 'PORT_IN_USE',
    what: `Port ${port} ${reason[0]}`,
    where: 'on the loopback address',
    why: reason[1],
    remedy: 'Choose another with --port, or leave it out to take any free one',
    field: 'port',
    cause,
  });
}
