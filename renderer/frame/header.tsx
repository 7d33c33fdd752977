import type { Status } from '../../shared/index.ts';
import { useApi } from '../api/context.tsx';
import { useAction } from '../api/use-action.ts';
import { Button } from '../parts/button.tsx';
import { href } from '../parts/route.ts';
import { Absolute, Relative } from '../parts/time-view.tsx';
import { useSay } from '../parts/toasts.tsx';

/** The scheduler at a glance, and its switch. */
export function Header({ status }: { status: Status | undefined }) {
  return (
    <header className="header">
      {status && (
        <>
          <p className="header-state" role="status">
            <span
              className={`dot ${status.scheduler === 'running' ? 'dot-ok' : 'dot-warn'}`}
              aria-hidden="true"
            />
            <strong>{status.scheduler === 'running' ? 'Scheduler running' : 'Scheduler paused'}</strong>
          </p>
          <p className="header-next">
            <NextRun status={status} />
          </p>
          <SchedulerButton paused={status.scheduler === 'paused'} />
        </>
      )}
    </header>
  );
}

function NextRun({ status }: { status: Status }) {
  if (status.scheduler === 'paused') return <>Nothing starts by itself. Jobs can still be run by hand.</>;
  if (!status.next) return <>Nothing is scheduled.</>;
  return (
    <>
      Next:{' '}
      <a href={href({ page: 'job', id: status.next.jobId })} aria-label={`Next run: ${status.next.name}`}>
        {status.next.name}
      </a>{' '}
      <Relative at={status.next.at} />
      <span className="header-at">
        {' · '}
        <Absolute at={status.next.at} />
      </span>
    </>
  );
}

function SchedulerButton({ paused }: { paused: boolean }) {
  const api = useApi();
  const action = useAction(useSay().failed);
  const toggle = () =>
    action.run(async () => {
      await api.call(paused ? 'scheduler.start' : 'scheduler.stop', {});
    });
  return (
    <Button
      icon={paused ? 'play' : 'pause'}
      label={paused ? 'Start scheduler' : 'Stop scheduler'}
      look={paused ? 'primary' : 'plain'}
      busy={action.busy}
      onClick={toggle}
    >
      {paused ? 'Start' : 'Stop'}
    </Button>
  );
}
