import type { Millis } from '../../../shared/index.ts';
import { Button } from '../../parts/button.tsx';
import { useNow, userZone } from '../../parts/now.ts';
import { absolute, relative } from '../../parts/time.ts';
import { fromLocal, toLocal } from '../../parts/zone.ts';
import { type Draft, isPast } from './composer-draft.ts';

type WhenProps = { draft: Draft; error: string | undefined; onChange: (part: Partial<Draft>) => void };

/** When a post goes out: at a time, now, or not yet. */
export function ComposerWhen({ draft, error, onChange }: WhenProps) {
  const now = useNow(10_000);
  const at = fromLocal(draft.at, userZone);
  const choice = (when: Draft['when'], text: string) => (
    <label className="choice-row">
      <input type="radio" name="when" checked={draft.when === when} onChange={() => onChange({ when })} />
      <span className="choice-text">{text}</span>
    </label>
  );
  return (
    <fieldset className="field choice">
      <legend>When</legend>
      {choice('at', 'At a time')}
      {draft.when === 'at' && (
        <div className="when-at">
          <input
            type="datetime-local"
            aria-label={`Day and time (${userZone})`}
            aria-invalid={error !== undefined || undefined}
            value={draft.at}
            onChange={(event) => onChange({ at: event.target.value })}
          />
          <div className="buttons">
            {suggestions(now).map(({ text, at: suggested }) => (
              <Button key={text} small onClick={() => onChange({ at: toLocal(suggested, userZone) })}>
                {text}
              </Button>
            ))}
          </div>
          <p className="field-hint" role="status">
            {at === undefined
              ? `In your time zone, ${userZone.replaceAll('_', ' ')}`
              : `${absolute(at, userZone, now)}, ${relative(at, now)}`}
            {isPast(draft, userZone, now) &&
              '. This is over: it goes out at once, or is missed when it is too late.'}
          </p>
        </div>
      )}
      {choice('now', 'Now')}
      {choice('draft', 'Not yet, keep as a draft')}
      {error && <p className="field-error">{error}</p>}
    </fieldset>
  );
}

function suggestions(now: Millis): { text: string; at: Millis }[] {
  const hour = 3_600_000;
  const nextHour = Math.ceil((now + hour / 2) / hour) * hour;
  const tomorrow = toLocal(now + 24 * hour, userZone).slice(0, 10);
  const morning = fromLocal(`${tomorrow}T09:00`, userZone);
  return [
    { text: 'Next hour', at: nextHour },
    ...(morning === undefined ? [] : [{ text: 'Tomorrow 09:00', at: morning }]),
  ];
}
