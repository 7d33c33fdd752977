import { createAnnouncer, createApi, type Handlers } from '../../electron/api/index.ts';
import type { CallName, Log } from '../../shared/index.ts';
import { sampleStatus } from '../support/window/sample.ts';

export type Said = { level: string; message: string; details: Record<string, unknown> | undefined };

/** A log that remembers what was said. */
export function listeningLog(): { log: Log; said: Said[] } {
  const said: Said[] = [];
  return { said, log: (level, message, details) => said.push({ level, message, details }) };
}

export const status = sampleStatus();

/** Handlers of which only the given ones do something. */
export function handlersWith(some: Partial<Handlers>): Handlers {
  const missing = (name: string) => async () => {
    throw new Error(`${name} has no handler in this test`);
  };
  return new Proxy(some as Handlers, {
    get: (target, name: CallName) => target[name] ?? missing(name),
  });
}

/** An API with an announcer, as `belfry.ts` puts them together. */
export function apiWith(some: Partial<Handlers>) {
  const { log, said } = listeningLog();
  const announcer = createAnnouncer({ log });
  const api = createApi({ handlers: handlersWith(some), log });
  return { log, said, announcer, bridge: { call: api.call, subscribe: announcer.subscribe } };
}
