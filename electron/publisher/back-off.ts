import type { Millis } from '../../shared/index.ts';

const minute = 60_000;
/** networks.md §5: waits after the first, second … failure in a row; the last one holds from then on. */
const waits = [30_000, minute, 2 * minute, 5 * minute, 15 * minute, 30 * minute, 60 * minute];
const longestOffline = 3;
const spread = 0.2;

/**
 * Milliseconds to wait after failure number `tries` (from 1), give or take a fifth by `luck` in [0, 1).
 * A server that cannot be reached is asked again every few minutes at least: being off line ends suddenly.
 */
export function backOff(tries: number, luck: number, offline: boolean): Millis {
  const index = Math.min(Math.max(tries, 1) - 1, offline ? longestOffline : waits.length - 1);
  return Math.round((waits[index] ?? minute) * (1 - spread + 2 * spread * luck));
}
