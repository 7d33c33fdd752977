import type { JobView } from '../../../shared/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { href } from '../../ui/route.ts';
import { Absolute, Relative } from '../../ui/time-view.tsx';
import { runWords } from '../../ui/wording.ts';
import { EnableSwitch, RunNow } from './job-controls.tsx';

/** One job in the list. */
export function JobRow({ job }: { job: JobView }) {
  return (
    <>
      <td className="cell-main">
        <p className="row-title">
          <a data-main href={href({ page: 'job', id: job.id })}>
            {job.name}
          </a>
          {job.builtin && <span className="tag">Built in</span>}
        </p>
        <p className="row-sub">{job.schedule || 'By hand only'}</p>
      </td>
      <td>
        {job.nextRun ? (
          <>
            <p>
              <Relative at={job.nextRun} />
            </p>
            <p className="row-sub">
              <Absolute at={job.nextRun} />
            </p>
          </>
        ) : (
          <p className="row-sub">{job.enabled ? 'Not scheduled' : 'Disabled'}</p>
        )}
      </td>
      <td>
        <LastRun job={job} />
      </td>
      <td>
        <EnableSwitch job={job} />
      </td>
      <td>
        <RunNow job={job} small />
      </td>
    </>
  );
}

function LastRun({ job }: { job: JobView }) {
  if (job.running) return <Badge word={runWords.running} live />;
  if (!job.lastRun) return <p className="row-sub">Never</p>;
  const { id, status, finishedAt } = job.lastRun;
  return (
    <>
      <a className="badge-link" href={href({ page: 'run', id })}>
        <Badge word={runWords[status]} />
      </a>
      {finishedAt && (
        <p className="row-sub">
          <Relative at={finishedAt} />
        </p>
      )}
    </>
  );
}
