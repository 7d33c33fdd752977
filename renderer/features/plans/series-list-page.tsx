import { useCall } from '../../api/use-call.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { useAccounts } from '../posts/use-accounts.ts';
import { PlanTabs } from './plan-tabs.tsx';
import { SeriesRow } from './series-row.tsx';

const columns = ['Series', 'Next post', 'Accounts', 'State'] as const;

/** Posts that come again and again. */
export function SeriesListPage() {
  const series = useCall('series.list', {});
  const accounts = useAccounts();
  const add = (
    <ButtonLink to={href({ page: 'new-series' })} icon="plus" look="primary">
      New series
    </ButtonLink>
  );
  return (
    <Page title="Recurring posts" layout="fill" actions={add}>
      <PlanTabs current="plans" />
      {series.error && <ErrorNote error={series.error} retry={series.refresh} />}
      {!series.data && !series.error && <Loading what="series" />}
      {series.data && series.data.length > 0 && (
        <VirtualList
          label="Series"
          className="series-list"
          remember="series"
          columns={columns}
          items={series.data}
          keyOf={({ id }) => id}
          rowHeight={60}
          row={(one) => <SeriesRow series={one} accounts={accounts} />}
        />
      )}
      {series.data?.length === 0 && (
        <Empty
          icon="plans"
          title="Nothing recurs yet"
          text="A series makes a post again and again: every Monday at nine, every second week, on the last day of the month."
        >
          {add}
        </Empty>
      )}
    </Page>
  );
}
