import { ActionIcon, Button, Card, Menu, Stack, Switch, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, Image, LogIn, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { type AccountView, networkFacts, usualServer } from '../../../shared/index.ts';
import { CallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { AccountAvatar } from '../../ui/account-avatar.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Note } from '../../ui/note.tsx';
import { OutLink, openOut } from '../../ui/out-link.tsx';
import { useSay } from '../../ui/toasts.tsx';
import { keepFor } from '../../ui/use-kept.ts';
import { accountWords } from '../../ui/wording.ts';
import { AccountFacts, needsAddress } from './account-facts.tsx';
import classes from './accounts.module.css';
import { kindOf } from './kinds.ts';
import { MediaDialog } from './media-dialog.tsx';
import type { Place } from './new-account-page.tsx';

type CardProps = { account: AccountView; accounts: readonly AccountView[]; changed: () => void };

/** One account: who, how it is, what it has before it, and the one thing that it needs. */
export function AccountCard({ account, accounts, changed }: CardProps) {
  const { id, handle, network, server, status, movedTo } = account;
  const api = useApi();
  const say = useSay();
  const go = useNavigate();
  const working = useAction(say.failed);
  const asked = useAction();
  const media = useCall('accounts.media', { id });
  const [open, setOpen] = useState<'remove' | 'move' | 'media'>();
  const close = () => setOpen(undefined);
  const word = accountWords[status];
  const needsSignIn =
    status === 'sign-in-needed' || status === 'locked' || (account.reason !== null && movedTo === null);
  const needsHost = needsAddress(account) && media.data !== undefined && media.data.media.host === undefined;

  const verify = () =>
    working.run(async () => {
      const checked = await api.call('accounts.verify', { id });
      if (checked.status === 'ready') say.done(`${handle} works.`);
      changed();
    });
  const signIn = () =>
    working.run(async () => {
      try {
        const view = await api.call('accounts.reconnect', { id });
        await go({ to: '/sign-in/$id', params: { id: view.session } });
        await openOut(api, view.url);
      } catch (error) {
        if (!(error instanceof CallError) || error.field !== 'app') throw error;
        // An account by token, whose app is not known yet: the form for new ones renews it too.
        const place: Place = { kind: kindOf(network, server), server };
        keepFor('account', place);
        await go({ to: '/new-account' });
      }
    });
  const remove = () =>
    asked.run(async () => {
      await api.call('accounts.remove', { id });
      close();
      say.done(`${handle} was removed.`);
      changed();
    });
  const move = () =>
    asked.run(async () => {
      await api.call('accounts.setServer', { id, ...(movedTo !== null && { server: movedTo }) });
      close();
      say.done(`${handle} is at its new address.`);
      changed();
    });
  const setOrder = (strict: boolean) =>
    working.run(async () => {
      await api.call('accounts.set', { id, order: strict ? 'strict' : 'independent' });
      changed();
    });

  return (
    <Card component="li">
      <Stack gap="sm">
        <div className={classes['head']}>
          <AccountAvatar account={account} id={id} size={2.75} decorative />
          <div className={classes['name']}>
            <h2>{handle}</h2>
            <Text size="sm" c="dimmed">
              {networkFacts[network].title}
              {server !== usualServer(network) && (
                <>
                  {' · '}
                  <OutLink url={server}>{server.replace(/^https?:\/\//, '')}</OutLink>
                </>
              )}
            </Text>
          </div>
          <Badge word={word} />
          {movedTo !== null && (
            <Button variant="filled" onClick={() => setOpen('move')}>
              Take the new address
            </Button>
          )}
          {needsSignIn && (
            <Button variant="filled" loading={working.busy} onClick={signIn}>
              Sign in again
            </Button>
          )}
          {!needsSignIn && needsHost && (
            <Button variant="filled" onClick={() => setOpen('media')}>
              Choose public address
            </Button>
          )}
          <Menu>
            <Menu.Target>
              <ActionIcon size="1.875rem" aria-label={`Actions for ${handle}`}>
                <Ellipsis size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<RefreshCw size={14} />} onClick={verify}>
                Check now
              </Menu.Item>
              <Menu.Item leftSection={<LogIn size={14} />} onClick={signIn}>
                Renew sign-in
              </Menu.Item>
              <Menu.Item leftSection={<Image size={14} />} onClick={() => setOpen('media')}>
                Pictures and videos…
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item color="red" leftSection={<Trash2 size={14} />} onClick={() => setOpen('remove')}>
                Remove…
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
        {account.reason && <Note tone={word.tone === 'ok' ? 'warn' : word.tone}>{account.reason}</Note>}
        <AccountFacts account={account} accounts={accounts} media={media.data} />
        <Switch
          size="sm"
          checked={account.order === 'strict'}
          onChange={(event) => void setOrder(event.currentTarget.checked)}
          label="Keep posts in order"
          description="A post that has to wait holds the posts behind it."
        />
      </Stack>
      {open === 'media' && media.data && (
        <MediaDialog account={account} accounts={accounts} view={media.data} onClose={close} />
      )}
      {open === 'move' && (
        <Confirm
          title={`Is ${handle} at ${movedTo} now?`}
          action="Take this address"
          busy={asked.busy}
          error={asked.error}
          onConfirm={move}
          onClose={close}
        >
          <p>
            {server} sends requests there. Belfry then sends its token to {movedTo}, and goes on if it is the
            same account. Its posts stay.
          </p>
        </Confirm>
      )}
      {open === 'remove' && (
        <Confirm
          title={`Remove ${handle}?`}
          action="Remove account"
          busy={asked.busy}
          error={asked.error}
          onConfirm={remove}
          onClose={close}
        >
          <p>
            Belfry forgets its token. Posts that wait for this account are not sent; what is published stays.
          </p>
        </Confirm>
      )}
    </Card>
  );
}
