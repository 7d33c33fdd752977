import { href } from '../../ui/route.ts';
import { Tabs } from '../../ui/tabs.tsx';

/** The ways to look at posts. */
export function PostViews({ current }: { current: 'list' | 'calendar' }) {
  return (
    <Tabs
      label="View"
      tabs={[
        { to: href({ page: 'posts', filter: 'pending' }), text: 'List', current: current === 'list' },
        { to: href({ page: 'calendar' }), text: 'Calendar', current: current === 'calendar' },
      ]}
    />
  );
}
