import { fromInstant, type SeriesDetails } from '../../../shared/index.ts';
import { type Fact, Facts } from '../../ui/facts.tsx';
import { useNow } from '../../ui/now.ts';
import { Section } from '../../ui/page.tsx';
import { absolute } from '../../ui/time.ts';
import { plural } from '../../ui/wording.ts';
import { useZoneMark } from '../../ui/zone-doubt.tsx';
import { accountName, useAccounts } from '../posts/use-accounts.ts';
import { keptBeside } from './series-draft.ts';

/** What a series says, and its rules. */
export function SeriesFacts({ details: { view, series } }: { details: SeriesDetails }) {
  const accounts = useAccounts();
  const now = useNow(60_000);
  const mark = useZoneMark();
  const { post, end, aheadDays } = series;
  const beside = keptBeside(post);
  const facts: Fact[] = [
    ['Accounts', view.accounts.map((id) => accountName(accounts, id)).join(', ')],
    ['Time zone', view.timezone.replaceAll('_', ' ')],
    [
      'Ends',
      end === null
        ? 'never'
        : 'at' in end
          ? `${absolute(fromInstant(end.at), view.timezone, now, 'never')}${mark(fromInstant(end.at), view.timezone)}`
          : `after ${plural(end.count, 'post')}`,
    ],
    ['So far', plural(view.past, 'post')],
    ['Made ahead', plural(aheadDays, 'day')],
    ...(post.media.length > 0 ? [['Files', String(post.media.length)] satisfies Fact] : []),
    ...(beside.length > 0 ? [['Also', beside.join(', ')] satisfies Fact] : []),
  ];
  return (
    <div>
      <Section title="What it says">
        <div className="card post-text">
          {post.contentWarning && <p className="content-warning">{post.contentWarning}</p>}
          {post.template === undefined ? (
            <p className="post-words">{post.text || '(no text)'}</p>
          ) : (
            <p>
              The text <code>{post.template}</code>
            </p>
          )}
        </div>
      </Section>
      <Section title="Rules">
        <Facts className="facts" facts={facts} />
      </Section>
    </div>
  );
}
