import { Avatar } from '@mantine/core';
import { siFacebook, siInstagram, siMastodon, siPixelfed } from 'simple-icons';
import { type Network, networkFacts } from '../../../shared/index.ts';
import classes from './accounts.module.css';

const marks = { mastodon: siMastodon, pixelfed: siPixelfed, instagram: siInstagram, facebook: siFacebook };

/** The brand mark of a network, white on its colour. */
export function NetworkMark({ network, size = 28 }: { network: Network; size?: number }) {
  return (
    <span
      className={classes['mark']}
      style={{
        width: `${size / 16}rem`,
        height: `${size / 16}rem`,
        backgroundColor: `#${marks[network].hex}`,
      }}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={marks[network].path} fill="#fff" />
      </svg>
    </span>
  );
}

/** Initials of an account with the mark of its network. */
export function AccountFace({ network, handle }: { network: Network; handle: string }) {
  const name = handle.replace(/^@/, '').split('@')[0] ?? '';
  return (
    <span className={classes['face']} title={networkFacts[network].title}>
      <Avatar size="2.75rem" aria-hidden="true" classNames={{ placeholder: classes['initials'] ?? '' }}>
        {name.slice(0, 2).toUpperCase()}
      </Avatar>
      <NetworkMark network={network} size={19} />
    </span>
  );
}
