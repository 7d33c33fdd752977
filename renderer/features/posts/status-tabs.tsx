import type { CallInput } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { href, type PostFilter, postFilters } from '../../ui/route.ts';
import { Tabs } from '../../ui/tabs.tsx';
import { filterWords } from './filter-words.ts';
import { queryOf, type Wanted } from './use-posts.ts';

/** Counting is for the user's eye, and must not take the engine's time from what is due. */

/** The states of posts as tabs, each with how many there are under the other filters. */
export function StatusTabs(wanted: Wanted) {
  const { filter, account, tag } = wanted;
  const counts: Record<PostFilter, number | undefined> = {
    pending: useCount({ ...wanted, filter: 'pending' }),
    'needs-you': useCount({ ...wanted, filter: 'needs-you' }),
    drafts: useCount({ ...wanted, filter: 'drafts' }),
    published: useCount({ ...wanted, filter: 'published' }),
    cancelled: useCount({ ...wanted, filter: 'cancelled' }),
  };
  return (
    <div className="tools">
      <Tabs
        label="Filter by status"
        tabs={postFilters.map((entry) => ({
          text: filterWords[entry].tab,
          to: href({
            page: 'posts',
            filter: entry,
            ...(account ? { account } : {}),
            ...(tag ? { tag } : {}),
          }),
          current: entry === filter,
          count: counts[entry],
        }))}
      />
    </div>
  );
}

function useCount(wanted: Wanted): number | undefined {
  const { order: _order, ...query } = queryOf(wanted);
  const input: CallInput<'posts.count'> = query;
  return useCall('posts.count', input).data?.count;
}
