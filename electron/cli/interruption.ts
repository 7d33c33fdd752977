import type { Io } from './io.ts';

/** What shells give for a death by SIGINT. */
export const interruptedCode = 130;

/** A promise that resolves when the person presses Ctrl-C; `leave` gives the key back. */
export function interruption(io: Io): { promise: Promise<undefined>; leave(): void } {
  let leave = () => {};
  const promise = new Promise<undefined>((resolve) => {
    leave = io.onInterrupt(() => resolve(undefined));
  });
  return { promise, leave };
}
