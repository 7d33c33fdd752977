import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AccountMediaView, AccountView } from '../../../shared/index.ts';
import { networkFacts } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { Absolute, Relative } from '../../ui/time-view.tsx';
import { plural } from '../../ui/wording.ts';
import classes from './accounts.module.css';

type FactsProps = {
  account: AccountView;
  accounts: readonly AccountView[];
  media: AccountMediaView | undefined;
};

/** What one asks about an account: what is next, what waits, how long its sign-in lasts, what its network takes. */
export function AccountFacts({ account, accounts, media }: FactsProps) {
  const { id, network, tokenExpiresAt } = account;
  const facts = networkFacts[network];
  const queued = useCall('posts.count', { account: id, status: ['queued'] });
  const soonest = useCall('posts.list', { account: id, status: ['queued'], order: 'soonest', limit: 1 });
  const next = soonest.data?.[0];
  const at = next?.targets.find((target) => target.account === id)?.dueAt ?? next?.publishAt;
  return (
    <dl className={classes['facts']}>
      <Fact name="Next post">
        {next && at ? (
          <Link to="/posts/$id" params={{ id: next.id }}>
            <Relative at={at} />
          </Link>
        ) : (
          <Text span c="dimmed" size="sm">
            {soonest.data ? 'None scheduled' : '…'}
          </Text>
        )}
      </Fact>
      <Fact name="Waiting">
        {queued.data && queued.data.count > 0 ? (
          <Link to="/posts" search={{ account: id }}>
            {plural(queued.data.count, 'post')}
          </Link>
        ) : (
          <Text span c="dimmed" size="sm">
            {queued.data ? 'No posts' : '…'}
          </Text>
        )}
      </Fact>
      <Fact name="Sign-in valid until">
        {tokenExpiresAt ? (
          <Absolute at={tokenExpiresAt} />
        ) : account.status === 'sign-in-needed' ? (
          'No longer valid'
        ) : (
          'No end date'
        )}
      </Fact>
      <Fact name="Text limit">{`${facts.characters.toLocaleString('en-GB')} characters`}</Fact>
      {needsAddress(account) && <Fact name="Public address of media">{hostText(media, accounts)}</Fact>}
    </dl>
  );
}

/** Whether the network fetches pictures from an address instead of taking them. */
export function needsAddress({ network }: Pick<AccountView, 'network'>): boolean {
  return networkFacts[network].needsAddresses;
}

function hostText(media: AccountMediaView | undefined, accounts: readonly AccountView[]): string {
  if (!media) return '…';
  const { host } = media.media;
  if (!host) return 'Not chosen';
  if (host.via === 'bucket') return `Bucket ${host.bucket}${media.hasBucketKey ? '' : ', key missing'}`;
  return accounts.find(({ id }) => id === host.account)?.handle ?? 'An account that was removed';
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
