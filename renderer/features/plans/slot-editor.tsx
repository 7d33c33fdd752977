import { useEffect, useState } from 'react';
import { check, contract, type QueueView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { DayChoice } from '../../ui/day-choice.tsx';
import { Field } from '../../ui/field.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { problemAt } from '../../ui/problems.ts';
import { useSay } from '../../ui/toasts.tsx';
import { useFirstMistake } from '../../ui/use-first-mistake.ts';
import { ZoneField } from '../../ui/zone-field.tsx';
import { draftOfSlots, type SlotDraft, slotsOf, withOneMore } from './slot-draft.ts';

type EditorProps = { account: string; name: string; queue: QueueView | undefined; done: () => void };

/** The weekly slots of one account: days and a time a line. No line removes the queue. */
export function SlotEditor({ account, name, queue, done }: EditorProps) {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const { form, look } = useFirstMistake();
  const [slots, setSlots] = useState(() => draftOfSlots(queue?.slots ?? []));
  const [timezone, setTimezone] = useState(queue?.timezone ?? '');
  const [tried, setTried] = useState(false);
  useEffect(() => form.current?.querySelector<HTMLElement>('input')?.focus(), [form]);

  const input = { account, timezone: timezone === '' ? null : timezone, slots: slotsOf(slots) };
  const checked = check(contract['queue.set'].in, input);
  const problems = tried && !checked.ok ? checked.problems : [];
  const change = (key: number, part: Partial<SlotDraft>) =>
    setSlots(slots.map((line) => (line.key === key ? { ...line, ...part } : line)));
  const save = () =>
    saving.run(async () => {
      setTried(true);
      if (!checked.ok) return look();
      await api.call('queue.set', input);
      say.done(
        slots.length === 0
          ? `${name} has no weekly slots any more.`
          : `The slots of ${name} were saved. Posts keep the times that they have.`,
      );
      done();
    });

  return (
    <form
      ref={form}
      className="card form slot-editor"
      aria-label={`Weekly slots of ${name}`}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {slots.map((line, index) => (
        <div key={line.key} className="slot-line">
          <DayChoice
            label={`Days of slot ${index + 1}`}
            days={line.days}
            error={problemAt(problems, `slots[${index}].days`)}
            onChange={(days) => change(line.key, { days })}
          />
          <Field label="Time" error={problemAt(problems, `slots[${index}].at`)}>
            {(ids) => (
              <input
                type="time"
                {...ids}
                value={line.at}
                onChange={(event) => change(line.key, { at: event.target.value })}
              />
            )}
          </Field>
          <Button
            icon="trash"
            label={`Remove slot ${index + 1}`}
            onClick={() => setSlots(slots.filter((other) => other.key !== line.key))}
          />
        </div>
      ))}
      {slots.length === 0 && <p className="quiet">No slots: the account has no queue then.</p>}
      <div>
        <Button small icon="plus" onClick={() => setSlots(withOneMore(slots))}>
          Add a time
        </Button>
      </div>
      <ZoneField
        value={timezone}
        error={problemAt(problems, 'timezone')}
        hint="Empty: that of jobs without one of their own"
        onChange={setTimezone}
      />
      {saving.error && <ErrorNote error={saving.error} />}
      <div className="buttons">
        <Button submit look="primary" busy={saving.busy}>
          Save slots
        </Button>
        <Button onClick={done}>Cancel</Button>
      </div>
    </form>
  );
}
