import { useState } from 'react';
import type { SeriesDraft as SeriesInput } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import { useKept } from '../../ui/use-kept.ts';
import { emptySeries } from './series-draft.ts';
import { SeriesForm } from './series-form.tsx';
import { type SeriesNeeds, useSeriesNeeds } from './use-series-needs.ts';

/** Adds a series. What was typed survives leaving the page. */
export function NewSeriesPage() {
  const { needs, error, refresh } = useSeriesNeeds();
  return (
    <Page title="New series" back={{ to: href({ page: 'plans' }), text: 'Recurring posts' }}>
      {error && <ErrorNote error={error} retry={refresh} />}
      {!needs && !error && <Loading what="accounts" />}
      {needs?.accounts.length === 0 && (
        <Empty
          icon="accounts"
          title="An account comes first"
          text="A series posts to one or more accounts. Add one, then plan."
        >
          <ButtonLink to={href({ page: 'new-account' })} look="primary" icon="plus">
            Add account
          </ButtonLink>
        </Empty>
      )}
      {needs && needs.accounts.length > 0 && <Form needs={needs} />}
    </Page>
  );
}

function Form({ needs: { accounts, snippets, zone } }: { needs: SeriesNeeds }) {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const [initial] = useState(() => emptySeries(zone, Date.now()));
  const [draft, setDraft, forget] = useKept('new-series', initial);
  const save = (series: SeriesInput) =>
    saving.run(async () => {
      const { id, name } = await api.call('series.add', { series });
      forget();
      say.done(`${name} was added.`);
      go({ page: 'series', id });
    });
  return (
    <SeriesForm
      draft={draft}
      onChange={setDraft}
      accounts={accounts}
      snippets={snippets}
      save={save}
      saving={saving}
      saveText="Add series"
      cancelTo={href({ page: 'plans' })}
    />
  );
}
