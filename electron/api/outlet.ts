import type { Writable } from 'node:stream';
import type { Announcement, Clock } from '../../shared/index.ts';
import { createBacklog } from './backlog.ts';

/** A client that reads nothing for this long is cut off; it may connect again and ask anew. */
const patienceMs = 30_000;
/** More different runs than this waiting at once, and asking anew is cheaper than catching up. */
const mostWaiting = 1000;

export type Outlet = { push(announcement: Announcement): void; close(): void };

/**
 * Writes announcements to one client as fast as it reads and no faster: what it cannot take is collapsed
 * (see backlog), and a client that stops reading altogether is destroyed. Nothing else ever waits for it.
 */
export function createOutlet(needs: {
  stream: Writable;
  clock: Clock;
  encode(announcement: Announcement): string;
}): Outlet {
  const { stream, clock, encode } = needs;
  const backlog = createBacklog();
  let stopWaiting: (() => void) | undefined;

  const flush = () => {
    stopWaiting?.();
    stopWaiting = undefined;
    while (!stream.writableNeedDrain) {
      const next = backlog.take();
      if (!next) return;
      stream.write(encode(next));
    }
    stopWaiting = clock.setTimer(patienceMs, () => stream.destroy());
  };
  stream.on('drain', flush);
  const close = () => {
    stopWaiting?.();
    stream.off('drain', flush);
  };
  stream.once('close', close);

  return {
    push(announcement) {
      if (stream.destroyed || stream.writableEnded) return;
      backlog.add(announcement);
      if (backlog.size() > mostWaiting) stream.destroy();
      else if (!stopWaiting) flush();
    },
    close,
  };
}
