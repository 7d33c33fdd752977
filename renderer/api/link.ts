import type { Bridge } from '../../shared/index.ts';

/** `signed-out`: the engine answers, but this window has no right to talk to it any more. */
export type LinkState = 'connecting' | 'open' | 'lost' | 'signed-out';

/** How pictures and files pass between window and engine; calls and announcements carry none. */
export type MediaLink = {
  /** Whether an `<img>` can load from the engine by itself; in a browser the request needs a header. */
  readonly direct: boolean;
  /** What a request for media must carry; null when the window is signed out. */
  headers(): Promise<Record<string, string> | null>;
  /** The engine did not accept these headers. */
  refused(): void;
  /** Where a dropped or chosen file lies on this machine; null for a file that has no path, and in a browser. */
  pathOf(file: File): string | null;
};

/** A bridge that also says whether the engine can be reached. */
export type Link = Bridge & {
  /** Where the window runs: addresses are opened by the desktop host, or by the browser itself. */
  readonly host: 'desktop' | 'browser';
  readonly media: MediaLink;
  state(): LinkState;
  /** Calls `listener` after each change of state; the result ends that. */
  watch(listener: () => void): () => void;
  /** Tries to connect now instead of at the end of the back-off. */
  retry(): void;
};

/** Calls `callback` after `ms` milliseconds unless the result is called first. */
export type Wait = (ms: number, callback: () => void) => () => void;
