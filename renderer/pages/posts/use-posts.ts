import { useMemo } from 'react';
import type { PostView, TargetStatus } from '../../../shared/index.ts';
import type { CallError } from '../../api/call-error.ts';
import { useCall } from '../../api/use-call.ts';
import type { PostFilter } from '../../parts/route.ts';
import { sortPosts } from './sort-posts.ts';

const limit = 10_000;

/** The statuses that each filter stands for. */
export const statusesOf: Record<PostFilter, readonly TargetStatus[]> = {
  pending: ['sending', 'queued'],
  'needs-you': ['unconfirmed', 'failed', 'missed'],
  drafts: ['draft'],
  published: ['published'],
  cancelled: ['cancelled'],
};

/** The posts of a filter, in the order in which they matter. */
export function usePosts(filter: PostFilter): {
  posts: readonly PostView[] | undefined;
  error: CallError | undefined;
  refresh(): void;
} {
  const [first, second, third] = statusesOf[filter];
  const a = usePostsOf(first);
  const b = usePostsOf(second);
  const c = usePostsOf(third);
  const answers = [a, b, c].slice(0, statusesOf[filter].length);
  const ready = answers.every((answer) => answer.data !== undefined);
  const posts = useMemo(
    () =>
      ready
        ? sortPosts(
            filter,
            [a.data, b.data, c.data].flatMap((list) => list ?? []),
          )
        : undefined,
    [ready, filter, a.data, b.data, c.data],
  );
  return {
    posts,
    error: answers.find((answer) => answer.error)?.error,
    refresh: () => {
      for (const answer of answers) answer.refresh();
    },
  };
}

function usePostsOf(status: TargetStatus | undefined) {
  return useCall('posts.list', status ? { status, limit } : null, {
    refreshOn: ['posts.changed'],
    quietMs: 1000,
  });
}
