import { type FireTimes, fromInstant } from '../../shared/index.ts';
import { useNow, userZone } from './now.ts';
import { absolute, relative } from './time.ts';
import { zoneName } from './zone-doubt.tsx';

/** A schedule in words and as its next times, in the job's zone and, where that is another, in the user's. */
export function NextTimes({ times, enabled = true }: { times: FireTimes; enabled?: boolean }) {
  const now = useNow(10_000);
  const both = times.timezone !== userZone;
  return (
    <div className="next-times">
      <p className="schedule-words">{times.description || 'By hand only'}</p>
      {!enabled && <p className="quiet">Disabled: these times pass without a run.</p>}
      {times.next.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{zoneName(times.timezone)}</th>
              {both && <th scope="col">{zoneName(userZone)} (yours)</th>}
              <th scope="col">
                <span className="visually-hidden">From now</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {times.next.slice(0, 10).map((at) => (
              <tr key={at}>
                <td>{absolute(fromInstant(at), times.timezone, now)}</td>
                {both && <td>{absolute(fromInstant(at), userZone, now)}</td>}
                <td className="quiet">{relative(fromInstant(at), now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {times.daylightSaving && (
        <details className="rule">
          <summary>When clocks change</summary>
          <p>{times.daylightSaving}</p>
        </details>
      )}
    </div>
  );
}
