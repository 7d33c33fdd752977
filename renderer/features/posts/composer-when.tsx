import { fromInstant, type QueueView } from '../../../shared/index.ts';
import { Remarks } from '../../ui/field.tsx';
import { useNow, userZone } from '../../ui/now.ts';
import { absolute, relative } from '../../ui/time.ts';
import { fromLocal } from '../../ui/zone.ts';
import { useZoneMark, zoneName } from '../../ui/zone-doubt.tsx';
import { type Draft, isPast } from './composer-draft.ts';
import type { Notes } from './composer-notes.ts';
import { TimeSuggestions } from './time-suggestions.tsx';
import { type Accounts, accountName } from './use-accounts.ts';

type WhenProps = {
  draft: Draft;
  notes: Notes;
  /** Weekly slots of accounts; none where a slot cannot be chosen. */
  queues: readonly QueueView[];
  accounts: Accounts;
  onChange: (part: Partial<Draft>) => void;
};

/** When a post goes out: at a time, in the next free slot, now, or not yet. */
export function ComposerWhen({ draft, notes, queues, accounts, onChange }: WhenProps) {
  const choice = (when: Draft['when'], text: string) => (
    <label className="choice-row">
      <input type="radio" name="when" checked={draft.when === when} onChange={() => onChange({ when })} />
      <span className="choice-text">{text}</span>
    </label>
  );
  const time = (label: string) => (
    <TimeField draft={draft} label={label} invalid={notes.refusals.has('publishAt')} onChange={onChange} />
  );
  return (
    <fieldset className="field choice">
      <legend>When</legend>
      {choice('at', 'At a time')}
      {draft.when === 'at' && time('Day and time')}
      {queues.length > 0 && choice('slot', 'In the next free slot')}
      {draft.when === 'slot' && <Slots draft={draft} queues={queues} accounts={accounts} />}
      {choice('now', 'Now')}
      {choice('draft', 'Not yet, keep as a draft')}
      {draft.when === 'draft' && time('Planned for')}
      <Remarks errors={notes.refusals.get('publishAt')} advice={notes.advice.get('publishAt')} />
    </fieldset>
  );
}

type TimeProps = { draft: Draft; label: string; invalid: boolean; onChange: WhenProps['onChange'] };

function TimeField({ draft, label, invalid, onChange }: TimeProps) {
  const now = useNow(10_000);
  const at = fromLocal(draft.at, userZone);
  const zone = zoneName(userZone);
  const mark = useZoneMark();
  return (
    <div className="when-at">
      <input
        type="datetime-local"
        aria-label={`${label} (${userZone})`}
        aria-invalid={invalid || undefined}
        value={draft.at}
        onChange={(event) => onChange({ at: event.target.value })}
      />
      <TimeSuggestions now={now} onChoose={(local) => onChange({ at: local })} />
      <p className="field-hint" role="status">
        {at === undefined
          ? `In your time zone, ${zone}${draft.when === 'draft' ? '. A draft needs no time.' : ''}`
          : `${absolute(at, userZone, now)}${mark(at)}, ${relative(at, now)}`}
        {isPast(draft, userZone, now) &&
          '. This is over: choose another time, or say on saving what is meant.'}
      </p>
    </div>
  );
}

function Slots({ draft, queues, accounts }: Pick<WhenProps, 'draft' | 'queues' | 'accounts'>) {
  const now = useNow(60_000);
  const mark = useZoneMark();
  return (
    <ul className="when-at row-sub" aria-live="polite">
      {draft.accounts.length === 0 && <li>Each account has its own slots; choose accounts first.</li>}
      {draft.accounts.map((id) => {
        const queue = queues.find(({ account }) => account === id);
        const free = queue?.upcoming.find(({ slot, post }) => slot && post === null);
        return (
          <li key={id} className={queue ? undefined : 'field-error'}>
            {accountName(accounts, id)}: {!queue && 'has no weekly slots, choose a time instead'}
            {queue && !free && 'the next slots are full, it takes a later one'}
            {free && `${absolute(fromInstant(free.at), userZone, now)}${mark(fromInstant(free.at))}`}
          </li>
        );
      })}
    </ul>
  );
}
