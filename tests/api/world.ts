import { createAnnouncer, createApi, type Handlers } from '../../electron/api/index.ts';
import type { CallName, Log, Status } from '../../shared/index.ts';

export type Said = { level: string; message: string; details: Record<string, unknown> | undefined };

/** A log that remembers what was said. */
export function listeningLog(): { log: Log; said: Said[] } {
  const said: Said[] = [];
  return { said, log: (level, message, details) => said.push({ level, message, details }) };
}

export const status: Status = {
  version: '0.1.0',
  pid: 4711,
  mode: 'headless',
  home: '/home/ada/.config/Belfry',
  startedAt: '2026-11-22T09:00:00.000Z',
  scheduler: 'running',
  running: [],
  next: null,
  counts: {
    jobs: 0,
    enabledJobs: 0,
    queuedPosts: 0,
    needYou: 0,
    accountsNeedYou: 0,
    waitingPosts: 0,
    failingJobs: 0,
  },
  accounts: [],
  overdue: [],
  warnings: [],
  trouble: [],
  timezones: ['UTC'],
  demo: false,
};

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
