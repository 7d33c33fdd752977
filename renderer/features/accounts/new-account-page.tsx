import { useState } from 'react';
import {
  check,
  networkFacts,
  type SignInView,
  signInInputSchema,
  usualServer,
} from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { openOut } from '../../ui/out-link.tsx';
import { Page } from '../../ui/page.tsx';
import { firstProblems } from '../../ui/problems.ts';
import { go, href } from '../../ui/route.ts';
import { useKept } from '../../ui/use-kept.ts';
import { AppFields, noApp } from './app-fields.tsx';
import { kindNamed, kinds, withScheme } from './kinds.ts';
import { TextField } from './text-field.tsx';
import { TokenForm } from './token-form.tsx';

/** What is kept of the form when the page is left: nothing secret. */
export type Place = { kind: string; server: string };

/** Adds an account: by signing in with the browser, or by an access token. */
export function NewAccountPage() {
  const api = useApi();
  const beginning = useAction();
  const apps = useCall('accounts.apps', {});
  const [{ kind, server }, setPlace, forget] = useKept<Place>('account', { kind: 'mastodon', server: '' });
  const [app, setApp] = useState(noApp);
  const [otherApp, setOtherApp] = useState(false);
  const [mistakes, setMistakes] = useState<Record<string, string>>({});

  const { network, login, ownApp } = kindNamed(kind);
  const usual = usualServer(network, login);
  const address = withScheme(server);
  const known = apps.data?.find((one) => one.server === usual);
  const asksForApp = ownApp !== null && (known === undefined || otherApp);

  const begin = () =>
    beginning.run(async () => {
      const checked = check(signInInputSchema, {
        network,
        ...(usual === undefined ? { server: address } : {}),
        ...(login === undefined ? {} : { login }),
        ...(asksForApp ? { app } : {}),
      });
      setMistakes({ ...firstProblems(checked), ...appProblems(checked) });
      if (!checked.ok) return;
      const view: SignInView = await api.call('accounts.signIn', checked.value);
      forget();
      go({ page: 'sign-in', id: view.session });
      await openOut(api, view.url);
    });

  return (
    <Page title="Add account" back={{ to: href({ page: 'accounts' }), text: 'Accounts' }}>
      <div className="card form">
        <fieldset className="field choice">
          <legend>Network</legend>
          {kinds.map(({ id, text, more }) => (
            <label key={id} className="choice-row">
              <input
                type="radio"
                name="network"
                checked={kind === id}
                onChange={() => setPlace({ kind: id, server })}
              />
              <span className="choice-text">
                <span className="choice-name">{text}</span>
                {more && <span className="row-sub">{more}</span>}
              </span>
            </label>
          ))}
        </fieldset>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void begin();
          }}
        >
          {usual === undefined && (
            <TextField
              label="Server"
              inputMode="url"
              value={server}
              error={mistakes['server']}
              hint="Such as mastodon.social"
              onChange={(text) => setPlace({ kind, server: text })}
            />
          )}
          {ownApp && known && !otherApp && (
            <p className="row-sub">
              Signs in with your app {known.id}.{' '}
              <Button small look="quiet" onClick={() => setOtherApp(true)}>
                Use another app
              </Button>
            </p>
          )}
          {asksForApp && (
            <AppFields app={app} onChange={setApp} mistakes={mistakes} name={networkFacts[ownApp].title} />
          )}
          {beginning.error && <ErrorNote error={beginning.error} />}
          <div className="buttons">
            <Button submit look="primary" busy={beginning.busy}>
              {beginning.busy ? 'Asking the server…' : 'Sign in with browser'}
            </Button>
            <ButtonLink to={href({ page: 'accounts' })}>Cancel</ButtonLink>
          </div>
        </form>
        <details className="more-fields">
          <summary>Add with an access token instead</summary>
          <TokenForm
            key={kind}
            kind={kind}
            server={usual === undefined ? address : undefined}
            onDone={forget}
          />
        </details>
      </div>
    </Page>
  );
}

/** Mistakes in the app by the names of its own fields. */
function appProblems(checked: ReturnType<typeof check>): Record<string, string> {
  if (checked.ok) return {};
  const inside = checked.problems.filter(({ field }) => field.startsWith('app.'));
  return firstProblems({
    ok: false,
    problems: inside.map(({ field, message }) => ({ field: field.slice('app.'.length), message })),
  });
}
