import { visibilities } from '../../../shared/index.ts';
import { Field } from '../../ui/field.tsx';
import type { Draft } from './composer-draft.ts';
import type { Notes } from './composer-notes.ts';
import { visibilityWords } from './post-facts.tsx';

type Wording = Pick<Draft, 'visibility' | 'contentWarning' | 'language' | 'sensitive'>;
type WordingProps = {
  wording: Wording;
  notes: Notes;
  /** Beginning of the fields' names for remarks: nothing, or `overrides.ID.`. */
  place: string;
  /** What stands where nothing is chosen. */
  usual: string;
  onChange: (part: Partial<Wording>) => void;
};

/** Who sees a post and how it is marked: the same fields for the post and for what one account gets instead. */
export function WordingFields({ wording, notes, place, usual, onChange }: WordingProps) {
  const remarks = (field: keyof Wording) => ({
    error: notes.refusals.get(`${place}${field}`),
    advice: notes.advice.get(`${place}${field}`),
  });
  return (
    <>
      <Field label="Visible to" {...remarks('visibility')}>
        {(ids) => (
          <select
            {...ids}
            value={wording.visibility}
            onChange={(event) =>
              onChange({ visibility: visibilities.find((known) => known === event.target.value) ?? '' })
            }
          >
            <option value="">{usual}</option>
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
        {...remarks('contentWarning')}
        hint="Shown instead of the text until it is opened"
      >
        {(ids) => (
          <input
            type="text"
            {...ids}
            value={wording.contentWarning}
            onChange={(event) => onChange({ contentWarning: event.target.value })}
          />
        )}
      </Field>
      <Field label="Media are sensitive" {...remarks('sensitive')}>
        {(ids) => (
          <select
            {...ids}
            value={wording.sensitive}
            onChange={(event) =>
              onChange({
                sensitive: (['yes', 'no'] as const).find((one) => one === event.target.value) ?? '',
              })
            }
          >
            <option value="">{usual}</option>
            <option value="yes">yes, blurred until opened</option>
            <option value="no">no</option>
          </select>
        )}
      </Field>
      <Field label="Language" {...remarks('language')} hint="A code such as en or pt-BR">
        {(ids) => (
          <input
            type="text"
            {...ids}
            value={wording.language}
            spellCheck={false}
            onChange={(event) => onChange({ language: event.target.value.trim() })}
          />
        )}
      </Field>
    </>
  );
}
