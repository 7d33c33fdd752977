import type { Clock, Log } from '../../shared/index.ts';

/** Who wants Belfry to end: a person at the menu, the command `belfry quit`, a signal, or the system that shuts down. */
export type QuitCause = 'person' | 'command' | 'signal' | 'system';

/** A system that shuts down waits about 5 s for an application (Windows and macOS). */
const systemDrainMillis = 3_000;
/** The question answers itself with "quit" after this time. */
export const answerMillis = 10_000;
/** An engine that has not answered by then is not waited for. */
const questionMillis = 3_000;
/** An engine that has not ended by then will not end any more. */
const patienceMillis = 10_000;

export type QuitNeeds = {
  clock: Clock;
  log: Log;
  /** Names of the jobs at work now. */
  running(): Promise<string[]>;
  /** How long running jobs may take to end, by the settings. */
  drainMillis(): Promise<number>;
  /** Asks the person; must answer false soon after the signal is aborted. */
  ask(names: string[], signal: AbortSignal): Promise<boolean>;
  /** The decision is made: show it, take no more input. */
  ending(): void | Promise<void>;
  stop(drainMs: number): Promise<void>;
  /** Ends the process. */
  exit(): void;
};

/** The one way out: asks when a person would interrupt work, drains with a deadline, ends in any case. */
export function createQuit(needs: QuitNeeds): { request(cause: QuitCause): Promise<void> } {
  let state: 'alive' | 'asking' | 'ending' = 'alive';
  let withdraw = new AbortController();

  /** What the engine answers, or `otherwise` when it fails or does not answer in time. */
  const answerOf = <T>(what: string, question: () => Promise<T>, otherwise: T): Promise<T> =>
    new Promise((resolve) => {
      const giveUp = (reason: string) => {
        cancel();
        needs.log('error', `${what} could not be read before quitting`, { reason });
        resolve(otherwise);
      };
      const cancel = needs.clock.setTimer(questionMillis, () => giveUp('The engine does not answer'));
      question().then(
        (answer) => {
          cancel();
          resolve(answer);
        },
        (error: unknown) => giveUp(String(error)),
      );
    });
  const confirmed = async (): Promise<boolean> => {
    const names = await answerOf('The running jobs', needs.running, []);
    if (names.length === 0) return true;
    withdraw = new AbortController();
    let unanswered = false;
    const cancel = needs.clock.setTimer(answerMillis, () => {
      unanswered = true;
      withdraw.abort();
    });
    // Quitting was asked for: when the question cannot be shown, it counts as answered with yes.
    const yes = await needs.ask(names, withdraw.signal).catch((error: unknown) => {
      needs.log('error', 'The question before quitting could not be shown', { reason: String(error) });
      return true;
    });
    cancel();
    return yes || unanswered;
  };
  const end = async (cause: QuitCause) => {
    state = 'ending';
    const wanted = await answerOf('The time for running jobs', needs.drainMillis, 0);
    const drain = cause === 'system' ? Math.min(wanted, systemDrainMillis) : wanted;
    // Armed before anything that can fail or hang.
    needs.clock.setTimer(drain + patienceMillis, needs.exit);
    needs.log('info', 'Belfry is ending', { cause, drainSeconds: drain / 1000 });
    try {
      await needs.ending();
    } catch (error) {
      needs.log('error', 'Part of the desktop did not close', { reason: String(error) });
    }
    try {
      await needs.stop(drain);
    } catch (error) {
      needs.log('error', 'The engine did not end cleanly', { reason: String(error) });
    }
    needs.exit();
  };
  return {
    async request(cause) {
      if (state === 'ending') return;
      if (cause === 'person') {
        if (state === 'asking') return;
        state = 'asking';
        const yes = await confirmed();
        // A signal that came meanwhile has decided already.
        if (state !== 'asking') return;
        if (!yes) {
          state = 'alive';
          return;
        }
      }
      // An open question is decided by a signal.
      if (cause !== 'person') withdraw.abort();
      await end(cause);
    },
  };
}
