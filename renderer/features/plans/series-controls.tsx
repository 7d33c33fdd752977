import { useState } from 'react';
import type { SeriesView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { go } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';

/** Pauses a series or lets it go on. */
export function PauseSeries({ series, changed }: { series: SeriesView; changed: () => void }) {
  const api = useApi();
  const say = useSay();
  const action = useAction(say.failed);
  const isPaused = series.status === 'paused';
  const toggle = () =>
    action.run(async () => {
      await api.call(isPaused ? 'series.resume' : 'series.pause', { id: series.id });
      say.done(isPaused ? `${series.name} goes on.` : `${series.name} is paused.`);
      changed();
    });
  return (
    <Button icon={isPaused ? 'play' : 'pause'} busy={action.busy} onClick={toggle}>
      {isPaused ? 'Resume' : 'Pause'}
    </Button>
  );
}

/** Removes a series after asking what becomes of the posts that it has made. */
export function RemoveSeries({ series }: { series: SeriesView }) {
  const api = useApi();
  const say = useSay();
  const action = useAction();
  const [asking, setAsking] = useState(false);
  const [posts, setPosts] = useState<'cancel' | 'keep'>('cancel');
  const remove = () =>
    action.run(async () => {
      await api.call('series.remove', { id: series.id, posts });
      say.done(`${series.name} was removed.`);
      go({ page: 'plans' });
    });
  const choice = (value: typeof posts, text: string) => (
    <label className="choice-row">
      <input type="radio" name="posts" checked={posts === value} onChange={() => setPosts(value)} />
      <span className="choice-text">{text}</span>
    </label>
  );
  return (
    <>
      <Button icon="trash" onClick={() => setAsking(true)}>
        Remove
      </Button>
      {asking && (
        <Confirm
          title={`Remove ${series.name}?`}
          action="Remove series"
          busy={action.busy}
          error={action.error}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <fieldset className="field choice">
            <legend>What becomes of its scheduled posts?</legend>
            {choice('cancel', 'They are taken back')}
            {choice('keep', 'They stay and are published')}
          </fieldset>
        </Confirm>
      )}
    </>
  );
}
