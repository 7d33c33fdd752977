import type { Clock, Millis } from '../shared/index.ts';

/** Longest wait before looking again: a timer is a hint, the clock decides. */
const longestWait = 15_000;

export type DuePosts = {
  /** Posts changed: look for the next due instant again. */
  look(): void;
  stop(): void;
};

/**
 * Rings at the instant the next post is due, so that it does not wait for the job's next full minute.
 * Each due instant rings once; what cannot go out then is the minute job's to try again.
 */
export function createDuePosts(needs: {
  clock: Clock;
  /** The next due instant later than `after`. */
  nextDue(after: Millis): Promise<Millis | null>;
  /** Publishes; false when that is not possible now, and `look` will be called once it is. */
  ring(): boolean;
  failed(error: unknown): void;
}): DuePosts {
  let cancel = () => {};
  let stopped = false;
  let turn = 0;
  let rung: Millis = Number.NEGATIVE_INFINITY;

  const look = () => {
    cancel();
    turn += 1;
    const mine = turn;
    // A clock set back makes what was in the past due again.
    rung = Math.min(rung, needs.clock.now());
    const lookAt = (due: Millis | null) => {
      if (stopped || mine !== turn || due === null || due <= rung) return;
      const wait = due - needs.clock.now();
      if (wait > 0) {
        cancel = needs.clock.setTimer(Math.min(wait, longestWait), look);
        return;
      }
      if (!needs.ring()) return;
      rung = due;
      look();
    };
    needs.nextDue(rung).then(lookAt).catch(needs.failed);
  };

  return {
    look,
    stop() {
      stopped = true;
      cancel();
    },
  };
}
