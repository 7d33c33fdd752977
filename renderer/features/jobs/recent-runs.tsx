import { useCall } from '../../api/use-call.ts';
import { Badge } from '../../ui/badge.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { href } from '../../ui/route.ts';
import { Absolute, Elapsed } from '../../ui/time-view.tsx';
import { causeWords, runWords } from '../../ui/wording.ts';

/** The last ten runs of one job. */
export function RecentRuns({ jobId }: { jobId: string }) {
  const runs = useCall('runs.list', { jobId, limit: 10 });
  if (runs.error) return <ErrorNote error={runs.error} retry={runs.refresh} />;
  if (runs.data?.length === 0) return <p className="quiet">It has not run yet.</p>;
  return (
    <table className="recent-runs">
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Status</th>
          <th scope="col">When</th>
          <th scope="col">Cause</th>
          <th scope="col">Duration</th>
        </tr>
      </thead>
      <tbody>
        {(runs.data ?? []).map((run) => (
          <tr key={run.id}>
            <td>
              <Badge word={runWords[run.status]} live={run.status === 'running'} />
            </td>
            <td>
              <a href={href({ page: 'run', id: run.id })}>
                <Absolute at={run.startedAt ?? run.createdAt} />
              </a>
            </td>
            <td className="quiet">{causeWords[run.cause]}</td>
            <td className="quiet">{run.startedAt && <Elapsed from={run.startedAt} to={run.finishedAt} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
