import { Field } from '../../ui/field.tsx';
import type { Draft } from './composer-draft.ts';
import type { Notes } from './composer-notes.ts';
import { WordingFields } from './wording-fields.tsx';

type DetailsProps = { draft: Draft; notes: Notes; onChange: (part: Partial<Draft>) => void };

const fields = [
  'firstComment',
  'tags',
  'visibility',
  'contentWarning',
  'sensitive',
  'language',
  'note',
] as const;

/** What few posts need: first comment, labels, visibility, content warning, language, a note to oneself. */
export function ComposerDetails({ draft, notes, onChange }: DetailsProps) {
  const used = fields.some(
    (field) => draft[field] !== '' || notes.refusals.has(field) || notes.advice.has(field),
  );
  const remarks = (field: (typeof fields)[number]) => ({
    error: notes.refusals.get(field),
    advice: notes.advice.get(field),
  });
  return (
    <details className="more-fields" open={used || undefined}>
      <summary>First comment, labels, visibility, warning, language, note</summary>
      <div className="form">
        <Field
          label="First comment"
          {...remarks('firstComment')}
          hint="What the account itself says below its post, once that is out"
        >
          {(ids) => (
            <textarea
              {...ids}
              rows={2}
              value={draft.firstComment}
              onChange={(event) => onChange({ firstComment: event.target.value })}
            />
          )}
        </Field>
        <WordingFields
          wording={draft}
          notes={notes}
          place=""
          usual="as the account has it"
          onChange={onChange}
        />
        <Field
          label="Labels"
          {...remarks('tags')}
          hint="To find the post by, set apart by commas; they are not published"
        >
          {(ids) => (
            <input
              type="text"
              {...ids}
              value={draft.tags}
              onChange={(event) => onChange({ tags: event.target.value })}
            />
          )}
        </Field>
        <Field label="Note" {...remarks('note')} hint="For yourself; it is not published">
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
