import type { Millis } from '../../../shared/index.ts';
import { Button } from '../../ui/button.tsx';
import { userZone } from '../../ui/now.ts';
import { fromLocal, toLocal } from '../../ui/zone.ts';

const hour = 3_600_000;

/** Times that are often meant, as buttons; `onChoose` gets the wall time. */
export function TimeSuggestions({ now, onChoose }: { now: Millis; onChoose: (local: string) => void }) {
  return (
    <div className="buttons">
      {suggestions(now).map(({ text, at }) => (
        <Button key={text} small onClick={() => onChoose(toLocal(at, userZone))}>
          {text}
        </Button>
      ))}
    </div>
  );
}

function suggestions(now: Millis): { text: string; at: Millis }[] {
  const nextHour = Math.ceil((now + hour / 2) / hour) * hour;
  const tomorrow = toLocal(now + 24 * hour, userZone).slice(0, 10);
  const morning = fromLocal(`${tomorrow}T09:00`, userZone);
  return [
    { text: 'Next hour', at: nextHour },
    ...(morning === undefined ? [] : [{ text: 'Tomorrow 09:00', at: morning }]),
  ];
}
