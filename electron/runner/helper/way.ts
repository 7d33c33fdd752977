import type { Millis } from '../../../shared/index.ts';

const second: Millis = 1000;
/** After a failure the helper is not tried again for so long, doubled with each further one. */
const firstDelay = second;
const longestDelay = 300 * second;
/** One that has lived so long was in order; its end is a first failure again. */
export const settled: Millis = 60 * second;

/** How a command is started: through the helper at work, through a new one, or by the engine itself. */
export type Way = 'helper' | 'new helper' | 'ourselves';

/** Chooses the way; what must not wait for a helper that keeps dying is started by the engine itself. */
export function wayOf(state: { possible: boolean; present: boolean; now: number; notBefore: number }): Way {
  if (!state.possible) return 'ourselves';
  if (state.present) return 'helper';
  return state.now < state.notBefore ? 'ourselves' : 'new helper';
}

/** Milliseconds until the next try after so many failures in a row. */
export function restartDelay(failures: number): Millis {
  return Math.min(longestDelay, firstDelay * 2 ** (failures - 1));
}
