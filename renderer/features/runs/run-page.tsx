import { useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { RunView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import { runWords } from '../../ui/wording.ts';
import { OutputView } from './output-view.tsx';
import { RunFacts } from './run-facts.tsx';
import { RunSteps } from './run-steps.tsx';

/** One run: its steps, its output as it comes, and what can be done about it. */
export function RunPage() {
  const { id } = useParams({ from: '/runs/$id' });
  const answer = useCall('runs.get', { id });
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
          <OutputView run={run} />
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
  const start = (call: () => Promise<RunView>) => () =>
    action.run(async () => {
      go({ page: 'run', id: (await call()).id });
    });
  const { parameters } = run;
  const again = start(() =>
    api.call('jobs.run', parameters ? { id: run.jobId, parameters } : { id: run.jobId }),
  );
  const resume = start(() => api.call('runs.resume', { id: run.id }));
  const retry = start(() => api.call('runs.retry', { id: run.id }));
  const failed = resumableFrom(run);

  return (
    <>
      <a className="button button-plain" href={href({ page: 'job', id: run.jobId })}>
        Open job
      </a>
      {open ? (
        <>
          {run.status === 'queued' && run.attempt > 1 && (
            <Button icon="play" look="primary" busy={action.busy} onClick={retry}>
              Try now
            </Button>
          )}
          <Button icon="stop" look="danger" busy={action.busy || cancelling} onClick={cancel}>
            {cancelling ? 'Cancelling…' : 'Cancel run'}
          </Button>
        </>
      ) : (
        <>
          {failed > 0 && (
            <Button icon="skip" busy={action.busy} onClick={resume}>
              Resume from step {failed + 1}
            </Button>
          )}
          <Button
            icon="play"
            look="primary"
            busy={action.busy}
            onClick={broken.includes(run.status) ? retry : again}
          >
            {broken.includes(run.status) ? 'Try again' : 'Run again'}
          </Button>
        </>
      )}
    </>
  );
}

const broken: readonly RunView['status'][] = ['failed', 'timed-out', 'cancelled', 'interrupted'];

/** Index of the step with which a run goes on when it is resumed; 0 or less when that is no news. */
function resumableFrom({ status, steps }: RunView): number {
  if (!broken.includes(status)) return -1;
  return steps.findIndex((step) => step.status !== 'success' && step.status !== 'skipped');
}
