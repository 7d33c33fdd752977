import type { SignInView } from '../../../shared/index.ts';
import { placeName } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { ErrorNote, Note } from '../../parts/note.tsx';
import { Loading, Page } from '../../parts/page.tsx';
import { href } from '../../parts/route.ts';
import { useSay } from '../../parts/toasts.tsx';
import { go } from '../../parts/use-route.ts';
import { ChooseAccounts } from './choose-accounts.tsx';
import { WaitForBrowser } from './wait-for-browser.tsx';

/** A sign-in on its way: the browser has the word, or the user has. */
export function SignInPage({ session }: { session: string }) {
  const signIn = useCall(
    'accounts.signInState',
    { session },
    { refreshOn: ['accounts.changed'], quietMs: 50 },
  );
  const view = signIn.data;
  return (
    <Page
      title={view ? titleOf(view) : 'Sign in'}
      back={{ to: href({ page: 'accounts' }), text: 'Accounts' }}
    >
      {signIn.error && (
        <>
          <ErrorNote error={signIn.error} />
          <div className="buttons">
            <ButtonLink to={href({ page: 'new-account' })}>Begin again</ButtonLink>
          </div>
        </>
      )}
      {!view && !signIn.error && <Loading what="the sign-in" />}
      {view && !signIn.error && (
        <div className="card form">
          <Step view={view} changed={signIn.refresh} />
        </div>
      )}
    </Page>
  );
}

function Step({ view, changed }: { view: SignInView; changed: () => void }) {
  switch (view.status) {
    case 'waiting':
    case 'checking':
      return (
        <>
          <WaitForBrowser view={view} changed={changed} />
          <CancelButton session={view.session} />
        </>
      );
    case 'choose':
      return (
        <>
          <ChooseAccounts view={view} changed={changed} />
          <CancelButton session={view.session} />
        </>
      );
    case 'done':
      return (
        <>
          <Note tone="ok">{view.accounts.map(({ handle }) => handle).join(', ')} can be published to.</Note>
          <div className="buttons">
            <ButtonLink look="primary" to={href({ page: 'accounts' })}>
              Go to accounts
            </ButtonLink>
          </div>
        </>
      );
    case 'failed':
      return (
        <>
          {view.error ? (
            <ErrorNote error={view.error} />
          ) : (
            <Note tone="idle">The sign-in was cancelled.</Note>
          )}
          <div className="buttons">
            <ButtonLink
              look="primary"
              to={href(view.account ? { page: 'accounts' } : { page: 'new-account' })}
            >
              Begin again
            </ButtonLink>
          </div>
        </>
      );
  }
}

function CancelButton({ session }: { session: string }) {
  const api = useApi();
  const say = useSay();
  const cancelling = useAction(say.failed);
  const cancel = () =>
    cancelling.run(async () => {
      await api.call('accounts.cancelSignIn', { session });
      go({ page: 'accounts' });
    });
  return (
    <div className="buttons">
      <Button busy={cancelling.busy} onClick={cancel}>
        Cancel
      </Button>
    </div>
  );
}

function titleOf({ network, server, status }: SignInView): string {
  if (status === 'done') return 'Signed in';
  return `Sign in to ${placeName({ network, server })}`;
}
