import type { AccountView, SeriesView } from '../../../shared/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { href } from '../../ui/route.ts';
import { Absolute, Relative } from '../../ui/time-view.tsx';
import { explain } from '../../ui/wording.ts';
import { accountName } from '../posts/use-accounts.ts';
import { seriesWords } from './series-words.ts';

type RowProps = { series: SeriesView; accounts: ReadonlyMap<string, AccountView> };

/** One series in the list. */
export function SeriesRow({ series, accounts }: RowProps) {
  const names = series.accounts.map((id) => accountName(accounts, id));
  return (
    <>
      <td className="cell-main">
        <p className="row-title">
          <a data-main href={href({ page: 'series', id: series.id })}>
            {series.name}
          </a>
        </p>
        <p className="row-sub">{series.schedule}</p>
        {series.problem && (
          <p className="row-sub row-two row-problem" title={explain(series.problem)}>
            {explain(series.problem)}
          </p>
        )}
      </td>
      <td>
        {series.next ? (
          <>
            <p>
              <Relative at={series.next} />
            </p>
            <p className="row-sub">
              <Absolute at={series.next} />
            </p>
          </>
        ) : (
          <p className="row-sub">None</p>
        )}
      </td>
      <td>
        <p className="row-names" title={names.join(', ')}>
          {names[0]}
        </p>
        {names.length > 1 && <p className="row-sub">and {names.length - 1} more</p>}
      </td>
      <td>
        <Badge word={seriesWords[series.status]} />
      </td>
    </>
  );
}
