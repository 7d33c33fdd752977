import type { PostMove } from '../../../shared/index.ts';
import { toInstant } from '../../../shared/index.ts';
import { Field } from '../../ui/field.tsx';
import { userZone } from '../../ui/now.ts';
import { fromLocal } from '../../ui/zone.ts';

/** What stands in the fields of a move of many. */
export type MoveDraft = {
  how: 'to' | 'by' | 'draft';
  at: string;
  everyMinutes: string;
  amount: string;
  unit: keyof typeof units;
  direction: 'later' | 'earlier';
};

export const emptyMove: MoveDraft = {
  how: 'by',
  at: '',
  everyMinutes: '30',
  amount: '1',
  unit: 'days',
  direction: 'later',
};

const units = { minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 } as const;

/** What the fields mean; undefined while they mean nothing. */
export function moveOf(draft: MoveDraft, zone: string): PostMove | undefined {
  if (draft.how === 'draft') return { publishAt: null, everySeconds: 0 };
  if (draft.how === 'to') {
    const at = fromLocal(draft.at, zone);
    const every = wholeNumber(draft.everyMinutes);
    return at === undefined || every === undefined
      ? undefined
      : { publishAt: toInstant(at), everySeconds: every * 60 };
  }
  const amount = wholeNumber(draft.amount);
  if (amount === undefined || amount === 0) return undefined;
  const seconds = amount * units[draft.unit];
  return { bySeconds: draft.direction === 'later' ? seconds : -seconds };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,6}$/.test(text.trim()) ? Number(text) : undefined;
}

type FieldsProps = { draft: MoveDraft; onChange: (draft: MoveDraft) => void };

/** Where many posts go: all by so much, one after the other from a time on, or back to the drafts. */
export function BulkMoveFields({ draft, onChange }: FieldsProps) {
  const change = (part: Partial<MoveDraft>) => onChange({ ...draft, ...part });
  const choice = (how: MoveDraft['how'], text: string) => (
    <label className="choice-row">
      <input type="radio" name="how" checked={draft.how === how} onChange={() => change({ how })} />
      <span className="choice-text">{text}</span>
    </label>
  );
  return (
    <fieldset className="field choice">
      <legend className="visually-hidden">Where they go</legend>
      {choice('by', 'Each later or earlier by')}
      {draft.how === 'by' && (
        <div className="move-by">
          <input
            type="text"
            inputMode="numeric"
            className="narrow"
            aria-label="How many"
            value={draft.amount}
            onChange={(event) => change({ amount: event.target.value })}
          />
          <select
            aria-label="Unit"
            value={draft.unit}
            onChange={(event) => change({ unit: unitNamed(event.target.value) })}
          >
            {Object.keys(units).map((unit) => (
              <option key={unit}>{unit}</option>
            ))}
          </select>
          <select
            aria-label="Direction"
            value={draft.direction}
            onChange={(event) =>
              change({ direction: event.target.value === 'earlier' ? 'earlier' : 'later' })
            }
          >
            <option>later</option>
            <option>earlier</option>
          </select>
        </div>
      )}
      {choice('to', 'One after the other, from a time on')}
      {draft.how === 'to' && (
        <div className="move-by">
          <Field label="The first at">
            {(ids) => (
              <input
                type="datetime-local"
                {...ids}
                value={draft.at}
                onChange={(event) => change({ at: event.target.value })}
              />
            )}
          </Field>
          <Field label="Minutes between two">
            {(ids) => (
              <input
                type="text"
                inputMode="numeric"
                {...ids}
                value={draft.everyMinutes}
                onChange={(event) => change({ everyMinutes: event.target.value })}
              />
            )}
          </Field>
        </div>
      )}
      {choice('draft', 'Without a time: drafts again')}
      {draft.how === 'to' && draft.at === '' && (
        <p className="field-hint">In your time zone, {userZone.replaceAll('_', ' ')}</p>
      )}
    </fieldset>
  );
}

function unitNamed(name: string): MoveDraft['unit'] {
  return name === 'minutes' || name === 'hours' || name === 'weeks' ? name : 'days';
}
