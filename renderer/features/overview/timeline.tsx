import type { Millis } from '../../../shared/index.ts';
import { hourTicks, type Lane } from '../../ui/day.ts';
import { href } from '../../ui/route.ts';
import { absolute, clock } from '../../ui/time.ts';
import { plural } from '../../ui/wording.ts';

type Props = { lanes: readonly Lane[]; from: Millis; length: Millis; zone: string };

/** Lanes of marks over a scale of hours; each lane says in words what it shows. */
export function Timeline({ lanes, from, length, zone }: Props) {
  const ticks = hourTicks(from, length, 3, (at) => hourOf(clock(at, zone)));
  return (
    <div className="timeline">
      <div className="timeline-scale" aria-hidden="true">
        {ticks.map((tick) => (
          <span
            key={tick.at}
            className={tick.hour === 0 ? 'tick tick-day' : 'tick'}
            style={{ left: percent(tick.share) }}
          >
            {clock(tick.at, zone)}
          </span>
        ))}
      </div>
      <ul>
        {lanes.map((lane) => (
          <LaneView key={`${lane.kind} ${lane.id}`} lane={lane} {...{ ticks, from, length, zone }} />
        ))}
      </ul>
    </div>
  );
}

type LaneProps = {
  lane: Lane;
  ticks: { at: Millis; share: number }[];
  from: Millis;
  length: Millis;
  zone: string;
};

function LaneView({ lane, ticks, from, length, zone }: LaneProps) {
  const at = (share: number) => absolute(Math.round((from + share * length) / 1000) * 1000, zone, from);
  const to =
    lane.kind === 'job' ? href({ page: 'job', id: lane.id }) : href({ page: 'posts', filter: 'pending' });
  const [first] = lane.marks;
  return (
    <li className={`lane lane-${lane.kind}`}>
      <a className="lane-name" href={to}>
        {lane.name}
        <span className="visually-hidden">
          : {lane.dense ? 'many times' : plural(lane.marks.length, 'time')}
          {first !== undefined && `, next ${at(first)}`}
        </span>
      </a>
      <div className="lane-track" aria-hidden="true">
        {ticks.map((tick) => (
          <span key={tick.at} className="lane-grid" style={{ left: percent(tick.share) }} />
        ))}
        {lane.dense ? (
          <span className="lane-line" title={`${plural(lane.marks.length, 'time')} or more`} />
        ) : (
          lane.marks.map((share) => (
            <span
              key={share}
              className="lane-mark"
              style={{ left: percent(share) }}
              title={`${lane.name}, ${at(share)}`}
            />
          ))
        )}
      </div>
    </li>
  );
}

function hourOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return (hours ?? 0) + (minutes ?? 0) / 60;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
