import type { Clock, Millis } from '../../shared/index.ts';

/** How much a step of background work does at first, at least and at most; in whatever it is counted. */
export type StepSizes = { first: number; least: number; most: number };

/** A step is to take about so long, in milliseconds, since the event loop is held meanwhile. */
const aim: Millis = 10;

/** Does one step, which is given how much to do, and learns from the time that it takes. */
export type Pace = <T>(step: (size: number) => Promise<T>) => Promise<T>;

/** A pace that finds out how much this machine can do, as busy as it is, without being noticed. */
export function createPace(clock: Clock, sizes: StepSizes): Pace {
  let size = sizes.first;
  return async (step) => {
    const start = clock.monotonic();
    const value = await step(size);
    size = nextSize(size, clock.monotonic() - start, sizes);
    return value;
  };
}

/** Half as much after a step that took too long, a quarter more after a quick one. */
export function nextSize(size: number, took: Millis, { least, most }: StepSizes): number {
  if (took > 2 * aim) return Math.max(least, Math.floor(size / 2));
  if (took < aim) return Math.min(most, Math.ceil(size * 1.25));
  return size;
}
