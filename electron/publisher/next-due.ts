import type { Millis } from '../../shared/index.ts';
import type { PublisherNeeds } from './ports.ts';

/**
 * When there is (or was) next something to do: a post becomes due, or a wait ends. Posts of paused accounts do not
 * count. An instant of the past stays the same until it was dealt with, so that its reader can tell it from a new one.
 */
export async function nextDue(needs: PublisherNeeds): Promise<Millis | null> {
  const now = needs.clock.now();
  const { due, lookUp } = await needs.ledger.nextAfter(now);
  const times = [due, lookUp];
  for (const head of await needs.ledger.heads(now)) {
    const status = await needs.accountStatus(head.account);
    if (status === 'ready' || status === 'unknown') times.push(Math.max(head.dueAt, head.notBefore ?? 0));
  }
  const known = times.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}
