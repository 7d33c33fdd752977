import type { OutputLine } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { href } from '../../ui/route.ts';
import { Absolute } from '../../ui/time-view.tsx';
import { LogLine } from './log-line.tsx';

/** Lines of several runs, those of one run together, the newest run first. */
export function GroupedLines({ lines, search }: { lines: readonly OutputLine[]; search: string }) {
  const groups = new Map<string, OutputLine[]>();
  for (const line of lines) groups.set(line.runId, [...(groups.get(line.runId) ?? []), line]);
  const newest = (group: OutputLine[]) =>
    group
      .map((line) => line.at)
      .sort()
      .at(-1) ?? '';
  const sorted = [...groups].sort(([, a], [, b]) => newest(b).localeCompare(newest(a)));
  return sorted.map(([runId, group]) => (
    <section key={runId} className="log-group">
      <RunHeading runId={runId} />
      <div className="log log-static">
        {group
          .sort((a, b) => a.seq - b.seq)
          .map((line) => (
            <LogLine key={line.seq} line={line} search={search} />
          ))}
      </div>
    </section>
  ));
}

function RunHeading({ runId }: { runId: string }) {
  const run = useCall('runs.get', { id: runId });
  return (
    <h2 className="log-heading">
      <a href={href({ page: 'run', id: runId })}>{run.data?.jobName ?? 'Run'}</a>
      {run.data?.startedAt && (
        <span className="quiet">
          {' '}
          <Absolute at={run.data.startedAt} />
        </span>
      )}
    </h2>
  );
}
