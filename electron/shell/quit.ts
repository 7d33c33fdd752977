import type { Clock, Log } from '../../shared/index.ts';

/** Who wants Belfry to end: the user at the menu, the command `belfry quit`, a signal, or the system that shuts down. */
export type QuitCause = 'user' | 'command' | 'signal' | 'system';

/** A system that shuts down waits about 5 s for an application (Windows and macOS). */
const systemDrainMillis = 3_000;
/** The question answers itself with "quit" after this time. */
export const dialogTimeoutMillis = 10_000;
/** How long the engine may take to answer a question. */
const engineAnswerMillis = 3_000;
/** An engine that has not ended by then is not waited for. */
const stopTimeoutMillis = 10_000;

export type QuitDeps = {
  clock: Clock;
  log: Log;
  /** Names of the jobs at work now. */
  running(): Promise<string[]>;
  /** How long running jobs may take to end, by the settings. */
  drainMillis(): Promise<number>;
  /** Asks the user; must answer false soon after the signal is aborted. */
  ask(names: string[], signal: AbortSignal): Promise<boolean>;
  /** The decision is made: show it, take no more input. */
  ending(): void | Promise<void>;
  stop(drainMs: number): Promise<void>;
  /** Ends the process. */
  exit(): void;
};

/** The one way out: asks when the user would interrupt work, drains with a deadline, ends in any case. */
export function createQuit(deps: QuitDeps): { request(cause: QuitCause): Promise<void> } {
  let state: 'alive' | 'asking' | 'ending' = 'alive';
  let withdraw = new AbortController();

  /** What the engine answers, or `otherwise` when it fails or does not answer in time. */
  const answerOf = <T>(what: string, question: () => Promise<T>, otherwise: T): Promise<T> =>
    new Promise((resolve) => {
      const giveUp = (reason: string) => {
        cancel();
        deps.log('error', `${what} could not be read before quitting`, { reason });
        resolve(otherwise);
      };
      const cancel = deps.clock.setTimer(engineAnswerMillis, () => giveUp('The engine does not answer'));
      question().then(
        (answer) => {
          cancel();
          resolve(answer);
        },
        (error: unknown) => giveUp(String(error)),
      );
    });
  const confirmed = async (): Promise<boolean> => {
    const names = await answerOf('The running jobs', deps.running, []);
    if (names.length === 0) return true;
    withdraw = new AbortController();
    let unanswered = false;
    const cancel = deps.clock.setTimer(dialogTimeoutMillis, () => {
      unanswered = true;
      withdraw.abort();
    });
    // Quitting was asked for: when the question cannot be shown, it counts as answered with yes.
    const yes = await deps.ask(names, withdraw.signal).catch((error: unknown) => {
      deps.log('error', 'The question before quitting could not be shown', { reason: String(error) });
      return true;
    });
    cancel();
    return yes || unanswered;
  };
  const end = async (cause: QuitCause) => {
    state = 'ending';
    const wanted = await answerOf('The time for running jobs', deps.drainMillis, 0);
    const drain = cause === 'system' ? Math.min(wanted, systemDrainMillis) : wanted;
    // Armed before anything that can fail or hang.
    deps.clock.setTimer(drain + stopTimeoutMillis, deps.exit);
    deps.log('info', 'Belfry is ending', { cause, drainSeconds: drain / 1000 });
    try {
      await deps.ending();
    } catch (error) {
      deps.log('error', 'Part of the desktop did not close', { reason: String(error) });
    }
    try {
      await deps.stop(drain);
    } catch (error) {
      deps.log('error', 'The engine did not end cleanly', { reason: String(error) });
    }
    deps.exit();
  };
  return {
    async request(cause) {
      if (state === 'ending') return;
      if (cause === 'user') {
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
      if (cause !== 'user') withdraw.abort();
      await end(cause);
    },
  };
}
