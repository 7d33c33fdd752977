import { useState } from 'react';
import type { SignInView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { OutLink } from '../../ui/out-link.tsx';
import { TextField } from './text-field.tsx';

type StepProps = { view: SignInView; changed: () => void };

/** The link for the browser, and the way back: by itself, or by what the user pastes. */
export function WaitForBrowser({ view, changed }: StepProps) {
  const busy = view.status === 'checking';
  const byHand = view.mode === 'code';
  return (
    <>
      <p>
        {byHand
          ? 'Open the sign-in page, let Belfry in, then come back with what it shows.'
          : 'Let Belfry in on the sign-in page in your browser. This page goes on by itself.'}
      </p>
      <div className="buttons">
        <OutLink url={view.url} look="primary">
          Open the sign-in page
        </OutLink>
      </div>
      <div role="status">
        {busy && <Note tone="busy">Asking the server…</Note>}
        {!busy && !byHand && <Note tone="busy">Waiting for the browser…</Note>}
      </div>
      {byHand ? (
        <BringCode view={view} changed={changed} />
      ) : (
        <details className="more-fields">
          <summary>The browser ends at an error, or is on another machine</summary>
          <BringCode view={view} changed={changed} />
        </details>
      )}
    </>
  );
}

function BringCode({ view, changed }: StepProps) {
  const api = useApi();
  const bringing = useAction();
  const [code, setCode] = useState('');
  const shown = new URL(view.url).searchParams.get('redirect_uri') ?? '';
  const hint = shown.startsWith('urn:')
    ? 'The page shows it after you let Belfry in.'
    : `The browser ends at an address that begins with ${shown || 'the redirect URI'} and may not open. Copy all of it.`;
  const bring = () =>
    bringing.run(async () => {
      try {
        await api.call('accounts.finishSignIn', { session: view.session, code });
        setCode('');
      } finally {
        changed();
      }
    });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void bring();
      }}
    >
      <TextField
        label="Code, or address where the browser ended"
        value={code}
        hint={hint}
        onChange={setCode}
      />
      {bringing.error && <ErrorNote error={bringing.error} />}
      <div className="buttons">
        <Button submit busy={bringing.busy} disabled={code.trim() === ''}>
          Continue
        </Button>
      </div>
    </form>
  );
}
