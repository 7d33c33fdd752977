import type { Clock, Millis, Overdue } from '../../shared/index.ts';
import { isPutOff, momentOf } from './next-action.ts';
import type { PublisherDeps } from './ports.ts';
import type { CycleResult } from './publish-cycle.ts';

/**
 * When there is (or was) next something to do, later than `after`: a post becomes due, or a wait ends. Posts of paused
 * accounts do not count. An instant of the past stays the same until it was handled, so that the caller can tell it
 * from a new one; `after` skips those up to it.
 */
export async function nextDue(
  deps: PublisherDeps,
  after: Millis = Number.NEGATIVE_INFINITY,
): Promise<Millis | null> {
  const now = deps.clock.now();
  const { due, lookUp } = await deps.ledger.nextAfter(now);
  const times = [due, lookUp];
  const moment = momentOf(now);
  for (const head of await deps.ledger.heads(now)) {
    const status = await deps.accountStatus(head.account);
    if (status !== 'ready' && status !== 'unknown') continue;
    const held = await deps.ledger.accountHold(head.account, moment);
    const isStrict = deps.account(head.account)?.order === 'strict';
    if (held) times.push(held.until);
    else if (isStrict) times.push(isPutOff(head, now) ? (head.notBefore ?? now) : releasedAt(head, now));
    else {
      const free = await deps.ledger.free(head.account, moment, Number.NEGATIVE_INFINITY);
      if (free) times.push(releasedAt({ ...free.target, dueAt: free.target.dueAt ?? now }, now));
      times.push(await deps.ledger.nextRelease(head.account, moment, after));
    }
  }
  const coming = times.filter((at) => at !== null).filter((at) => at > after);
  return coming.length === 0 ? null : Math.min(...coming);
}

/** When a target that is not put off could go out at the earliest; of a wait that is over, its end. */
function releasedAt({ dueAt, notBefore }: { dueAt: Millis; notBefore: Millis | null }, now: Millis): Millis {
  return Math.max(dueAt, notBefore !== null && notBefore <= now ? notBefore : 0);
}

/** A cycle in one line, with what is due and still waits; quiet when it did nothing. */
export function summary(
  result: CycleResult,
  overdue: readonly Overdue[],
): { ok: boolean; summary: string; quiet: boolean } {
  const { published, failed, looked, busy } = result;
  const waiting = overdue.reduce((sum, group) => sum + group.posts, 0);
  const parts = [
    published > 0 ? `${posts(published)} published` : '',
    failed > 0 ? `${posts(failed)} ${failed === 1 ? 'needs' : 'need'} you` : '',
    looked > 0 ? `${posts(looked)} looked up` : '',
    busy > 0 ? `${busy === 1 ? '1 account' : `${busy} accounts`} still at work` : '',
  ].filter((part) => part !== '');
  const quiet = parts.length === 0;
  const rest = waiting > 0 ? [`${posts(waiting)} waiting`] : [];
  const line = [...parts, ...rest].join(', ');
  return { ok: true, summary: line === '' ? 'Nothing to publish' : line, quiet };
}

function posts(count: number): string {
  return count === 1 ? '1 post' : `${count} posts`;
}

/** Shortest time between two announcements: a thousand posts are a few announcements, and not three thousand. */
const throttleMs = 250;

/** Announces at once, and then at most four times a second; `flush` announces what was held back. */
export function throttle(clock: Clock, announce: () => void): (() => void) & { flush(): void } {
  let cancel: (() => void) | undefined;
  let again = false;
  const release = () => {
    cancel = undefined;
    if (!again) return;
    again = false;
    call();
  };
  const call = () => {
    if (cancel) {
      again = true;
      return;
    }
    announce();
    cancel = clock.setTimer(throttleMs, release);
  };
  const flush = () => {
    cancel?.();
    cancel = undefined;
    if (again) announce();
    again = false;
  };
  return Object.assign(call, { flush });
}
