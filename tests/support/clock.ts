import type { Clock, Millis } from '../../shared/index.ts';

export type HandClock = Clock & {
  /** Moves both clocks on by `ms`, firing every timer on the way in order, and lets promises settle between. */
  advance(ms: number): Promise<void>;
  /** The machine sleeps: wall time passes, monotonic time and timers stand still. */
  sleep(ms: number): void;
  /** Someone sets the wall clock. */
  set(wall: Millis): void;
  /** Timers that wait. */
  pending(): number;
};

/** A clock that only moves when it is told to. */
export function handClock(start: string | Millis = '2026-11-22T09:00:00Z'): HandClock {
  let wall = typeof start === 'string' ? Date.parse(start) : start;
  let mono = 0;
  let timers: { at: number; callback: () => void }[] = [];
  const pass = (ms: number) => {
    wall += ms;
    mono += ms;
  };
  return {
    now: () => wall,
    monotonic: () => mono,
    setTimer(delay, callback) {
      const timer = { at: mono + Math.max(0, delay), callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(ms) {
      const until = mono + ms;
      await settle();
      for (;;) {
        const next = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        pass(Math.max(0, next.at - mono));
        timers = timers.filter((other) => other !== next);
        next.callback();
        await settle();
      }
      pass(until - mono);
      await settle();
    },
    sleep(ms) {
      wall += ms;
    },
    set(to) {
      wall = to;
    },
    pending: () => timers.length,
  };
}

/** Lets everything that is ready to go on go on: promises and immediate callbacks, several rounds. */
async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
