import { useCallback, useMemo, useState } from 'react';
import type { PostView, TargetStatus } from '../../../shared/index.ts';
import type { CallError } from '../../api/call-error.ts';
import { useCall } from '../../api/use-call.ts';
import type { PostFilter } from '../../parts/route.ts';
import { sortPosts } from './sort-posts.ts';

const firstLimit = 300;
const mostPosts = 10_000;

/** The statuses that each filter stands for. */
export const statusesOf: Record<PostFilter, readonly TargetStatus[]> = {
  pending: ['sending', 'queued'],
  'needs-you': ['unconfirmed', 'failed', 'missed'],
  drafts: ['draft'],
  published: ['published'],
  cancelled: ['cancelled'],
};

export type Posts = {
  readonly posts: readonly PostView[] | undefined;
  readonly error: CallError | undefined;
  /** There are more posts than the engine gives at once. */
  readonly cut: boolean;
  refresh(): void;
  /** Asks for more of a long list; does nothing when everything is there. */
  loadMore(): void;
};

/** The posts of a filter, in the order in which they matter. */
export function usePosts(filter: PostFilter): Posts {
  const [asked, setAsked] = useState({ filter, limit: firstLimit });
  // The engine gives the latest first, but of what is to come the next matters most: all of it is needed.
  const limit = filter === 'pending' ? mostPosts : asked.filter === filter ? asked.limit : firstLimit;
  const [first, second, third] = statusesOf[filter];
  const a = usePostsOf(first, limit);
  const b = usePostsOf(second, limit);
  const c = usePostsOf(third, limit);
  const answers = [a, b, c].slice(0, statusesOf[filter].length);
  const ready = answers.every((answer) => answer.data !== undefined);
  const fresh = useMemo(
    () =>
      ready
        ? sortPosts(
            filter,
            [a.data, b.data, c.data].flatMap((list) => list ?? []),
          )
        : undefined,
    [ready, filter, a.data, b.data, c.data],
  );
  // While a longer list is on its way, the shorter one stays.
  const [last, setLast] = useState<{ filter: PostFilter; posts: readonly PostView[] }>();
  if (fresh && (last?.posts !== fresh || last.filter !== filter)) setLast({ filter, posts: fresh });
  const posts = fresh ?? (last?.filter === filter ? last.posts : undefined);

  const full = ready && answers.some((answer) => answer.data?.length === limit);
  const loadMore = useCallback(() => {
    if (full && limit < mostPosts) setAsked({ filter, limit: Math.min(mostPosts, limit * 4) });
  }, [full, limit, filter]);
  return {
    posts,
    error: answers.find((answer) => answer.error)?.error,
    cut: full && limit === mostPosts,
    refresh: () => {
      for (const answer of answers) answer.refresh();
    },
    loadMore,
  };
}

function usePostsOf(status: TargetStatus | undefined, limit: number) {
  return useCall('posts.list', status ? { status, limit } : null, {
    refreshOn: ['posts.changed'],
    quietMs: 1000,
  });
}
