import type { Clock } from '../../../shared/index.ts';
import { pause } from '../pause.ts';
import type { Builtin } from '../ports.ts';
import { type StepOutcome, stopped, stopReason } from './outcome.ts';

/** A built-in step that does not heed its signal within this time, in milliseconds, is no longer waited for. */
const patience = 5000;

/** Runs a part of Belfry as a step. */
export async function runBuiltin(
  builtin: Builtin,
  { clock, signal, say }: { clock: Clock; signal: AbortSignal; say(text: string): void },
): Promise<StepOutcome> {
  const work = builtin({ signal, say }).then(
    ({ ok, summary, quiet }): StepOutcome =>
      ok ? { status: 'success', summary, quiet } : { status: 'failed', error: summary },
    (error): StepOutcome => ({
      status: 'failed',
      error: error instanceof Error ? error.message : String(error),
    }),
  );
  const outcome = await Promise.race([work, givenUp(clock, signal)]);
  const reason = stopReason(signal);
  if (reason && outcome.status !== 'success') return stopped(reason);
  if (outcome.summary && !outcome.quiet) say(outcome.summary);
  return outcome;
}

async function givenUp(clock: Clock, signal: AbortSignal): Promise<StepOutcome> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await pause(clock, patience);
  return { status: 'failed' };
}
