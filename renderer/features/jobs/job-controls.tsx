import { useState } from 'react';
import type { JobView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { go } from '../../ui/route.ts';
import { Switch } from '../../ui/switch.tsx';
import { useSay } from '../../ui/toasts.tsx';

/** Starts a job by hand; its schedule does not move. `open` shows the run at once. */
export function RunNow({
  job,
  small = false,
  open = false,
}: {
  job: JobView;
  small?: boolean;
  open?: boolean;
}) {
  const api = useApi();
  const say = useSay();
  const action = useAction(say.failed);
  const start = () =>
    action.run(async () => {
      const run = await api.call('jobs.run', { id: job.id });
      if (open) go({ page: 'run', id: run.id });
      else say.done(`${job.name} was started.`);
    });
  return (
    <Button
      icon="play"
      label={`Run now: ${job.name}`}
      small={small}
      look={open ? 'primary' : 'plain'}
      busy={action.busy}
      onClick={start}
    >
      Run now
    </Button>
  );
}

/** Switches a job's schedule on and off; shows the wish at once and takes it back when it fails. */
export function EnableSwitch({ job }: { job: JobView }) {
  const api = useApi();
  const action = useAction(useSay().failed);
  const [wish, setWish] = useState<boolean>();
  const change = async (enabled: boolean) => {
    setWish(enabled);
    await action.run(async () => {
      await api.call('jobs.enable', { id: job.id, enabled });
    });
    setWish(undefined);
  };
  return (
    <Switch
      checked={wish ?? job.enabled}
      busy={action.busy}
      label={`${job.name} enabled`}
      onChange={change}
    />
  );
}

/** Removes a job after asking. */
export function RemoveJob({ job }: { job: JobView }) {
  const api = useApi();
  const say = useSay();
  const action = useAction();
  const [asking, setAsking] = useState(false);
  const remove = () =>
    action.run(async () => {
      await api.call('jobs.remove', { id: job.id });
      say.done(`${job.name} was removed.`);
      go({ page: 'jobs' });
    });
  return (
    <>
      <Button icon="trash" onClick={() => setAsking(true)}>
        Remove
      </Button>
      {asking && (
        <Confirm
          title={`Remove ${job.name}?`}
          action="Remove job"
          busy={action.busy}
          error={action.error}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <p>It will not run again. The history of its runs stays.</p>
        </Confirm>
      )}
    </>
  );
}
