import type { Clock, Log, Millis } from '../../shared/index.ts';
import { canCall, isPutOff, momentOf } from './next-action.ts';
import type { PublisherDeps } from './ports.ts';

/** Longest wait before the clock is read again: a timer is a hint, the clock decides. */
const longestWaitMs: Millis = 15_000;
/** What could not go out at its instant for a reason that has no end of its own is tried again after this long. */
const retryMs: Millis = 60_000;
/** Looks that changes cause within a second: a pipeline that adds a thousand posts must not cause a thousand. */
const mostWoken = 3;
const wokenWithinMs: Millis = 1000;

/** Looks at what is due whenever there is a reason to. */
type PublishLoop = {
  /** Looks at once, and then whenever something becomes due. */
  start(): void;
  /** Starts no look any more. Can be called twice. */
  stop(): void;
  /** Something may be due that was not before: looks at once, or after some looks of this kind within a second; not while publishing is paused. */
  wake(): void;
  /** Times have changed: works out anew when the next look is. */
  rearm(): void;
  /** When the next post is due or a wait ends; null while there is none, or publishing is paused. */
  next(): Millis | null;
};

type LoopDeps = {
  clock: Clock;
  log: Log;
  /** No look is started by itself now; `wake` is called once that has changed. */
  isPaused(): boolean;
  /** The next instant later than `after` at which there is something to do. */
  nextDue(after: Millis): Promise<Millis | null>;
  /** Starts what is due; is not waited for, so that a slow account holds up no other. */
  look(): Promise<void>;
  /** `next` gives another answer now. */
  changed(): void;
};

/** Keeps the time of the publisher. Each due instant causes one look; what does not go out then is looked at every minute. */
export function createPublishLoop(deps: LoopDeps): PublishLoop {
  const { clock } = deps;
  let isWorking = false;
  let cancelTimer = () => {};
  let next: Millis | null = null;
  /** The last look: every due instant up to then was its to handle. */
  let lookedAt: Millis = Number.NEGATIVE_INFINITY;
  /** The latest looks that changes caused. */
  let woken: Millis[] = [];
  /** A change is to be looked at as soon as it may be. */
  let isOwed = false;
  /** When `next` was found out: what was due before then stems from a change, and was not waited for. */
  let readAt: Millis = Number.NEGATIVE_INFINITY;
  let isReading = false;
  let isStale = false;

  const failed = (what: string) => (error: unknown) => deps.log('error', what, { error: String(error) });
  const isToCome = (due: Millis | null): due is Millis => due !== null && due > lookedAt;

  /** When a change may cause a look. */
  const wakeableAt = (now: Millis): Millis => {
    woken = woken.filter((at) => at <= now && now - at < wokenWithinMs);
    const [first = now] = woken;
    return woken.length < mostWoken ? now : first + wokenWithinMs;
  };

  const arm = () => {
    cancelTimer();
    if (!isWorking) return;
    const now = clock.now();
    const times = [lookedAt + retryMs];
    if (isOwed) times.push(wakeableAt(now));
    if (isToCome(next) && next > readAt) times.push(next);
    const wait = deps.isPaused() ? longestWaitMs : Math.min(...times) - now;
    cancelTimer = clock.setTimer(Math.min(Math.max(wait, 0), longestWaitMs), tick);
  };

  const read = async (): Promise<void> => {
    while (isStale && isWorking) {
      isStale = false;
      const due = deps.isPaused() ? null : await deps.nextDue(Math.min(lookedAt, clock.now()));
      if (isStale || !isWorking) continue;
      const isNew = due !== next;
      next = due;
      readAt = clock.now();
      if (isToCome(due) && due <= readAt) isOwed = true;
      arm();
      if (isNew) deps.changed();
    }
  };

  const rearm = () => {
    isStale = true;
    if (isReading || !isWorking) return;
    isReading = true;
    void read()
      .catch(failed('Could not find out when the next post is due'))
      .finally(() => {
        isReading = false;
      });
  };

  const look = (why: 'time' | 'change') => {
    lookedAt = clock.now();
    isOwed = false;
    if (why === 'change') woken.push(lookedAt);
    deps.look().catch(failed('Publishing broke off'));
    arm();
    rearm();
  };

  const tick = () => {
    const now = clock.now();
    // A clock that was set back makes what was in the past due again.
    const isDue = isToCome(next) && next > readAt && next <= now;
    const isChanged = isOwed && wakeableAt(now) <= now;
    const isOverdue = now - lookedAt >= retryMs || now < Math.max(lookedAt, readAt);
    if ((isDue || isChanged || isOverdue) && !deps.isPaused()) look(isChanged ? 'change' : 'time');
    else arm();
  };

  const wake = () => {
    if (!isWorking) return;
    const now = clock.now();
    if (!deps.isPaused() && wakeableAt(now) <= now) return look('change');
    isOwed = true;
    arm();
    rearm();
  };

  return {
    start() {
      isWorking = true;
      wake();
    },
    stop() {
      isWorking = false;
      cancelTimer();
    },
    wake,
    rearm,
    next: () => next,
  };
}

/**
 * When there is (or was) next something to do, later than `after`: a post becomes due, a wait ends, or what is out is to be
 * compared. Posts of paused
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
    if (!canCall(await deps.accountStatus(head.account))) continue;
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
  for (const { account, at } of await deps.ledger.comparisonsAfter(after))
    if (deps.account(account) === undefined || canCall(await deps.accountStatus(account))) times.push(at);
  const coming = times.filter((at) => at !== null).filter((at) => at > after);
  return coming.length === 0 ? null : Math.min(...coming);
}

/** When a target that is not put off could go out at the earliest; of a wait that is over, its end. */
function releasedAt({ dueAt, notBefore }: { dueAt: Millis; notBefore: Millis | null }, now: Millis): Millis {
  return Math.max(dueAt, notBefore !== null && notBefore <= now ? notBefore : 0);
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
