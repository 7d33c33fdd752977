import type { Millis } from './basics.ts';
import type { Bridge } from './contract.ts';
import type { MediaFiles } from './media.ts';

/** Time, handed in: the real one in `electron/system.ts`, a hand-moved one in tests. */
export type Clock = {
  /** Wall time. May jump either way. */
  now(): Millis;
  /** Milliseconds since some fixed moment; never jumps, may stand still while the machine sleeps. */
  monotonic(): number;
  /** Calls `callback` once after `delay` milliseconds of monotonic time, unless the returned function is called first. */
  setTimer(delay: number, callback: () => void): () => void;
};

/** Randomness, handed in. */
export type Random = {
  /** A number in [0, 1). */
  next(): number;
  /** A version 4 UUID, for idempotency keys and secrets. */
  uuid(): string;
  /** A short unique id of 16 lower-case characters, for runs, posts and media. */
  id(): string;
};

/** Remarks for the user who runs the engine; never secrets. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  details?: Record<string, unknown>,
) => void;

/** Why the scheduler should look at the clock again. A hint, never the proof (design §3.3). */
export type WakeReason = 'resume' | 'unlock' | 'online' | 'clock';

/** The whole engine as its hosts (desktop, headless) see it; built by `createBelfry` in `electron/app.ts`. */
export type Engine = Bridge & {
  /** Takes the home folder, opens the store, starts all modules. Throws ALREADY_RUNNING and the like. Can be called twice. */
  start(): Promise<void>;
  /**
   * No new slots; running jobs get `drainMs` (default: `settings.drainSeconds`) to end, then their process trees are
   * ended. Frees the home. Can be called twice; a second call may shorten the time.
   */
  stop(options?: { drainMs?: number }): Promise<void>;
  /** The machine woke up, came back on line, or its clock was set. */
  wake(reason: WakeReason): void;
  /** Files of posts, for the host's window. */
  readonly media: MediaFiles;
};
