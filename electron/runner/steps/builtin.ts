import { aborted, type Clock, type Log, pause } from '../../../shared/index.ts';
import type { Builtin } from '../ports.ts';
import { type StepOutcome, stopped, stopReason } from './outcome.ts';

/** A built-in step that does not heed its signal within this time, in milliseconds, is no longer waited for. */
const patience = 5000;

type Needs = {
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  say(text: string): void;
  /** Names the step. */
  where: string;
};

/** Runs a part of Belfry as a step. */
export async function runBuiltin(
  builtin: Builtin,
  { clock, log, signal, say, where }: Needs,
): Promise<StepOutcome> {
  let left = false;
  const work = builtin({ signal, say }).then(
    ({ ok, summary, quiet }): StepOutcome =>
      ok ? { status: 'success', summary, quiet } : { status: 'failed', error: summary },
    (thrown: unknown): StepOutcome => {
      const error = thrown instanceof Error ? thrown.message : String(thrown);
      // The run is over, or says that it was stopped, and has no place for it any more.
      if (left || (signal.aborted && !isAbort(thrown, signal)))
        log('error', `What ${where} did after it was stopped ended in an error`, { error });
      return { status: 'failed', error };
    },
  );
  const outcome = await Promise.race([work, givenUp(clock, signal)]);
  left = true;
  const reason = stopReason(signal);
  if (reason && outcome.status !== 'success') return stopped(reason);
  if (outcome.summary && !outcome.quiet) say(outcome.summary);
  return outcome;
}

/** Heeding the signal is no error. */
function isAbort(thrown: unknown, { reason }: AbortSignal): boolean {
  return thrown === reason || (thrown instanceof Error && thrown.name === 'AbortError');
}

async function givenUp(clock: Clock, signal: AbortSignal): Promise<StepOutcome> {
  await aborted(signal);
  await pause(clock, patience);
  return { status: 'failed' };
}
