import { fromInstant, type JobView, toInstant } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { type Lane, laneOf } from '../../ui/day.ts';
import { useNow, userZone } from '../../ui/now.ts';
import { Section } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { plural } from '../../ui/wording.ts';
import { useZoneDoubt, zoneName } from '../../ui/zone-doubt.tsx';
import { Timeline } from './timeline.tsx';
import { useFireTimes } from './use-fire-times.ts';

const dayMs = 86_400_000;
const mostLanes = 8;
/** Far more than a lane can show apart. */
const mostPosts = 500;

/** The next 24 hours: a lane for the scheduled posts and one for each of the next jobs. */
export function DayAhead({ jobs, paused }: { jobs: readonly JobView[]; paused: boolean }) {
  // The picture moves once a minute; less than that cannot be seen on the scale of a day.
  const from = useNow(60_000);
  const inDoubt = useZoneDoubt();
  // The same question for an hour: asked every minute, it would be answered every minute.
  const until = Math.ceil((from + dayMs) / 3_600_000) * 3_600_000;
  const soon = jobs
    .filter((job) => job.enabled && job.nextRun !== null && fromInstant(job.nextRun) < from + dayMs)
    .sort(
      (a, b) => Number(a.builtin) - Number(b.builtin) || (a.nextRun ?? '').localeCompare(b.nextRun ?? ''),
    );
  const shown = soon.slice(0, mostLanes);
  const times = useFireTimes(shown);
  const queued = useCall('posts.list', {
    status: ['queued', 'sending'],
    to: toInstant(until),
    order: 'soonest',
    limit: mostPosts,
  });

  const posts = (queued.data ?? []).flatMap(({ targets }) => {
    const due = targets.flatMap(({ status, dueAt }) =>
      dueAt !== null && (status === 'queued' || status === 'sending') ? [fromInstant(dueAt)] : [],
    );
    return due.length > 0 ? [Math.min(...due)] : [];
  });
  const postLane = laneOf({ id: 'posts', name: 'Posts', kind: 'posts' }, posts, from, dayMs);
  const lanes: Lane[] = [
    ...(postLane.marks.length > 0 ? [postLane] : []),
    ...shown.map((job) =>
      laneOf({ id: job.id, name: job.name, kind: 'job' }, times.get(job.id) ?? nextOf(job), from, dayMs),
    ),
  ];

  return (
    <Section title={inDoubt ? `Next 24 hours, ${zoneName(userZone)} time` : 'Next 24 hours'}>
      {lanes.length === 0 ? (
        <p className="quiet">Nothing is due in the next 24 hours.</p>
      ) : (
        <div className={paused ? 'card day day-paused' : 'card day'}>
          {paused && <p className="day-note">The scheduler is paused: these times pass without a run.</p>}
          <Timeline lanes={lanes} from={from} length={dayMs} zone={userZone} />
          {soon.length > shown.length && (
            <p className="more">
              <a href={href({ page: 'jobs' })}>
                {plural(soon.length - shown.length, 'more job')} in this time
              </a>
            </p>
          )}
        </div>
      )}
    </Section>
  );
}

function nextOf(job: JobView): number[] {
  return job.nextRun === null ? [] : [fromInstant(job.nextRun)];
}
