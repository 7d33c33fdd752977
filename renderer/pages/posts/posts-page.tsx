import { useCall } from '../../api/use-call.ts';
import { ButtonLink } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ErrorNote } from '../../parts/note.tsx';
import { Loading, Page } from '../../parts/page.tsx';
import { href, type PostFilter, postFilters } from '../../parts/route.ts';
import { Tabs } from '../../parts/tabs.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { PostRow } from './post-row.tsx';
import { useAccounts } from './use-accounts.ts';
import { usePosts } from './use-posts.ts';

const columns = ['When', 'Post', 'Accounts', 'Status'] as const;

/** Posts on their way, those that need the person, and those that are out. */
export function PostsPage({ filter }: { filter: PostFilter }) {
  const { posts, error, cut, refresh, loadMore } = usePosts(filter);
  const status = useCall('status.get', {}, { refreshOn: ['status.changed', 'posts.changed'] });
  const accounts = useAccounts();
  const counts: Partial<Record<PostFilter, number>> = status.data
    ? { pending: status.data.counts.queuedPosts, 'needs-you': status.data.counts.needYou }
    : {};
  return (
    <Page
      title="Posts"
      layout="fill"
      actions={
        <ButtonLink to={href({ page: 'new-post' })} icon="plus" look="primary">
          New post
        </ButtonLink>
      }
    >
      <div className="tools">
        <Tabs
          label="Filter by status"
          tabs={postFilters.map((entry) => ({
            text: filterWords[entry].tab,
            to: href({ page: 'posts', filter: entry }),
            current: entry === filter,
            count: counts[entry],
          }))}
        />
      </div>
      {cut && <p className="quiet">Only the latest 10,000 are shown.</p>}
      {error && <ErrorNote error={error} retry={refresh} />}
      {!posts && !error && <Loading what="posts" />}
      {posts && posts.length > 0 && (
        <VirtualList
          key={filter}
          label={`Posts, ${filterWords[filter].tab}`}
          className="posts-list"
          remember={`posts ${filter}`}
          columns={columns}
          items={posts}
          keyOf={(post) => post.id}
          rowHeight={64}
          onNearEnd={loadMore}
          row={(post) => <PostRow post={post} accounts={accounts} />}
        />
      )}
      {posts?.length === 0 && (
        <Empty icon="posts" title={filterWords[filter].empty} text={filterWords[filter].text}>
          {filter !== 'needs-you' && (
            <ButtonLink to={href({ page: 'new-post' })} icon="plus">
              New post
            </ButtonLink>
          )}
        </Empty>
      )}
    </Page>
  );
}

const filterWords: Record<PostFilter, { tab: string; empty: string; text: string }> = {
  pending: {
    tab: 'Scheduled',
    empty: 'No posts are waiting',
    text: 'Posts that you write, import or let a job make stand here until they are published.',
  },
  'needs-you': {
    tab: 'Needs you',
    empty: 'No post needs you',
    text: 'Posts that failed, came too late, or whose outcome nobody knows would be shown here with what to do.',
  },
  drafts: { tab: 'Drafts', empty: 'No drafts', text: 'A post without a time stays a draft.' },
  published: {
    tab: 'Published',
    empty: 'Nothing was published yet',
    text: 'Published posts stand here with their links.',
  },
  cancelled: {
    tab: 'Cancelled',
    empty: 'No cancelled posts',
    text: 'Posts that you cancel stay here for reference.',
  },
};
