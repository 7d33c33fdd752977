import type { CallError } from './call-error.ts';
import { toCallError } from './call-error.ts';
import { createEmitter } from './emitter.ts';
import type { Wait } from './link.ts';
import { createResource } from './resource.ts';

type Item = { readonly id: string };

/** One page of a list: the first `limit` items, or the `limit` items after the one with the id `after`. */
export type LoadPage<T> = (ask: { after?: string; limit: number }) => Promise<readonly T[]>;

export type PagerState<T> = {
  readonly items: readonly T[] | undefined;
  readonly error: CallError | undefined;
  /** There is nothing after the last item. */
  readonly done: boolean;
};

export type Pager<T> = {
  state(): PagerState<T>;
  watch(listener: () => void): () => void;
  /** Adds the next page; does nothing while one is on its way, and at the end. */
  more(): void;
  /** Fetches everything up to the most that is shown. */
  all(): Promise<void>;
  refresh(): void;
  start(): void;
  stop(): void;
};

type Options<T> = {
  pageSize: number;
  most: number;
  wait: Wait;
  quietMs: number;
  initial: readonly T[] | undefined;
};

/** A long list that grows page by page and is renewed as one, as far as it was loaded. */
export function createPager<T extends Item>(load: LoadPage<T>, options: Options<T>): Pager<T> {
  const { pageSize, most } = options;
  const changes = createEmitter<void>();
  let state: PagerState<T> = { items: options.initial, error: undefined, done: false };
  let wanted = pageSize;
  let growing = false;
  let taken: unknown;

  const set = (part: Partial<PagerState<T>>) => {
    state = { ...state, ...part };
    changes.emit();
  };
  const head = createResource(
    async () => {
      const limit = wanted;
      return { limit, items: await load({ limit }) };
    },
    { wait: options.wait, quietMs: options.quietMs, initial: undefined },
  );
  head.watch(() => {
    const { data, error } = head.state();
    if (error !== state.error) set({ error });
    if (data === undefined || data === taken) return;
    taken = data;
    // A page came in while this was on its way: it would be lost again.
    if (data.limit < wanted && data.items.length === data.limit) return head.refresh();
    set({ items: data.items, done: data.items.length < data.limit });
  });

  async function grow(limit: number): Promise<void> {
    const { items } = state;
    const last = items?.at(-1);
    if (growing || !items || !last || state.done || items.length >= most) return;
    growing = true;
    try {
      const next = await load({ after: last.id, limit: Math.min(limit, most - items.length) });
      const known = new Set((state.items ?? []).map(({ id }) => id));
      const joined = [...(state.items ?? []), ...next.filter(({ id }) => !known.has(id))];
      wanted = Math.max(wanted, joined.length);
      set({ items: joined, done: next.length < limit && joined.length < most });
    } catch (thrown) {
      set({ error: toCallError(thrown) });
    } finally {
      growing = false;
    }
  }

  return {
    state: () => state,
    watch: changes.add,
    more: () => void grow(pageSize),
    all: () => grow(most),
    refresh: head.refresh,
    start: head.start,
    stop: head.stop,
  };
}
