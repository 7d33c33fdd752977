import type { Millis } from '../../shared/index.ts';
import { isPutOff, momentOf } from './decide.ts';
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
  const moment = momentOf(now);
  for (const head of await needs.ledger.heads(now)) {
    const status = await needs.accountStatus(head.account);
    if (status !== 'ready' && status !== 'unknown') continue;
    const held = await needs.ledger.accountHold(head.account, moment);
    const isStrict = needs.account(head.account)?.order === 'strict';
    if (held) times.push(held.until);
    else if (isStrict) times.push(isPutOff(head, now) ? (head.notBefore ?? now) : releasedAt(head, now));
    else {
      const free = await needs.ledger.free(head.account, moment, Number.NEGATIVE_INFINITY);
      if (free) times.push(releasedAt({ ...free.target, dueAt: free.target.dueAt ?? now }, now));
      times.push(await needs.ledger.nextRelease(head.account, moment, after));
    }
  }
  const coming = times.filter((at) => at !== null).filter((at) => at > after);
  return coming.length === 0 ? null : Math.min(...coming);
}

/** When a target that is not put off could go out at the earliest; of a wait that is over, its end. */
function releasedAt({ dueAt, notBefore }: { dueAt: Millis; notBefore: Millis | null }, now: Millis): Millis {
  return Math.max(dueAt, notBefore !== null && notBefore <= now ? notBefore : 0);
}
