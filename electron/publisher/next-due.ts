import type { Millis } from '../../shared/index.ts';
import { isWrongHold } from './decide.ts';
import type { PublisherNeeds } from './ports.ts';

/**
 * When there is (or was) next something to do, later than `after`: a post becomes due, or a wait ends. Posts of paused
 * accounts do not count. An instant of the past stays the same until it was dealt with, so that its reader can tell it
 * from a new one; with `after` that reader gets past it.
 */
export async function nextDue(
  needs: PublisherNeeds,
  after: Millis = Number.NEGATIVE_INFINITY,
): Promise<Millis | null> {
  const now = needs.clock.now();
  const { due, lookUp } = await needs.ledger.nextAfter(now);
  const times = [due, lookUp];
  for (const { account, dueAt, notBefore } of await needs.ledger.heads(now)) {
    const status = await needs.accountStatus(account);
    const held = notBefore === null || isWrongHold(notBefore, now) ? 0 : notBefore;
    if (status === 'ready' || status === 'unknown') times.push(Math.max(dueAt, held));
  }
  const coming = times.filter((at) => at !== null).filter((at) => at > after);
  return coming.length === 0 ? null : Math.min(...coming);
}
