import type { Socket } from 'node:net';

/** Limits how many connections a listener holds, without ever turning a new one away. */
export type ConnectionLimit = {
  /** Counts a new connection; when there are too many, the oldest one that is not kept is evicted. */
  add(socket: Socket): void;
  /** The client has shown who it is, or has work under way: its connection is not evicted. */
  keep(socket: Socket): void;
  /** The work is over: it counts as new again. */
  release(socket: Socket): void;
  /** Every open connection. */
  all(): Socket[];
};

/**
 * At most `maxEvictable` connections that are not kept stay open. Refusing new ones instead would let whoever opens that many
 * and sends a byte now and then shut everybody else out (a slow-loris attack).
 */
export function limitConnections(maxEvictable: number): ConnectionLimit {
  // A set gives its members back in the order they were put in: the first is the oldest.
  const evictable = new Set<Socket>();
  const kept = new Set<Socket>();
  return {
    add(socket) {
      evictable.add(socket);
      socket.once('close', () => {
        evictable.delete(socket);
        kept.delete(socket);
      });
      const [oldest] = evictable;
      if (evictable.size > maxEvictable && oldest) {
        evictable.delete(oldest);
        oldest.destroy();
      }
    },
    keep(socket) {
      if (evictable.delete(socket)) kept.add(socket);
    },
    release(socket) {
      if (kept.delete(socket)) evictable.add(socket);
    },
    all: () => [...evictable, ...kept],
  };
}
