import { type CallError, toCallError } from './call-error.ts';
import { createEmitter } from './emitter.ts';
import type { Wait } from './link.ts';

/** What is known of a remote value: the newest answer stays while a newer one is fetched or fails. */
export type ResourceState<T> = {
  readonly data: T | undefined;
  readonly error: CallError | undefined;
  readonly busy: boolean;
};

export type Resource<T> = {
  state(): ResourceState<T>;
  watch(listener: () => void): () => void;
  /** Fetches again; calls during a fetch, or within the quiet time after it, become one. */
  refresh(): void;
  start(): void;
  stop(): void;
};

type Options<T> = {
  wait: Wait;
  /** Least milliseconds between the end of a fetch and the start of the next. */
  quietMs: number;
  initial: T | undefined;
};

/** A remote value with coalesced refreshes; answers that come after `stop` are ignored. */
export function createResource<T>(load: () => Promise<T>, options: Options<T>): Resource<T> {
  const changes = createEmitter<void>();
  let state: ResourceState<T> = { data: options.initial, error: undefined, busy: true };
  let generation = 0;
  let phase: 'stopped' | 'idle' | 'fetching' | 'quiet' = 'stopped';
  let again = false;
  let cancelQuiet = () => {};

  const set = (next: ResourceState<T>) => {
    state = next;
    changes.emit();
  };

  async function fetchOnce(): Promise<void> {
    const mine = generation;
    phase = 'fetching';
    again = false;
    if (!state.busy) set({ ...state, busy: true });
    const next = await load().then(
      (data): ResourceState<T> => ({ data, error: undefined, busy: false }),
      (thrown): ResourceState<T> => ({ data: state.data, error: toCallError(thrown), busy: false }),
    );
    if (mine !== generation) return;
    phase = 'quiet';
    cancelQuiet = options.wait(options.quietMs, () => {
      phase = 'idle';
      if (again) void fetchOnce();
    });
    set(next);
  }

  return {
    state: () => state,
    watch: changes.add,
    refresh() {
      if (phase === 'idle') void fetchOnce();
      else again = true;
    },
    start() {
      if (phase !== 'stopped') return;
      generation += 1;
      void fetchOnce();
    },
    stop() {
      generation += 1;
      phase = 'stopped';
      cancelQuiet();
    },
  };
}
