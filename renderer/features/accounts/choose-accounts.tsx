import { useState } from 'react';
import type { SignInView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/note.tsx';

/** Which of the accounts that a sign-in opened Belfry may publish to. */
export function ChooseAccounts({ view, changed }: { view: SignInView; changed: () => void }) {
  const api = useApi();
  const choosing = useAction();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const choose = () =>
    choosing.run(async () => {
      await api.call('accounts.choose', { session: view.session, accounts: [...chosen] });
      changed();
    });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void choose();
      }}
    >
      <fieldset className="field choice">
        <legend>Publish to</legend>
        {view.choices.map(({ remoteId, handle, known }) => (
          <label key={remoteId} className="choice-row">
            <input
              type="checkbox"
              checked={chosen.includes(remoteId)}
              onChange={(event) =>
                setChosen(
                  event.target.checked ? [...chosen, remoteId] : chosen.filter((other) => other !== remoteId),
                )
              }
            />
            <span className="choice-text">
              <span className="choice-name">{handle}</span>
              <span className="row-sub">{known === null ? remoteId : `already here as ${known}`}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {choosing.error && <ErrorNote error={choosing.error} />}
      <div className="buttons">
        <Button submit look="primary" busy={choosing.busy} disabled={chosen.length === 0}>
          Add accounts
        </Button>
      </div>
    </form>
  );
}
