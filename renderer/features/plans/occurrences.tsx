import { fromInstant, type Occurrence } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { useNow, userZone } from '../../ui/now.ts';
import { href } from '../../ui/route.ts';
import { absolute, exact } from '../../ui/time.ts';
import { useSay } from '../../ui/toasts.tsx';
import { occurrenceWord } from './series-words.ts';

type ListProps = {
  label: string;
  series: string;
  zone: string;
  occurrences: readonly Occurrence[];
  /** Called after one was left out or taken in; absent for posts that were. */
  changed?: () => void;
};

/** Posts of a series, one a line, in its own zone. */
export function Occurrences({ label, series, zone, occurrences, changed }: ListProps) {
  const now = useNow(60_000);
  return (
    <ul className="card joined" aria-label={label}>
      {occurrences.map((one) => {
        const at = fromInstant(one.at);
        return (
          <li key={one.at} className="occurrence">
            <time dateTime={one.at} title={exact(at, userZone)}>
              {absolute(at, zone, now, 'never')}
            </time>
            <Badge word={occurrenceWord(one)} />
            <span className="occurrence-end">
              {one.post && <a href={href({ page: 'post', id: one.post.id })}>See post</a>}
              {changed && <Skip series={series} one={one} zone={zone} changed={changed} />}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

type SkipProps = { series: string; one: Occurrence; zone: string; changed: () => void };

/** Leaves one post out, or takes it in again. */
function Skip({ series, one, zone, changed }: SkipProps) {
  const api = useApi();
  const say = useSay();
  const action = useAction(say.failed);
  const now = useNow(60_000);
  const isOut = one.state === 'skipped';
  const when = absolute(fromInstant(one.at), zone, now, 'never');
  const skip = () =>
    action.run(async () => {
      await api.call('series.skip', { id: series, at: one.at, skipped: !isOut });
      say.done(isOut ? `Taken in again: ${when}.` : `Left out: ${when}.`);
      changed();
    });
  return (
    <Button
      small
      icon={isOut ? 'retry' : 'skip'}
      label={isOut ? `Take in again: ${when}` : `Leave out: ${when}`}
      busy={action.busy}
      onClick={skip}
    >
      {isOut ? 'Take in' : 'Leave out'}
    </Button>
  );
}
