import { useParams } from '@tanstack/react-router';
import type { SignInView } from '../../../shared/index.ts';
import { placeName } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import { ChooseAccounts } from './choose-accounts.tsx';
import { WaitForBrowser } from './wait-for-browser.tsx';

/** A sign-in on its way: the browser has the word, or the user has. */
export function SignInPage() {
  const { id: session } = useParams({ from: '/sign-in/$id' });
  const signIn = useCall('accounts.signInState', { session });
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
