import type { Problem } from '../../../shared/index.ts';
import { problemAt } from '../../ui/problems.ts';
import type { SeriesDraft } from './series-draft.ts';

type EndProps = {
  draft: SeriesDraft;
  problems: readonly Problem[];
  onChange: (part: Partial<SeriesDraft>) => void;
};

/** When a series ends: never, after an instant, or after so many posts. */
export function SeriesEnd({ draft, problems, onChange }: EndProps) {
  const mistake = problemAt(problems, 'end');
  const choice = (end: SeriesDraft['end'], text: string) => (
    <label className="choice-row choice-short">
      <input type="radio" name="end" checked={draft.end === end} onChange={() => onChange({ end })} />
      <span>{text}</span>
    </label>
  );
  return (
    <fieldset className="field choice">
      <legend>Ends</legend>
      {choice('never', 'Never')}
      <div className="row-fields">
        {choice('at', 'After')}
        <input
          type="datetime-local"
          aria-label="Day and time after which it ends"
          value={draft.endAt}
          onChange={(event) => onChange({ end: 'at', endAt: event.target.value })}
        />
      </div>
      <div className="row-fields">
        {choice('count', 'After')}
        <input
          type="text"
          className="narrow"
          inputMode="numeric"
          aria-label="Number of posts after which it ends"
          value={draft.endCount}
          onChange={(event) => onChange({ end: 'count', endCount: event.target.value })}
        />
        <span>posts</span>
      </div>
      {mistake && (
        <p className="field-error">
          {draft.end === 'at' && draft.endAt === '' ? 'Choose the day and time.' : mistake}
        </p>
      )}
    </fieldset>
  );
}
