import { type Log, toWireError } from '../shared/index.ts';

/** What must be closed again; `drainMs` is the time that running jobs get. */
export type Closers = {
  add(close: (options: { drainMs?: number }) => unknown): void;
  /**
   * Closes everything once, the newest first. One that fails does not keep the others open: each failure is logged, and
   * the first one is thrown at the end.
   */
  close(options: { drainMs?: number }): Promise<void>;
};

/** `log` hears of every failure. */
export function createClosers(log: Log): Closers {
  const waiting: ((options: { drainMs?: number }) => unknown)[] = [];
  return {
    add: (close) => void waiting.push(close),
    async close(options) {
      const failures: unknown[] = [];
      for (const close of waiting.splice(0).reverse()) {
        try {
          await close(options);
        } catch (error) {
          log('error', `Something could not be closed: ${toWireError(error).message}`);
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
