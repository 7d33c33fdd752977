import { useParams } from '@tanstack/react-router';
import { fromInstant, type SeriesDetails, type SeriesGap } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { useNow } from '../../ui/now.ts';
import { Loading, Page, Section } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { span } from '../../ui/time.ts';
import { explain, plural, withoutCode } from '../../ui/wording.ts';
import { ZoneHint } from '../../ui/zone-hint.tsx';
import { Occurrences } from './occurrences.tsx';
import { PauseSeries, RemoveSeries } from './series-controls.tsx';
import { SeriesFacts } from './series-facts.tsx';
import { seriesWords } from './series-words.ts';

/** One series: its rule, what it says, what comes and what was. */
export function SeriesPage() {
  const { id } = useParams({ from: '/plans/$id' });
  const answer = useCall('series.get', { id });
  const { data } = answer;
  return (
    <Page
      title={data?.view.name ?? 'Series'}
      back={{ to: href({ page: 'plans' }), text: 'Recurring posts' }}
      beside={
        data && (
          <div className="beside" role="status">
            <Badge word={seriesWords[data.view.status]} />
          </div>
        )
      }
      actions={
        data && (
          <>
            <RemoveSeries series={data.view} />
            {data.view.status !== 'ended' && <PauseSeries series={data.view} changed={answer.refresh} />}
            <ButtonLink to={href({ page: 'edit-series', id })} icon="edit" look="primary">
              Edit
            </ButtonLink>
          </>
        )
      }
    >
      {answer.error && <ErrorNote error={answer.error} retry={answer.refresh} />}
      {!data && !answer.error && <Loading what="series" />}
      {data && <Detail details={data} changed={answer.refresh} />}
    </Page>
  );
}

function Detail({ details, changed }: { details: SeriesDetails; changed: () => void }) {
  const { view, occurrences, gaps } = details;
  const now = useNow(60_000);
  const coming = occurrences.filter(({ at }) => fromInstant(at) > now);
  const past = occurrences.filter(({ at }) => fromInstant(at) <= now).reverse();
  return (
    <>
      <p className="lead">{view.schedule}</p>
      {view.problem && (
        <Note tone="bad">
          <p>Its next post could not be made. {explain(view.problem)}</p>
        </Note>
      )}
      {view.status === 'paused' && <Note tone="idle">Paused: these times pass without a post.</Note>}
      <div className="columns">
        <div>
          <Section title="To come">
            <ZoneHint zone={view.timezone} />
            {coming.length > 0 ? (
              <Occurrences
                label="Posts to come"
                series={view.id}
                zone={view.timezone}
                occurrences={coming}
                changed={changed}
              />
            ) : (
              <p className="quiet">No post is to come.</p>
            )}
          </Section>
          {past.length > 0 && (
            <Section title="Lately">
              <Occurrences label="Posts that were" series={view.id} zone={view.timezone} occurrences={past} />
            </Section>
          )}
          {gaps.length > 0 && (
            <Section title="Not made">
              <ul className="card joined">
                {gaps.map((gap) => (
                  <Gap key={`${gap.at} ${gap.first}`} gap={gap} zone={view.timezone} />
                ))}
              </ul>
            </Section>
          )}
        </div>
        <SeriesFacts details={details} />
      </div>
    </>
  );
}

function Gap({ gap, zone }: { gap: SeriesGap; zone: string }) {
  const now = useNow(60_000);
  return (
    <li className="gap">
      <p>
        {plural(gap.count, 'post')}, {span(fromInstant(gap.first), fromInstant(gap.last), zone, now)}
      </p>
      <p className="row-sub">{withoutCode(gap.reason)}</p>
    </li>
  );
}
