import { href } from '../../ui/route.ts';
import { Tabs } from '../../ui/tabs.tsx';

const places = [
  ['plans', 'Recurring posts'],
  ['queues', 'Weekly slots'],
  ['snippets', 'Texts and hashtags'],
] as const;

/** The three kinds of plans. */
export function PlanTabs({ current }: { current: (typeof places)[number][0] }) {
  const tabs = places.map(([page, text]) => ({ to: href({ page }), text, current: page === current }));
  return (
    <div className="tools">
      <Tabs label="Plans" tabs={tabs} />
    </div>
  );
}
