import { type Account, BelfryError } from '../../shared/index.ts';
import { reasonOf } from './errors.ts';

/** What `refresh_tokens` did; `quiet` when there was nothing to tell. */
export type Refreshed = { ok: boolean; summary: string; quiet: boolean };

type Outcome = 'works' | 'needs sign-in' | 'locked' | 'not checked';

/**
 * Asks the server of every account whether its token still works, one after the other. Tokens of the Mastodon family
 * have no date of expiry (networks.md §1.2), so there is nothing to renew, and the summary says so.
 * Not `ok` only for what no alert has told yet: a secret that cannot be read. Being off line is no failure.
 */
export async function refreshAll(
  accounts: readonly Account[],
  check: (account: Account, signal: AbortSignal) => Promise<void>,
  context: { signal: AbortSignal; say(text: string): void },
): Promise<Refreshed> {
  if (accounts.length === 0) return { ok: true, summary: 'No accounts', quiet: true };
  const outcomes: Outcome[] = [];
  for (const account of accounts) {
    if (context.signal.aborted) return { ok: false, summary: 'Called off', quiet: false };
    const { outcome, remark } = await outcomeOf(() => check(account, context.signal));
    outcomes.push(outcome);
    context.say(`${account.id}: ${outcome}${remark ? `. ${remark}` : ''}`);
  }
  const count = (wanted: Outcome) => outcomes.filter((outcome) => outcome === wanted).length;
  const parts = (['works', 'needs sign-in', 'locked', 'not checked'] as const)
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => `${count(outcome)} ${outcome === 'works' ? 'checked, nothing to renew' : outcome}`);
  return {
    ok: count('locked') === 0,
    summary: `Accounts: ${parts.join(', ')}`,
    quiet: count('works') === outcomes.length,
  };
}

async function outcomeOf(check: () => Promise<void>): Promise<{ outcome: Outcome; remark: string }> {
  try {
    await check();
    return { outcome: 'works', remark: '' };
  } catch (error) {
    if (!(error instanceof BelfryError)) throw error;
    const remark = reasonOf(error);
    if (error.code === 'SIGN_IN_NEEDED') return { outcome: 'needs sign-in', remark };
    if (error.code === 'VAULT_UNAVAILABLE') return { outcome: 'locked', remark };
    return { outcome: 'not checked', remark };
  }
}
