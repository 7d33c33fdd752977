import type { Bridge } from '../../shared/index.ts';

/** `signed-out`: the engine answers, but this window has no right to talk to it any more. */
export type LinkState = 'connecting' | 'open' | 'lost' | 'signed-out';

/** A bridge that also says whether the engine can be reached. */
export type Link = Bridge & {
  /** Where the window runs: addresses are opened by the desktop host, or by the browser itself. */
  readonly host: 'desktop' | 'browser';
  state(): LinkState;
  /** Calls `listener` after each change of state; the result ends that. */
  watch(listener: () => void): () => void;
  /** Tries to connect now instead of at the end of the back-off. */
  retry(): void;
};

/** Calls `callback` after `ms` milliseconds unless the result is called first. */
export type Wait = (ms: number, callback: () => void) => () => void;
