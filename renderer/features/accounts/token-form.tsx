import { useState } from 'react';
import { accountInputSchema, check } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { OutLink } from '../../ui/out-link.tsx';
import { firstProblems } from '../../ui/problems.ts';
import { go } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import { kindNamed } from './kinds.ts';
import { TextField } from './text-field.tsx';

type TokenFormProps = { kind: string; server: string | undefined; onDone: () => void };

/** Adds an account by an access token, or gives a known one a new token. The token is never kept here. */
export function TokenForm({ kind, server, onDone }: TokenFormProps) {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const [token, setToken] = useState('');
  const [remoteId, setRemoteId] = useState('');
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  const { network, login, ownApp } = kindNamed(kind);

  const save = () =>
    saving.run(async () => {
      const checked = check(accountInputSchema, {
        network,
        token: token.trim(),
        ...(server === undefined ? {} : { server }),
        ...(login === undefined ? {} : { login }),
        ...(remoteId.trim() === '' ? {} : { remoteId: remoteId.trim() }),
      });
      setMistakes(firstProblems(checked));
      if (!checked.ok) return;
      const account = await api.call('accounts.add', checked.value);
      onDone();
      say.done(`${account.handle} is ready.`);
      go({ page: 'accounts' });
    });

  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label="Access token"
        secret
        value={token}
        error={mistakes['token'] ?? mistakes['server']}
        hint={<TokenHelp kind={kind} server={server} />}
        onChange={setToken}
      />
      {ownApp && (
        <TextField
          label="Id of the account"
          value={remoteId}
          error={mistakes['remoteId']}
          hint="Only needed where the token opens several, such as that of a user with several Pages."
          onChange={setRemoteId}
        />
      )}
      {saving.error && <ErrorNote error={saving.error} />}
      <div className="buttons">
        <Button submit busy={saving.busy}>
          {saving.busy ? 'Asking the server…' : 'Add account'}
        </Button>
      </div>
    </form>
  );
}

function TokenHelp({ kind, server }: { kind: string; server: string | undefined }) {
  const { scopes, ownApp } = kindNamed(kind);
  const kept = 'It is stored encrypted on this computer and never shown again.';
  if (ownApp)
    return (
      <>
        A long-lived token of your app, with {scopes}. {kept}
      </>
    );
  const known = server !== undefined && /^https?:\/\/[^/]+\.[^/]+$/.test(server);
  return (
    <>
      Make one under{' '}
      {known ? (
        <OutLink url={`${server}/settings/applications`}>Preferences, Development</OutLink>
      ) : (
        'Preferences, Development'
      )}{' '}
      on your server, with the scopes {scopes}. {kept}
    </>
  );
}
