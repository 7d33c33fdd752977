import process from 'node:process';

/** One measured figure. `ok` says whether it meets `goal`; a figure without goal is information. */
export type Result = {
  name: string;
  value: number;
  unit: string;
  /** What the figure is compared with, measured in the same run. */
  baseline?: { name: string; value: number };
  goal?: string;
  ok?: boolean;
};

/** The value below which a share `p` (0…1) of the figures lies. */
export function percentile(figures: readonly number[], p: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

/** Counts CPU time until it is called, in all and of the longest turn of the event loop; in milliseconds. */
export function watchTurns(): () => { all: number; longest: number } {
  const begin = process.threadCpuUsage();
  let turn = begin;
  let longest = 0;
  const look = () => {
    const { user, system } = process.threadCpuUsage(turn);
    longest = Math.max(longest, (user + system) / 1000);
    turn = process.threadCpuUsage();
    next = setImmediate(look);
  };
  let next = setImmediate(look);
  return () => {
    clearImmediate(next); // Before the last look, which sets another: one that is left goes round for ever.
    look();
    clearImmediate(next);
    const { user, system } = process.threadCpuUsage(begin);
    return { all: (user + system) / 1000, longest };
  };
}
