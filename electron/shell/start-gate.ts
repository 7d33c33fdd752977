import { type Bridge, toWireError } from '../../shared/index.ts';

/** The engine for a window that is opened while it starts: calls wait for the start and then are made. */
export function afterStart(engine: Bridge, started: Promise<void>): Bridge {
  return {
    subscribe: engine.subscribe,
    async call(name, input) {
      try {
        await started;
      } catch (error) {
        return { ok: false, error: toWireError(error) };
      }
      return engine.call(name, input);
    },
  };
}
