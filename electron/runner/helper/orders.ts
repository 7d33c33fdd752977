import type { Exit, Lost } from '../commands/child.ts';
import type { Report } from './report.ts';

type Answer = Extract<Report, { kind: 'started' | 'failed' }>;

/** What the helper was asked to start, and has not seen the end of. */
export type OrderBook = {
  open(): { id: number; answered: Promise<Answer | Lost>; exited: Promise<Exit | Lost> };
  take(report: Answer | Extract<Report, { kind: 'exited' }>): void;
  /** The helper is gone: nobody will hear of what is open. */
  lose(): void;
  isEmpty(): boolean;
};

type Entry = { answered: PromiseWithResolvers<Answer | Lost>; exited: PromiseWithResolvers<Exit | Lost> };

/** A book with nothing in it. */
export function createOrderBook(): OrderBook {
  const entries = new Map<number, Entry>();
  let last = 0;
  let lost = false;
  const lose = ({ answered, exited }: Entry) => {
    answered.resolve('lost');
    exited.resolve('lost');
  };
  return {
    open() {
      last += 1;
      const entry: Entry = { answered: Promise.withResolvers(), exited: Promise.withResolvers() };
      if (lost) lose(entry);
      else entries.set(last, entry);
      return { id: last, answered: entry.answered.promise, exited: entry.exited.promise };
    },
    take(report) {
      const entry = entries.get(report.id);
      if (report.kind === 'exited') entry?.exited.resolve({ code: report.code, signal: report.signal });
      else entry?.answered.resolve(report);
      if (report.kind !== 'started') entries.delete(report.id);
    },
    lose() {
      lost = true;
      for (const entry of entries.values()) lose(entry);
      entries.clear();
    },
    isEmpty: () => entries.size === 0,
  };
}
