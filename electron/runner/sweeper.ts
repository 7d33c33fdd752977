import type { Clock, Log } from '../../shared/index.ts';
import { endTree } from './processes/end-tree.ts';
import type { Processes } from './processes/port.ts';

/** Ends what runs leave behind unseen: processes in a session of their own that only carry the run's id. */
export type Sweeper = {
  /** A run has ended; what still carries its id will be looked for soon. */
  add(runId: string): void;
  /** Looks for all of them now, and resolves when nothing is left. */
  finish(): Promise<void>;
};

/** One look at all processes serves the runs of this long, in milliseconds. */
const delay = 1000;
const grace = 1000;

/** A sweeper that looks at most about once a second, since a look costs more than a short run. */
export function createSweeper(needs: { processes: Processes; clock: Clock; log: Log }): Sweeper {
  let waiting = new Set<string>();
  let work: Promise<void> = Promise.resolve();
  let cancel: (() => void) | undefined;

  const sweep = () => {
    cancel?.();
    cancel = undefined;
    const runIds = waiting;
    waiting = new Set();
    if (runIds.size === 0) return;
    work = Promise.all([work, endTree(needs, { runIds }, grace)]).then(
      ([, ended]) => {
        if (ended.length > 0) needs.log('info', 'Ended processes that runs had left behind', { pids: ended });
      },
      (error) => needs.log('error', 'Could not look for left-over processes', { error: String(error) }),
    );
  };
  return {
    add(runId) {
      waiting.add(runId);
      cancel ??= needs.clock.setTimer(delay, sweep);
    },
    finish() {
      sweep();
      return work;
    },
  };
}
