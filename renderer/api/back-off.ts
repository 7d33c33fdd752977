/** Milliseconds to wait before reconnecting after `failures` failures in a row: 0.5 s, doubling up to 15 s. */
export function reconnectDelay(failures: number): number {
  return Math.min(15_000, 500 * 2 ** Math.min(Math.max(0, failures - 1), 10));
}
