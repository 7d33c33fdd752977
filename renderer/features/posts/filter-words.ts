import type { PostFilter } from '../../ui/route.ts';

/** What each filter is called, and what stands where it finds nothing. */
export const filterWords: Record<PostFilter, { tab: string; empty: string; text: string }> = {
  pending: {
    tab: 'Scheduled',
    empty: 'No posts are waiting',
    text: 'Posts that you write, import or let a job make stand here until they are published.',
  },
  'needs-you': {
    tab: 'Needs attention',
    empty: 'Nothing needs attention',
    text: 'Posts that failed, missed their time or whose outcome is unknown appear here.',
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
