import { type AccountView, networkFacts, type PostFormat } from '../../../shared/index.ts';
import { Field, Remarks } from '../../ui/field.tsx';
import { type CountOf, Counts } from './composer-counts.tsx';
import type { Draft } from './composer-draft.ts';
import type { Notes } from './composer-notes.ts';
import { type OverrideChange, OwnComment } from './own-comment.tsx';
import { OwnThread } from './own-thread.tsx';
import { WordingFields } from './wording-fields.tsx';

type OverrideProps = {
  account: AccountView;
  draft: Draft;
  notes: Notes;
  countOf: CountOf;
  onChange: (change: OverrideChange) => void;
};

/** What one account gets instead of the post's own; everything that is not changed here is as above. */
export function ComposerOverride({ account, draft, notes, countOf, onChange }: OverrideProps) {
  const override = draft.overrides[account.id] ?? {};
  const place = `overrides.${account.id}.`;
  const warning = override.contentWarning ?? draft.contentWarning;
  const [first] = draft.parts;
  const { formats } = networkFacts[account.network];
  const used =
    Object.keys(override).length > 0 || [...notes.refusals.keys()].some((key) => key.startsWith(place));
  const own = (label: string, isOwn: boolean, toggle: (on: boolean) => void) => (
    <label className="choice-row">
      <input type="checkbox" checked={isOwn} onChange={(event) => toggle(event.target.checked)} />
      <span className="choice-text">{label}</span>
    </label>
  );
  return (
    <details className="more-fields composer-override" open={used || undefined}>
      <summary>
        Different for {account.handle} <span className="row-sub">{networkFacts[account.network].title}</span>
      </summary>
      <div className="form">
        {own('A text of its own', override.text !== undefined, (on) =>
          onChange({ text: on ? first.text : undefined }),
        )}
        {override.text !== undefined && (
          <Field
            label={`Text for ${account.handle}`}
            error={notes.refusals.get(`${place}text`)}
            advice={notes.advice.get(`${place}text`)}
            hint={<Counts text={override.text} part={0} accounts={[account]} {...{ countOf, warning }} />}
          >
            {(ids) => (
              <textarea
                {...ids}
                rows={4}
                value={override.text}
                onChange={(event) => onChange({ text: event.target.value })}
              />
            )}
          </Field>
        )}
        {draft.parts.length > 1 && (
          <OwnThread {...{ account, draft, notes, countOf, warning, onChange, override, place }} />
        )}
        {draft.poll &&
          own('Without the poll', override.poll === null, (on) => onChange({ poll: on ? null : undefined }))}
        <OwnComment {...{ account, draft, notes, onChange, override, place }} />
        {formats.length > 0 && (
          <Field label="Shown as" error={notes.refusals.get(`${place}format`)}>
            {(ids) => (
              <select
                {...ids}
                value={override.format ?? 'post'}
                onChange={(event) =>
                  onChange({ format: formats.find((known) => known === event.target.value) })
                }
              >
                {(['post', ...formats] as const).map((format) => (
                  <option key={format} value={format}>
                    {formatWords[format]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <WordingFields
          wording={{
            visibility: override.visibility ?? '',
            contentWarning: override.contentWarning ?? '',
            language: override.language ?? '',
            sensitive: override.sensitive === undefined ? '' : override.sensitive ? 'yes' : 'no',
          }}
          notes={notes}
          place={place}
          usual="as above"
          onChange={({ visibility, contentWarning, language, sensitive }) =>
            onChange({
              ...(visibility === undefined ? {} : { visibility: visibility || undefined }),
              ...(contentWarning === undefined ? {} : { contentWarning: contentWarning || undefined }),
              ...(language === undefined ? {} : { language: language || undefined }),
              ...(sensitive === undefined
                ? {}
                : { sensitive: sensitive === '' ? undefined : sensitive === 'yes' }),
            })
          }
        />
        <Rest notes={notes} place={place} />
      </div>
    </details>
  );
}

/** Remarks about members that have no field here. */
function Rest({ notes, place }: { notes: Notes; place: string }) {
  const shown = /\.(text|thread(\[\d+\])?|firstComment|format|visibility|contentWarning|language|sensitive)$/;
  const others = (of: Notes['refusals']) =>
    [...of].flatMap(([key, said]) => (key.startsWith(place) && !shown.test(key) ? said : []));
  return <Remarks errors={others(notes.refusals)} advice={others(notes.advice)} />;
}

const formatWords: Record<PostFormat, string> = {
  post: 'an ordinary post',
  reel: 'a reel (one film)',
  story: 'a story, for a day',
};
