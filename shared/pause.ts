import type { Clock } from './ports.ts';

/** Timers of the platform cannot be longer than some 24 days; a time-out may. */
const longest = 2_000_000_000;

/** Calls `callback` once after `ms` milliseconds of monotonic time, however many; the result calls it off. */
export function setTimer(clock: Clock, ms: number, callback: () => void): () => void {
  const due = clock.monotonic() + ms;
  let cancel: () => void;
  const arm = () => {
    const left = due - clock.monotonic();
    cancel = left > longest ? clock.setTimer(longest, arm) : clock.setTimer(left, callback);
  };
  arm();
  return () => cancel();
}

/** Waits `ms` milliseconds of monotonic time, or until `signal` aborts. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const callback = () => {
      cancel();
      signal?.removeEventListener('abort', callback);
      resolve();
    };
    const cancel = setTimer(clock, ms, callback);
    signal?.addEventListener('abort', callback);
  });
}

/** What the promise gives, or undefined when that takes longer than `ms` milliseconds of monotonic time. */
export async function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T | undefined> {
  const inTime = new AbortController();
  const late = pause(clock, ms, inTime.signal).then(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    inTime.abort('in time'); // A reason of its own, since the default one costs a stack trace.
  }
}

/** Resolves when `signal` aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
