import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { PostView } from '../../../shared/index.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { href, type PostFilter } from '../../ui/route.ts';
import { useDebounced } from '../../ui/use-debounced.ts';
import { VirtualList } from '../../ui/virtual-list.tsx';
import type { Bulk } from './bulk.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { filterWords } from './filter-words.ts';
import { PostFilters } from './post-filters.tsx';
import { PostRow } from './post-row.tsx';
import { PostViews } from './post-views.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { StatusTabs } from './status-tabs.tsx';
import { useAccounts } from './use-accounts.ts';
import { mostShown, statusesOf, usePosts } from './use-posts.ts';
import { useSelection } from './use-selection.ts';

const none: readonly PostView[] = [];

/** Posts on their way, those that need the user, and those that are out. */
export function PostsPage() {
  const { show: filter = 'pending', account, tag } = useSearch({ from: '/posts' });
  const [search, setSearch] = useState('');
  const calm = useDebounced(search, 250);
  const [last, setLast] = useState<{ filter: PostFilter; posts: readonly PostView[] }>();
  const { posts: found, error, done, refresh, more, all } = usePosts({ filter, account, tag, search: calm });
  // While the answer to the next letter is on its way, the posts found last stay.
  if (found && last?.posts !== found) setLast({ filter, posts: found });
  const posts = found ?? (last?.filter === filter ? last.posts : undefined);
  const accounts = useAccounts();
  const selection = useSelection(posts ?? none);
  const [asking, setAsking] = useState<Bulk['kind']>();
  const allChosen = posts !== undefined && posts.length > 0 && selection.ids.length === posts.length;
  const isNarrowed = Boolean(account || tag || calm.trim());

  const columns = [
    {
      name: 'Select',
      head: (
        <label className="row-select">
          <input
            type="checkbox"
            aria-label="Select all that are shown"
            checked={allChosen}
            onChange={() => selection.set(allChosen ? [] : (posts ?? none).map(({ id }) => id))}
          />
        </label>
      ),
    },
    'When',
    'Post',
    'Accounts',
    'Status',
  ];
  return (
    <Page
      title="Posts"
      layout="fill"
      beside={<PostViews current="list" />}
      actions={
        <ButtonLink to={href({ page: 'new-post' })} icon="plus" look="primary">
          New post
        </ButtonLink>
      }
    >
      <StatusTabs {...{ filter, account, tag }} search={calm} />
      <PostFilters
        {...{ filter, account, tag, search, accounts }}
        posts={posts ?? none}
        onSearch={setSearch}
      />
      {selection.ids.length > 0 && (
        <SelectionBar
          count={selection.ids.length}
          more={allChosen && !done && selection.ids.length < mostShown}
          onAll={() => void all().then((every) => selection.set(every.map(({ id }) => id)))}
          onBulk={setAsking}
          onClear={() => selection.set([])}
        />
      )}
      {posts && posts.length >= mostShown && !done && (
        <p className="quiet">
          Only {mostShown.toLocaleString('en-GB')} are shown. Search or filter to see others.
        </p>
      )}
      {error && <ErrorNote error={error} retry={refresh} />}
      {!posts && !error && <Loading what="posts" />}
      {posts && posts.length > 0 && (
        <VirtualList
          key={`${filter} ${account} ${tag}`}
          label={`Posts, ${filterWords[filter].tab}`}
          className="posts-list"
          remember={`posts ${filter} ${account} ${tag}`}
          columns={columns}
          items={posts}
          keyOf={(post) => post.id}
          rowHeight={64}
          onNearEnd={more}
          row={(post) => (
            <PostRow
              post={post}
              accounts={accounts}
              account={account}
              statuses={statusesOf[filter]}
              selected={selection.has(post.id)}
              onSelect={(through) => selection.toggle(post.id, through)}
            />
          )}
        />
      )}
      {posts?.length === 0 &&
        (isNarrowed ? (
          <Empty icon="search" title="No such post here" text="Other words, or fewer filters, may find it.">
            <ButtonLink to={href({ page: 'posts', filter })}>Without filters</ButtonLink>
          </Empty>
        ) : (
          <NoPosts filter={filter} />
        ))}
      {asking && (
        <BulkDialog
          kind={asking}
          select={{ ids: selection.ids, account }}
          posts={posts ?? none}
          accounts={accounts}
          onClose={() => setAsking(undefined)}
          done={() => {
            setAsking(undefined);
            selection.set([]);
            refresh();
          }}
        />
      )}
    </Page>
  );
}

function NoPosts({ filter }: { filter: PostFilter }) {
  return (
    <Empty icon="posts" title={filterWords[filter].empty} text={filterWords[filter].text}>
      {filter !== 'needs-you' && (
        <ButtonLink to={href({ page: 'new-post' })} icon="plus">
          New post
        </ButtonLink>
      )}
    </Empty>
  );
}
