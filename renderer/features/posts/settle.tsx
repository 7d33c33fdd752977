import { useState } from 'react';
import { useApi } from '../../api/context.tsx';
import { type Action, useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { ExactTime } from '../../ui/time-view.tsx';
import { useSay } from '../../ui/toasts.tsx';
import { withoutCode } from '../../ui/wording.ts';
import type { History } from './post-history.tsx';

type SettleProps = {
  postId: string;
  account: string;
  handle: string;
  /** What is known of this account, oldest first. */
  evidence: History;
  changed: () => void;
};

const shown = 4;

/** Asks the user what became of a post when neither Belfry nor the server can tell, and shows what is known. */
export function Settle({ postId, account, handle, evidence, changed }: SettleProps) {
  const api = useApi();
  const say = useSay();
  const noting = useAction(say.failed);
  const sending = useAction();
  const [asking, setAsking] = useState(false);
  const settle = (published: boolean, action: Action) =>
    action.run(async () => {
      await api.call('posts.settle', { id: postId, account, published });
      setAsking(false);
      say.done(published ? 'Noted as published.' : 'The post will be sent again.');
      changed();
    });
  return (
    <div className="settle">
      <p>
        <strong>Is it there?</strong> Belfry does not send it again by itself, since that could publish it
        twice. Look at the profile of {handle}, then say what you see.
      </p>
      {evidence.length > 0 && (
        <ul className="evidence" aria-label="What is known">
          {evidence.slice(-shown).map(({ at, note }) => (
            <li key={`${at} ${note}`}>
              <ExactTime at={at} /> {withoutCode(note)}
            </li>
          ))}
        </ul>
      )}
      <div className="buttons">
        <Button busy={noting.busy} icon="check" onClick={() => settle(true, noting)}>
          It is there
        </Button>
        <Button icon="retry" onClick={() => setAsking(true)}>
          It is not there, send it
        </Button>
      </div>
      {asking && (
        <Confirm
          title="Send it again?"
          action="It is not there, send it"
          look="danger"
          busy={sending.busy}
          error={sending.error}
          onConfirm={() => settle(false, sending)}
          onClose={() => setAsking(false)}
        >
          <p>If the post is on the profile of {handle} after all, it will stand there twice.</p>
        </Confirm>
      )}
    </div>
  );
}
