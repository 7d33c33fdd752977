import type { AccountView, Override } from '../../../shared/index.ts';
import { Field } from '../../ui/field.tsx';
import type { Draft } from './composer-draft.ts';
import type { Notes } from './composer-notes.ts';

/** Members of an override that change; one that is undefined goes back to the post's own. */
export type OverrideChange = { [K in keyof Override]?: Override[K] | undefined };

/** What the fields of one account's own words need. */
export type OwnProps = {
  account: AccountView;
  draft: Draft;
  notes: Notes;
  override: Override;
  /** Beginning of the fields' names for remarks: `overrides.ID.`. */
  place: string;
  onChange: (change: OverrideChange) => void;
};

/** Whether one account says the first comment, its own, or none. */
export function OwnComment({ account, draft, notes, onChange, override, place }: OwnProps) {
  const { firstComment } = override;
  const kind = firstComment === undefined ? 'same' : firstComment === null ? 'none' : 'own';
  if (kind === 'same' && draft.firstComment === '') return null;
  const choose = (value: string) =>
    onChange({ firstComment: value === 'own' ? draft.firstComment : value === 'none' ? null : undefined });
  return (
    <>
      <Field
        label="First comment"
        error={kind === 'own' ? undefined : notes.refusals.get(`${place}firstComment`)}
      >
        {(ids) => (
          <select {...ids} value={kind} onChange={(event) => choose(event.target.value)}>
            <option value="same">as above</option>
            <option value="own">of its own</option>
            <option value="none">without it</option>
          </select>
        )}
      </Field>
      {kind === 'own' && (
        <Field
          label={`First comment for ${account.handle}`}
          error={notes.refusals.get(`${place}firstComment`)}
          advice={notes.advice.get(`${place}firstComment`)}
        >
          {(ids) => (
            <textarea
              {...ids}
              rows={2}
              value={firstComment ?? ''}
              onChange={(event) => onChange({ firstComment: event.target.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}
