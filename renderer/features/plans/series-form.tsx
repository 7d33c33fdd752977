import { useDeferredValue, useMemo, useState } from 'react';
import {
  type AccountView,
  check,
  type Problem,
  type SeriesDraft as SeriesInput,
  type SeriesPost,
  type Snippets,
  seriesInputSchema,
  timezoneSchema,
} from '../../../shared/index.ts';
import type { Action } from '../../api/use-action.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { problemAt } from '../../ui/problems.ts';
import { useFirstMistake } from '../../ui/use-first-mistake.ts';
import { plural } from '../../ui/wording.ts';
import { ZoneField } from '../../ui/zone-field.tsx';
import { AccountChoice } from '../posts/account-choice.tsx';
import { ComposerMedia } from '../posts/composer-media.tsx';
import { RuleFields } from './rule-fields.tsx';
import { keptBeside, type SeriesDraft, seriesOf } from './series-draft.ts';
import { SeriesEnd } from './series-end.tsx';
import { SeriesPreview } from './series-preview.tsx';
import { WordsFields } from './words-fields.tsx';

type FormProps = {
  draft: SeriesDraft;
  onChange: (draft: SeriesDraft) => void;
  accounts: readonly AccountView[];
  snippets: Snippets;
  /** What the series said before; the form keeps what it has no field for. */
  before?: SeriesPost;
  /** Posts of the rule that are past already. */
  past?: number;
  save: (series: SeriesInput) => void;
  saving: Action;
  saveText: string;
  cancelTo: string;
};

/** A series as a form, with its next times and words beside it, renewed while one types. */
export function SeriesForm(props: FormProps) {
  const { draft, onChange, accounts, snippets, before, past = 0, save, saving, saveText, cancelTo } = props;
  const [tried, setTried] = useState(false);
  const { form, look } = useFirstMistake();
  const series = useMemo(() => seriesOf(draft, before), [draft, before]);
  const calm = useDeferredValue(series);
  const checked = useMemo(() => check(seriesInputSchema, calm), [calm]);
  const mistakes = tried && !checked.ok ? checked.problems : [];
  const problems: readonly Problem[] = [...mistakes, ...(saving.error?.details ?? [])];
  const change = (part: Partial<SeriesDraft>) => onChange({ ...draft, ...part });
  const mistake = (field: string) => problemAt(problems, field);
  const beside = before ? keptBeside(before) : [];
  const isZone = timezoneSchema.safeParse(draft.timezone).success;

  return (
    <form
      ref={form}
      className="editor"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (check(seriesInputSchema, series).ok) save(series);
        else look();
      }}
    >
      <div className="form series-form">
        <Field label="Name" error={mistake('name')} hint="For yourself; it is not published">
          {(ids) => (
            <input
              type="text"
              {...ids}
              value={draft.name}
              onChange={(event) => change({ name: event.target.value })}
            />
          )}
        </Field>
        <RuleFields
          rule={draft.rule}
          problems={problems}
          onChange={(part) => change({ rule: { ...draft.rule, ...part } })}
        />
        <SeriesEnd draft={draft} problems={problems} onChange={change} />
        <WordsFields
          draft={draft}
          snippets={snippets}
          networks={accounts.filter(({ id }) => draft.accounts.includes(id)).map(({ network }) => network)}
          problems={problems}
          onChange={change}
        />
        <AccountChoice
          accounts={accounts}
          chosen={draft.accounts}
          error={
            draft.accounts.length === 0 && tried ? 'Choose at least one account.' : mistake('post.accounts')
          }
          onChange={(chosen) => change({ accounts: chosen })}
        />
        <ComposerMedia
          media={draft.media}
          error={mistake('post.media')}
          onChange={(media) => change({ media })}
        />
        <details
          className="more-fields"
          open={mistake('timezone') || mistake('aheadDays') ? true : undefined}
        >
          <summary>Content warning, time zone, days ahead</summary>
          <div className="form">
            <Field
              label="Content warning"
              error={mistake('post.contentWarning')}
              hint="Shown instead of the text until it is opened"
            >
              {(ids) => (
                <input
                  type="text"
                  {...ids}
                  value={draft.contentWarning}
                  onChange={(event) => change({ contentWarning: event.target.value })}
                />
              )}
            </Field>
            <ZoneField
              hint="The series keeps it, wherever this computer goes."
              value={draft.timezone}
              error={mistake('timezone')}
              onChange={(timezone) => change({ timezone })}
            />
            <Field
              label="Days ahead"
              error={mistake('aheadDays')}
              hint="How long before its time each post is made, so that you can see and edit it"
            >
              {(ids) => (
                <input
                  type="text"
                  {...ids}
                  inputMode="numeric"
                  value={draft.aheadDays}
                  onChange={(event) => change({ aheadDays: event.target.value })}
                />
              )}
            </Field>
          </div>
        </details>
        {beside.length > 0 && (
          <Note tone="idle">
            This series also has {beside.join(', ')}. That stays as it is; change it with{' '}
            <code>belfry series set</code>.
          </Note>
        )}
        {saving.error && <ErrorNote error={saving.error} />}
        {mistakes.length > 0 && (
          <div role="alert">
            <Note tone="bad">{plural(mistakes.length, 'field')} to look at again.</Note>
          </div>
        )}
        <div className="buttons">
          <Button submit look="primary" busy={saving.busy}>
            {saveText}
          </Button>
          <ButtonLink to={cancelTo}>Cancel</ButtonLink>
        </div>
      </div>
      <SeriesPreview
        series={calm}
        zone={isZone ? draft.timezone : undefined}
        snippets={snippets}
        past={past}
      />
    </form>
  );
}
