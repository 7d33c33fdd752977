import { useId, useState } from 'react';
import { type AccountView, networkFacts, usualServer } from '../../../shared/index.ts';
import { CallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { OutLink, openOut } from '../../ui/out-link.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { Switch } from '../../ui/switch.tsx';
import { Absolute } from '../../ui/time-view.tsx';
import { useSay } from '../../ui/toasts.tsx';
import { keepFor } from '../../ui/use-kept.ts';
import { accountWords } from '../../ui/wording.ts';
import { kindOf } from './kinds.ts';
import type { Place } from './new-account-page.tsx';

/** Where posts are published to. */
export function AccountsPage() {
  const accounts = useCall('accounts.list', { limit: 10_000 });
  const add = (
    <ButtonLink to={href({ page: 'new-account' })} icon="plus" look="primary">
      Add account
    </ButtonLink>
  );
  return (
    <Page title="Accounts" actions={add}>
      {accounts.error && <ErrorNote error={accounts.error} retry={accounts.refresh} />}
      {!accounts.data && !accounts.error && <Loading what="accounts" />}
      {accounts.data?.length === 0 && (
        <Empty
          icon="accounts"
          title="No accounts yet"
          text="Belfry publishes to Mastodon, Pixelfed and compatible servers, to Instagram and to Facebook Pages."
        >
          {add}
        </Empty>
      )}
      <ul className="cards">
        {(accounts.data ?? []).map((account) => (
          <AccountCard key={account.id} account={account} changed={accounts.refresh} />
        ))}
      </ul>
    </Page>
  );
}

function AccountCard({ account, changed }: { account: AccountView; changed: () => void }) {
  const api = useApi();
  const say = useSay();
  const verifying = useAction(say.failed);
  const removing = useAction();
  const signingIn = useAction(say.failed);
  const ordering = useAction(say.failed);
  const orderId = useId();
  const [asking, setAsking] = useState(false);
  const verify = () =>
    verifying.run(async () => {
      const { status } = await api.call('accounts.verify', { id: account.id });
      if (status === 'ready') say.done(`${account.handle} works.`);
      changed();
    });
  const remove = () =>
    removing.run(async () => {
      await api.call('accounts.remove', { id: account.id });
      setAsking(false);
      say.done(`${account.handle} was removed.`);
      changed();
    });
  const signIn = () =>
    signingIn.run(async () => {
      try {
        const view = await api.call('accounts.reconnect', { id: account.id });
        go({ page: 'sign-in', id: view.session });
        await openOut(api, view.url);
      } catch (error) {
        if (!(error instanceof CallError) || error.field !== 'app') throw error;
        // An account by token, whose app is not known yet: the form for new ones renews it too.
        const place: Place = { kind: kindOf(account.network, account.server), server: account.server };
        keepFor('account', place);
        go({ page: 'new-account' });
      }
    });
  const moving = useAction();
  const [askingMove, setAskingMove] = useState(false);
  const move = () =>
    moving.run(async () => {
      const server = account.movedTo ?? undefined;
      await api.call('accounts.setServer', { id: account.id, ...(server && { server }) });
      setAskingMove(false);
      say.done(`${account.handle} is at its new address.`);
      changed();
    });
  const setOrder = (strict: boolean) =>
    ordering.run(async () => {
      await api.call('accounts.set', { id: account.id, order: strict ? 'strict' : 'independent' });
      changed();
    });
  const word = accountWords[account.status];

  return (
    <li className="card account">
      <div className="account-text">
        <h2>{account.handle}</h2>
        <p className="row-sub">
          {networkFacts[account.network].title}
          {account.server !== usualServer(account.network) && (
            <>
              {' · '}
              <OutLink url={account.server}>{account.server.replace(/^https?:\/\//, '')}</OutLink>
            </>
          )}
          {account.tokenExpiresAt && (
            <>
              {' · token valid until '}
              <Absolute at={account.tokenExpiresAt} />
            </>
          )}
        </p>
        <p className="row-sub">
          <Switch
            id={orderId}
            checked={account.order === 'strict'}
            busy={ordering.busy}
            onChange={setOrder}
          />{' '}
          <label htmlFor={orderId}>Keep posts in order: one that has to wait holds those behind it</label>
        </p>
      </div>
      <Badge word={word} />
      <div className="buttons">
        {account.movedTo !== null && (
          <Button look="primary" onClick={() => setAskingMove(true)}>
            Take the new address
          </Button>
        )}
        {account.status === 'sign-in-needed' ||
        account.status === 'locked' ||
        (account.reason && account.movedTo === null) ? (
          <Button look="primary" busy={signingIn.busy} onClick={signIn}>
            Sign in again
          </Button>
        ) : null}
        <Button icon="check" label={`Verify ${account.handle}`} busy={verifying.busy} onClick={verify}>
          {verifying.busy ? 'Checking…' : 'Verify'}
        </Button>
        <Button icon="trash" label={`Remove ${account.handle}`} onClick={() => setAsking(true)} />
      </div>
      {account.reason && <Note tone={word.tone === 'ok' ? 'warn' : word.tone}>{account.reason}</Note>}
      {askingMove && (
        <Confirm
          title={`Is ${account.handle} at ${account.movedTo} now?`}
          action="Take this address"
          busy={moving.busy}
          error={moving.error}
          onConfirm={move}
          onClose={() => setAskingMove(false)}
        >
          <p>
            {account.server} sends requests there. Belfry then sends its token to {account.movedTo}, and goes
            on if it is the same account. Its posts stay.
          </p>
        </Confirm>
      )}
      {asking && (
        <Confirm
          title={`Remove ${account.handle}?`}
          action="Remove account"
          busy={removing.busy}
          error={removing.error}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <p>
            Belfry forgets its token. Posts that wait for this account are not sent; what is published stays.
          </p>
        </Confirm>
      )}
    </li>
  );
}
