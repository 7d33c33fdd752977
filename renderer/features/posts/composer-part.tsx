import type { AccountView } from '../../../shared/index.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { type CountOf, Counts } from './composer-counts.tsx';
import type { DraftPart } from './composer-draft.ts';
import type { Notes } from './composer-notes.ts';
import { ComposerStrip } from './composer-strip.tsx';
import type { Uploads } from './composer-uploads.ts';

type PartProps = {
  part: DraftPart;
  index: number;
  count: number;
  /** Accounts that get this text, and none of their own. */
  accounts: readonly AccountView[];
  countOf: CountOf;
  warning: string;
  notes: Notes;
  uploads: Uploads;
  onChange: (change: Partial<DraftPart>) => void;
  onRaise: (index: number) => void;
  onRemove: () => void;
};

/** One post of a thread: its text, its files, its place. A post alone shows no place. */
export function ComposerPart(props: PartProps) {
  const { part, index, count, accounts, countOf, warning, notes, uploads } = props;
  const { onChange, onRaise, onRemove } = props;
  const place = index === 0 ? '' : `thread[${index - 1}].`;
  const name = count === 1 ? 'Text' : `Part ${index + 1}`;
  const fields = (
    <>
      <Field
        label={count === 1 ? name : `Text of part ${index + 1}`}
        error={notes.refusals.get(`${place}text`)}
        advice={notes.advice.get(`${place}text`)}
        hint={<Counts text={part.text} part={index} {...{ accounts, countOf, warning }} />}
      >
        {(ids) => (
          <textarea
            {...ids}
            rows={index === 0 ? 7 : 4}
            value={part.text}
            onChange={(event) => onChange({ text: event.target.value })}
          />
        )}
      </Field>
      <ComposerStrip
        media={part.media}
        uploads={uploads}
        list={part.key}
        about={count === 1 ? '' : ` of part ${index + 1}`}
        error={notes.refusals.get(`${place}media`)}
        advice={notes.advice.get(`${place}media`)}
        remarksAt={(at) => ({
          error: notes.refusals.get(`${place}media[${at}]`),
          advice: notes.advice.get(`${place}media[${at}]`),
          altError: notes.refusals.get(`${place}media[${at}].alt`),
          altAdvice: notes.advice.get(`${place}media[${at}].alt`),
        })}
        onChange={(media) => onChange({ media })}
      />
    </>
  );
  if (count === 1) return fields;
  return (
    <section className="composer-part" aria-label={name} data-part={part.key}>
      <div className="composer-part-head">
        <h2>{name}</h2>
        <div className="buttons">
          <Button
            small
            look="quiet"
            icon="up"
            label={`Move part ${index + 1} up`}
            disabled={index === 0}
            onClick={() => onRaise(index)}
          />
          <Button
            small
            look="quiet"
            icon="down"
            label={`Move part ${index + 1} down`}
            disabled={index === count - 1}
            onClick={() => onRaise(index + 1)}
          />
          <Button small look="quiet" icon="trash" label={`Remove part ${index + 1}`} onClick={onRemove} />
        </div>
      </div>
      {fields}
    </section>
  );
}
