import { siFacebook, siInstagram, siMastodon, siPixelfed } from 'simple-icons';
import type { AccountView, Network } from '../../shared/index.ts';
import { networkFacts, placeName } from '../../shared/index.ts';
import classes from './account-avatar.module.css';

const marks: Partial<Record<Network, { path: string; hex: string }>> = {
  mastodon: siMastodon,
  pixelfed: siPixelfed,
  instagram: siInstagram,
  facebook: siFacebook,
};

/** Dark enough for white letters (contrast of 4.5) and apart from one another. */
const grounds = ['#3d6b4a', '#2f5d8a', '#7a4b8c', '#8c4a3d', '#5f6130', '#2e6a6c', '#8a3f63', '#57534b'];

type AvatarProps = {
  /** The account, or undefined when it was removed. */
  account: Pick<AccountView, 'id' | 'network' | 'handle' | 'server'> | undefined;
  /** What it is called when the account is gone. */
  id: string;
  /** In rem. */
  size?: number;
  /** Silent for screen readers where the name stands beside it. */
  decorative?: boolean;
};

/** An account at a glance: its initials on a colour of its own, with the mark of its network. */
export function AccountAvatar({ account, id, size = 1.75, decorative = false }: AvatarProps) {
  const name = account
    ? `${account.handle}, ${networkFacts[account.network].title}${suffix(account)}`
    : `${id}, account removed`;
  const mark = account && marks[account.network];
  return (
    <span
      className={classes['avatar']}
      title={name}
      {...(decorative ? { 'aria-hidden': true } : { role: 'img', 'aria-label': name })}
      style={{ width: `${size}rem`, height: `${size}rem`, fontSize: `${size * 0.38}rem` }}
    >
      <span className={classes['letters']} style={{ background: groundOf(account?.id ?? id) }}>
        {initials(account?.handle ?? id)}
      </span>
      {mark && (
        <span className={classes['mark']} style={{ background: `#${mark.hex}` }}>
          <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={mark.path} />
          </svg>
        </span>
      )}
    </span>
  );
}

/** Several accounts, laid over one another; those beyond `most` as a number. */
export function AccountAvatars({
  accounts,
  most = 4,
  size = 1.75,
}: {
  accounts: readonly { id: string; account: AvatarProps['account'] }[];
  most?: number;
  size?: number;
}) {
  const shown = accounts.length > most ? accounts.slice(0, most - 1) : accounts;
  const rest = accounts.slice(shown.length);
  const names = rest.map(({ id, account }) => account?.handle ?? id).join(', ');
  return (
    <span className={classes['row']}>
      {shown.map(({ id, account }) => (
        <AccountAvatar key={id} id={id} account={account} size={size} />
      ))}
      {rest.length > 0 && (
        <span className={classes['rest']} title={names}>
          +{rest.length}
          <span className="visually-hidden"> more: {names}</span>
        </span>
      )}
    </span>
  );
}

/** The first letters of a handle's first two words, without its server. */
export function initials(handle: string): string {
  const [name = ''] = handle.replace(/^@/, '').split('@');
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = '', second] = words;
  const letters = second ? `${[...first][0]}${[...second][0]}` : [...first].slice(0, 2).join('');
  return letters.toUpperCase() || '?';
}

/** The same colour for the same account, always. */
export function groundOf(id: string): string {
  const sum = [...id].reduce((total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 65_521, 7);
  return grounds[sum % grounds.length] ?? '#57534b';
}

function suffix(account: Pick<AccountView, 'network' | 'server'>): string {
  const place = placeName(account);
  return place === networkFacts[account.network].title ? '' : ` on ${place}`;
}
