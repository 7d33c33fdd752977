import { useEffect, useState } from 'react';
import type { RunView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/note.tsx';
import { Loading, Page } from '../../parts/page.tsx';
import { href } from '../../parts/route.ts';
import { useSay } from '../../parts/toasts.tsx';
import { go } from '../../parts/use-route.ts';
import { runWords } from '../../parts/wording.ts';
import { OutputView } from './output-view.tsx';
import { RunFacts } from './run-facts.tsx';
import { RunSteps } from './run-steps.tsx';

/** One run: its steps, its output as it comes, and what can be done about it. */
export function RunPage({ id }: { id: string }) {
  const answer = useCall('runs.get', { id }, { refreshOn: ['runs.changed'] });
  const run = answer.data;
  return (
    <Page
      title={run?.jobName ?? 'Run'}
      layout="fill"
      back={{ to: href({ page: 'runs' }), text: 'Runs' }}
      beside={
        run && (
          <div className="beside" role="status">
            <Badge word={runWords[run.status]} live={run.status === 'running'} />
          </div>
        )
      }
      actions={run && <Actions run={run} />}
    >
      {answer.error && <ErrorNote error={answer.error} retry={answer.refresh} />}
      {!run && !answer.error && <Loading what="run" />}
      {run && <Detail run={run} />}
    </Page>
  );
}

function Detail({ run }: { run: RunView }) {
  const silent = run.status === 'missed' || run.status === 'skipped';
  return (
    <>
      <RunFacts run={run} />
      {!silent && (
        <div className="run-detail">
          <RunSteps steps={run.steps} />
          <OutputView runId={run.id} steps={run.steps} live={run.status === 'running'} />
        </div>
      )}
    </>
  );
}

function Actions({ run }: { run: RunView }) {
  const api = useApi();
  const say = useSay();
  const action = useAction(say.failed);
  const [cancelling, setCancelling] = useState(false);
  const open = run.status === 'running' || run.status === 'queued';
  useEffect(() => {
    if (!open) setCancelling(false);
  }, [open]);

  const cancel = () => {
    setCancelling(true);
    void action.run(async () => {
      await api.call('runs.cancel', { id: run.id });
    });
  };
  const again = (name: 'jobs.run' | 'runs.resume') =>
    action.run(async () => {
      const next = await api.call(name, { id: name === 'jobs.run' ? run.jobId : run.id });
      go({ page: 'run', id: next.id });
    });
  const failed = run.steps.findIndex((step) => step.status === 'failed' || step.status === 'timed-out');

  return (
    <>
      <a className="button button-plain" href={href({ page: 'job', id: run.jobId })}>
        Open job
      </a>
      {open ? (
        <Button icon="stop" look="danger" busy={action.busy || cancelling} onClick={cancel}>
          {cancelling ? 'Cancelling…' : 'Cancel run'}
        </Button>
      ) : (
        <>
          {failed > 0 && (
            <Button icon="skip" busy={action.busy} onClick={() => again('runs.resume')}>
              Resume from step {failed + 1}
            </Button>
          )}
          <Button icon="play" look="primary" busy={action.busy} onClick={() => again('jobs.run')}>
            Run again
          </Button>
        </>
      )}
    </>
  );
}
