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
