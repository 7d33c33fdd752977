import type { SeriesDraft } from '../../shared/index.ts';

export const minute = 60_000;

export const hour = 60 * minute;

export const day = 24 * hour;

export const account = 'mastodon-4-5';

/** Every day at nine in UTC, unless it says otherwise. */
export const daily = (more: Partial<SeriesDraft> = {}): SeriesDraft => ({
  name: 'Daily',
  rule: { type: 'calendar', unit: 'days', at: '09:00' },
  timezone: 'UTC',
  aheadDays: 3,
  post: { text: 'Good morning', accounts: [account] },
  ...more,
});

export const times = (list: readonly { publishAt: string | null }[]) =>
  list.map(({ publishAt }) => publishAt);
