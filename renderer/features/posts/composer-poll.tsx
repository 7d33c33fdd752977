import { useId } from 'react';
import { Button } from '../../ui/button.tsx';
import { Remarks } from '../../ui/field.tsx';
import type { DraftPoll } from './composer-draft.ts';
import type { Notes } from './composer-notes.ts';

type PollProps = { poll: DraftPoll; notes: Notes; onChange: (poll: DraftPoll | null) => void };

/** A poll that nothing was typed into yet. */
export const emptyPoll: DraftPoll = {
  options: ['', ''],
  durationSeconds: 86_400,
  multiple: false,
  hideTotals: false,
};

const mostOptions = 20;
const day = 86_400;
const lengths = [
  { seconds: 1800, text: '30 minutes' },
  { seconds: 3600, text: '1 hour' },
  { seconds: 6 * 3600, text: '6 hours' },
  { seconds: day, text: '1 day' },
  { seconds: 3 * day, text: '3 days' },
  { seconds: 7 * day, text: '7 days' },
  { seconds: 30 * day, text: '30 days' },
] as const;

/** A question with answers to choose from, for networks that have them. */
export function ComposerPoll({ poll, notes, onChange }: PollProps) {
  const name = useId();
  const change = (part: Partial<DraftPoll>) => onChange({ ...poll, ...part });
  const setOption = (index: number, text: string) =>
    change({ options: poll.options.map((option, at) => (at === index ? text : option)) });
  return (
    <fieldset className="field composer-box">
      <legend>Poll</legend>
      <ol className="poll-options">
        {poll.options.map((option, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: options have no identity but their place
          <li key={index} className="poll-option">
            <input
              type="text"
              aria-label={`Option ${index + 1}`}
              placeholder={`Option ${index + 1}`}
              value={option}
              onChange={(event) => setOption(index, event.target.value)}
            />
            <Button
              look="quiet"
              icon="trash"
              label={`Remove option ${index + 1}`}
              disabled={poll.options.length <= 2}
              onClick={() => change({ options: poll.options.filter((_, at) => at !== index) })}
            />
          </li>
        ))}
      </ol>
      <Remarks errors={notes.refusals.get('poll')} advice={notes.advice.get('poll')} />
      <div className="buttons">
        {poll.options.length < mostOptions && (
          <Button small icon="plus" onClick={() => change({ options: [...poll.options, ''] })}>
            Add option
          </Button>
        )}
        <Button small look="quiet" icon="trash" onClick={() => onChange(null)}>
          Remove poll
        </Button>
      </div>
      <div className="poll-rules">
        <label className="beside" htmlFor={name}>
          Ends after
          <select
            id={name}
            value={poll.durationSeconds}
            onChange={(event) => change({ durationSeconds: Number(event.target.value) })}
          >
            {lengthsWith(poll.durationSeconds).map(({ seconds, text }) => (
              <option key={seconds} value={seconds}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <Tick
          text="More than one answer"
          checked={poll.multiple}
          onChange={(multiple) => change({ multiple })}
        />
        <Tick
          text="Hide the votes until the end"
          checked={poll.hideTotals}
          onChange={(hideTotals) => change({ hideTotals })}
        />
      </div>
    </fieldset>
  );
}

function Tick(props: { text: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="choice-row">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <span className="choice-text">{props.text}</span>
    </label>
  );
}

/** A poll that came from elsewhere keeps the length that it has. */
function lengthsWith(seconds: number): readonly { seconds: number; text: string }[] {
  if (lengths.some((length) => length.seconds === seconds)) return lengths;
  return [{ seconds, text: `${Math.round(seconds / 60).toLocaleString('en-GB')} minutes` }, ...lengths];
}
