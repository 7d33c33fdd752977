import { BelfryError, type Engine, readingCalls } from '../shared/index.ts';
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
    rooms = await openRooms(host, announcer, engine);
  };
  const close = async (options: { drainMs?: number }) => {
    // A start that failed has cleaned up after itself and told its caller.
    await starting?.catch(() => {});
    await rooms?.close(options);
  };

  const engine: Engine = {
    start() {
      starting ??= open();
      return starting;
    },
    stop(options = {}) {
      if (stopping && options.drainMs !== undefined) rooms?.hurry(options.drainMs);
      stopping ??= close(options);
      return stopping;
    },
    wake(reason) {
      if (!stopping) rooms?.wake(reason);
    },
    async call(name, input) {
      // Reading goes on while running jobs are drained, so that whoever watches sees their end.
      if (rooms && (!stopping || readingCalls.has(name))) return rooms.call(name, input);
      return { ok: false, error: notNow(stopping !== undefined).toWire() };
    },
    subscribe: announcer.subscribe,
  };
  return engine;
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
