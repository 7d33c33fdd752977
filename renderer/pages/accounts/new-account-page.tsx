import { useState } from 'react';
import { accountInputSchema, check, type Network } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { ErrorNote } from '../../parts/note.tsx';
import { OutLink } from '../../parts/out-link.tsx';
import { Page } from '../../parts/page.tsx';
import { firstProblems } from '../../parts/problems.ts';
import { href } from '../../parts/route.ts';
import { useSay } from '../../parts/toasts.tsx';
import { useKept } from '../../parts/use-kept.ts';
import { go } from '../../parts/use-route.ts';

const kinds = [
  {
    network: 'mastodon',
    text: 'Mastodon or compatible',
    scopes: 'profile, read:statuses, write:statuses, write:media',
  },
  { network: 'pixelfed', text: 'Pixelfed', scopes: 'read, write' },
] as const;

type Place = { network: Network; server: string };

/** Adds an account by its server and an access token, or gives a known one a new token. The token is never kept here. */
export function NewAccountPage() {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const [{ network, server }, setPlace, forget] = useKept<Place>('new-account', {
    network: 'mastodon',
    server: '',
  });
  const [token, setToken] = useState('');
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  const address = withScheme(server);

  const save = () =>
    saving.run(async () => {
      const checked = check(accountInputSchema, { network, server: address, token: token.trim() });
      setMistakes(firstProblems(checked));
      if (!checked.ok) return;
      const account = await api.call('accounts.add', checked.value);
      forget();
      say.done(`${account.handle} is ready.`);
      go({ page: 'accounts' });
    });

  return (
    <Page title="Add account" back={{ to: href({ page: 'accounts' }), text: 'Accounts' }}>
      <form
        className="card form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <fieldset className="field choice">
          <legend>Network</legend>
          {kinds.map((kind) => (
            <label key={kind.network} className="choice-row">
              <input
                type="radio"
                name="network"
                checked={network === kind.network}
                onChange={() => setPlace({ network: kind.network, server })}
              />
              <span className="choice-text">{kind.text}</span>
            </label>
          ))}
        </fieldset>
        <Field label="Server" error={mistakes['server']} hint="Such as mastodon.social">
          {(ids) => (
            <input
              type="text"
              {...ids}
              inputMode="url"
              autoComplete="off"
              spellCheck={false}
              value={server}
              onChange={(event) => setPlace({ network, server: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Access token"
          error={mistakes['token']}
          hint={<TokenHelp network={network} address={address} />}
        >
          {(ids) => (
            <input
              type="password"
              {...ids}
              autoComplete="off"
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
          )}
        </Field>
        {saving.error && <ErrorNote error={saving.error} />}
        <div className="buttons">
          <Button submit look="primary" busy={saving.busy}>
            {saving.busy ? 'Asking the server…' : 'Add account'}
          </Button>
          <ButtonLink to={href({ page: 'accounts' })}>Cancel</ButtonLink>
        </div>
      </form>
    </Page>
  );
}

function TokenHelp({ network, address }: { network: Network; address: string }) {
  const scopes = kinds.find((kind) => kind.network === network)?.scopes;
  const place = `${address}/settings/applications`;
  const known = /^https?:\/\/[^/]+\.[^/]+$/.test(address);
  return (
    <>
      Make one under{' '}
      {known ? <OutLink url={place}>Preferences, Development</OutLink> : 'Preferences, Development'} on your
      server, with the scopes {scopes}. It is stored encrypted on this computer and never shown again.
    </>
  );
}

/** `mastodon.social/` as `https://mastodon.social`. */
function withScheme(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, '');
  return trimmed === '' || /^https?:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
}
