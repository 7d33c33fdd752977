import type { CallError } from './call-error.ts';
import { toCallError } from './call-error.ts';
import { createEmitter } from './emitter.ts';
import type { Wait } from './link.ts';
import { createResource } from './resource.ts';

type Item = { readonly id: string };

/** `limit` items from the beginning or from a cursor on, and where the next page begins; null at the end. */
export type LoadPage<T> = (ask: { cursor?: string; limit: number }) => Promise<ListPage<T>>;
export type ListPage<T> = { items: readonly T[]; cursor: string | null };

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
  /** Where the next page begins; unknown until the first answer, null at the end. */
  let next: string | null | undefined;

  const set = (part: Partial<PagerState<T>>) => {
    state = { ...state, ...part };
    changes.emit();
  };
  const head = createResource(
    async () => {
      const limit = wanted;
      return { limit, ...(await load({ limit })) };
    },
    { wait: options.wait, quietMs: options.quietMs, initial: undefined },
  );
  head.watch(() => {
    const { data, error } = head.state();
    if (error !== state.error) set({ error });
    if (data === undefined || data === taken) return;
    taken = data;
    // A page came in while this was on its way: it would be lost again.
    if (data.limit < wanted && data.cursor !== null) return head.refresh();
    next = data.cursor;
    set({ items: data.items, done: next === null });
  });

  async function grow(limit: number): Promise<void> {
    const { items } = state;
    if (growing || !items || next === undefined || next === null || items.length >= most) return;
    growing = true;
    try {
      const page = await load({ cursor: next, limit: Math.min(limit, most - items.length) });
      const known = new Set((state.items ?? []).map(({ id }) => id));
      const joined = [...(state.items ?? []), ...page.items.filter(({ id }) => !known.has(id))];
      wanted = Math.max(wanted, joined.length);
      next = page.cursor;
      set({ items: joined, done: next === null });
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
