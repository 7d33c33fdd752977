import { useState } from 'react';
import { fromInstant, type PastChoice, type PostView, toInstant } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Confirm } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { useNow, userZone } from '../../ui/now.ts';
import { absolute, relative } from '../../ui/time.ts';
import { useSay } from '../../ui/toasts.tsx';
import { fromLocal, toLocal } from '../../ui/zone.ts';
import { useZoneMark } from '../../ui/zone-doubt.tsx';
import { isTimeRefused, nowToleranceMs, PastChoices } from './past-choices.tsx';
import { has } from './post-states.ts';
import { TimeSuggestions } from './time-suggestions.tsx';

type MoveProps = {
  post: PostView;
  /** The instant that is offered; left out: the one that the post has. */
  to?: number;
  onClose: () => void;
  changed: () => void;
};

/** Asks when a post is to go out instead. */
export function MoveDialog({ post, to, onClose, changed }: MoveProps) {
  const api = useApi();
  const say = useSay();
  const action = useAction();
  const now = useNow(10_000);
  const mark = useZoneMark();
  const offered = to ?? (post.publishAt === null ? null : fromInstant(post.publishAt));
  const [local, setLocal] = useState(offered === null ? '' : toLocal(offered, userZone));
  const at = fromLocal(local, userZone);
  const over = at !== undefined && at < now - nowToleranceMs;
  const move = (past?: PastChoice) =>
    action.run(async () => {
      if (at === undefined) return;
      await api.call('posts.move', { id: post.id, publishAt: toInstant(at), ...(past ? { past } : {}) });
      say.done(past ? pastWords[past] : `Moved to ${absolute(at, userZone, now)}${mark(at)}.`);
      onClose();
      changed();
    });
  return (
    <Confirm
      title="Move this post"
      action="Move post"
      look="primary"
      busy={action.busy}
      disabled={at === undefined || over}
      onConfirm={() => move()}
      onClose={onClose}
    >
      <div className="move">
        <Field
          label="Day and time"
          hint={
            <span role="status">
              {at === undefined
                ? `In your time zone, ${userZone.replaceAll('_', ' ')}`
                : `${absolute(at, userZone, now)}${mark(at)}, ${relative(at, now)}`}
              {over && '. This is over: choose another time, or say what is meant.'}
            </span>
          }
        >
          {(ids) => (
            <input
              type="datetime-local"
              {...ids}
              value={local}
              onChange={(event) => setLocal(event.target.value)}
            />
          )}
        </Field>
        <TimeSuggestions now={now} onChoose={setLocal} />
        {action.error && <ErrorNote error={action.error} />}
        {(over || isTimeRefused(action.error?.details ?? [])) && (
          <PastChoices busy={action.busy} draft={has(post, 'queued') || has(post, 'draft')} onChoose={move} />
        )}
      </div>
    </Confirm>
  );
}

const pastWords = {
  publish: 'The post goes out now.',
  draft: 'The post is a draft again.',
  'move-to-slot': 'The post waits in the queue.',
} as const;
