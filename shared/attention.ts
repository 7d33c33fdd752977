import type { Status } from './views.ts';

/** How much waits for the user. */
export type Attention = {
  /** Posts that failed, were missed or are unconfirmed. */
  posts: number;
  /** Accounts that cannot publish until their owner does something. */
  accounts: number;
  /** Queued posts of those accounts. */
  waitingPosts: number;
  warnings: number;
};

/** The one count of what waits for the user: exit code of `belfry status`, /healthz, metrics, tray and window take it from here. */
export function attentionOf({ counts, warnings }: Pick<Status, 'counts' | 'warnings'>): Attention {
  return {
    posts: counts.needYou,
    accounts: counts.accountsNeedYou,
    waitingPosts: counts.waitingPosts,
    warnings: warnings.length,
  };
}

/** Whether anything does; posts that wait for an account are held by that account. */
export function needsAttention({ posts, accounts, warnings }: Attention): boolean {
  return posts + accounts + warnings > 0;
}
