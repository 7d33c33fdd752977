import { useState } from 'react';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { useSay } from '../../ui/toasts.tsx';

type CardProps = {
  kind: 'text' | 'hashtags';
  id: string;
  words: string;
  /** What it takes, or how it is used. */
  about: string;
  edit: () => void;
  changed: () => void;
};

/** One named text or group of hashtags. */
export function SnippetCard({ kind, id, words, about, edit, changed }: CardProps) {
  const api = useApi();
  const say = useSay();
  const action = useAction();
  const [asking, setAsking] = useState(false);
  const remove = () =>
    action.run(async () => {
      await api.call('snippets.remove', { kind, id });
      setAsking(false);
      say.done(`${id} was removed.`);
      changed();
    });
  return (
    <li className="card snippet">
      <div className="snippet-text">
        <h3>{id}</h3>
        <p className="snippet-words">{words}</p>
        {about && (
          <p className="row-sub">
            <code>{about}</code>
          </p>
        )}
      </div>
      <div className="buttons">
        <Button small icon="edit" label={`Edit ${id}`} onClick={edit}>
          Edit
        </Button>
        <Button small icon="trash" label={`Remove ${id}`} onClick={() => setAsking(true)} />
      </div>
      {asking && (
        <Confirm
          title={`Remove ${id}?`}
          action="Remove"
          busy={action.busy}
          error={action.error}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <p>Posts that were made with it stay; series that use it could make no more.</p>
        </Confirm>
      )}
    </li>
  );
}
