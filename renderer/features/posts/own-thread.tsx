import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { type CountOf, Counts } from './composer-counts.tsx';
import type { OwnProps } from './own-comment.tsx';

/** Whether one account gets the thread, one in words of its own, or none. */
export function OwnThread(props: OwnProps & { countOf: CountOf; warning: string }) {
  const { account, draft, notes, countOf, warning, onChange, override, place } = props;
  const rest = draft.parts.slice(1);
  const { thread } = override;
  const kind = thread === undefined ? 'same' : thread.length === 0 ? 'none' : 'own';
  const choose = (value: string) =>
    onChange({
      thread: value === 'own' ? rest.map(({ text }) => text) : value === 'none' ? [] : undefined,
    });
  return (
    <>
      <Field label="Thread" error={notes.refusals.get(`${place}thread`)}>
        {(ids) => (
          <select {...ids} value={kind} onChange={(event) => choose(event.target.value)}>
            <option value="same">as above</option>
            <option value="own">with words of its own</option>
            <option value="none">without it</option>
          </select>
        )}
      </Field>
      {(thread ?? []).map((text, index) => (
        <Field
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of a thread have no identity but their place
          key={index}
          label={`Part ${index + 2} for ${account.handle}`}
          error={notes.refusals.get(`${place}thread[${index}]`)}
          advice={notes.advice.get(`${place}thread[${index}]`)}
          hint={<Counts text={text} part={index + 1} accounts={[account]} {...{ countOf, warning }} />}
        >
          {(ids) => (
            <textarea
              {...ids}
              rows={3}
              value={text}
              onChange={(event) =>
                onChange({
                  thread: thread?.map((own, at) => (at === index ? event.target.value : own)),
                })
              }
            />
          )}
        </Field>
      ))}
      {thread !== undefined && thread.length > 0 && (
        <div className="buttons">
          {thread.length < rest.length && (
            <Button
              small
              icon="plus"
              onClick={() => onChange({ thread: [...thread, rest[thread.length]?.text ?? ''] })}
            >
              Take in part {thread.length + 2}
            </Button>
          )}
          <Button small look="quiet" icon="trash" onClick={() => onChange({ thread: thread.slice(0, -1) })}>
            Leave out part {thread.length + 1}
          </Button>
        </div>
      )}
    </>
  );
}
