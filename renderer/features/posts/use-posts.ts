import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { CallInput, CallOutput, PostView, TargetStatus } from '../../../shared/index.ts';
import { type CallError, toCallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import type { PostFilter } from '../../ui/route.ts';

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
  const query = queryOf(wanted);
  const pages = useInfiniteQuery({
    queryKey: ['posts.page', query],
    queryFn: ({ pageParam }): Promise<CallOutput<'posts.page'>> =>
      api.call('posts.page', {
        ...query,
        ...(pageParam === null ? {} : { cursor: pageParam }),
        limit: pageSize,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const posts = useMemo(() => (data ? postsOf(data.pages) : undefined), [data]);
  const full = (posts?.length ?? 0) >= mostShown;
  return {
    posts,
    error: pages.error === null ? undefined : toCallError(pages.error),
    done: data !== undefined && !hasNextPage,
    refresh: () => void pages.refetch(),
    more: () => {
      if (hasNextPage && !isFetchingNextPage && !full) void fetchNextPage();
    },
    all: async () => {
      for (let last = pages; ; last = await last.fetchNextPage()) {
        const here = postsOf(last.data?.pages ?? []);
        if (!last.hasNextPage || last.isError || here.length >= mostShown) return here.slice(0, mostShown);
      }
    },
  };
}

/** A post that moves between two calls can be in both pages. */
function postsOf(pages: readonly CallOutput<'posts.page'>[]): PostView[] {
  const posts = new Map(pages.flatMap((page) => page.posts).map((post) => [post.id, post]));
  return [...posts.values()];
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
