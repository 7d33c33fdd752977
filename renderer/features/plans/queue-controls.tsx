import { useState } from 'react';
import type { QueueView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { useSay } from '../../ui/toasts.tsx';
import { movable } from './slot-draft.ts';

type ControlsProps = { name: string; queue: QueueView | undefined; edit: () => void; changed: () => void };

/** What can be done with a queue as a whole. */
export function QueueControls({ name, queue, edit, changed }: ControlsProps) {
  const api = useApi();
  const say = useSay();
  const action = useAction();
  const [asking, setAsking] = useState(false);
  const shuffle = () =>
    action.run(async () => {
      if (!queue) return;
      await api.call('queue.shuffle', { account: queue.account });
      setAsking(false);
      say.done(`The posts of ${name} are in another order.`);
      changed();
    });
  return (
    <div className="buttons">
      {queue && movable(queue.upcoming).length > 1 && (
        <Button small icon="shuffle" label={`Shuffle the queue of ${name}`} onClick={() => setAsking(true)}>
          Shuffle
        </Button>
      )}
      <Button
        small
        icon={queue ? 'edit' : 'plus'}
        label={queue ? `Edit the slots of ${name}` : `Add slots for ${name}`}
        onClick={edit}
      >
        {queue ? 'Edit slots' : 'Add slots'}
      </Button>
      {asking && (
        <Confirm
          title={`Shuffle the queue of ${name}?`}
          action="Shuffle"
          look="primary"
          busy={action.busy}
          error={action.error}
          onConfirm={shuffle}
          onClose={() => setAsking(false)}
        >
          <p>Its posts keep the slots that they have, in another order.</p>
        </Confirm>
      )}
    </div>
  );
}
