import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { CallInput, CallOutput, PostView, TargetStatus } from '../../../shared/index.ts';
import type { Api } from '../../api/api.ts';
import type { CallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { createPager, type ListPage } from '../../api/pager.ts';
import { timer } from '../../api/timer.ts';
import type { PostFilter } from '../../parts/route.ts';

const pageSize = 300;
/** As many as one call gives. */
const mostAtOnce = 500;
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

type Query = Pick<CallInput<'posts.page'>, 'status' | 'order' | 'account' | 'tag' | 'search'>;

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
    const query: Query = JSON.parse(key);
    const answer = `posts page ${key}`;
    // Only first pages of this very query are stored under the key.
    const initial = api.answers.get(answer) as readonly PostView[] | undefined;
    return createPager<PostView>(
      async (ask) => {
        const page = await loadPage(api, query, ask);
        if (ask.cursor === undefined && ask.limit === pageSize) api.answers.set(answer, page.items);
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

/** As many posts as were asked for, by as many calls as that takes. */
async function loadPage(
  api: Api,
  query: Query,
  { cursor, limit }: { cursor?: string; limit: number },
): Promise<ListPage<PostView>> {
  const posts = new Map<string, PostView>();
  let next = cursor;
  for (let left = limit; left > 0; ) {
    const page: CallOutput<'posts.page'> = await api.call('posts.page', {
      ...query,
      ...(next === undefined ? {} : { cursor: next }),
      limit: Math.min(left, mostAtOnce),
    });
    // A post that moves between two calls can be in both.
    for (const post of page.posts) posts.set(post.id, post);
    if (page.cursor === null) return { items: [...posts.values()], cursor: null };
    next = page.cursor;
    left -= page.posts.length;
  }
  return { items: [...posts.values()], cursor: next ?? null };
}

/** The call that asks for what is wanted. */
export function queryOf({ filter, account, tag, search }: Wanted): Query {
  return {
    status: [...statusesOf[filter]],
    order: filter === 'pending' ? 'soonest' : 'latest',
    ...(account ? { account } : {}),
    ...(tag ? { tag } : {}),
    ...(search.trim() === '' ? {} : { search: search.trim() }),
  };
}
