import { visibilities } from '../../../shared/index.ts';
import { Field } from '../../parts/field.tsx';
import type { Draft } from './composer-draft.ts';
import { visibilityWords } from './post-facts.tsx';

type DetailsProps = {
  draft: Draft;
  mistakes: Record<string, string>;
  onChange: (part: Partial<Draft>) => void;
};

/** What few posts need: visibility, content warning, language, a note to oneself. */
export function ComposerDetails({ draft, mistakes, onChange }: DetailsProps) {
  const used =
    draft.visibility !== '' || draft.contentWarning !== '' || draft.language !== '' || draft.note !== '';
  return (
    <details className="more-fields" open={used || undefined}>
      <summary>Visibility, warning, language, note</summary>
      <div className="form">
        <Field label="Visible to">
          {(ids) => (
            <select
              {...ids}
              value={draft.visibility}
              onChange={(event) =>
                onChange({ visibility: visibilities.find((known) => known === event.target.value) ?? '' })
              }
            >
              <option value="">as the account has it</option>
              {visibilities.map((visibility) => (
                <option key={visibility} value={visibility}>
                  {visibilityWords[visibility]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          label="Content warning"
          error={mistakes['contentWarning']}
          hint="Shown instead of the text until it is opened"
        >
          {(ids) => (
            <input
              type="text"
              {...ids}
              value={draft.contentWarning}
              onChange={(event) => onChange({ contentWarning: event.target.value })}
            />
          )}
        </Field>
        <Field label="Language" error={mistakes['language']} hint="A code such as en or pt-BR">
          {(ids) => (
            <input
              type="text"
              {...ids}
              value={draft.language}
              spellCheck={false}
              onChange={(event) => onChange({ language: event.target.value.trim() })}
            />
          )}
        </Field>
        <Field label="Note" error={mistakes['note']} hint="For yourself; it is not published">
          {(ids) => (
            <input
              type="text"
              {...ids}
              value={draft.note}
              onChange={(event) => onChange({ note: event.target.value })}
            />
          )}
        </Field>
      </div>
    </details>
  );
}
