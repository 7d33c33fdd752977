import type { Socket } from 'node:net';

/** Limits how many connections a listener holds, without ever turning a new one away. */
export type ConnectionLimit = {
  /** Counts a new connection; when there are too many, the one that has waited longest without being kept is ended. */
  add(socket: Socket): void;
  /** The client has shown who it is, or has work under way: its connection is not ended to make room. */
  keep(socket: Socket): void;
  /** The work is over: it counts as newly arrived. */
  release(socket: Socket): void;
  /** Every open connection. */
  all(): Socket[];
};

/**
 * At most `most` connections that are not kept stay open. Refusing new ones instead would let whoever opens that many and
 * sends a byte now and then shut everybody else out (a slow-loris attack).
 */
export function limitConnections(most: number): ConnectionLimit {
  // A set gives its members back in the order they were put in: the first is the oldest.
  const strangers = new Set<Socket>();
  const kept = new Set<Socket>();
  return {
    add(socket) {
      strangers.add(socket);
      socket.once('close', () => {
        strangers.delete(socket);
        kept.delete(socket);
      });
      const [oldest] = strangers;
      if (strangers.size > most && oldest) {
        strangers.delete(oldest);
        oldest.destroy();
      }
    },
    keep(socket) {
      if (strangers.delete(socket)) kept.add(socket);
    },
    release(socket) {
      if (kept.delete(socket)) strangers.add(socket);
    },
    all: () => [...strangers, ...kept],
  };
}
