import { useState } from 'react';
import type { Status } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useAnnouncements } from '../../api/use-announcements.ts';
import { useCall } from '../../api/use-call.ts';
import { plainText } from '../../ui/ansi.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { Elapsed } from '../../ui/time-view.tsx';
import { useSay } from '../../ui/toasts.tsx';

type Running = Status['running'][number];

/** The runs at work, each with its newest line of output. */
export function NowRunning({ status }: { status: Status }) {
  return (
    <Section title="Now running">
      {status.running.length === 0 ? (
        <p className="quiet">Nothing runs at the moment.</p>
      ) : (
        <ul className="cards">
          {status.running.map((run) => (
            <RunningCard key={run.runId} run={run} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function RunningCard({ run }: { run: Running }) {
  const api = useApi();
  const action = useAction(useSay().failed);
  const line = useLastLine(run.runId);
  const cancel = () =>
    action.run(async () => {
      await api.call('runs.cancel', { id: run.runId });
    });
  return (
    <li className="card running">
      <span className="pulse" aria-hidden="true" />
      <div className="running-text">
        <p className="running-name">
          <a href={href({ page: 'run', id: run.runId })}>{run.name}</a>
          {run.startedAt && (
            <span className="quiet">
              {' '}
              for <Elapsed from={run.startedAt} to={null} />
            </span>
          )}
        </p>
        <p className="running-line">{line || 'No output yet'}</p>
      </div>
      <Button small icon="stop" label={`Cancel ${run.name}`} busy={action.busy} onClick={cancel}>
        Cancel
      </Button>
    </li>
  );
}

function useLastLine(runId: string): string {
  const stored = useCall('runs.output', { id: runId, tail: true, limit: 1 });
  const [live, setLive] = useState<string>();
  useAnnouncements((announcement) => {
    if (announcement.name !== 'runs.output' || announcement.runId !== runId) return;
    const last = announcement.lines.findLast((line) => line.text.trim() !== '');
    if (last) setLive(last.text);
  });
  return plainText(live ?? stored.data?.at(-1)?.text ?? '');
}
