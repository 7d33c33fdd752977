import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { CallInput, PostView, TargetStatus } from '../../../shared/index.ts';
import type { CallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { createPager } from '../../api/pager.ts';
import { timer } from '../../api/timer.ts';
import type { PostFilter } from '../../parts/route.ts';

const pageSize = 300;
/** More are not shown at once; filters lead to the others. */
export const mostShown = 10_000;

/** The statuses that each filter stands for. */
export const statusesOf: Record<PostFilter, readonly TargetStatus[]> = {
  pending: ['queued', 'sending'],
  'needs-you': ['unconfirmed', 'failed', 'missed'],
  drafts: ['draft'],
  published: ['published'],
  cancelled: ['cancelled'],
};

/** Which posts are wanted. */
export type Wanted = {
  filter: PostFilter;
  account?: string | undefined;
  tag?: string | undefined;
  search: string;
};

export type Posts = {
  readonly posts: readonly PostView[] | undefined;
  readonly error: CallError | undefined;
  /** All posts that fit are here. */
  readonly done: boolean;
  refresh(): void;
  /** Asks for the next page of a long list; does nothing when everything is there. */
  more(): void;
  /** Asks for all of them, up to the most that is shown. */
  all(): Promise<readonly PostView[]>;
};

/** The posts that fit, in the order in which they matter: what is due next first, of what is over the latest first. */
export function usePosts(wanted: Wanted): Posts {
  const api = useApi();
  const key = JSON.stringify(queryOf(wanted));
  const pager = useMemo(() => {
    const query: CallInput<'posts.list'> = JSON.parse(key);
    const answer = `posts page ${key}`;
    // Only first pages of this very query are stored under the key.
    const initial = api.answers.get(answer) as readonly PostView[] | undefined;
    return createPager<PostView>(
      async (ask) => {
        const page = await api.call('posts.list', { ...query, ...ask });
        if (ask.after === undefined && ask.limit === pageSize) api.answers.set(answer, page);
        return page;
      },
      { pageSize, most: mostShown, wait: timer, quietMs: 1000, initial },
    );
  }, [api, key]);

  const subscribe = useCallback(
    (changed: () => void) => {
      const ends = [
        pager.watch(changed),
        api.listen(({ name }) => name === 'posts.changed' && pager.refresh()),
        api.onReturn(pager.refresh),
      ];
      pager.start();
      return () => {
        for (const end of ends) end();
        pager.stop();
      };
    },
    [pager, api],
  );
  const { items, error, done } = useSyncExternalStore(subscribe, pager.state);
  const all = useCallback(async () => {
    await pager.all();
    return pager.state().items ?? [];
  }, [pager]);
  return { posts: items, error, done, refresh: pager.refresh, more: pager.more, all };
}

/** The call that asks for what is wanted. */
export function queryOf({
  filter,
  account,
  tag,
  search,
}: Wanted): Pick<CallInput<'posts.list'>, 'status' | 'order' | 'account' | 'tag' | 'search'> {
  return {
    status: [...statusesOf[filter]],
    order: filter === 'pending' ? 'soonest' : 'latest',
    ...(account ? { account } : {}),
    ...(tag ? { tag } : {}),
    ...(search.trim() === '' ? {} : { search: search.trim() }),
  };
}
