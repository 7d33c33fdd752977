import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useCall } from '../../api/use-call.ts';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { AccountCard } from './account-card.tsx';
import classes from './accounts.module.css';

/** Where posts are published to. */
export function AccountsPage() {
  const accounts = useCall('accounts.list', { limit: 10_000 });
  const add = (
    <Button component={Link} to="/new-account" variant="filled" leftSection={<Plus size={16} />}>
      Add account
    </Button>
  );
  return (
    <Page title="Accounts" actions={add}>
      {accounts.error && <ErrorNote error={accounts.error} retry={accounts.refresh} />}
      {!accounts.data && !accounts.error && <Loading what="accounts" />}
      {accounts.data?.length === 0 && (
        <Empty
          icon="accounts"
          title="No accounts yet"
          text="Connect Mastodon, Pixelfed or a compatible server, Instagram, or a Facebook Page."
        >
          {add}
        </Empty>
      )}
      <ul className={classes['list']}>
        {accounts.data?.map((account) => (
          <AccountCard
            key={account.id}
            account={account}
            accounts={accounts.data ?? []}
            changed={accounts.refresh}
          />
        ))}
      </ul>
    </Page>
  );
}
