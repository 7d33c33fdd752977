import type { RunView } from '../../../shared/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { useNow, userZone } from '../../ui/now.ts';
import { href } from '../../ui/route.ts';
import { Absolute, Elapsed, Relative } from '../../ui/time-view.tsx';
import { causeWords, gapText, runWords, withoutCode } from '../../ui/wording.ts';
import { useZoneMark } from '../../ui/zone-doubt.tsx';

/** One run in the history. */
export function RunRow({ run }: { run: RunView }) {
  return (
    <>
      <td>
        <Badge word={runWords[run.status]} live={run.status === 'running'} />
      </td>
      <td className="cell-main">
        <p className="row-title">
          <a data-main href={href({ page: 'run', id: run.id })}>
            {run.jobName}
          </a>
        </p>
        <p className="row-sub row-two">
          <Why run={run} />
        </p>
      </td>
      <td>
        <p>
          <Absolute at={run.startedAt ?? run.createdAt} />
        </p>
        <p className="row-sub">
          <Relative at={run.startedAt ?? run.createdAt} />
        </p>
      </td>
      <td className="number">{run.startedAt && <Elapsed from={run.startedAt} to={run.finishedAt} />}</td>
    </>
  );
}

/** Why there is this run, or why there is none: cause, attempt, gap and reason. */
export function Why({ run }: { run: RunView }) {
  const now = useNow(60_000);
  const mark = useZoneMark();
  const gap = gapText(run, userZone, now, mark);
  const parts = [
    gap ?? causeWords[run.cause],
    run.attempt > 1 && `attempt ${run.attempt}`,
    run.reason && withoutCode(run.reason),
  ].filter((part) => part);
  return parts.join(' · ');
}
