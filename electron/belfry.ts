import { BelfryError, type Engine } from '../shared/index.ts';
import { type Announcer, createAnnouncer } from './api/index.ts';
import type { Host } from './host.ts';
import { openRooms, type Rooms } from './rooms.ts';

/**
 * The engine for one home folder. Nothing happens before `start`, which throws ALREADY_RUNNING, HOME_UNUSABLE,
 * DATABASE_UNUSABLE; `start` and `stop` can be called twice and share one promise each.
 */
export function createBelfry(host: Host): Engine {
  const announcer: Announcer = createAnnouncer({ log: host.log });
  let rooms: Rooms | undefined;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  const open = async () => {
    rooms = await openRooms(host, announcer);
  };
  const close = async (options: { drainMs?: number }) => {
    // A start that failed has cleaned up after itself and told its caller.
    await starting?.catch(() => {});
    await rooms?.close(options);
  };

  return {
    start() {
      starting ??= open();
      return starting;
    },
    stop(options = {}) {
      stopping ??= close(options);
      return stopping;
    },
    wake(reason) {
      if (!stopping) rooms?.wake(reason);
    },
    async call(name, input) {
      if (rooms && !stopping) return rooms.call(name, input);
      return { ok: false, error: notNow(stopping !== undefined).toWire() };
    },
    subscribe: (listener) => announcer.subscribe(listener),
  };
}

function notNow(stopping: boolean): BelfryError {
  return new BelfryError({
    code: stopping ? 'STOPPING' : 'NOT_RUNNING',
    what: stopping ? 'Belfry is ending' : 'Belfry is still starting',
    where: 'in this engine',
    why: stopping ? 'Somebody quit it, and running jobs are drained' : 'Its home folder is not open yet',
    remedy: stopping ? 'Start it again' : 'Try again in a moment',
  });
}
