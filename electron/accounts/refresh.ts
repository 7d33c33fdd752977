import { type Account, BelfryError } from '../../shared/index.ts';
import { reasonOf } from './errors.ts';
import type { Renewed } from './renew.ts';

/** What `refresh_tokens` did; `quiet` when there was nothing to tell. */
export type Refreshed = { ok: boolean; summary: string; quiet: boolean };

const outcomes = [
  'renewed',
  'works',
  'ending',
  'needs sign-in',
  'locked',
  'not stored',
  'not checked',
] as const;
type Outcome = (typeof outcomes)[number];

/** What refreshing does with one account. */
export type RefreshSteps = {
  renew(account: Account, signal: AbortSignal): Promise<Renewed>;
  check(account: Account, signal: AbortSignal): Promise<void>;
  /** A sentence when the account works and will stop for want of its owner, who is told; else null. */
  ending(account: Account): Promise<string | null>;
};

/**
 * Renews what is due, then asks every account's server whether its token works, one after the other. Tokens of Mastodon
 * and of Facebook Pages have no date of expiry, so there is nothing to renew (networks.md §1.2, §3.7).
 * Not `ok` only for what no alert has told yet: a secret that cannot be read or stored. Being off line is no failure.
 */
export async function refreshAll(
  accounts: readonly Account[],
  steps: RefreshSteps,
  context: { signal: AbortSignal; say(text: string): void },
): Promise<Refreshed> {
  if (accounts.length === 0) return { ok: true, summary: 'No accounts', quiet: true };
  const found: Outcome[] = [];
  for (const account of accounts) {
    if (context.signal.aborted) return { ok: false, summary: 'Called off', quiet: false };
    const { outcome, remark } = await outcomeOf(account, steps, context.signal);
    found.push(outcome);
    context.say(`${account.id}: ${outcome}${remark ? `. ${remark}` : ''}`);
  }
  const count = (wanted: Outcome) => found.filter((outcome) => outcome === wanted).length;
  const parts = outcomes
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => `${count(outcome)} ${outcome === 'works' ? 'checked, nothing to renew' : outcome}`);
  return {
    ok: count('locked') + count('not stored') === 0,
    summary: `Accounts: ${parts.join(', ')}`,
    quiet: count('works') === found.length,
  };
}

async function outcomeOf(
  account: Account,
  { renew, check, ending }: RefreshSteps,
  signal: AbortSignal,
): Promise<{ outcome: Outcome; remark: string }> {
  try {
    const renewed = await renew(account, signal);
    await check(account, signal);
    if (renewed === 'renewed') return { outcome: 'renewed', remark: '' };
    const remark = await ending(account);
    return remark === null ? { outcome: 'works', remark: '' } : { outcome: 'ending', remark };
  } catch (error) {
    if (!(error instanceof BelfryError)) throw error;
    const remark = reasonOf(error);
    if (error.code === 'SIGN_IN_NEEDED') return { outcome: 'needs sign-in', remark };
    if (error.code === 'VAULT_UNAVAILABLE') return { outcome: 'locked', remark };
    return { outcome: error.code === 'HOME_UNUSABLE' ? 'not stored' : 'not checked', remark };
  }
}
