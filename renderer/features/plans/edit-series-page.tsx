import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { SeriesDetails, SeriesDraft as SeriesInput } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import { useKept } from '../../ui/use-kept.ts';
import { draftOfSeries } from './series-draft.ts';
import { SeriesForm } from './series-form.tsx';
import { type SeriesNeeds, useSeriesNeeds } from './use-series-needs.ts';

/** Changes a series; its posts to come are made anew. */
export function EditSeriesPage() {
  const { id } = useParams({ from: '/plans/$id/edit' });
  const answer = useCall('series.get', { id });
  const { needs, error, refresh } = useSeriesNeeds();
  const details = answer.data;
  const name = details?.view.name ?? 'series';
  return (
    <Page
      title={`Edit ${name}`}
      back={{ to: href({ page: 'series', id }), text: details?.view.name ?? 'Series' }}
    >
      {answer.error && <ErrorNote error={answer.error} retry={answer.refresh} />}
      {error && <ErrorNote error={error} retry={refresh} />}
      {(!details || !needs) && !answer.error && !error && <Loading what="series" />}
      {details && needs && <Form details={details} needs={needs} />}
    </Page>
  );
}

function Form({ details, needs }: { details: SeriesDetails; needs: SeriesNeeds }) {
  const { id, past } = details.view;
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const [stored] = useState(() => draftOfSeries(details, Date.now()));
  const [draft, setDraft, forget] = useKept(`series.${id}`, stored);
  const save = (series: SeriesInput) =>
    saving.run(async () => {
      await api.call('series.set', { id, series });
      forget();
      say.done(`${series.name} was saved. Its posts to come are made anew, but for those that you edited.`);
      go({ page: 'series', id });
    });
  return (
    <SeriesForm
      draft={draft}
      onChange={setDraft}
      accounts={needs.accounts}
      snippets={needs.snippets}
      before={details.series.post}
      past={past}
      save={save}
      saving={saving}
      saveText="Save"
      cancelTo={href({ page: 'series', id })}
    />
  );
}
